#include "kanpan/ingest/import.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/row_files.hpp"
#include "kanpan/app/watch.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::app {
namespace {

struct ImportFlags {
  std::string table, units = "tushare";
  std::vector<std::string> files, names;
};

Result<frame::ColumnNames> column_names(const std::vector<std::string>& pairs) {
  frame::ColumnNames names;
  for (const std::string& pair : pairs) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size())
      return Error{Errc::Usage, fmt::format("--map '{}' is no pair", pair),
                   "source=column, as in --map 代码=ts_code"};
    names.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return names;
}

Result<int> import(Session& session, const ImportFlags& flags) {
  Instance& instance = *session.instance;
  ingest::ImportRequest request;
  KANPAN_LET(request.table, instance.catalog().find(flags.table));
  KANPAN_LET(const auto units, query::parse_units(flags.units));
  request.normal_units = units == query::Units::Normal;
  KANPAN_LET(const auto names, column_names(flags.names));
  for (const std::string& name : flags.files) {
    KANPAN_LET(auto file, open_rows(session.path(name), name, *request.table, names));
    request.files.push_back(std::move(file));
  }
  KANPAN_LET(const bool simulated, instance.journal().has_rows(true));
  if (simulated)
    session.note(
        fmt::format("note: '{}' holds simulated rows (模拟数据): these will stand beside them",
                    session.data.string()));
  ingest::Importer importer(instance.parts());
  request.run = journal::new_run_id(instance.clock());
  return watch(
      session, request.run,
      [&](std::stop_token stop) { return importer.run(std::move(request), std::move(stop)); },
      false);
}

}  // namespace

void add_import(CLI::App& root, Parsed& parsed) {
  auto flags = std::make_shared<ImportFlags>();
  auto* command =
      root.add_subcommand("import", "rows from files, through the same gate and journal");
  command->add_option("TABLE", flags->table, "table")->required();
  command->add_option("FILE", flags->files, "CSV or NDJSON (plain, gzip, zstd), or Parquet")
      ->required();
  command->add_option("--units", flags->units,
                      "tushare (the source's, as is) or kanpan (元, 股, %)");
  command->add_option("--map", flags->names, "source=column: another name in the file; repeatable")
      ->allow_extra_args(false);
  command->footer(
      "Examples:\n  kanpan import daily 2023.csv.gz 2024.parquet\n"
      "  kanpan import daily prices.csv --units kanpan --map 代码=ts_code --map 日期=trade_date\n"
      "Exit codes: 0 every row is durable and queryable, 5 rows were held back, 6 stopped before "
      "the "
      "end");
  command->callback([&parsed, flags] {
    parsed.chosen.brings_data = true;
    parsed.chosen.tables = flags->table;
    parsed.chosen.action = [flags](Session& session) { return import(session, *flags); };
  });
}

}  // namespace kanpan::app
