// A table's rows in the protocol's order, findable by day and by code without looking at the rest.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/source/sim/dataset.hpp"

namespace kanpan::source::sim {

/// Immutable once made.
class RowIndex {
 public:
  /// Sorts newest first, then by code, else as given; rows without a date come last.
  RowIndex(const catalog::TableSpec& table, frame::Batch batch);
  RowIndex(const RowIndex&) = delete;
  RowIndex& operator=(const RowIndex&) = delete;

  const frame::Batch& batch() const { return batch_; }
  /// The rows that answer the question, copied out.
  frame::Batch find(const Question& question) const;

 private:
  struct Day {
    Date date;
    std::uint32_t begin, end;
  };
  struct Span {
    std::uint32_t begin, end;
  };

  void sort();
  void index_days();
  void index_codes();
  Span span(const Question& question) const;
  std::vector<std::uint32_t> with_codes(const Question& question, Span span) const;

  frame::Batch batch_;
  std::size_t time_, code_;  ///< positions of the columns, or npos
  std::vector<Day> days_;    ///< newest first
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_code_;
};

}  // namespace kanpan::source::sim
