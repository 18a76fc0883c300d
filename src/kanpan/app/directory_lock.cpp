#include "kanpan/app/directory_lock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kanpan/journal/put_back.hpp"

namespace kanpan::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLockName = "kanpan.lock";
/// What journal and store may have made beside themselves.
constexpr std::array kJournalParts{"", "-wal", "-shm", ".new", ".new-wal", ".new-shm"};
constexpr std::array kStoreParts{"", ".wal", ".tmp"};

std::string owner_of(int file) {
  std::array<char, 32> text{};
  const auto read = pread(file, text.data(), text.size() - 1, 0);
  return read > 0 ? std::string(text.data(), static_cast<std::size_t>(read)) : "unknown";
}

Error owned(const fs::path& directory, int file) {
  return {
      Errc::Busy,
      fmt::format("data directory '{}' is owned by process {}", directory.string(), owner_of(file)),
      "wait until it ends, or choose another directory with --data; beside a running 'kanpan "
      "serve' all commands work at the same time"};
}

std::vector<fs::path> data_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const char* part : kJournalParts)
    files.push_back(directory / (kJournalName + std::string(part)));
  for (const char* part : kStoreParts)
    files.push_back(directory / (kStoreName + std::string(part)));
  return files;
}

/// The folders that lead to `directory` and are not there, the innermost first.
std::vector<fs::path> absent_folders(const fs::path& directory) {
  std::vector<fs::path> absent;
  std::error_code error;
  for (fs::path folder = fs::absolute(directory, error).lexically_normal();
       folder.has_relative_path(); folder = folder.parent_path())
    if (!folder.has_filename())
      continue;
    else if (fs::exists(folder, error))
      break;
    else if (!error)  // what cannot be looked at cannot be made either, which says why
      absent.push_back(folder);
  return absent;
}

/// Those of them, the innermost first, that hold nothing.
void remove_folders(const std::vector<fs::path>& folders) {
  std::error_code not_empty;  // or not made
  for (const fs::path& folder : folders) fs::remove(folder, not_empty);
}

/// Whether `path` is still the name of the open file: its last owner may have taken it away.
bool is_named(int file, const fs::path& path) {
  struct stat held {
  }, named{};
  return fstat(file, &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const fs::path& directory) {
  const fs::path path = directory / kLockName;
  for (;;) {
    auto absent = absent_folders(directory);
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) {
      remove_folders(absent);
      return Error{Errc::Config,
                   fmt::format("data directory '{}' cannot be made: {}", directory.string(),
                               error.message()),
                   "choose another with --data"};
    }
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0 && errno == ENOENT) continue;  // taken away by its last owner just now
    if (file < 0) {
      const int reason = errno;
      remove_folders(absent);
      return Error{Errc::Config,
                   fmt::format("data directory '{}' cannot be written: {}", directory.string(),
                               std::strerror(reason)),
                   "mend its permissions or choose another with --data"};
    }
    DirectoryLock lock(file);
    if (flock(file, LOCK_EX | LOCK_NB) != 0) return owned(directory, file);
    if (!is_named(file, path)) continue;
    lock.directory_ = directory;
    lock.made_ = std::move(absent);
    lock.fresh_ = std::ranges::none_of(data_files(directory), [](const fs::path& data) {
      std::error_code unknown;  // then it may be somebody's data
      return fs::exists(data, unknown) || unknown;
    });
    const std::string id = std::to_string(getpid());
    // On a full disk nobody learns whose the lock is, and it holds all the same.
    if ((ftruncate(file, 0) != 0 ||
         pwrite(file, id.data(), id.size(), 0) != static_cast<ssize_t>(id.size())) &&
        errno != ENOSPC) {
      Error refused{Errc::Io,
                    fmt::format("'{}' cannot be written: {}", path.string(), std::strerror(errno))};
      lock.leave_nothing(true);
      return refused;
    }
    return lock;
  }
}

Result<DirectoryLock> DirectoryLock::look(const fs::path& directory) {
  const fs::path path = directory / kLockName;
  DirectoryLock lock(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (lock.file_ >= 0 && flock(lock.file_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    return owned(directory, lock.file_);
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      directory_(std::move(other.directory_)),
      made_(std::move(other.made_)),
      fresh_(other.fresh_),
      leave_nothing_(other.leave_nothing_) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(directory_, other.directory_);
  std::swap(made_, other.made_);
  std::swap(fresh_, other.fresh_);
  std::swap(leave_nothing_, other.leave_nothing_);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (file_ < 0) return;
  if (fresh_ && leave_nothing_) clear_away();
  close(file_);
}

/// The lock file last, and while it is held: who comes next finds an empty place.
void DirectoryLock::clear_away() {
  std::error_code ignored;  // what stays is an empty journal
  for (const fs::path& file : data_files(directory_)) fs::remove_all(file, ignored);
  fs::remove(directory_ / kLockName, ignored);
  remove_folders(made_);
}

std::optional<Error> lost_journal(const fs::path& directory) {
  const fs::path journal = directory / kJournalName, store = directory / kStoreName;
  std::error_code unknown;  // what cannot be looked at is said when it is opened
  if (fs::exists(journal, unknown) || unknown || !fs::exists(store, unknown)) return std::nullopt;
  return Error{Errc::Config,
               fmt::format("'{}' is gone, and '{}', which was made from it, is there",
                           journal.string(), store.string()),
               fmt::format("{}: the store alone is not the truth; without a backup, collect again, "
                           "which keeps the store under another name",
                           journal::kPutBack)};
}

Result<void> require_data(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / kJournalName, error) || error) return {};
  if (auto lost = lost_journal(directory)) return *std::move(lost);
  const fs::path whole = fs::absolute(directory, error).lexically_normal();
  return Error{Errc::Config, fmt::format("no Kanpan data in '{}'", whole.string()),
               "name the directory with --data or KANPAN_DATA; kanpan collect, import or demo "
               "make a new one"};
}

}  // namespace kanpan::app
