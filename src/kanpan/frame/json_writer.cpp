#include "kanpan/frame/json_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>

#include <fmt/format.h>

namespace kanpan::frame {
namespace {

/// Longer than any number or date below, with its sign, point and quotes.
constexpr std::size_t kLongestValue = 64;
constexpr std::size_t kStep = 1024;

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

/// The most that write_text() writes.
std::size_t room_of(std::string_view text) { return 6 * text.size() + 2; }

char* write_text(char* at, std::string_view text) {
  *at++ = '"';
  for (const char c : text)
    if (needs_escape(c))
      at = write_escaped(at, c);
    else
      *at++ = c;
  *at++ = '"';
  return at;
}

template <typename Integer>
char* write_integer(char* at, Integer value) {
  return std::to_chars(at, at + kLongestValue, value).ptr;
}

char* write_fraction(char* at, unsigned ten_thousandths) {
  const unsigned high = ten_thousandths / 100, low = ten_thousandths % 100;
  *at++ = '.';
  *at++ = static_cast<char>('0' + high / 10);
  *at++ = static_cast<char>('0' + high % 10);
  if (low > 0) {
    *at++ = static_cast<char>('0' + low / 10);
    *at++ = static_cast<char>('0' + low % 10);
  }
  while (at[-1] == '0') --at;
  return at;
}

/// Writes a double that is a whole number of 10^-4, as most cells of the market are: a decimal of
/// at most 15 digits is the shortest that reads back the same, for no two such decimals share a
/// double. Null when it is something else.
char* write_decimal(char* at, double value, bool decimal_point) {
  constexpr double kPower = 1e4, kLimit = 1e11;
  const double size = std::abs(value);
  if (!(size < kLimit)) return nullptr;
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): what rounds wrongly does not pass the next line
  const auto number = static_cast<std::uint64_t>(size * kPower + 0.5);
  if (static_cast<double>(number) / kPower != size) return nullptr;
  const auto fraction = static_cast<unsigned>(number % 10'000);
  if (std::signbit(value) && number != 0) *at++ = '-';
  at = write_integer(at, number / 10'000);
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

void append_row(Tail& out, const Batch& batch, std::span<const std::size_t> columns,
                std::size_t row, JsonStyle style) {
  char before = '[';
  for (std::size_t c : columns) {
    append_byte(out, before);
    append_cell(out, batch.column(c), row, style);
    before = ',';
  }
  if (columns.empty()) append_byte(out, '[');
  append_byte(out, ']');
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
  Tail tail(out, kStep);
  append_byte(tail, '[');
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) append_byte(tail, ',');
    append_row(tail, batch, columns, rows[i], style);
  }
  append_byte(tail, ']');
}

void append_json_items(std::string& out, const Batch& batch, std::span<const std::size_t> columns,
                       JsonStyle style) {
  Tail tail(out, kStep);
  append_byte(tail, '[');
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    if (row > 0) append_byte(tail, ',');
    append_row(tail, batch, columns, row, style);
  }
  append_byte(tail, ']');
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
