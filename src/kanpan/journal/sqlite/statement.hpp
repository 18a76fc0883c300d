// A prepared SQLite statement in use. Internal to journal/sqlite: includes sqlite3.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

#include "kanpan/base/clock.hpp"
#include "kanpan/base/hash.hpp"
#include "kanpan/journal/put_back.hpp"

namespace kanpan::journal::sqlite {

class Connection;

/// Bytes that are not text.
struct Blob {
  std::string_view bytes;
};

/// Reset when it goes, so that the connection can hand it out again. Not thread-safe; must not
/// outlive its connection. Columns are counted from 0, in the order of the SELECT.
class Statement {
 public:
  Statement(sqlite3_stmt* statement, Connection& connection)
      : statement_(statement), connection_(&connection) {}
  Statement(Statement&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)),
        connection_(other.connection_),
        error_(other.error_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  /// Binds parameters 1, 2, … `lifetime` is SQLITE_STATIC when every text and blob stays as it is
  /// until the statement is reset, else SQLITE_TRANSIENT. A failure shows at step().
  template <typename... Values>
  void bind([[maybe_unused]] sqlite3_destructor_type lifetime, const Values&... values) {
    [[maybe_unused]] int index = 0;
    ((error_ = error_ == SQLITE_OK ? bind_one(++index, values, lifetime) : error_), ...);
  }

  /// True while there is a row.
  Result<bool> step();
  /// For what gives no rows.
  Result<void> run();

  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  /// Clamped to 0 … 2^32 - 1.
  std::uint32_t count(int column) const {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(integer(column), 0, std::numeric_limits<std::uint32_t>::max()));
  }
  std::uint64_t sequence(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  bool flag(int column) const { return integer(column) != 0; }
  /// Text or blob, valid until the next step.
  std::string_view view(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? std::string_view{}
                           : std::string_view{static_cast<const char*>(data), size};
  }
  std::string text(int column) const { return std::string(view(column)); }
  Instant instant(int column) const { return Instant{std::chrono::microseconds{integer(column)}}; }
  Date date(int column) const { return Date{static_cast<std::int32_t>(integer(column))}; }
  /// Zero when the stored bytes are not 32.
  Sha256 hash(int column) const {
    Sha256 hash{};
    const std::string_view stored = view(column);
    if (stored.size() == hash.size()) std::copy(stored.begin(), stored.end(), hash.begin());
    return hash;
  }

 private:
  template <typename Value>
  int bind_one(int index, const Value& value, sqlite3_destructor_type lifetime) {
    if constexpr (std::is_same_v<Value, Instant>) {
      return sqlite3_bind_int64(statement_, index, value.time_since_epoch().count());
    } else if constexpr (std::is_same_v<Value, Date>) {
      return sqlite3_bind_int64(statement_, index, value.days);
    } else if constexpr (std::is_same_v<Value, Sha256>) {
      return bind_one(index, Blob{kanpan::bytes(value)}, lifetime);
    } else if constexpr (std::is_same_v<Value, Blob>) {
      // A null pointer would bind NULL.
      return sqlite3_bind_blob64(statement_, index, value.bytes.empty() ? "" : value.bytes.data(),
                                 value.bytes.size(), lifetime);
    } else if constexpr (std::is_convertible_v<Value, std::string_view>) {
      const std::string_view text = value;
      return sqlite3_bind_text64(statement_, index, text.empty() ? "" : text.data(), text.size(),
                                 lifetime, SQLITE_UTF8);
    } else if constexpr (std::is_enum_v<Value>) {
      return sqlite3_bind_int64(statement_, index, static_cast<sqlite3_int64>(value));
    } else if constexpr (std::is_integral_v<Value>) {
      // "As many as there are" (2^64 - 1) is SQLite's greatest number.
      constexpr std::uint64_t most = std::numeric_limits<sqlite3_int64>::max();
      if constexpr (std::is_unsigned_v<Value>)
        return sqlite3_bind_int64(statement_, index,
                                  static_cast<sqlite3_int64>(std::min<std::uint64_t>(value, most)));
      else
        return sqlite3_bind_int64(statement_, index, value);
    } else {
      return value ? bind_one(index, *value, lifetime) : sqlite3_bind_null(statement_, index);
    }
  }

  sqlite3_stmt* statement_;
  Connection* connection_;
  int error_ = SQLITE_OK;
};

/// The enumerator in `column`, or Errc::Corrupt when the number is greater than `last`'s.
template <typename Enum>
Result<Enum> enumerator(const Statement& row, int column, Enum last) {
  const std::int64_t value = row.integer(column);
  if (value >= 0 && value <= static_cast<std::int64_t>(last)) return static_cast<Enum>(value);
  return Error{Errc::Corrupt, fmt::format("{} is no mode or state that a journal writes", value),
               kPutBack};
}

/// Every row that is left, each as `value_in` reads it.
template <typename Value>
Result<std::vector<Value>> all(Statement& row, Result<Value> (*value_in)(const Statement&)) {
  std::vector<Value> values;
  for (;;) {
    KANPAN_LET(const bool found, row.step());
    if (!found) return values;
    KANPAN_LET(Value value, value_in(row));
    values.push_back(std::move(value));
  }
}

}  // namespace kanpan::journal::sqlite
