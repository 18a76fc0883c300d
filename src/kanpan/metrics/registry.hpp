// Named numbers about the program, and their Prometheus text.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace kanpan::metrics {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = std::map<std::string, std::string>;

/// Seconds; from half a millisecond, what a hot answer takes, to ten seconds.
inline const std::vector<double> kLatencyBuckets{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                                 0.1,    0.2,   0.5,   1,     2,    5,    10};

/// Thread-safe. What it hands out lives as long as it. Names follow Prometheus: base units,
/// `_total`,
/// `_seconds`, `_bytes`; labels have few values, never a security code. Asking again for the same
/// name and labels gives the same object; a name used for two kinds throws std::invalid_argument.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const Labels& labels = {},
                       const std::vector<double>& buckets = kLatencyBuckets);

  /// A value that is read when text() is called, from any thread.
  struct Reading {
    std::string name, help;
    bool counts = false;  ///< a counter, else a gauge
    Labels labels;
    double value = 0;
  };
  using Reader = std::function<std::vector<Reading>()>;
  void add_reader(Reader reader);

  /// Text exposition, version 0.0.4.
  std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// This process: memory, descriptors, processor time, threads. Empty where /proc is missing.
std::vector<Registry::Reading> read_process();

}  // namespace kanpan::metrics
