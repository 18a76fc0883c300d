// Clock, rows and landings for the tests of journals.
#pragma once

#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include <stdlib.h>
#include <sys/mount.h>

#include "kanpan/base/clock.hpp"
#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/record.hpp"

namespace kanpan::journal {

/// Stands still until it is moved, in either direction.
class HandClock final : public Clock {
 public:
  explicit HandClock(Instant start = shanghai_instant(Date::from_ymd(2024, 6, 28), 18 * 3600))
      : micros_(start.time_since_epoch().count()) {}
  Instant now() const override { return Instant{std::chrono::microseconds{micros_.load()}}; }
  double speed() const override { return 0; }
  void move(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
};

/// A directory that goes with its owner.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string name = (parent / "kanpan-journal-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A file system of 8 MB in `directory`, where mounting one is permitted.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path directory) : directory_(std::move(directory)) {
    mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, "size=8m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path directory_;
  bool mounted_;
};

/// Rows that depend on `seed` alone and compress badly.
inline frame::Batch sample_rows(std::uint32_t seed, std::size_t rows) {
  std::mt19937 random(seed);
  std::vector<frame::Column> columns{
      frame::Column(frame::Type::Text), frame::Column(frame::Type::Date),
      frame::Column(frame::Type::Real), frame::Column(frame::Type::Int)};
  for (std::size_t i = 0; i < rows; ++i) {
    columns[0].push(std::string_view(std::to_string(600000 + i) + ".SH"));
    columns[1].push(Date::from_ymd(2024, 6, 28) + static_cast<int>(seed % 1000));
    columns[2].push(static_cast<double>(random()) / 128);
    columns[3].push(static_cast<std::int64_t>(random()) << 8);
  }
  return {{{"ts_code", frame::Type::Text},
           {"trade_date", frame::Type::Date},
           {"close", frame::Type::Real},
           {"vol", frame::Type::Int}},
          std::move(columns)};
}

inline NewCommit sample_commit(std::string_view table, std::uint32_t seed, std::size_t rows = 3) {
  NewCommit commit;
  const Date day = Date::from_ymd(2024, 6, 28) + static_cast<int>(seed % 1000);
  commit.header.table = table;
  commit.header.run = "run";
  commit.header.unit = seed;
  commit.header.source = "sim";
  commit.header.simulated = true;
  commit.header.rows = static_cast<std::uint32_t>(rows);
  commit.header.touched = DateRange{day, day};
  commit.header.first_code = "600000.SH";
  commit.header.last_code = std::to_string(600000 + rows - 1) + ".SH";
  commit.payload = frame::encode(sample_rows(seed, rows));
  commit.compressed = frame::compress(commit.payload);
  return commit;
}

inline Unit sample_unit(std::string_view run, std::uint32_t number,
                        UnitState state = UnitState::Planned) {
  Unit unit;
  unit.run = run;
  unit.number = number;
  unit.table = "daily";
  unit.label = (Date::from_ymd(2024, 6, 28) + static_cast<int>(number % 1000)).iso();
  unit.plan = R"({"calls":[{"api":"daily"}]})";
  unit.state = state;
  return unit;
}

inline Landing sample_landing(std::string_view table, std::uint32_t seed, std::size_t rows = 3) {
  Landing landing;
  landing.commits.push_back(sample_commit(table, seed, rows));
  return landing;
}

}  // namespace kanpan::journal
