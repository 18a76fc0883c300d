#include "kanpan/store/duckdb/staged.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/store/duckdb/chunk.hpp"

namespace kanpan::store::duckdb {
namespace {

// A page of at most this many codes over more days than this finds its stored versions faster in
// the by-code copy than in the days.
constexpr std::size_t kFewCodes = 8;
constexpr int kManyDays = 31;

/// What the keys of the staged rows span; decides how little has to be scanned.
struct Span {
  std::optional<DateRange> days;   ///< unset: undated key, or nulls
  std::vector<std::string> codes;  ///< at most kFewCodes; empty: more, none, or nulls
};

Span span_of(const Table& table, const frame::Batch& rows) {
  Span span;
  if (rows.rows() == 0) return span;
  if (table.time_in_key && rows.column(table.time).null_count() == 0) {
    const auto [first, last] = std::ranges::minmax(rows.column(table.time).dates());
    span.days = DateRange{first, last};
  }
  if (table.code_in_key && rows.column(table.code).null_count() == 0) {
    const frame::Texts& texts = rows.column(table.code).texts();
    std::set<std::string_view> codes;
    for (std::size_t row = 0; row < texts.size() && codes.size() <= kFewCodes; ++row)
      codes.insert(texts[row]);
    if (codes.size() <= kFewCodes) span.codes.assign(codes.begin(), codes.end());
  }
  return span;
}

/// Stored rows that are about to be superseded or closed.
struct Matched {
  std::uint64_t same = 0, retired = 0;
  Sequence first_seq = 0;
  std::optional<DateRange> days;  ///< of the retired; unset when undated or some have none
};

/// The statements of one change. Values are bound, so the text depends on the table and the shape.
class Staged {
 public:
  Staged(Connection& connection, const Table& table, const Change& change, const frame::Batch& rows)
      : connection_(connection),
        table_(table),
        change_(change),
        rows_(rows),
        span_(span_of(table, rows)) {}

  Result<Applied> apply() {
    Applied applied{change_.seq};
    KANPAN_TRY(fill());
    if (change_.mode == Mode::Merge) KANPAN_TRY(merge());
    KANPAN_TRY(find_stored());
    if (change_.mode == Mode::Replace) {
      KANPAN_LET(applied.closed, find_absent());
    }
    KANPAN_LET(const Matched matched, summary());
    KANPAN_TRY(retire(matched));
    applied.unchanged = matched.same;
    if (change_.mode == Mode::Delete) {
      applied.closed = matched.retired;
    } else {
      applied.changed = matched.retired - applied.closed;
      applied.added = rows_.rows() - applied.changed - applied.unchanged;
      if (applied.added + applied.changed > 0) KANPAN_TRY(insert(matched.same > 0));
    }
    KANPAN_TRY(connection_.run("DELETE FROM " + table_.stage));
    KANPAN_TRY(connection_.run("DELETE FROM " + table_.match));
    return applied;
  }

 private:
  Result<void> fill() {
    const std::string name = "stage_" + table_.spec->name;
    KANPAN_LET(Appender appender, Appender::open(connection_, "temp", name, table_.fields, false));
    KANPAN_TRY(appender.append(rows_, change_.seq));
    return appender.close();
  }

  /// Equality of the keys; null-safe where nulls can be.
  std::string same_key(std::string_view a, std::string_view b, bool nulls_possible) const {
    std::vector<std::string> parts;
    for (std::size_t i : table_.key) {
      const bool safe = nulls_possible || rows_.column(i).null_count() > 0;
      parts.push_back(fmt::format("{} {} {}", table_.column(i, a),
                                  safe ? "IS NOT DISTINCT FROM" : "=", table_.column(i, b)));
    }
    return fmt::format("{}", fmt::join(parts, " AND "));
  }

  /// A sub-select of the current rows that can have the keys of the staged ones, in the physical
  /// order that needs the smaller scan.
  std::string stored(std::vector<Parameter>& parameters) const {
    const auto place = [&](Parameter value) {
      parameters.push_back(std::move(value));
      return fmt::format("${}", parameters.size());
    };
    std::string days = "true";
    if (span_.days)
      days = fmt::format("{} BETWEEN {} AND {}", table_.column(table_.time),
                         place(span_.days->first), place(span_.days->last));
    const bool wide = !span_.days || span_.days->days() > kManyDays;
    const Sequence folded = table_.folded;
    const std::string rows = fmt::format("SELECT {}, _seq FROM ", table_.columns);
    if (folded == 0 || !wide || span_.codes.empty())
      return fmt::format("({}{} WHERE {})", rows, table_.current, days);
    std::vector<std::string> codes;
    for (std::size_t i = 0; i < kFewCodes; ++i)
      codes.push_back(place(span_.codes[std::min(i, span_.codes.size() - 1)]));
    const std::string where =
        fmt::format("{} AND {} IN ({})", days, table_.column(table_.code), fmt::join(codes, ", "));
    return fmt::format("({0}{1} WHERE {2} UNION ALL {0}{3} WHERE {2} AND _seq > {4})", rows,
                       table_.by_code, where, table_.current, place(folded));
  }

  /// A null in a staged row takes the stored value.
  Result<void> merge() {
    std::vector<std::string> assignments;
    for (std::size_t i = 0; i < table_.fields.size(); ++i)
      if (std::ranges::find(table_.key, i) == table_.key.end())
        assignments.push_back(fmt::format("{} = coalesce({}, {})", table_.column(i),
                                          table_.column(i, "s"), table_.column(i, "c")));
    if (assignments.empty()) return {};
    std::vector<Parameter> parameters;
    const std::string from = stored(parameters);
    KANPAN_TRY(connection_.query(
        fmt::format("UPDATE {} AS s SET {} FROM {} AS c WHERE {}", table_.stage,
                    fmt::join(assignments, ", "), from, same_key("s", "c", false)),
        parameters));
    return {};
  }

  Result<void> find_stored() {
    std::vector<std::string> equal{"true"};
    for (std::size_t i = 0; i < table_.fields.size(); ++i)
      if (std::ranges::find(table_.key, i) == table_.key.end())
        equal.push_back(fmt::format("{} IS NOT DISTINCT FROM {}", table_.column(i, "c"),
                                    table_.column(i, "s")));
    const std::string same =
        change_.mode == Mode::Delete ? "false" : fmt::format("{}", fmt::join(equal, " AND "));
    std::vector<Parameter> parameters;
    const std::string from = stored(parameters);
    KANPAN_TRY(connection_.query(
        fmt::format("INSERT INTO {} SELECT {}, c._seq, {} FROM {} AS c JOIN {} AS s ON {}",
                    table_.match, table_.all("c"), same, from, table_.stage,
                    same_key("c", "s", false)),
        parameters));
    return {};
  }

  /// Rows of the scope that the change does not have; how many there are.
  Result<std::uint64_t> find_absent() {
    const Scope& scope = change_.scope;
    std::vector<Parameter> parameters;
    const auto place = [&](Parameter value) {
      parameters.push_back(std::move(value));
      return fmt::format("${}", parameters.size());
    };
    std::vector<std::string> where{"true"};
    if (scope.time)
      where.push_back(fmt::format("{} BETWEEN {} AND {}", table_.column(table_.time, "c"),
                                  place(scope.time->first), place(scope.time->last)));
    if (!scope.codes.empty())
      where.push_back(fmt::format("{} IN (SELECT unnest({}))", table_.column(table_.code, "c"),
                                  place(scope.codes)));
    KANPAN_LET(
        Rows rows,
        connection_.query(
            fmt::format(
                "INSERT INTO {} SELECT {}, c._seq, false FROM {} AS c WHERE {} AND NOT EXISTS "
                "(SELECT 1 FROM {} AS s WHERE {})",
                table_.match, table_.all("c"), table_.current, fmt::join(where, " AND "),
                table_.stage, same_key("c", "s", true)),
            parameters));
    return rows.changed();
  }

  Result<Matched> summary() {
    const frame::Field fields[] = {{"same", frame::Type::Int},   {"retired", frame::Type::Int},
                                   {"seq", frame::Type::Int},    {"undated", frame::Type::Int},
                                   {"first", frame::Type::Date}, {"last", frame::Type::Date}};
    const std::string day = table_.time == kNone ? "NULL::DATE" : table_.column(table_.time);
    KANPAN_LET(
        Rows rows,
        connection_.query(fmt::format(
            "SELECT count(*) FILTER (_same), count(*) FILTER (NOT _same), (min(_seq) FILTER (NOT "
            "_same))::BIGINT, count(*) FILTER (NOT _same AND {0} IS NULL), min({0}) FILTER (NOT "
            "_same),"
            " max({0}) FILTER (NOT _same) FROM {1}",
            day, table_.match)));
    Gather gather(fields);
    KANPAN_TRY(gather.add_all(rows));
    const frame::Batch batch = gather.take();
    const auto number = [&](std::size_t c) {
      return static_cast<std::uint64_t>(batch.column(c).ints()[0]);
    };
    Matched matched{.same = number(0), .retired = number(1), .first_seq = number(2), .days = {}};
    if (matched.retired > 0 && number(3) == 0)
      matched.days = DateRange{batch.column(4).dates()[0], batch.column(5).dates()[0]};
    return matched;
  }

  /// Moves the matched rows that differ from the current copies to the old versions.
  Result<void> retire(const Matched& matched) {
    if (matched.retired == 0) return {};
    KANPAN_TRY(
        connection_.query(fmt::format("INSERT INTO {} SELECT {}, _seq, $1 FROM {} WHERE NOT _same",
                                      table_.old, table_.columns, table_.match),
                          {change_.seq}));
    KANPAN_TRY(remove(table_.current, matched));
    if (table_.has_by_code() && matched.first_seq <= table_.folded)
      KANPAN_TRY(remove(table_.by_code, matched));
    return {};
  }

  Result<void> remove(const std::string& copy, const Matched& matched) {
    std::vector<Parameter> parameters;
    std::string days;
    if (matched.days) {
      parameters = {matched.days->first, matched.days->last};
      days = fmt::format(" AND {} BETWEEN $1 AND $2", table_.column(table_.time, "c"));
    }
    const bool nulls_possible = change_.mode == Mode::Replace;
    KANPAN_TRY(connection_.query(
        fmt::format("DELETE FROM {} AS c USING {} AS m WHERE NOT m._same AND {}{}", copy,
                    table_.match, same_key("c", "m", nulls_possible), days),
        parameters));
    return {};
  }

  Result<void> insert(bool some_are_stored) {
    if (some_are_stored)
      KANPAN_TRY(
          connection_.query(fmt::format("DELETE FROM {} AS s USING {} AS m WHERE m._same "
                                        "AND {}",
                                        table_.stage, table_.match, same_key("s", "m", false))));
    KANPAN_TRY(connection_.query(fmt::format("INSERT INTO {} SELECT {}, $1 FROM {}", table_.current,
                                             table_.columns, table_.stage),
                                 {change_.seq}));
    return {};
  }

  Connection& connection_;
  const Table& table_;
  const Change& change_;
  const frame::Batch& rows_;
  const Span span_;
};

}  // namespace

Result<Applied> apply_staged(Connection& connection, const Table& table, const Change& change,
                             const frame::Batch& rows) {
  return Staged(connection, table, change, rows).apply();
}

}  // namespace kanpan::store::duckdb
