#include "model.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kanpan::store::contract {
namespace {

std::size_t position(const catalog::TableSpec& table, std::string_view name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].name == name) return i;
  throw std::logic_error("no such column: " + std::string(name));
}

bool is_null(const Cell& cell) { return std::holds_alternative<std::monostate>(cell); }

bool same_key(const catalog::TableSpec& table, const Row& a, const Row& b) {
  return std::ranges::all_of(table.key, [&](const std::string& name) {
    const std::size_t i = position(table, name);
    return a[i] == b[i];
  });
}

bool holds(const catalog::TableSpec& table, const Filter& filter, const Row& row) {
  const Cell& cell = row[position(table, filter.column)];
  if (filter.op == Op::IsNull) return is_null(cell);
  if (is_null(cell)) return false;
  if (filter.op == Op::NotNull) return true;
  const auto matches = [&](const Value& value) {
    const auto compare = [&]() -> std::partial_ordering {
      if (const auto* real = std::get_if<double>(&cell))
        return *real <=> (std::holds_alternative<double>(value)
                              ? std::get<double>(value)
                              : static_cast<double>(std::get<std::int64_t>(value)));
      if (const auto* number = std::get_if<std::int64_t>(&cell)) {
        if (std::holds_alternative<double>(value))
          return static_cast<double>(*number) <=> std::get<double>(value);
        return *number <=> std::get<std::int64_t>(value);
      }
      if (const auto* day = std::get_if<Date>(&cell)) return *day <=> std::get<Date>(value);
      return std::get<std::string>(cell) <=> std::get<std::string>(value);
    }();
    switch (filter.op) {
      case Op::Eq:
      case Op::In:
        return compare == 0;
      case Op::Ne:
        return compare != 0;
      case Op::Lt:
        return compare < 0;
      case Op::Le:
        return compare <= 0;
      case Op::Gt:
        return compare > 0;
      case Op::Ge:
        return compare >= 0;
      default:
        return false;
    }
  };
  return std::ranges::any_of(filter.values, matches);
}

bool selected(const Read& read, const Row& row) {
  const catalog::TableSpec& table = *read.table;
  if (!read.codes.empty()) {
    const Cell& code = row[position(table, table.code)];
    if (is_null(code) ||
        std::ranges::find(read.codes, std::get<std::string>(code)) == read.codes.end())
      return false;
  }
  if (read.from || read.to) {
    const Cell& day = row[position(table, table.time)];
    if (is_null(day) || (read.from && std::get<Date>(day) < *read.from) ||
        (read.to && std::get<Date>(day) > *read.to))
      return false;
  }
  return std::ranges::all_of(read.filters,
                             [&](const Filter& filter) { return holds(table, filter, row); });
}

bool in_scope(const catalog::TableSpec& table, const Scope& scope, const Row& row) {
  Read read;
  read.table = &table;
  read.codes = scope.codes;
  if (scope.time) {
    read.from = scope.time->first;
    read.to = scope.time->last;
  }
  return selected(read, row);
}

bool before(const Read& read, const Row& a, const Row& b) {
  std::vector<Order> order = read.order;
  for (const std::string& name : read.table->key) order.push_back({name, false});
  for (const Order& by : order) {
    const std::size_t i = position(*read.table, by.column);
    if (a[i] == b[i]) continue;
    if (is_null(a[i]) || is_null(b[i])) return is_null(b[i]);
    return by.descending ? b[i] < a[i] : a[i] < b[i];
  }
  return false;
}

void push(frame::Column& column, const Cell& cell) {
  if (is_null(cell)) return column.push_null();
  switch (column.type()) {
    case frame::Type::Text:
      return column.push(std::string_view(std::get<std::string>(cell)));
    case frame::Type::Date:
      return column.push(std::get<Date>(cell));
    case frame::Type::Int:
      return column.push(std::get<std::int64_t>(cell));
    case frame::Type::Real:
      return column.push(std::get<double>(cell));
  }
}

Cell cell_of(const frame::Column& column, std::size_t row) {
  if (column.is_null(row)) return {};
  switch (column.type()) {
    case frame::Type::Text:
      return std::string(column.texts()[row]);
    case frame::Type::Date:
      return column.dates()[row];
    case frame::Type::Int:
      return column.ints()[row];
    case frame::Type::Real:
      return column.reals()[row];
  }
  return {};
}

}  // namespace

Row row_of(const frame::Batch& batch, std::size_t row) {
  Row cells;
  for (std::size_t c = 0; c < batch.width(); ++c) cells.push_back(cell_of(batch.column(c), row));
  return cells;
}

frame::Batch batch_of(const std::vector<frame::Field>& fields, const std::vector<Row>& rows) {
  frame::Batch batch(fields);
  for (const Row& row : rows)
    for (std::size_t c = 0; c < fields.size(); ++c) push(batch.column(c), row.at(c));
  return batch;
}

std::string text(const Row& row) {
  std::vector<std::string> cells;
  for (const Cell& cell : row) {
    if (const auto* v = std::get_if<std::string>(&cell))
      cells.push_back("'" + *v + "'");
    else if (const auto* d = std::get_if<Date>(&cell))
      cells.push_back(d->iso());
    else if (const auto* i = std::get_if<std::int64_t>(&cell))
      cells.push_back(fmt::to_string(*i));
    else if (const auto* r = std::get_if<double>(&cell))
      cells.push_back(fmt::to_string(*r));
    else
      cells.push_back("null");
  }
  return fmt::format("({})", fmt::join(cells, ", "));
}

Model::Version* Model::find(std::vector<Version>& versions, const catalog::TableSpec& table,
                            const Row& row) {
  const auto found = std::ranges::find_if(versions, [&](const Version& version) {
    return !version.until && same_key(table, version.row, row);
  });
  return found == versions.end() ? nullptr : &*found;
}

Applied Model::apply(const Change& change) {
  const catalog::TableSpec& table = *change.table;
  std::vector<Version>& versions = tables_[table.name];
  std::vector<Row> rows;
  Applied applied{change.seq};
  for (std::size_t i = 0; i < change.rows.rows(); ++i) {
    const Row row = row_of(change.rows, i);
    applied.repeated += std::erase_if(rows, [&](const Row& r) { return same_key(table, r, row); });
    rows.push_back(row);
  }
  if (change.mode == Mode::Replace)
    for (Version& version : versions) {
      const bool kept = std::ranges::any_of(
          rows, [&](const Row& row) { return same_key(table, row, version.row); });
      if (version.until || kept || !in_scope(table, change.scope, version.row)) continue;
      version.until = change.seq;
      ++applied.closed;
    }
  for (Row& row : rows) {
    Version* stored = find(versions, table, row);
    if (change.mode == Mode::Delete) {
      if (stored) stored->until = change.seq, ++applied.closed;
      continue;
    }
    if (stored && change.mode == Mode::Merge)
      for (std::size_t i = 0; i < row.size(); ++i)
        if (is_null(row[i])) row[i] = stored->row[i];
    if (stored && stored->row == row) {
      ++applied.unchanged;
      continue;
    }
    if (stored) stored->until = change.seq;
    ++(stored ? applied.changed : applied.added);
    versions.push_back({row, change.seq, std::nullopt});
  }
  return applied;
}

std::vector<Row> Model::read(const Read& read) const {
  std::vector<Row> rows;
  if (const auto found = tables_.find(read.table->name); found != tables_.end())
    for (const Version& version : found->second) {
      const bool visible = read.as_of ? version.seq <= *read.as_of &&
                                            (!version.until || *version.until > *read.as_of)
                                      : !version.until;
      if (visible && selected(read, version.row)) rows.push_back(version.row);
    }
  std::ranges::sort(rows, [&](const Row& a, const Row& b) { return before(read, a, b); });
  const std::size_t from = std::min<std::uint64_t>(read.offset, rows.size());
  const std::size_t count =
      std::min<std::uint64_t>(read.limit.value_or(rows.size()), rows.size() - from);
  rows = {rows.begin() + static_cast<std::ptrdiff_t>(from),
          rows.begin() + static_cast<std::ptrdiff_t>(from + count)};
  if (read.columns.empty()) return rows;
  for (Row& row : rows) {
    Row narrow;
    for (const std::string& name : read.columns) narrow.push_back(row[position(*read.table, name)]);
    row = std::move(narrow);
  }
  return rows;
}

std::uint64_t Model::versions(const catalog::TableSpec& table) const {
  const auto found = tables_.find(table.name);
  return found == tables_.end() ? 0 : found->second.size();
}

Result<std::vector<Row>> rows_of(const Store& store, const Read& read) {
  std::vector<Row> rows;
  KANPAN_TRY(store.read(read, [&](frame::Batch&& batch) -> Result<bool> {
    for (std::size_t i = 0; i < batch.rows(); ++i) rows.push_back(row_of(batch, i));
    return true;
  }));
  return rows;
}

}  // namespace kanpan::store::contract
