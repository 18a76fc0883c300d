// Real files behind the simulator's protocol.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/source/sim/dataset.hpp"

namespace kanpan::source::sim {

/// Serves a directory of CSV files: `<api>.csv`, `<api>.<anything>.csv` and every CSV in a folder
/// `<api>/`, each also as .csv.gz or .csv.zst. The files of one interface are put together in order
/// of name. `<api>` is the name of the table, of its interface or of the interface's twin.
///
/// Columns are found by their Tushare names; others are ignored, absent ones are null, except for a
/// few that follow from the rest (see csv_inference.hpp). A table without files is empty, except
/// that trade_cal and stock_basic are read off daily. Rows are kept in memory once asked for,
/// ordered newest first, then by code, then as in the files; equal rows stay.
class CsvDataset final : public Dataset {
 public:
  /// Lists the directory and reads every file through, several at a time, without keeping it.
  /// Errors: NotFound for the directory, and where nothing in it is of a table; and, naming the
  /// file, those of one that cannot be opened or lacks the code or time column of its table;
  /// Quality with line, column and value for a cell that is not of its column's type. The catalog
  /// must outlive the data set.
  static Result<std::unique_ptr<CsvDataset>> open(const std::filesystem::path& directory,
                                                  const catalog::Catalog& catalog);
  ~CsvDataset() override;

  /// A malformed file is Errc::Quality with file and line, every time it is asked for.
  Result<frame::Batch> rows(const catalog::TableSpec& table,
                            const Question& question) const override;

  /// Files and folders that belong to no table.
  const std::vector<std::string>& unused() const { return unused_; }

 private:
  struct Shelf;
  explicit CsvDataset(const catalog::Catalog& catalog);
  Result<void> list(const std::filesystem::path& directory);
  Result<void> check_files() const;
  Result<frame::Batch> load(const catalog::TableSpec& table, const Shelf& shelf) const;

  const catalog::Catalog& catalog_;
  std::map<std::string, std::unique_ptr<Shelf>>
      shelves_;  ///< by table; all of them, from the start
  std::vector<std::string> unused_;
};

}  // namespace kanpan::source::sim
