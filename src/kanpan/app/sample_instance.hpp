// An instance on a directory of a test's own, and commits for its journal.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kanpan/app/instance.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/ingest/sample.hpp"

namespace kanpan::app::test {

/// One durable commit, by another name if given; visible only once it is applied.
inline store::Change land(journal::Journal& journal, const catalog::TableSpec& table,
                          const std::vector<std::vector<std::string>>& rows,
                          std::string name = "") {
  auto batch = ingest::test::batch_of(table, rows);
  journal::Landing landing;
  landing.commits.push_back({{}, frame::encode(batch), {}});
  auto& commit = landing.commits.back();
  commit.compressed = frame::compress(commit.payload);
  commit.header.table = name.empty() ? table.name : name;
  commit.header.source = "test";
  commit.header.rows = static_cast<std::uint32_t>(batch.rows());
  const auto landed = journal.land({&landing, 1}).value();
  return {landed.front().seq, &table, store::Mode::Upsert, {}, std::move(batch)};
}

/// With the product's own catalog unless another is given, and a source that nobody is at.
inline Result<std::unique_ptr<Instance>> open_instance(
    const std::filesystem::path& directory,
    const std::filesystem::path& catalog = KANPAN_SOURCE_DIR "/catalog/tables") {
  Settings::Sources sources;
  sources.flags = {{"http.listen", "127.0.0.1:0"},
                   {"source.kind", "sim"},
                   {"source.url", "http://127.0.0.1:9"},
                   {"catalog.directory", catalog.string()}};
  KANPAN_LET(auto settings, Settings::load(sources));
  return Instance::open(directory, std::move(settings), {}, {});
}

}  // namespace kanpan::app::test
