// The fault file: YAML, strict.
#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/date.hpp"
#include "kanpan/base/suggest.hpp"
#include "kanpan/catalog/document.hpp"
#include "kanpan/source/protocol/request.hpp"
#include "kanpan/source/sim/faults.hpp"

namespace kanpan::source::sim {
namespace {

/// A kind with the arguments that it takes; `!` marks those that must be given.
struct Shape {
  std::string_view name;
  FaultKind kind;
  std::string_view arguments;
};
constexpr std::array kShapes = {
    Shape{"quota_exhausted", FaultKind::QuotaExhausted, ""},
    Shape{"token_revoked", FaultKind::TokenRevoked, ""},
    Shape{"refused_with_text", FaultKind::RefusedWithText, "code,message"},
    Shape{"empty", FaultKind::Empty, ""},
    Shape{"half_day", FaultKind::HalfDay, "part"},
    Shape{"shrinking_day", FaultKind::ShrinkingDay, "rows"},
    Shape{"truncate_silently", FaultKind::TruncateSilently, "part"},
    Shape{"duplicate_page", FaultKind::DuplicatePage, ""},
    Shape{"missing_column", FaultKind::MissingColumn, "columns!"},
    Shape{"renamed_column", FaultKind::RenamedColumn, "columns!,to!"},
    Shape{"retyped_column", FaultKind::RetypedColumn, "columns!"},
    Shape{"new_column", FaultKind::NewColumn, "name!"},
    Shape{"unit_flip", FaultKind::UnitFlip, "columns!,factor,rows"},
    Shape{"decimal_shift", FaultKind::DecimalShift, "columns!,places,rows"},
    Shape{"revised_row", FaultKind::RevisedRow, "columns!,factor,rows"},
    Shape{"nan", FaultKind::Nan, "columns!,rows"},
    Shape{"huge_number", FaultKind::HugeNumber, "columns!,rows"},
    Shape{"null_key", FaultKind::NullKey, "rows"},
    Shape{"wrong_date", FaultKind::WrongDate, "days,rows"},
    Shape{"bad_code", FaultKind::BadCode, "rows"},
    Shape{"impossible_ohlc", FaultKind::ImpossibleOhlc, "rows"},
    Shape{"duplicate_row", FaultKind::DuplicateRow, "rows"},
    Shape{"wrong_width_row", FaultKind::WrongWidthRow, "rows"},
    Shape{"http_500", FaultKind::Http500, "status"},
    Shape{"html_200", FaultKind::Html200, ""},
    Shape{"truncated_json", FaultKind::TruncatedJson, "part"},
    Shape{"wrong_charset", FaultKind::WrongCharset, ""},
    Shape{"gzip_bomb", FaultKind::GzipBomb, "megabytes"},
    Shape{"delay", FaultKind::Delay, "milliseconds"},
    Shape{"slow", FaultKind::Slow, "bytes_per_second"},
    Shape{"stall", FaultKind::Stall, "after"},
    Shape{"drop", FaultKind::Drop, "after"},
};

/// Whole-number arguments with the smallest and largest value that makes sense.
struct Whole {
  std::string_view name;
  std::int64_t Fault::*member;
  std::int64_t least, most;
};
constexpr std::array kWholes = {
    Whole{"code", &Fault::code, -100000, 100000},
    Whole{"status", &Fault::status, 500, 599},
    Whole{"bytes_per_second", &Fault::bytes_per_second, 1, 1'000'000'000},
    Whole{"after", &Fault::after, 0, 1'000'000'000},
    Whole{"milliseconds", &Fault::milliseconds, 0, 3'600'000},
    Whole{"megabytes", &Fault::megabytes, 1, 4096},
    Whole{"places", &Fault::places, -6, 6},
    Whole{"days", &Fault::days, -36500, 36500},
};

using catalog::Node;

/// Numbers as YAML has them, nothing around them.
template <typename Number>
bool parse(const Node& node, Number& out) {
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, out);
  return node.kind == Node::Kind::Scalar && error == std::errc{} && stop == end;
}

class Reader {
 public:
  Reader(std::string file, const catalog::Catalog& catalog)
      : file_(std::move(file)), catalog_(catalog) {}

  Result<FaultPlan> plan(const Node& root) const {
    FaultPlan plan;
    if (root.kind != Node::Kind::Map)
      return wrong(root.line, "the file is " + root.described(), "write seed: and rules:");
    KANPAN_TRY(known(root, {"seed", "rules"}));
    if (const Node* seed = root.find("seed")) {
      KANPAN_LET(const std::int64_t value, whole(*seed, "seed", 0, INT64_MAX));
      plan.seed = static_cast<std::uint64_t>(value);
    }
    const Node* rules = root.find("rules");
    if (!rules || rules->kind != Node::Kind::List)
      return wrong(rules ? rules->line : root.line,
                   "rules is " + (rules ? rules->described() : "missing"),
                   "write rules: and a list below it");
    for (const Node& node : rules->items) {
      KANPAN_LET(FaultRule rule, this->rule(node));
      plan.rules.push_back(std::move(rule));
    }
    return plan;
  }

 private:
  Error wrong(int line, const std::string& message, std::string hint) const {
    return {Errc::Config, fmt::format("{}:{}: {}", file_, line, message), std::move(hint)};
  }

  Result<> known(const Node& map, const std::vector<std::string>& names) const {
    for (const Node::Member& member : map.members)
      if (std::ranges::find(names, member.key) == names.end())
        return wrong(member.line, fmt::format("unknown key '{}'", member.key),
                     names.empty() ? "it takes no arguments" : suggestion(member.key, names));
    return {};
  }

  Result<std::int64_t> whole(const Node& node, std::string_view key, std::int64_t least,
                             std::int64_t most) const {
    std::int64_t value = 0;
    if (!parse(node, value) || value < least || value > most)
      return wrong(node.line, fmt::format("{} is {}", key, node.described()),
                   fmt::format("a whole number from {} to {}", least, most));
    return value;
  }

  Result<double> real(const Node& node, std::string_view key, double least, double most) const {
    double value = 0;
    if (!parse(node, value) || !(value >= least && value <= most))
      return wrong(node.line, fmt::format("{} is {}", key, node.described()),
                   fmt::format("a number from {} to {}", least, most));
    return value;
  }

  Result<std::string> text(const Node& node, std::string_view key) const {
    if (node.kind != Node::Kind::Scalar || node.text.empty())
      return wrong(node.line, fmt::format("{} is {}", key, node.described()), "write one word");
    return node.text;
  }

  /// A list, or one word for a list of one.
  Result<std::vector<std::string>> texts(const Node& node, std::string_view key) const {
    std::vector<std::string> words;
    const bool is_list = node.kind == Node::Kind::List;
    for (std::size_t i = 0; i < (is_list ? node.items.size() : 1); ++i) {
      KANPAN_LET(std::string word, text(is_list ? node.items[i] : node, key));
      words.push_back(std::move(word));
    }
    if (words.empty())
      return wrong(node.line, fmt::format("{} is an empty list", key), "name one at least");
    return words;
  }

  Result<FaultRule> rule(const Node& node) const {
    FaultRule rule;
    if (node.kind != Node::Kind::Map)
      return wrong(node.line, "a rule is " + node.described(), "write when: and do:");
    KANPAN_TRY(known(node, {"when", "do"}));
    if (const Node* when = node.find("when")) {
      KANPAN_LET(rule.when, this->when(*when));
    }
    const Node* action = node.find("do");
    if (!action) return wrong(node.line, "the rule has no do", "name what happens: do: drop");
    KANPAN_LET(rule.fault, fault(*action));
    return rule;
  }

  Result<FaultWhen> when(const Node& node) const {
    FaultWhen when;
    if (node.kind != Node::Kind::Map)
      return wrong(node.line, "when is " + node.described(), "write when: {api: daily}");
    KANPAN_TRY(known(node, {"api", "date", "params", "calls", "probability"}));
    if (const Node* api = node.find("api")) {
      KANPAN_LET(when.apis, texts(*api, "api"));
      for (std::size_t i = 0; i < when.apis.size(); ++i)
        if (!catalog_.by_api(when.apis[i]))
          return unknown_interface(api->items.empty() ? *api : api->items[i]);
    }
    if (const Node* date = node.find("date")) {
      Date day;
      if (!parse_date(date->text, day))
        return wrong(date->line, "date is " + date->described(), "a day, as 20240628");
      when.date = day.compact();
    }
    if (const Node* params = node.find("params")) KANPAN_TRY(this->params(*params, when));
    if (const Node* calls = node.find("calls")) KANPAN_TRY(this->calls(*calls, when));
    if (const Node* probability = node.find("probability")) {
      KANPAN_LET(when.probability, real(*probability, "probability", 0, 1));
    }
    return when;
  }

  Error unknown_interface(const Node& node) const {
    std::vector<std::string> names;
    for (const catalog::TableSpec* table : catalog_.tables()) {
      names.push_back(table->source.api);
      if (table->source.twin) names.push_back(table->source.twin->api);
    }
    std::string near = suggestion(node.text, names);
    return wrong(node.line, fmt::format("api is '{}', which is no interface", node.text),
                 near.empty() ? "see: kanpan table list" : std::move(near));
  }

  Result<> params(const Node& node, FaultWhen& when) const {
    if (node.kind != Node::Kind::Map)
      return wrong(node.line, "params is " + node.described(),
                   "write params: {ts_code: 000001.SZ}");
    for (const Node::Member& member : node.members) {
      KANPAN_LET(when.parameters[member.key], text(member.value, member.key));
    }
    return {};
  }

  Result<> calls(const Node& node, FaultWhen& when) const {
    if (node.kind != Node::Kind::Map)
      return wrong(node.line, "calls is " + node.described(),
                   "write calls: {first: 2}, {every: 5} or {from: 3, to: 4}");
    KANPAN_TRY(known(node, {"first", "every", "from", "to"}));
    for (const auto& [key, member] :
         {std::pair{"first", &FaultWhen::to}, std::pair{"to", &FaultWhen::to},
          std::pair{"from", &FaultWhen::from}, std::pair{"every", &FaultWhen::every}})
      if (const Node* value = node.find(key)) {
        KANPAN_LET(when.*member, whole(*value, key, 1, INT64_MAX));
      }
    if (when.to < when.from)
      return wrong(node.line, fmt::format("calls from {} to {} are none", when.from, when.to),
                   "let from be no larger than to");
    return {};
  }

  /// `drop`, or `{slow: {bytes_per_second: 100}}`.
  Result<Fault> fault(const Node& node) const {
    if (node.kind == Node::Kind::Scalar) return fault(node.text, node.line, Node{});
    if (node.kind != Node::Kind::Map || node.members.size() != 1)
      return wrong(node.line, "do is " + node.described(),
                   "one name, or one name with its arguments: {slow: {bytes_per_second: 100}}");
    const Node::Member& member = node.members.front();
    if (member.value.kind != Node::Kind::Map)
      return wrong(member.line, fmt::format("{} is {}", member.key, member.value.described()),
                   "write its arguments as a mapping");
    return fault(member.key, member.line, member.value);
  }

  Result<Fault> fault(const std::string& name, int line, const Node& arguments) const {
    const auto shape = std::ranges::find(kShapes, name, &Shape::name);
    if (shape == kShapes.end()) {
      std::vector<std::string> names;
      for (const Shape& known : kShapes) names.emplace_back(known.name);
      std::string near = suggestion(name, names);
      return wrong(
          line, fmt::format("unknown fault '{}'", name),
          near.empty() ? fmt::format("one of {}", fmt::join(names, ", ")) : std::move(near));
    }
    Fault fault;
    fault.kind = shape->kind;
    if (shape->kind == FaultKind::RevisedRow) fault.factor = 1.01;
    std::vector<std::string> allowed = protocol::split_list(shape->arguments);
    for (std::string& argument : allowed) {
      if (!argument.ends_with('!')) continue;
      argument.pop_back();
      if (!arguments.find(argument))
        return wrong(line, fmt::format("{} has no {}", name, argument),
                     fmt::format("write {}: {{{}: …}}", name, argument));
    }
    KANPAN_TRY(known(arguments, allowed));
    for (const Node::Member& member : arguments.members)
      KANPAN_TRY(argument(member.key, member.value, fault));
    return fault;
  }

  Result<> argument(const std::string& key, const Node& value, Fault& fault) const {
    if (const auto at = std::ranges::find(kWholes, key, &Whole::name); at != kWholes.end()) {
      KANPAN_LET(fault.*(at->member), whole(value, key, at->least, at->most));
    } else if (key == "columns") {
      KANPAN_LET(fault.columns, texts(value, key));
    } else if (key == "rows") {
      KANPAN_LET(fault.rows, whole(value, key, 1, INT64_MAX));
    } else if (key == "factor") {
      KANPAN_LET(fault.factor, real(value, key, 1e-9, 1e9));
    } else if (key == "part") {
      KANPAN_LET(fault.part, real(value, key, 0, 1));
    } else {
      std::string& member = key == "to" ? fault.to : key == "name" ? fault.name : fault.message;
      KANPAN_LET(member, text(value, key));
    }
    return {};
  }

  std::string file_;
  const catalog::Catalog& catalog_;
};

}  // namespace

Result<FaultPlan> load_faults(const std::filesystem::path& file, const catalog::Catalog& catalog) {
  KANPAN_LET(const Node root, catalog::read_document(file));
  return Reader(file.string(), catalog).plan(root);
}

}  // namespace kanpan::source::sim
