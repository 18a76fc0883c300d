// What every implementation of Journal and Ledger must do, whatever it stores into.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "kanpan/journal/journal.hpp"
#include "kanpan/journal/ledger.hpp"
#include "kanpan/journal/sample.hpp"

namespace kanpan::journal {

/// An open journal; closed when `owner` goes.
struct Opened {
  std::shared_ptr<void> owner;
  Journal* journal = nullptr;
  Ledger* ledger = nullptr;
};

/// An implementation under test. `open` opens, or makes, the one that belongs to `directory`.
struct Backend {
  std::string name;
  std::function<Opened(const std::filesystem::path& directory, const Clock& clock)> open;
};

std::vector<Backend> backends();

class Contract : public testing::TestWithParam<Backend> {
 protected:
  Contract() { reopen(); }

  void reopen() {
    opened_ = {};
    opened_ = GetParam().open(directory_.path(), clock_);
  }
  Journal& journal() const { return *opened_.journal; }
  Ledger& ledger() const { return *opened_.ledger; }

  HandClock clock_;

 private:
  ScratchDirectory directory_;
  Opened opened_;
};

/// What a Result holds; the test fails, naming the error, when it holds one.
template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace kanpan::journal
