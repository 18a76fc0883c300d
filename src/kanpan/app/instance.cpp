#include "kanpan/app/instance.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>
#include <unistd.h>

#include "kanpan/app/quota.hpp"
#include "kanpan/app/shell_word.hpp"
#include "kanpan/base/log.hpp"
#include "kanpan/ingest/replay.hpp"
#include "kanpan/journal/put_back.hpp"
#include "kanpan/source/tushare/client.hpp"

namespace kanpan::app {
namespace {

namespace fs = std::filesystem;

/// DuckDB's part of memory.limit: the rest is for buffers on the way in and answers on the way out.
constexpr double kStoreShare = 0.4;
/// More than this DuckDB fills but does not need: 12.5 million daily rows collected with 0.4 GiB of
/// it took 12 % longer than with 4.7 GiB.
constexpr std::uint64_t kMostStoreBytes = std::uint64_t{1} << 30;

constexpr std::chrono::seconds kBetweenRevivals{3};

store::duckdb::Options store_options(const Settings& settings, const journal::Journal& journal) {
  store::duckdb::Options options;
  options.origin = origin_of(journal);
  const double share = static_cast<double>(settings.bytes("memory.limit")) * kStoreShare;
  options.memory_limit = std::min(static_cast<std::uint64_t>(share), kMostStoreBytes);
  return options;
}

std::optional<int> optional_number(const Settings& settings, std::string_view key) {
  if (settings.text(key).empty()) return std::nullopt;
  return static_cast<int>(settings.number(key));
}

}  // namespace

std::string stamp() {
  const auto clock = make_clock("system");
  std::string text = rfc3339((*clock)->now());
  text.resize(text.find('+'));
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

store::duckdb::Origin origin_of(const journal::Journal& journal) {
  const auto has = [&journal](journal::Sequence seq, const std::string& chain) -> Result<bool> {
    const auto found = journal.headers(seq - 1, 1);
    if (!found && found.error().code == Errc::NotFound) return true;  // in a sealed stretch
    if (!found) return found.error();
    return !found->empty() && hex(found->front().chain) == chain;
  };
  const auto has_commits = [&journal](const std::string& table, journal::Sequence after,
                                      journal::Sequence upto) -> Result<bool> {
    const auto first = journal.headers(after, 1, table);
    if (!first && first.error().code == Errc::NotFound) return true;  // in a sealed one, perhaps
    if (!first) return first.error();
    return !first->empty() && first->front().seq <= upto;
  };
  return {.has = has, .has_commits = has_commits};
}

Result<fs::path> shipped(const Settings& settings, std::string_view key, std::string_view name) {
  if (settings.given(key)) return fs::path(settings.text(key));
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (fs::path folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path())
    if (const fs::path candidate = folder / name; fs::exists(candidate, error)) return candidate;
  const fs::path installed = program.parent_path().parent_path() / "share" / "kanpan" / name;
  if (fs::exists(installed, error)) return installed;
  return Error{Errc::Config, fmt::format("no {} beside the program '{}'", name, program.string()),
               fmt::format("set {} to where it is", key)};
}

Result<std::unique_ptr<Instance>> Instance::open(const fs::path& directory, Settings settings,
                                                 const OpenProgress& progress,
                                                 std::stop_token stop) {
  KANPAN_LET(auto lock, DirectoryLock::acquire(directory));
  lock.leave_nothing(true);
  KANPAN_LET(const auto tables, shipped(settings, "catalog.directory", "catalog/tables"));
  KANPAN_LET(auto catalog, catalog::Catalog::load(tables));
  std::unique_ptr<Instance> made(
      new Instance(directory, std::move(settings), std::move(lock), std::move(catalog)));
  KANPAN_LET(made->clock_, make_clock(made->settings_.text("clock")));
  KANPAN_TRY(made->open_journal());
  KANPAN_TRY(made->open_store(progress, stop));
  KANPAN_TRY(made->open_source());
  made->connect();
  made->leaves_nothing_ = false;
  return made;
}

Instance::~Instance() {
  const auto used = [this] {
    if (!journal_) return false;
    const auto runs = journal_->runs(1);
    return journal_->last() > 0 || !runs || !runs->empty();
  };
  lock_.leave_nothing(leaves_nothing_ && !used());
}

/// Ours, but not to be read or written by whoever runs this: nothing is damaged.
Result<void> check_rights(const fs::path& file) {
  if (access(file.c_str(), F_OK) != 0 || access(file.c_str(), R_OK | W_OK) == 0) return {};
  return Error{
      Errc::Config,
      fmt::format("'{}' may not be read and written: {}", file.string(), std::strerror(errno)),
      "mend its permissions, or run as its owner"};
}

Result<void> Instance::open_journal() {
  KANPAN_TRY(check_rights(journal_path()));
  KANPAN_TRY(check_rights(store_path()));
  journal_is_lost_ = lost_journal(directory_).has_value();
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) != 0) std::strcpy(host.data(), "localhost");
  KANPAN_LET(journal_, journal::sqlite::SqliteJournal::open(journal_path(), *clock_, host.data()));
  run_ledger_ = std::make_unique<ingest::RunLedger>(*journal_);
  KANPAN_LET(const auto interrupted, journal_->recover());
  if (interrupted > 0)
    log::info("app", "{} run(s) were interrupted: see 'kanpan run list', go on with 'run resume'",
              interrupted);
  return {};
}

Result<void> Instance::open_store(const OpenProgress& progress, std::stop_token stop) {
  for (int attempt = 1;; ++attempt) {
    auto opened = store::duckdb::DuckdbStore::open(store_path(), catalog_,
                                                   store_options(settings_, *journal_));
    if (opened) {
      store_ = std::move(*opened);
      break;
    }
    if (opened.error().code != Errc::Corrupt) return std::move(opened).error();
    const std::string& reason = opened.error().message;
    if (attempt > 1)
      return Error{Errc::Corrupt, fmt::format("a new store cannot be used either: {}", reason),
                   "run: kanpan doctor"};
    KANPAN_TRY(set_store_aside(progress, reason));
  }
  KANPAN_TRY(catch_up(progress, stop));
  return {};
}

Result<std::string> Instance::set_store_aside(const OpenProgress& progress,
                                              const std::string& reason) {
  store_.reset();
  skipped_ = 0;
  const std::string by = stamp();
  KANPAN_LET(const auto kept, store::duckdb::set_aside(store_path(), by));
  const std::string name = kept.empty() ? "nothing" : kept.front().string();
  const std::string message =
      journal_is_lost_
          ? fmt::format(
                "'{}' is gone: a new one is begun, which has no rows; those that the store "
                "had are kept in {} alone; to have them back, stop, and {}",
                journal_path().string(), name, journal::kPutBack)
          : fmt::format("the store is rebuilt from the journal: {}; the old file is kept as {}",
                        reason, name);
  journal_is_lost_ = false;
  if (progress)
    progress(message);
  else
    log::warn("app", "{}", message);
  return by;
}

Result<std::uint64_t> Instance::catch_up(const OpenProgress& progress, std::stop_token stop) {
  const auto behind = journal_->last() - store_->applied();
  if (behind == 0) return 0;
  const auto last = journal_->last();
  auto replayed = ingest::replay(
      *journal_, *store_, catalog_,
      [&](journal::Sequence seq) {
        if (progress) progress(fmt::format("replaying the journal: commit {} of {}", seq, last));
      },
      stop);
  if (!replayed) return std::move(replayed).error().within("replaying the journal");
  if (*replayed > 0) log::info("app", "{} commit(s) replayed from the journal", *replayed);
  KANPAN_TRY(store_->fold(false));
  return replayed;
}

Result<std::uint64_t> Instance::rebuild_store(const std::string& reason,
                                              const OpenProgress& progress, std::stop_token stop) {
  rebuild_asked_ = false;
  const bool is_sound = !store_is_damaged();
  collector_.reset();
  writer_.reset();
  query_.reset();
  KANPAN_LET(const std::string kept, set_store_aside(progress, reason));
  const auto made = [&]() -> Result<std::uint64_t> {
    KANPAN_LET(store_, store::duckdb::DuckdbStore::open(store_path(), catalog_,
                                                        store_options(settings_, *journal_)));
    return catch_up(progress, stop);
  };
  auto replayed = made();
  if (!replayed) {
    // One that was only stopped has its place: the next start goes on with it.
    if (is_sound && replayed.error().code != Errc::Cancelled) put_back(kept);
    return std::move(replayed).error();
  }
  connect();
  last_replayed_ = *replayed;
  ++rebuilds_;
  return replayed;
}

/// The store that was set aside serves better than a part of a new one, which would fail of the
/// same at every start.
void Instance::put_back(const std::string& kept) {
  store_.reset();
  if (const auto done = store::duckdb::put_back(store_path(), kept); !done)
    return log::warn("app", "the old store stays aside: {}", done.error().text());
  log::warn("app", "the store could not be made anew; the old one is in its place again");
}

Result<void> Instance::check_room_for_rebuild() const {
  std::error_code error;
  const auto free = fs::space(directory_, error).available;
  const auto wanted = store_->bytes();
  if (error || free >= wanted) return {};  // what cannot be asked is found out
  return Error{Errc::NoSpace,
               fmt::format("the store is made anew beside the old one, which takes {} bytes; {} "
                           "are free at '{}'",
                           wanted, free, directory_.string()),
               "free some space, such as by removing stores that were set aside (hot.duckdb.2*)"};
}

Result<void> Instance::ask_for_rebuild() {
  if (const auto runs = progress_.current(); !runs.empty())
    return Error{Errc::Busy, fmt::format("run {} goes on", runs.front().run),
                 "wait until it has ended, or stop it with: kanpan run cancel " + runs.front().run};
  KANPAN_TRY(check_room_for_rebuild());
  rebuild_asked_ = true;
  return {};
}

bool Instance::revive_store() {
  if (store_->damaged() || !(store_->invalidated() || is_behind())) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now - revival_ < kBetweenRevivals) return false;
  revival_ = now;
  if (store_->invalidated()) reopen_store();
  if (!store_->invalidated()) writer_->catch_up();
  return true;
}

/// While nothing goes on. Commits of tables that the catalog lost are never applied.
bool Instance::is_behind() {
  const auto last = journal_->last();
  const auto from = std::max(store_->applied(), skipped_);
  if (from >= last || !progress_.current().empty()) return false;
  const auto behind = ingest::has_to_apply(*journal_, catalog_, from);
  if (!behind) log::warn("app", "the journal cannot be read: {}", behind.error().text());
  if (behind && !*behind) skipped_ = last;
  return behind && *behind;
}

void Instance::reopen_store() {
  if (!store_is_lost_) log::warn("app", "the store is unusable; it is opened again until it works");
  store_is_lost_ = true;
  if (const auto opened = store_->reopen(); !opened)
    return log::warn("app", "the store stays closed: {}", opened.error().text());
  log::info("app", "the store is open again at commit {} of {}", store_->applied(),
            journal_->last());
  store_is_lost_ = false;
  skipped_ = 0;
}

Result<std::unique_ptr<source::Source>> source_of(const Settings& settings, const Clock& wall,
                                                  source::QuotaStore* quota) {
  source::TushareOptions options;
  options.url = settings.text("source.url");
  options.token = settings.text("source.token");
  options.authorities = settings.text("source.authorities");
  options.path_per_api = settings.flag("source.path_per_api");
  options.simulated = settings.text("source.kind") == "sim";
  options.limits.points = static_cast<int>(settings.number("source.points"));
  options.limits.calls_per_minute = optional_number(settings, "source.calls_per_minute");
  options.limits.calls_per_day = optional_number(settings, "source.calls_per_day");
  return source::make_tushare_source(std::move(options), wall, quota);
}

Result<void> Instance::open_source() {
  wall_ = make_clock("system").value();
  quota_ = std::make_unique<LedgerQuota>(*journal_);
  KANPAN_LET(source_, source_of(settings_, *wall_, quota_.get()));
  return {};
}

void Instance::connect() {
  query_ = std::make_unique<query::Query>(catalog_, *journal_, *journal_, *store_, *clock_);
  writer_ =
      std::make_unique<ingest::Writer>(*journal_, *store_, catalog_, ingest::Writer::Options{});
  ingest::Collector::Options options;
  options.workers = static_cast<int>(settings_.number("source.workers"));
  options.source = settings_.text("source.kind");
  std::error_code error;  // the name as it was given will do
  const auto whole = fs::absolute(directory_, error).lexically_normal();
  options.program = "kanpan --data " + shell_word((error ? directory_ : whole).string());
  if (options.source != "sim" || settings_.given("source.points"))
    options.points = static_cast<int>(settings_.number("source.points"));
  collector_ = std::make_unique<ingest::Collector>(parts(), *source_, std::move(options));
}

}  // namespace kanpan::app
