// When a row is there: the source publishes a day at the table's ready time, not at midnight.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "kanpan/base/clock.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::source::sim {

/// Which rows of a table are published at one instant. A row counts from the latest of its
/// announcement dates (ann_date, f_ann_date, imp_ann_date) where the table has such, else from its
/// time column; a row without either, an undated table, and a dated one of the mode `full`
/// (trade_cal, which is written ahead) are always there. Within `half_published` before the ready
/// time a growing, deterministic part of the day's rows is there.
class Publication {
 public:
  Publication(const catalog::TableSpec& table, Instant now, std::chrono::seconds half_published);

  /// True when nothing of the table is ever held back.
  bool always() const { return columns_.empty(); }
  /// The last day of the time column that can have rows, where the time column decides.
  std::optional<Date> last_day() const;
  /// True when some day is half published now, so that published() has to be asked.
  bool partial() const { return complete_ < started_; }
  /// Whether a row of a batch with the table's columns is there.
  bool published(const frame::Batch& batch, std::uint32_t row) const;

 private:
  std::vector<std::size_t> columns_;  ///< positions of the dates that decide
  bool by_time_ = false;
  std::optional<std::size_t> code_;
  Date complete_;    ///< last day all of whose rows are there
  Date started_;     ///< last day some of whose rows are there
  double part_ = 0;  ///< of the rows of days after complete_
};

}  // namespace kanpan::source::sim
