#include "kanpan/app/verify.hpp"

#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/ingest/replay.hpp"
#include "kanpan/store/content_hash.hpp"

namespace kanpan::app {
namespace {

/// A store that is removed with its files when it goes.
class Scratch {
 public:
  explicit Scratch(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~Scratch() {
    std::error_code ignored;  // a leftover is removed by the next verification
    std::filesystem::remove_all(folder_, ignored);
  }
  /// Makes the folder, empty.
  Result<void> make() const {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
    if (!error) std::filesystem::create_directories(folder_, error);
    if (!error) return {};
    return Error{error == std::errc::no_space_on_device ? Errc::NoSpace : Errc::Io,
                 fmt::format("'{}' cannot be made: {}", folder_.string(), error.message()),
                 "the comparison needs room beside the store"};
  }
  std::filesystem::path file() const { return folder_ / "verify.duckdb"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace

Result<int> verify_store(Session& session) {
  static std::mutex one;  // commands of a server run beside each other
  const std::unique_lock alone(one, std::try_to_lock);
  if (!alone)
    return Error{Errc::Busy, "the store is being verified already", "wait until that is done"};
  Instance& instance = *session.instance;
  const auto upto = instance.store().applied();
  const Scratch scratch(instance.directory() / "verify.tmp");
  KANPAN_TRY(scratch.make());
  KANPAN_LET(const auto copy, store::duckdb::DuckdbStore::open(scratch.file(), instance.catalog()));
  KANPAN_TRY(ingest::replay(
      instance.journal(), *copy, instance.catalog(),
      [&](journal::Sequence seq) {
        if (session.terminal.interactive)
          session.terminal.err(fmt::format("\rreplayed {} of {}", seq, upto));
      },
      session.terminal.stop));
  using store::Copy;
  const auto& stop = session.terminal.stop;
  std::vector<std::string> differing;
  std::uint64_t rows = 0;
  for (const catalog::TableSpec* table : instance.catalog().tables()) {
    KANPAN_LET(const auto mine,
               store::content_hash(instance.store(), *table, upto, Copy::Current, stop));
    KANPAN_LET(const auto theirs, store::content_hash(*copy, *table, upto, Copy::Current, stop));
    rows += mine.rows;
    if (!(mine == theirs)) differing.push_back(table->name);
    if (table->code.empty() || table->time.empty()) continue;  // has no other copy
    KANPAN_LET(const auto by_code,
               store::content_hash(instance.store(), *table, upto, Copy::ByCode, stop));
    if (!(by_code == theirs)) differing.push_back(table->name + " (by code)");
  }
  if (!differing.empty())
    return Error{
        Errc::Corrupt,
        fmt::format("the store differs from the journal in {}", fmt::join(differing, ", ")),
        "make it anew with: kanpan store rebuild"};
  session.line(
      session.json
          ? fmt::format("{{\"ok\":true,\"rows\":{},\"seq\":{}}}", rows, upto)
          : fmt::format("{} rows up to commit {} equal the journal, in both orders", rows, upto));
  return 0;
}

}  // namespace kanpan::app
