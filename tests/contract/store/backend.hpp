// What every implementation of Store must do, whatever it stores into.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kanpan/store/store.hpp"
#include "model.hpp"
#include "tables.hpp"

namespace kanpan::store::contract {

/// A directory of its own below the system's temporary one, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// An implementation under test. `open` opens, or makes, the store of all_tables() in `directory`.
struct Backend {
  std::string name;
  std::function<Result<std::unique_ptr<Store>>(const std::filesystem::path& directory)> open;
};

std::vector<Backend> backends();

class Contract : public testing::TestWithParam<Backend> {
 protected:
  Contract() { reopen(); }

  void reopen() {
    store_.reset();
    store_ = GetParam().open(directory_.path()).value();
  }
  Store& store() { return *store_; }
  /// Applies one change with the next sequence.
  Applied apply(const catalog::TableSpec& table, Mode mode, const std::vector<Row>& rows,
                Scope scope = {});
  std::vector<Row> read(const Read& read) { return rows_of(store(), read).value(); }

  Sequence next_ = 1;

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
};

Read all_of(const catalog::TableSpec& table);
Change change_of(Sequence seq, const catalog::TableSpec& table, Mode mode,
                 const std::vector<Row>& rows, Scope scope = {});

}  // namespace kanpan::store::contract
