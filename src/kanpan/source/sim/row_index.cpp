#include "kanpan/source/sim/row_index.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "kanpan/source/sim/condition.hpp"

namespace kanpan::source::sim {

RowIndex::RowIndex(const catalog::TableSpec& table, frame::Batch batch)
    : batch_(std::move(batch)), time_(batch_.find(table.time)), code_(batch_.find(table.code)) {
  sort();
  index_days();
  index_codes();
}

void RowIndex::sort() {
  if (time_ == frame::Batch::npos) return;
  const frame::Column& time = batch_.column(time_);
  const auto older = [&](std::uint32_t a, std::uint32_t b) {
    if (time.is_null(a) || time.is_null(b)) return time.is_null(a) < time.is_null(b);
    if (time.dates()[a] != time.dates()[b]) return time.dates()[a] > time.dates()[b];
    if (code_ == frame::Batch::npos) return false;
    return batch_.column(code_).texts()[a] < batch_.column(code_).texts()[b];
  };
  std::vector<std::uint32_t> order(batch_.rows());
  std::iota(order.begin(), order.end(), 0U);
  if (std::ranges::is_sorted(order, older)) return;
  std::ranges::stable_sort(order, older);
  batch_ = batch_.take(order);
}

void RowIndex::index_days() {
  if (time_ == frame::Batch::npos) return;
  const frame::Column& time = batch_.column(time_);
  for (std::uint32_t row = 0; row < batch_.rows() && !time.is_null(row); ++row) {
    const Date date = time.dates()[row];
    if (days_.empty() || days_.back().date != date) days_.push_back({date, row, row});
    days_.back().end = row + 1;
  }
}

void RowIndex::index_codes() {
  if (code_ == frame::Batch::npos) return;
  const frame::Texts& codes = batch_.column(code_).texts();
  for (std::uint32_t row = 0; row < batch_.rows(); ++row) by_code_[codes[row]].push_back(row);
}

RowIndex::Span RowIndex::span(const Question& question) const {
  const auto rows = static_cast<std::uint32_t>(batch_.rows());
  if (time_ == frame::Batch::npos || (!question.from && !question.to)) return {0, rows};
  const auto first = std::ranges::partition_point(
      days_, [&](const Day& day) { return question.to && *question.to < day.date; });
  const auto last = std::ranges::partition_point(
      days_, [&](const Day& day) { return !question.from || *question.from <= day.date; });
  if (last <= first) return {0, 0};
  return {first->begin, std::prev(last)->end};
}

std::vector<std::uint32_t> RowIndex::with_codes(const Question& question, Span span) const {
  std::vector<std::uint32_t> rows;
  for (const std::string& code : std::set(question.codes.begin(), question.codes.end())) {
    const auto at = by_code_.find(code);
    if (at == by_code_.end()) continue;
    const auto first = std::ranges::lower_bound(at->second, span.begin);
    const auto last = std::ranges::lower_bound(at->second, span.end);
    rows.insert(rows.end(), first, last);
  }
  std::ranges::sort(rows);
  return rows;
}

frame::Batch RowIndex::find(const Question& question) const {
  const Span span = this->span(question);
  const std::vector<Condition> all = conditions(batch_, question);
  std::vector<std::uint32_t> kept;
  const auto consider = [&](std::uint32_t row) {
    if (holds(all, row)) kept.push_back(row);
    return kept.size() < question.most;
  };
  if (question.codes.empty()) {
    for (std::uint32_t row = span.begin; row < span.end; ++row)
      if (!consider(row)) break;
  } else {
    for (const std::uint32_t row : with_codes(question, span))
      if (!consider(row)) break;
  }
  return batch_.take(kept);
}

}  // namespace kanpan::source::sim
