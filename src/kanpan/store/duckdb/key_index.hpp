// What the writer remembers of the keys stored, enough to prove that rows cannot exist yet.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "kanpan/frame/batch.hpp"
#include "kanpan/store/duckdb/schema.hpp"

namespace kanpan::store::duckdb {

/// Days present, and each code's first and last day. It may know more than is stored (a failed
/// transaction, deleted rows), never less: a wrong "may exist" costs time, a wrong "new" a
/// duplicate. A null in a key column is never proven new.
class KeyIndex {
 public:
  KeyIndex(std::size_t time, std::size_t code) : time_(time), code_(code) {}

  /// Columns as in Table, but only those that belong to the key.
  static KeyIndex of(const Table& table) {
    return {table.time_in_key ? table.time : kNone, table.code_in_key ? table.code : kNone};
  }

  void add_day(Date day);
  void add_code(std::string_view code, Date first, Date last);
  void set_occupied() { empty_ = false; }

  /// Whether no row of `rows` can be stored already; remembers the rows either way.
  bool admit(const frame::Batch& rows);
  /// Whether a row stored may lie in the days.
  bool may_hold(DateRange days) const;
  bool empty() const { return empty_; }

 private:
  struct Days {
    Date first{INT32_MAX}, last{INT32_MIN};
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Codes = boost::unordered_flat_map<std::string, Days, Hash, std::equal_to<>>;

  bool days_are_new(const frame::Batch& rows) const;
  bool codes_are_new(const frame::Batch& rows) const;
  void remember(const frame::Batch& rows);

  std::size_t time_, code_;
  bool empty_ = true;
  std::set<Date> days_;
  Codes codes_;
};

}  // namespace kanpan::store::duckdb
