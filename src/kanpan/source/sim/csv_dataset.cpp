#include "kanpan/source/sim/csv_dataset.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "kanpan/base/log.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/frame/csv.hpp"
#include "kanpan/source/sim/csv_inference.hpp"
#include "kanpan/source/sim/row_index.hpp"

namespace kanpan::source::sim {
namespace {

namespace fs = std::filesystem;

bool is_csv(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.ends_with(".csv") || name.ends_with(".csv.gz") || name.ends_with(".csv.zst");
}

/// `daily` of daily.csv.gz and daily.2024.csv.
std::string stem(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.substr(0, name.find('.'));
}

Result<std::vector<fs::path>> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(folder, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error))
    if (it->is_regular_file(error) && is_csv(it->path())) files.push_back(it->path());
  if (error)
    return Error{Errc::Io, fmt::format("{}: {}", folder.string(), error.message()),
                 "check that it can be read"};
  return files;
}

Error bad_cell(const fs::path& file, const catalog::TableSpec& table,
               const frame::RowBlock::BadCell& cell) {
  const catalog::ColumnSpec& column = table.columns[cell.column];
  return {Errc::Quality,
          fmt::format("{}: line {}: {} is '{}'", file.string(), cell.line, column.name, cell.raw),
          fmt::format("write a {} or leave it empty", frame::name(column.type))};
}

Error bad_line(const fs::path& file, const frame::RowBlock::BadLine& line) {
  return {Errc::Quality, fmt::format("{}: line {}: {}", file.string(), line.line, line.reason),
          "remove it, or put text that holds a comma in quotes"};
}

Result<frame::CsvReader> open_csv(const fs::path& file, const catalog::TableSpec& table) {
  KANPAN_LET(frame::CsvReader reader, frame::CsvReader::open(file, table.fields()));
  for (const std::string& column : {table.code, table.time})
    if (!column.empty() && std::ranges::find(reader.missing(), column) != reader.missing().end())
      return Error{Errc::Quality, fmt::format("{}: line 1: no column '{}'", file.string(), column),
                   fmt::format("{} cannot be served without it", table.name)};
  return reader;
}

/// The rows of a file, block by block; the columns that it lacks.
template <typename Use>
Result<std::vector<std::string>> each_block(const fs::path& file, const catalog::TableSpec& table,
                                            const Use& use) {
  constexpr std::size_t kBlock = 65536;
  KANPAN_LET(frame::CsvReader reader, open_csv(file, table));
  while (true) {
    KANPAN_LET(std::optional<frame::RowBlock> block, reader.next(kBlock));
    if (!block) return reader.missing();
    if (!block->bad_lines.empty()) return bad_line(file, block->bad_lines.front());
    if (!block->bad_cells.empty()) return bad_cell(file, table, block->bad_cells.front());
    use(block->batch);
  }
}

Result<frame::Batch> read_csv(const fs::path& file, const catalog::TableSpec& table) {
  frame::Batch batch(table.fields());
  KANPAN_LET(const auto missing,
             each_block(file, table, [&](const frame::Batch& more) { batch.append(more); }));
  fill_absent(table, missing, batch);
  return batch;
}

}  // namespace

/// The files of a table and, once asked for, their rows.
struct CsvDataset::Shelf {
  std::vector<fs::path> files;
  std::mutex mutex;  ///< held while loading, so that it happens once
  std::optional<Error> error;
  std::unique_ptr<const RowIndex> rows;
};

CsvDataset::CsvDataset(const catalog::Catalog& catalog) : catalog_(catalog) {
  for (const std::string& name : catalog.names()) shelves_[name] = std::make_unique<Shelf>();
}

CsvDataset::~CsvDataset() = default;

Result<std::unique_ptr<CsvDataset>> CsvDataset::open(const fs::path& directory,
                                                     const catalog::Catalog& catalog) {
  std::error_code error;
  if (!fs::is_directory(directory, error))
    return Error{Errc::NotFound, fmt::format("no directory {}", directory.string()),
                 "give --csv a directory of <api_name>.csv files"};
  std::unique_ptr<CsvDataset> dataset(new CsvDataset(catalog));
  KANPAN_TRY(dataset->list(directory));
  if (std::ranges::all_of(dataset->shelves_,
                          [](const auto& shelf) { return shelf.second->files.empty(); }))
    return Error{Errc::NotFound,
                 fmt::format("no file in {} is of a table{}", directory.string(),
                             dataset->unused_.empty()
                                 ? ""
                                 : fmt::format(", not even '{}'", dataset->unused_.front())),
                 "give --csv a directory of <api_name>.csv files, such as daily.csv"};
  KANPAN_TRY(dataset->check_files());
  for (const std::string& name : dataset->unused_)
    log::warn("sim", "{} belongs to no table and is not served", (directory / name).string());
  return dataset;
}

Result<void> CsvDataset::list(const fs::path& directory) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    const std::string api = stem(entry.path());
    const auto table = catalog_.find(api);
    const catalog::TableSpec* spec = table ? *table : catalog_.by_api(api);
    if (!spec || (!entry.is_directory() && !is_csv(entry.path()))) {
      unused_.push_back(name);
      continue;
    }
    std::vector<fs::path>& files = shelves_.at(spec->name)->files;
    if (!entry.is_directory()) {
      files.push_back(entry.path());
      continue;
    }
    KANPAN_LET(const std::vector<fs::path> below, files_below(entry.path()));
    files.insert(files.end(), below.begin(), below.end());
  }
  if (error)
    return Error{Errc::Io, fmt::format("{}: {}", directory.string(), error.message()),
                 "check that it can be read"};
  std::ranges::sort(unused_);
  for (auto& [name, shelf] : shelves_) std::ranges::sort(shelf->files);
  return {};
}

/// Of several wrong files the first by table and name is the one that is told.
Result<void> CsvDataset::check_files() const {
  std::vector<std::pair<const catalog::TableSpec*, fs::path>> files;
  for (const auto& [name, shelf] : shelves_)
    for (const fs::path& file : shelf->files) files.emplace_back(*catalog_.find(name), file);
  std::vector<std::optional<Error>> found(files.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t at = next++; at < files.size(); at = next++)
      if (auto read = each_block(files[at].second, *files[at].first, [](const frame::Batch&) {});
          !read)
        found[at] = std::move(read).error();
  };
  {
    std::vector<std::jthread> others;
    const auto wanted = std::min<std::size_t>(files.size(), std::thread::hardware_concurrency());
    for (std::size_t i = 1; i < wanted; ++i) others.emplace_back(work);
    work();
  }
  for (auto& error : found)
    if (error) return *std::move(error);
  return {};
}

Result<frame::Batch> CsvDataset::load(const catalog::TableSpec& table, const Shelf& shelf) const {
  frame::Batch batch(table.fields());
  for (const fs::path& file : shelf.files) {
    KANPAN_LET(frame::Batch more, read_csv(file, table));
    if (batch.rows() == 0)
      batch = std::move(more);
    else
      batch.append(more);
  }
  const bool is_helper =
      table.name == catalog::role::kCalendar || table.name == catalog::role::kListings;
  const auto daily = catalog_.find(catalog::role::kBars);
  if (!shelf.files.empty() || !is_helper || !daily) return batch;
  KANPAN_LET(const frame::Batch bars, rows(**daily, Question{}));
  return table.name == catalog::role::kCalendar ? calendar_of(table, bars)
                                                : listing_of(table, bars);
}

Result<frame::Batch> CsvDataset::rows(const catalog::TableSpec& table,
                                      const Question& question) const {
  Shelf& shelf = *shelves_.at(table.name);
  {
    const std::lock_guard lock(shelf.mutex);
    if (shelf.error) return *shelf.error;
    if (!shelf.rows) {
      Result<frame::Batch> batch = load(table, shelf);
      if (!batch) {
        shelf.error = batch.error();
        return *shelf.error;
      }
      shelf.rows = std::make_unique<RowIndex>(table, *std::move(batch));
    }
  }
  return shelf.rows->find(question);
}

}  // namespace kanpan::source::sim
