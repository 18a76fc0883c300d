#include "tables.hpp"

#include <string>
#include <utility>

namespace kanpan::store::contract {
namespace {

using frame::Type;

catalog::TableSpec table(std::string name, std::vector<std::pair<std::string, Type>> columns,
                         std::vector<std::string> key, std::string code, std::string time) {
  catalog::TableSpec spec;
  spec.name = std::move(name);
  for (auto& [column, type] : columns) {
    catalog::ColumnSpec& added = spec.columns.emplace_back();
    added.name = std::move(column);
    added.type = type;
  }
  spec.key = std::move(key);
  spec.code = std::move(code);
  spec.time = std::move(time);
  return spec;
}

}  // namespace

const catalog::TableSpec& daily() {
  static const catalog::TableSpec spec = table("daily",
                                               {{"ts_code", Type::Text},
                                                {"trade_date", Type::Date},
                                                {"open", Type::Real},
                                                {"high", Type::Real},
                                                {"low", Type::Real},
                                                {"close", Type::Real},
                                                {"pre_close", Type::Real},
                                                {"change", Type::Real},
                                                {"pct_chg", Type::Real},
                                                {"vol", Type::Real},
                                                {"amount", Type::Real}},
                                               {"ts_code", "trade_date"}, "ts_code", "trade_date");
  return spec;
}

const catalog::TableSpec& stock_basic() {
  static const catalog::TableSpec spec = table("stock_basic",
                                               {{"ts_code", Type::Text},
                                                {"name", Type::Text},
                                                {"industry", Type::Text},
                                                {"list_status", Type::Text},
                                                {"list_date", Type::Date},
                                                {"employees", Type::Int}},
                                               {"ts_code"}, "ts_code", "");
  return spec;
}

const catalog::TableSpec& chips() {
  static const catalog::TableSpec spec =
      table("chips",
            {{"ts_code", Type::Text},
             {"trade_date", Type::Date},
             {"price", Type::Real},
             {"percent", Type::Real}},
            {"ts_code", "trade_date", "price"}, "ts_code", "trade_date");
  return spec;
}

const catalog::TableSpec& statements() {
  static const catalog::TableSpec spec = table(
      "statements",
      {{"ts_code", Type::Text},
       {"ann_date", Type::Date},
       {"end_date", Type::Date},
       {"report_type", Type::Text},
       {"update_flag", Type::Int},
       {"limit", Type::Real},
       {"comment", Type::Text}},
      {"ts_code", "end_date", "report_type", "ann_date", "update_flag"}, "ts_code", "end_date");
  return spec;
}

std::vector<const catalog::TableSpec*> all_tables() {
  return {&daily(), &stock_basic(), &chips(), &statements()};
}

}  // namespace kanpan::store::contract
