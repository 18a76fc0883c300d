#include "kanpan/catalog/reference.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/catalog/parameters.hpp"

namespace kanpan::catalog {
namespace {

/// Collects Markdown.
class Page {
 public:
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += '\n';
  }
  void heading(std::string_view text) { line("\n## {}\n", text); }
  /// A table's row; the first one is followed by rule().
  void row(const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) text_ += "| " + escaped(cell) + " ";
    text_ += "|\n";
  }
  void head(const std::vector<std::string>& cells) {
    row(cells);
    for (std::size_t i = 0; i < cells.size(); ++i) text_ += "|---";
    text_ += "|\n";
  }
  std::string take() && { return std::move(text_); }

 private:
  static std::string escaped(std::string_view cell) {
    std::string text;
    for (char c : cell) {
      if (c == '|') text += '\\';
      text += c;
    }
    return text;
  }

  std::string text_;
};

std::string code(std::string_view text) { return fmt::format("`{}`", text); }

std::string codes(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  std::transform(words.begin(), words.end(), std::back_inserter(quoted), code);
  return fmt::format("{}", fmt::join(quoted, ", "));
}

std::string number(std::optional<int> value, std::string_view otherwise) {
  return value ? fmt::format("{}", *value) : std::string(otherwise);
}

/// In the largest unit that divides it.
std::string duration(int seconds) {
  if (seconds == 0) return "not cached";
  if (seconds % 86400 == 0) return fmt::format("{} d", seconds / 86400);
  if (seconds % 3600 == 0) return fmt::format("{} h", seconds / 3600);
  if (seconds % 60 == 0) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} s", seconds);
}

std::string age(int days) { return days == 0 ? "for ever" : fmt::format("{} days", days); }

std::string ready(const SourceSpec& source) {
  if (source.ready_second == 0) return "not stated";
  constexpr std::string_view kDays[] = {"the same day", "the next day"};
  const std::string day = source.ready_days < 2 ? std::string(kDays[source.ready_days])
                                                : fmt::format("{} days later", source.ready_days);
  return fmt::format("{:02}:{:02} {}{}", source.ready_second / 3600, source.ready_second / 60 % 60,
                     day, source.intraday ? ", parts of it while the exchange trades" : "");
}

std::string_view described(WalkKind kind) {
  switch (kind) {
    case WalkKind::Whole:
      return "everything in one call";
    case WalkKind::Date:
      return "one day, every code";
    case WalkKind::Code:
      return "one code";
    case WalkKind::Period:
      return "one report period, every code";
    case WalkKind::Window:
      return "a window of days, every code";
    case WalkKind::Announcement:
      return "one day of announcements, every code";
  }
  return "";
}

std::string described(const Meaning& meaning) {
  using enum ParameterKind;
  switch (meaning.kind) {
    case Equal:
      return code(meaning.column);
    case From:
      return code(meaning.column) + " from it on";
    case To:
      return code(meaning.column) + " up to it";
    case CodeSuffix:
      return "the code's suffix";
    case Board:
      return "the code's board";
    case Newest:
      return "the last " + code(meaning.column);
    case Limit:
    case Offset:
    case Ignored:
      break;
  }
  return "";
}

std::string described(const SourceSpec& source, const Walk& walk) {
  std::vector<std::string> parameters;
  for (const std::string& parameter : {walk.parameter, walk.from, walk.to})
    if (!parameter.empty()) parameters.push_back(parameter);
  std::string text = fmt::format("{}: {}", code(source.api_of(walk)), described(walk.kind));
  if (!parameters.empty()) text += " by " + codes(parameters);
  if (!walk.column.empty()) text += ", which bounds " + code(walk.column);
  if (walk.max_days > 0) text += fmt::format(", at most {} days", walk.max_days);
  const auto limit = source.row_limit_of(walk);
  text += limit ? fmt::format("; at most {} rows", *limit) : std::string("; no row cap stated");
  if (const auto points = source.points_of(walk)) text += fmt::format("; {} points", *points);
  return text;
}

void write_facts(Page& page, const TableSpec& table) {
  page.head({"", ""});
  page.row({"Name", code(table.name)});
  page.row({"Category", table.category + (table.helper ? " (helper)" : "")});
  page.row({"Key", codes(table.key)});
  if (table.dated()) {
    page.row({"Time column", fmt::format("{}, {} days", code(table.time), name(table.days))});
    page.row({"First day", table.since.iso()});
  }
  if (!table.code.empty())
    page.row({"Code column",
              code(table.code) + (table.code_form == CodeForm::Share ? ", of shares" : "")});
  if (!table.codes.empty()) page.row({"Codes asked", codes(table.codes)});
  std::string expected(name(table.expect));
  if (!table.expect_exchanges.empty())
    expected += fmt::format(" of {}", fmt::join(table.expect_exchanges, ", "));
  page.row({"Expected rows", expected});
  if (!table.with.empty()) page.row({"Brings along", codes(table.with)});
}

void write_source(Page& page, const TableSpec& table) {
  const SourceSpec& source = table.source;
  page.heading("Source");
  page.head({"", ""});
  page.row({"Interface", code(source.api) +
                             (source.doc_id ? fmt::format(" (document {})", *source.doc_id) : "")});
  page.row({"Rows per answer", number(source.row_limit, "no cap stated")});
  page.row({"Points", number(source.points, "not stated or sold separately")});
  page.row({"Calls per minute", number(source.calls_per_minute, "by points")});
  page.row({"Calls per day", number(source.calls_per_day, "by points")});
  page.row({"Paging", source.pages ? "`limit` and `offset`, overlap compared" : "none"});
  page.row({"A day is ready at", ready(source)});
  if (source.split) {
    std::string values = codes(source.split->values);
    for (const auto& [value, day] : source.split->since)
      values += fmt::format("; {} since {}", code(value), day.iso());
    page.row({fmt::format("Split by {}", code(source.split->parameter)), values});
  }
  for (const auto& [parameter, value] : source.fixed)
    page.row({"Always sent", code(parameter + "=" + value)});
  page.line("\nHow it is asked, best first:\n");
  for (const Walk& walk : source.walks) page.line("- {}", described(source, walk));
  page.line("\nParameters:\n");
  page.head({"Parameter", "Type", "Required", "Meaning", "Picks rows by", "Assumed"});
  for (const ParameterSpec& parameter : source.parameters)
    page.row({code(parameter.name), parameter.type, parameter.required ? "yes" : "",
              parameter.label, described(meaning(table, parameter.name)),
              parameter.assumed.empty() ? "" : code(parameter.assumed)});
}

void write_policy(Page& page, const TableSpec& table) {
  const Policy& policy = table.policy;
  page.heading("Policy");
  page.head({"", ""});
  page.row({"Update mode", std::string(name(policy.mode))});
  page.row({"Schedule", code(policy.schedule)});
  if (policy.poll_interval > 0)
    page.row({"Poll interval", fmt::format("{} s", policy.poll_interval)});
  page.row({"Batch size", fmt::format("{} rows", policy.batch_size)});
  page.row({"Retries", fmt::format("{}", policy.retry_times)});
  page.row({"Conflict resolution", std::string(name(policy.conflict))});
  page.row({"Cache keys renewed", code(policy.cache_invalidate)});
  if (!policy.quality_checks.empty()) page.row({"Quality checks", codes(policy.quality_checks)});
  page.row({"Cache key", code(table.cache.key)});
  page.row({"Cache renewed by", table.cache.trigger});
  page.row({"Memory (L1)", duration(table.cache.l1_seconds)});
  page.row({"Redis (L2)", duration(table.cache.l2_seconds)});
  page.row({"Browser (L3)", duration(table.cache.l3_seconds)});
  page.row({"Kept hot", age(table.retention.hot_days)});
  page.row({"Kept cold", age(table.retention.cold_days)});
  page.row({"Kept in the archive", age(table.retention.archive_days)});
}

std::string tolerance(const Identity& identity) {
  std::string text = identity.relation == Relation::Range
                         ? fmt::format("{} to {}", identity.minimum, identity.maximum)
                         : fmt::format("{}", identity.tolerance);
  if (!identity.time.empty()) text += fmt::format(", since {}", identity.since.iso());
  if (identity.least > 0) text += fmt::format(", all from {} up", identity.least);
  return text;
}

void write_identities(Page& page, const TableSpec& table) {
  if (table.identities.empty()) return;
  page.heading("What every row must satisfy");
  page.head({"Relation", "Columns", "Scale", "Tolerance or range"});
  for (const Identity& identity : table.identities)
    page.row({std::string(name(identity.relation)), codes(identity.columns),
              fmt::format("{}", identity.scale), tolerance(identity)});
}

std::string described(Nulls nulls) { return nulls == Nulls::Any ? "" : std::string(name(nulls)); }

void write_columns(Page& page, const TableSpec& table) {
  page.heading("Columns");
  page.head({"Column", "Type", "Unit", "中文", "English", "Sent unasked", "Empty"});
  for (const ColumnSpec& column : table.columns)
    page.row({code(column.name), std::string(frame::name(column.type)), column.unit, column.label,
              column.label_en, column.by_default ? "yes" : "no", described(column.nulls)});
}

}  // namespace

std::string reference_page(const TableSpec& table) {
  Page page;
  page.line("# {} · {}\n", table.title, table.title_en);
  write_facts(page, table);
  write_source(page, table);
  write_policy(page, table);
  write_identities(page, table);
  write_columns(page, table);
  return std::move(page).take();
}

std::string reference_index(const Catalog& catalog) {
  Page page;
  page.line("# Tables");
  for (std::string_view category : kCategories) {
    page.heading(category);
    page.head({"Table", "中文", "English", "Update", "Schedule"});
    for (const TableSpec* table : catalog.tables())
      if (table->category == category)
        page.row({fmt::format("[{0}]({0}.md)", table->name), table->title, table->title_en,
                  std::string(name(table->policy.mode)), code(table->policy.schedule)});
  }
  return std::move(page).take();
}

}  // namespace kanpan::catalog
