// Table specs and rows that the tests of this folder share.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/cell.hpp"
#include "kanpan/source/sim/condition.hpp"
#include "kanpan/source/sim/dataset.hpp"

namespace kanpan::source::sim::test {

inline catalog::ColumnSpec column(std::string name, frame::Type type, bool by_default = true) {
  catalog::ColumnSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.by_default = by_default;
  return spec;
}

inline catalog::ParameterSpec parameter(std::string name, std::string label = {},
                                        bool required = false) {
  catalog::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = "str";
  spec.label = std::move(label);
  spec.required = required;
  return spec;
}

/// Bars: complete at 16:00 of the day.
inline catalog::TableSpec daily_table() {
  using frame::Type;
  catalog::TableSpec table;
  table.name = table.source.api = "daily";
  table.columns = {column("ts_code", Type::Text),     column("trade_date", Type::Date),
                   column("high", Type::Real),        column("low", Type::Real),
                   column("close", Type::Real),       column("vol", Type::Real),
                   column("hidden", Type::Int, false)};
  table.key = {"ts_code", "trade_date"};
  table.time = "trade_date";
  table.code = "ts_code";
  table.source.row_limit = 6000;
  table.source.ready_second = 16 * 3600;
  table.source.parameters = {parameter("ts_code"), parameter("trade_date"),
                             parameter("start_date", "开始日期"),
                             parameter("end_date", "结束日期")};
  return table;
}

/// A statement: --from/--to bound the report period, start_date/end_date the announcement.
inline catalog::TableSpec income_table() {
  using frame::Type;
  catalog::TableSpec table;
  table.name = table.source.api = "income_vip";
  table.columns = {column("ts_code", Type::Text),     column("ann_date", Type::Date),
                   column("f_ann_date", Type::Date),  column("end_date", Type::Date),
                   column("report_type", Type::Text), column("n_income", Type::Real)};
  table.time = "end_date";
  table.code = "ts_code";
  table.source.parameters = {parameter("ts_code"),
                             parameter("ann_date"),
                             parameter("start_date", "公告日开始日期"),
                             parameter("end_date", "公告日结束日期"),
                             parameter("period", "报告期"),
                             parameter("report_type")};
  table.source.parameters[2].column = table.source.parameters[3].column = "ann_date";
  table.source.parameters[5].assumed = "1";
  return table;
}

/// Rows from text cells; "" is null.
inline frame::Batch batch_of(const catalog::TableSpec& table,
                             const std::vector<std::vector<std::string>>& rows) {
  std::vector<frame::Field> fields;
  for (const catalog::ColumnSpec& spec : table.columns) fields.push_back({spec.name, spec.type});
  frame::Batch batch(std::move(fields));
  for (const std::vector<std::string>& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c)
      if (row[c].empty())
        batch.column(c).push_null();
      else
        frame::push_text(batch.column(c), row[c]);
  return batch;
}

/// Rows in memory, by table, newest first; answers by looking at every one.
class Rows final : public Dataset {
 public:
  void set(const catalog::TableSpec& table, const std::vector<std::vector<std::string>>& rows) {
    batches_[table.name] = batch_of(table, rows);
  }

  Result<frame::Batch> rows(const catalog::TableSpec& table,
                            const Question& question) const override {
    const auto at = batches_.find(table.name);
    if (at == batches_.end()) return Error{Errc::Io, "no rows of " + table.name, "set some"};
    const frame::Batch& batch = at->second;
    std::vector<Condition> all = conditions(batch, question);
    if (table.dated() && (question.from || question.to))
      all.push_back(lies_between(batch.column(batch.find(table.time)), question.from, question.to));
    std::vector<std::uint32_t> kept;
    for (std::uint32_t row = 0; row < batch.rows(); ++row)
      if (has_code(table, batch, question, row) && holds(all, row)) kept.push_back(row);
    return batch.take(kept);
  }

 private:
  static bool has_code(const catalog::TableSpec& table, const frame::Batch& batch,
                       const Question& question, std::uint32_t row) {
    if (question.codes.empty()) return true;
    const std::string code = batch.column(batch.find(table.code)).text_of(row);
    return std::ranges::find(question.codes, code) != question.codes.end();
  }

  std::map<std::string, frame::Batch> batches_;
};

}  // namespace kanpan::source::sim::test
