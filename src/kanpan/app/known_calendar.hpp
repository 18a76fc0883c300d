// The calendar as the stored trade_cal has it, for what answers requests.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "kanpan/base/error.hpp"
#include "kanpan/ingest/universe.hpp"
#include "kanpan/market/calendar.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::app {

/// Read again only after a commit of trade_cal. Thread-safe.
class KnownCalendar {
 public:
  using Load = std::function<Result<std::shared_ptr<const ingest::Universe>>()>;
  KnownCalendar(const query::Query& query, Load load) : query_(query), load_(std::move(load)) {}

  /// The built-in one, with a line in the log, when the stored one cannot be read.
  std::shared_ptr<const market::Calendar> now();

 private:
  Result<std::shared_ptr<const market::Calendar>> read();

  const query::Query& query_;
  const Load load_;
  std::mutex mutex_;
  std::optional<store::Sequence> version_;  ///< of `calendar_`
  std::shared_ptr<const market::Calendar> calendar_;
};

}  // namespace kanpan::app
