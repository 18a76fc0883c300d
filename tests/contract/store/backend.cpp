#include "backend.hpp"

#include <cstdlib>
#include <stdexcept>

#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::store::contract {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "kanpan-store-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary directory " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code left_behind;  // a file left in the temporary directory fails no test
  std::filesystem::remove_all(path_, left_behind);
}

std::vector<Backend> backends() {
  return {{"duckdb", [](const std::filesystem::path& directory) -> Result<std::unique_ptr<Store>> {
             duckdb::Options options;
             options.fold_rows = 50;  // so that small tests fold in runs, too
             KANPAN_LET(auto store,
                        duckdb::DuckdbStore::open(directory / "hot.duckdb", all_tables(), options));
             return std::unique_ptr<Store>(std::move(store));
           }}};
}

Applied Contract::apply(const catalog::TableSpec& table, Mode mode, const std::vector<Row>& rows,
                        Scope scope) {
  const Change change = change_of(next_++, table, mode, rows, std::move(scope));
  return store().apply({&change, 1}).value().front();
}

Read all_of(const catalog::TableSpec& table) {
  Read read;
  read.table = &table;
  return read;
}

Change change_of(Sequence seq, const catalog::TableSpec& table, Mode mode,
                 const std::vector<Row>& rows, Scope scope) {
  Change change;
  change.seq = seq;
  change.table = &table;
  change.mode = mode;
  change.scope = std::move(scope);
  change.rows = batch_of(table.fields(), rows);
  return change;
}

}  // namespace kanpan::store::contract
