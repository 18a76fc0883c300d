#include "kanpan/store/duckdb/key_index.hpp"

#include <algorithm>

namespace kanpan::store::duckdb {

void KeyIndex::add_day(Date day) {
  empty_ = false;
  days_.insert(day);
}

void KeyIndex::add_code(std::string_view code, Date first, Date last) {
  empty_ = false;
  auto found = codes_.find(code);
  if (found == codes_.end()) found = codes_.emplace(std::string(code), Days{}).first;
  found->second.first = std::min(found->second.first, first);
  found->second.last = std::max(found->second.last, last);
}

bool KeyIndex::may_hold(DateRange days) const {
  if (empty_ || days.empty()) return false;
  if (time_ == kNone) return true;
  const auto found = days_.lower_bound(days.first);
  return found != days_.end() && *found <= days.last;
}

bool KeyIndex::admit(const frame::Batch& rows) {
  const bool is_new = empty_ || days_are_new(rows) || codes_are_new(rows);
  remember(rows);
  return is_new;
}

bool KeyIndex::days_are_new(const frame::Batch& rows) const {
  if (time_ == kNone || rows.column(time_).null_count() > 0) return false;
  std::optional<Date> last;
  for (Date day : rows.column(time_).dates()) {
    if (day == last) continue;
    if (days_.contains(day)) return false;
    last = day;
  }
  return true;
}

bool KeyIndex::codes_are_new(const frame::Batch& rows) const {
  if (code_ == kNone || rows.column(code_).null_count() > 0) return false;
  if (time_ != kNone && rows.column(time_).null_count() > 0) return false;
  const frame::Texts& codes = rows.column(code_).texts();
  auto found = codes_.end();
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    if (row == 0 || codes[row] != codes[row - 1]) found = codes_.find(codes[row]);
    if (found == codes_.end()) continue;
    if (time_ == kNone) return false;
    const Date day = rows.column(time_).dates()[row];
    if (day >= found->second.first && day <= found->second.last) return false;
  }
  return true;
}

void KeyIndex::remember(const frame::Batch& rows) {
  if (rows.rows() == 0) return;
  empty_ = false;
  // A null stands as day 0 or code "" here, which only widens what may exist.
  const auto day = [&](std::size_t row) {
    return time_ == kNone ? Date{} : rows.column(time_).dates()[row];
  };
  auto hint = days_.end();
  for (std::size_t row = 0; time_ != kNone && row < rows.rows(); ++row)
    if (hint == days_.end() || *hint != day(row)) hint = days_.insert(day(row)).first;
  if (code_ == kNone) return;
  const frame::Texts& codes = rows.column(code_).texts();
  for (std::size_t row = 0; row < rows.rows(); ++row) add_code(codes[row], day(row), day(row));
}

}  // namespace kanpan::store::duckdb
