#include "kanpan/ingest/slice.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace kanpan::ingest {
namespace {

using catalog::WalkKind;

constexpr std::array kModes{journal::Mode::Upsert, journal::Mode::Merge, journal::Mode::Replace,
                            journal::Mode::Delete};

std::optional<journal::Mode> mode_from_name(std::string_view text) {
  for (const journal::Mode mode : kModes)
    if (journal::name(mode) == text) return mode;
  return std::nullopt;
}

std::string text(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string{};
}

const catalog::Walk* walk_of(const catalog::TableSpec& table, std::string_view kind,
                             std::string_view parameter, bool twin) {
  for (const catalog::Walk& walk : table.source.walks)
    if (catalog::name(walk.kind) == kind && walk.parameter == parameter && walk.twin == twin)
      return &walk;
  return nullptr;
}

}  // namespace

std::string Slice::label() const {
  std::string out = code;
  if (range) {
    if (!out.empty()) out += ' ';
    out += range->first == range->last ? range->first.iso()
                                       : range->first.iso() + ".." + range->last.iso();
  }
  return out.empty() ? "all" : out;
}

bool Slice::by_time_column() const {
  switch (walk.kind) {
    case WalkKind::Announcement:
      return table->dated() && walk.column == table->time;
    case WalkKind::Date:
    case WalkKind::Period:
    case WalkKind::Whole:
    case WalkKind::Code:
    case WalkKind::Window:
      return table->dated() && walk.column.empty();
  }
  return false;
}

bool Slice::is_one_day() const {
  return range && range->first == range->last &&
         (walk.kind == WalkKind::Date || walk.kind == WalkKind::Period ||
          (walk.kind == WalkKind::Announcement && by_time_column()));
}

journal::Scope Slice::scope() const {
  journal::Scope scope;
  if (range && by_time_column()) scope.time = range;
  if (!code.empty()) scope.codes = {code};
  return scope;
}

std::string Slice::to_json() const {
  boost::json::object object;
  object["walk"] = catalog::name(walk.kind);
  object["mode"] = journal::name(mode);
  if (!walk.parameter.empty()) object["parameter"] = walk.parameter;
  if (walk.twin) object["twin"] = true;
  if (range) object["from"] = range->first.iso(), object["to"] = range->last.iso();
  if (!code.empty()) object["code"] = code;
  return boost::json::serialize(object);
}

Result<Slice> Slice::from_json(const catalog::TableSpec& table, std::string_view json) {
  boost::json::error_code error;
  const auto value = boost::json::parse(json, error);
  const auto wrong = [&] {
    return Error{Errc::Corrupt,
                 fmt::format("unit of {} has an unreadable plan: {}", table.name, json)};
  };
  if (error || !value.is_object()) return wrong();
  const auto& object = value.as_object();
  const auto mode = mode_from_name(text(object, "mode"));
  if (!mode) return wrong();
  const auto* walk =
      walk_of(table, text(object, "walk"), text(object, "parameter"), object.contains("twin"));
  if (!walk)
    return Error{
        Errc::Config,
        fmt::format("the catalog no longer walks {} by {}", table.name, text(object, "parameter")),
        "collect the table anew"};
  Slice slice{&table, *walk, std::nullopt, text(object, "code"), *mode};
  if (object.contains("from")) {
    DateRange range;
    if (!parse_date(text(object, "from"), range.first) ||
        !parse_date(text(object, "to"), range.last))
      return wrong();
    slice.range = range;
  }
  return slice;
}

source::Call call_of(const Slice& slice, std::string_view split_value) {
  const catalog::SourceSpec& source = slice.table->source;
  source::Call call{source.api_of(slice.walk), {}};
  const auto add = [&](const std::string& name, std::string value) {
    if (!name.empty() && !value.empty()) call.parameters.emplace_back(name, std::move(value));
  };
  const catalog::Walk& walk = slice.walk;
  const std::string first = slice.range ? slice.range->first.compact() : "";
  const std::string last = slice.range ? slice.range->last.compact() : "";
  switch (walk.kind) {
    case WalkKind::Date:
    case WalkKind::Period:
    case WalkKind::Announcement:
      add(walk.parameter, first);
      break;
    case WalkKind::Code:
      add(walk.parameter, slice.code);
      [[fallthrough]];
    case WalkKind::Whole:
    case WalkKind::Window:
      add(walk.from, first);
      add(walk.to, last);
      break;
  }
  for (const auto& [name, value] : source.fixed) add(name, value);
  if (source.split && !split_value.empty()) add(source.split->parameter, std::string(split_value));
  return call;
}

}  // namespace kanpan::ingest
