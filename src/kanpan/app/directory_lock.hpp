// The right to a data directory, and what is in one.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "kanpan/base/error.hpp"

namespace kanpan::app {

/// The one file of a data directory that everything else is made from, and what is made of it.
inline constexpr const char* kJournalName = "journal.db";
inline constexpr const char* kStoreName = "hot.duckdb";

/// The exclusive right to a data directory, as a lock on DIR/kanpan.lock, which holds the owner's
/// process id. Given up when destroyed or when the process ends.
class DirectoryLock {
 public:
  /// Makes the directory when it is not there. Errc::Busy names the owner's process; Errc::Config
  /// when the directory cannot be made or written, Errc::Io when the lock file cannot: then
  /// nothing that was made is left.
  static Result<DirectoryLock> acquire(const std::filesystem::path& directory);
  /// Keeps owners away from a directory that is only looked at, and writes nothing. Holds nothing
  /// where there is no lock file yet. Errc::Busy names the owner's process.
  static Result<DirectoryLock> look(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

  /// In a directory that held neither journal nor store when it was acquired, these, the lock file
  /// and the folders that were made for it go with the lock if `go`. Other files in it stay.
  void leave_nothing(bool go) { leave_nothing_ = go; }

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  void clear_away();

  int file_ = -1;
  std::filesystem::path directory_;
  std::vector<std::filesystem::path> made_;  ///< folders, the innermost first
  bool fresh_ = false;                       ///< it held no data
  bool leave_nothing_ = false;
};

/// What is to be said of a directory that has a store and no journal; nothing of any other.
std::optional<Error> lost_journal(const std::filesystem::path& directory);

/// Errc::Config where `directory` has no journal: it is lost, or --data is mistyped, or the working
/// directory another. Makes nothing. A directory that cannot be looked into passes: opening it says
/// why.
Result<void> require_data(const std::filesystem::path& directory);

}  // namespace kanpan::app
