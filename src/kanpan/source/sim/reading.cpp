#include "kanpan/source/sim/reading.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "kanpan/catalog/parameters.hpp"
#include "kanpan/source/protocol/required.hpp"

namespace kanpan::source::sim {
namespace {

const std::string* find(const protocol::Request& request, std::string_view name) {
  const auto at = request.parameters.find(std::string(name));
  return at == request.parameters.end() ? nullptr : &at->second;
}

/// Reads one request; a member so that the parts can share the table and the result.
class Reader {
 public:
  Reader(const catalog::TableSpec& table, const protocol::Request& request)
      : table_(table), request_(request) {}

  std::variant<Reading, protocol::Verdict> read() {
    if (auto verdict = protocol::missing_required(table_, request_)) return *verdict;
    for (const auto& [name, value] : request_.parameters)
      if (auto verdict = take(name, value)) return *verdict;
    for (auto& [name, value] : catalog::assumed_parameters(table_))
      if (!find(request_, name)) assume(catalog::meaning(table_, name), std::move(value));
    return std::move(reading_);
  }

 private:
  void assume(const catalog::Meaning& meaning, std::string value) {
    if (!reading_.selection.take(meaning, value))
      reading_.assumed.emplace_back(meaning.column, std::move(value));
  }

  std::optional<protocol::Verdict> take(const std::string& name, const std::string& value) {
    using catalog::ParameterKind;
    const catalog::Meaning meaning = catalog::meaning(table_, name);
    switch (meaning.kind) {
      case ParameterKind::Limit:
        return count(name, value, 1, reading_.limit);
      case ParameterKind::Offset:
        return count(name, value, 0, reading_.offset);
      case ParameterKind::From:
      case ParameterKind::To:
        return bound(name, meaning, value);
      case ParameterKind::Equal:
        return equal(name, meaning.column, value);
      case ParameterKind::CodeSuffix:
      case ParameterKind::Board:
      case ParameterKind::Newest:
        reading_.selection.take(meaning, value);
        break;
      case ParameterKind::Ignored:
        if (is_known(name)) reading_.question.equal[name] = value;
        break;
    }
    return std::nullopt;
  }

  /// On the interface's page, though no column holds it.
  bool is_known(const std::string& name) const {
    return std::ranges::find(table_.source.parameters, name, &catalog::ParameterSpec::name) !=
           table_.source.parameters.end();
  }

  std::optional<protocol::Verdict> count(const std::string& name, const std::string& value,
                                         std::size_t least, std::size_t& out) {
    std::size_t read = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, read);
    if (error != std::errc{} || stop != end || read < least)
      return protocol::wrong_parameter(name, value);
    out = read;
    return std::nullopt;
  }

  std::optional<protocol::Verdict> bound(const std::string& name, const catalog::Meaning& meaning,
                                         const std::string& value) {
    const auto date = read_date(value);
    if (!date) return protocol::wrong_parameter(name, value);
    if (meaning.kind == catalog::ParameterKind::From)
      narrow(meaning.column, date, std::nullopt);
    else
      narrow(meaning.column, std::nullopt, date);
    return std::nullopt;
  }

  std::optional<protocol::Verdict> equal(const std::string& name, const std::string& column,
                                         const std::string& value) {
    if (column == table_.code) {
      reading_.question.codes = protocol::split_list(value);
      return std::nullopt;
    }
    if (table_.column(column)->type != frame::Type::Date) {
      if (value.find(',') == std::string::npos)
        reading_.question.equal[column] = value;
      else
        reading_.among.emplace_back(column, value);
      return std::nullopt;
    }
    const auto date = read_date(value);
    if (!date) return protocol::wrong_parameter(name, value);
    narrow(column, date, date);
    return std::nullopt;
  }

  /// The source's dates have no dashes.
  static std::optional<Date> read_date(const std::string& value) {
    Date date;
    if (value.size() != 8 || !parse_date(value, date)) return std::nullopt;
    return date;
  }

  void narrow(const std::string& column, std::optional<Date> from, std::optional<Date> to) {
    Question& question = reading_.question;
    if (column == table_.time) return intersect(question.from, question.to, from, to);
    auto at = std::ranges::find(question.between, column, &Between::column);
    if (at == question.between.end())
      at = question.between.insert(at, Between{column, std::nullopt, std::nullopt});
    intersect(at->from, at->to, from, to);
  }

  static void intersect(std::optional<Date>& from, std::optional<Date>& to,
                        std::optional<Date> new_from, std::optional<Date> new_to) {
    if (new_from && (!from || *from < *new_from)) from = new_from;
    if (new_to && (!to || *new_to < *to)) to = new_to;
  }

  const catalog::TableSpec& table_;
  const protocol::Request& request_;
  Reading reading_;
};

}  // namespace

bool Reading::filters() const {
  return !assumed.empty() || !among.empty() || selection.narrows() || !question.between.empty() ||
         !question.equal.empty();
}

std::variant<Reading, protocol::Verdict> read_parameters(const catalog::TableSpec& table,
                                                         const protocol::Request& request) {
  return Reader(table, request).read();
}

std::vector<Condition> conditions(const Reading& reading, const frame::Batch& batch) {
  std::vector<Condition> all = conditions(batch, reading.question);
  for (const auto& [column, value] : reading.assumed)
    if (const std::size_t at = batch.find(column); at != frame::Batch::npos)
      all.push_back(equals(batch.column(at), value, Null::Stays));
  for (const auto& [column, values] : reading.among)
    if (const std::size_t at = batch.find(column); at != frame::Batch::npos)
      all.push_back(equals(batch.column(at), values));
  return all;
}

}  // namespace kanpan::source::sim
