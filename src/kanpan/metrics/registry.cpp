#include "kanpan/metrics/registry.hpp"

#include <mutex>
#include <utility>

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace kanpan::metrics {
namespace {

prometheus::MetricFamily family_of(const Registry::Reading& reading) {
  prometheus::MetricFamily family;
  family.name = reading.name;
  family.help = reading.help;
  family.type = reading.counts ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  return family;
}

prometheus::ClientMetric metric_of(const Registry::Reading& reading) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : reading.labels) metric.label.push_back({name, value});
  metric.counter.value = metric.gauge.value = reading.value;
  return metric;
}

}  // namespace

struct Registry::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  mutable std::mutex mutex;
  std::vector<Reader> readers;  ///< guarded by mutex
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(labels);
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(labels);
}

Histogram& Registry::histogram(const std::string& name, const std::string& help,
                               const Labels& labels, const std::vector<double>& buckets) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(impl_->registry)
      .Add(labels, buckets);
}

void Registry::add_reader(Reader reader) {
  const std::lock_guard lock(impl_->mutex);
  impl_->readers.push_back(std::move(reader));
}

std::string Registry::text() const {
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  const std::lock_guard lock(impl_->mutex);
  for (const Reader& reader : impl_->readers) {
    for (const Reading& reading : reader()) {
      if (families.empty() || families.back().name != reading.name)
        families.push_back(family_of(reading));
      families.back().metric.push_back(metric_of(reading));
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace kanpan::metrics
