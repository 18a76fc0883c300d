#include "kanpan/frame/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace kanpan::frame {
namespace {

/// Longer than any number or date below, with its sign, point and quotes.
constexpr std::size_t kLongestValue = 64;
constexpr std::size_t kStep = 1024;
constexpr std::size_t kSample = 64;  ///< rows after which the length of all is foreseen

/// The end of a string, written through a pointer: asking a string for room byte by byte is most
/// of what formatting a table costs.
class Tail {
 public:
  /// Asks the string for `step` bytes at a time, which it fills with zeros first.
  Tail(std::string& text, std::size_t step)
      : text_(text), step_(step), at_(text.data() + text.size()), end_(at_) {}
  ~Tail() { text_.resize(static_cast<std::size_t>(at_ - text_.data())); }
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  /// Where the next bytes go, `count` of which may be written before advance().
  char* room(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count) grow(count);
    return at_;
  }
  void advance(char* to) { at_ = to; }

 private:
  void grow(std::size_t count) {
    const auto used = static_cast<std::size_t>(at_ - text_.data());
    text_.resize(used + std::max(count, step_));
    at_ = text_.data() + used;
    end_ = text_.data() + text_.size();
  }

  std::string& text_;
  const std::size_t step_;
  char *at_, *end_;
};

char* write(char* at, std::string_view text) { return std::copy_n(text.data(), text.size(), at); }

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

char* write_escaped(char* at, char c) {
  switch (c) {
    case '"':
      return write(at, "\\\"");
    case '\\':
      return write(at, "\\\\");
    case '\n':
      return write(at, "\\n");
    case '\r':
      return write(at, "\\r");
    case '\t':
      return write(at, "\\t");
    default:
      return fmt::format_to(at, "\\u{:04x}", static_cast<unsigned>(c));
  }
}

/// Whether any of eight bytes needs an escape.
bool any_needs_escape(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = 0x8080808080808080;
  const auto below = [](std::uint64_t word, std::uint64_t limit) {
    return (word - kOnes * limit) & ~word & kTops;
  };
  return (below(bytes, 0x20) | below(bytes ^ kOnes * '"', 1) | below(bytes ^ kOnes * '\\', 1)) != 0;
}

bool needs_escape(std::string_view text) {
  std::uint64_t word = 0;
  while (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
    if (any_needs_escape(word)) return true;
    text.remove_prefix(sizeof word);
  }
  return std::ranges::any_of(text, [](char c) { return needs_escape(c); });
}

/// The most that write_text() writes.
std::size_t room_of(std::string_view text) { return 6 * text.size() + 2; }

char* write_text(char* at, std::string_view text) {
  *at++ = '"';
  if (!needs_escape(text))
    at = write(at, text);
  else
    for (const char c : text)
      if (needs_escape(c))
        at = write_escaped(at, c);
      else
        *at++ = c;
  *at++ = '"';
  return at;
}

constexpr std::array<char, 200> kPairs = [] {
  std::array<char, 200> pairs{};
  for (unsigned i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

/// Two digits of a number below 100.
char* write_pair(char* at, std::uint32_t number) {
  std::memcpy(at, &kPairs[std::size_t{2} * number], 2);
  return at + 2;
}

/// A number below 10,000 without leading zeros.
char* write_small(char* at, std::uint32_t number) {
  const std::uint32_t high = number / 100;
  const auto digit = [](std::uint32_t one) { return static_cast<char>('0' + one); };
  if (number < 10) return *at = digit(number), at + 1;
  if (high >= 10) at = write_pair(at, high);
  if (high > 0 && high < 10) *at++ = digit(high);
  return write_pair(at, number % 100);
}

/// Nearly all numbers of the market have at most eight digits before their point.
char* write_whole(char* at, std::uint64_t number) {
  if (number >= 100'000'000) return std::to_chars(at, at + kLongestValue, number).ptr;
  const auto all = static_cast<std::uint32_t>(number);
  if (all < 10'000) return write_small(at, all);
  const std::uint32_t low = all % 10'000;
  return write_pair(write_pair(write_small(at, all / 10'000), low / 100), low % 100);
}

/// Of ten thousandths that are some, without trailing zeros.
char* write_fraction(char* at, std::uint32_t ten_thousandths) {
  *at++ = '.';
  at = write_pair(at, ten_thousandths / 100);
  if (const std::uint32_t low = ten_thousandths % 100; low > 0) at = write_pair(at, low);
  return at[-1] == '0' ? at - 1 : at;
}

char* write_integer(char* at, std::int64_t value) {
  return std::to_chars(at, at + kLongestValue, value).ptr;
}

/// Writes a double that is a whole number of 10^-4, as most cells of the market are: a decimal of
/// at most 15 digits is the shortest that reads back the same, for no two such decimals share a
/// double. Null when it is something else.
char* write_decimal(char* at, double value, bool decimal_point) {
  constexpr double kPower = 1e4, kLimit = 1e11;
  const double size = std::abs(value);
  if (!(size < kLimit)) return nullptr;
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): what rounds wrongly does not pass the next line
  const auto number = static_cast<std::int64_t>(size * kPower + 0.5);
  if (static_cast<double>(number) / kPower != size) return nullptr;
  const auto digits = static_cast<std::uint64_t>(number);
  const auto fraction = static_cast<std::uint32_t>(digits % 10'000);
  if (std::signbit(value) && number != 0) *at++ = '-';
  at = write_whole(at, digits / 10'000);
  if (fraction > 0) return write_fraction(at, fraction);
  return decimal_point ? write(at, ".0") : at;
}

char* write_real(char* at, double value, bool decimal_point) {
  if (!std::isfinite(value)) return write(at, "null");
  if (char* const end = write_decimal(at, value, decimal_point)) return end;
  constexpr double kFixedFrom = 1e-4, kFixedBelow = 1e21;
  const double size = std::abs(value);
  const bool fixed = size >= kFixedFrom && size < kFixedBelow;
  char* const last = at + kLongestValue - 2;
  char* const end = fixed ? std::to_chars(at, last, value, std::chars_format::fixed).ptr
                          : std::to_chars(at, last, value).ptr;
  return decimal_point && fixed && value == std::trunc(value) ? write(end, ".0") : end;
}

char* write_date(char* at, Date date, bool compact) {
  const std::chrono::year_month_day day{std::chrono::sys_days{std::chrono::days{date.days}}};
  const auto year = static_cast<unsigned>(static_cast<int>(day.year()));
  const auto digits = [&](unsigned two) {
    *at++ = static_cast<char>('0' + two / 10 % 10);
    *at++ = static_cast<char>('0' + two % 10);
  };
  *at++ = '"';
  digits(year / 100);
  digits(year % 100);
  if (!compact) *at++ = '-';
  digits(static_cast<unsigned>(day.month()));
  if (!compact) *at++ = '-';
  digits(static_cast<unsigned>(day.day()));
  *at++ = '"';
  return at;
}

/// A cell that is no text, in kLongestValue bytes at the most.
char* write_value(char* at, const Column& column, std::size_t row, JsonStyle style) {
  if (column.is_null(row)) return write(at, "null");
  switch (column.type()) {
    case Type::Date:
      return write_date(at, column.dates()[row], style.compact_dates);
    case Type::Int:
      return write_integer(at, column.ints()[row]);
    case Type::Real:
      return write_real(at, column.reals()[row], style.decimal_point);
    case Type::Text:
      break;
  }
  return at;
}

void append_text(Tail& out, std::string_view text) {
  out.advance(write_text(out.room(room_of(text)), text));
}

void append_cell(Tail& out, const Column& column, std::size_t row, JsonStyle style) {
  if (column.type() == Type::Text && !column.is_null(row))
    return append_text(out, column.texts()[row]);
  out.advance(write_value(out.room(kLongestValue), column, row, style));
}

void append_byte(Tail& out, char c) {
  char* const at = out.room(1);
  *at = c;
  out.advance(at + 1);
}

/// After some rows the rest is foreseen, so that a long text is not moved at each doubling.
void reserve_alike(std::string& out, std::size_t begin, std::size_t written, std::size_t rows) {
  const std::size_t each = (out.size() - begin) / written + 1;
  out.reserve(out.size() + (rows - written) * (each + each / 16) + 2 * kStep);
}

/// Rows of a batch as arrays. What a column is, is found out once and not for each of its cells.
class RowWriter {
 public:
  RowWriter(const Batch& batch, std::span<const std::size_t> columns, JsonStyle style)
      : style_(style) {
    for (const std::size_t c : columns) {
      const Column& column = batch.column(c);
      Cells& cells = cells_.emplace_back();
      cells.type = column.type();
      if (column.has_nulls()) cells.nulls = &column;
      switch (cells.type) {
        case Type::Text:
          cells.texts = &column.texts();
          break;
        case Type::Date:
          cells.values.dates = column.dates().data();
          break;
        case Type::Int:
          cells.values.ints = column.ints().data();
          break;
        case Type::Real:
          cells.values.reals = column.reals().data();
          break;
      }
    }
  }

  void append(Tail& out, std::size_t row) {
    char* at = out.room(room(row));
    *at++ = '[';
    char* const first = at;
    for (const Cells& cells : cells_) {
      if (at != first) *at++ = ',';
      at = write_cell(at, cells, row);
    }
    *at++ = ']';
    out.advance(at);
  }

 private:
  struct Cells {
    Type type = Type::Text;
    const Column* nulls = nullptr;  ///< where there are any
    const Texts* texts = nullptr;
    union {
      const Date* dates = nullptr;
      const std::int64_t* ints;
      const double* reals;
    } values;
  };

  std::size_t room(std::size_t row) const {
    std::size_t room = 2 + cells_.size() * (kLongestValue + 1);
    for (const Cells& cells : cells_)
      if (cells.texts) room += room_of((*cells.texts)[row]);
    return room;
  }

  char* write_cell(char* at, const Cells& cells, std::size_t row) {
    if (cells.nulls && cells.nulls->is_null(row)) return write(at, "null");
    switch (cells.type) {
      case Type::Text:
        return write_text(at, (*cells.texts)[row]);
      case Type::Date:
        return write_day(at, cells.values.dates[row]);
      case Type::Int:
        return write_integer(at, cells.values.ints[row]);
      case Type::Real:
        return write_real(at, cells.values.reals[row], style_.decimal_point);
    }
    return at;
  }

  /// Neighbours mostly have the same.
  char* write_day(char* at, Date day) {
    if (day_length_ == 0 || day != day_) {
      day_ = day;
      char* const end = write_date(day_text_.data(), day, style_.compact_dates);
      day_length_ = static_cast<std::size_t>(end - day_text_.data());
    }
    std::memcpy(at, day_text_.data(), day_text_.size());
    return at + day_length_;
  }

  const JsonStyle style_;
  std::vector<Cells> cells_;
  Date day_;
  std::array<char, 16> day_text_{};
  std::size_t day_length_ = 0;  ///< 0: none was written yet
};

/// Rows with commas between them, `row_of` of 0, 1, … in brackets.
template <typename RowOf>
void append_rows(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                 std::size_t count, JsonStyle style, RowOf row_of) {
  RowWriter writer(batch, columns, style);
  std::size_t begin = out.size();
  std::optional<Tail> tail(std::in_place, out, kStep);
  append_byte(*tail, '[');
  for (std::size_t i = 0; i < count; ++i) {
    if (i == kSample) {
      tail.reset();
      reserve_alike(out, begin, i, count);
      tail.emplace(out, kStep);
    }
    if (i > 0) append_byte(*tail, ',');
    writer.append(*tail, row_of(i));
  }
  append_byte(*tail, ']');
}

}  // namespace

void append_json_text(std::string& out, std::string_view text) {
  Tail tail(out, 0);
  append_text(tail, text);
}

void append_json_real(std::string& out, double value, bool decimal_point) {
  std::array<char, kLongestValue> buffer;
  out.append(buffer.data(), write_real(buffer.data(), value, decimal_point));
}

void append_json_value(std::string& out, const Column& column, std::size_t row, JsonStyle style) {
  if (column.type() == Type::Text && !column.is_null(row))
    return append_json_text(out, column.texts()[row]);
  std::array<char, kLongestValue> buffer;
  out.append(buffer.data(), write_value(buffer.data(), column, row, style));
}

void append_json_items(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       std::span<const std::uint32_t> rows, JsonStyle style) {
  append_rows(out, batch, columns, rows.size(), style, [&](std::size_t i) { return rows[i]; });
}

void append_json_items(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       JsonStyle style) {
  append_rows(out, batch, columns, batch.rows(), style, [](std::size_t i) { return i; });
}

void append_json_object(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                        std::size_t row, JsonStyle style) {
  Tail tail(out, kStep);
  char before = '{';
  for (std::size_t c : columns) {
    append_byte(tail, before);
    append_text(tail, batch.fields()[c].name);
    append_byte(tail, ':');
    append_cell(tail, batch.column(c), row, style);
    before = ',';
  }
  if (columns.empty()) append_byte(tail, '{');
  append_byte(tail, '}');
}

}  // namespace kanpan::frame
