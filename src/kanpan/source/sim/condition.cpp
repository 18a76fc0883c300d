#include "kanpan/source/sim/condition.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "kanpan/source/protocol/request.hpp"

namespace kanpan::source::sim {
namespace {

/// `texts` as numbers; those that are none match nothing.
std::vector<double> numbers(const std::vector<std::string>& texts) {
  std::vector<double> read;
  for (const std::string& text : texts) {
    double value = 0;
    const char* end = text.data() + text.size();
    if (const auto [stop, error] = std::from_chars(text.data(), end, value);
        error == std::errc{} && stop == end)
      read.push_back(value);
  }
  return read;
}

std::vector<Date> dates(const std::vector<std::string>& texts) {
  std::vector<Date> read;
  for (const std::string& text : texts)
    if (Date date; parse_date(text, date)) read.push_back(date);
  return read;
}

template <typename Value, typename Wanted>
Condition one_of(const frame::Column& column, Value value, std::vector<Wanted> wanted, Null null) {
  return [&column, value, wanted = std::move(wanted), null](std::uint32_t row) {
    if (column.is_null(row)) return null == Null::Stays;
    return std::ranges::find(wanted, value(column, row)) != wanted.end();
  };
}

}  // namespace

Condition equals(const frame::Column& column, std::string_view values, Null null) {
  std::vector<std::string> wanted = protocol::split_list(values);
  switch (column.type()) {
    case frame::Type::Text:
      return one_of(
          column, [](const auto& c, auto row) { return c.texts()[row]; }, std::move(wanted), null);
    case frame::Type::Date:
      return one_of(
          column, [](const auto& c, auto row) { return c.dates()[row]; }, dates(wanted), null);
    case frame::Type::Int:
      return one_of(
          column, [](const auto& c, auto row) { return static_cast<double>(c.ints()[row]); },
          numbers(wanted), null);
    case frame::Type::Real:
      return one_of(
          column, [](const auto& c, auto row) { return c.reals()[row]; }, numbers(wanted), null);
  }
  return [](std::uint32_t) { return false; };
}

Condition lies_between(const frame::Column& column, std::optional<Date> from,
                       std::optional<Date> to) {
  return [&column, from, to](std::uint32_t row) {
    if (column.is_null(row)) return false;
    const Date date = column.dates()[row];
    return (!from || *from <= date) && (!to || date <= *to);
  };
}

std::vector<Condition> conditions(const frame::Batch& batch, const Question& question) {
  std::vector<Condition> all;
  for (const Between& bound : question.between) {
    const std::size_t at = batch.find(bound.column);
    if (at != frame::Batch::npos && batch.column(at).type() == frame::Type::Date)
      all.push_back(lies_between(batch.column(at), bound.from, bound.to));
  }
  for (const auto& [column, values] : question.equal)
    if (const std::size_t at = batch.find(column); at != frame::Batch::npos)
      all.push_back(equals(batch.column(at), values));
  return all;
}

bool holds(const std::vector<Condition>& conditions, std::uint32_t row) {
  return std::ranges::all_of(conditions, [row](const Condition& holds) { return holds(row); });
}

}  // namespace kanpan::source::sim
