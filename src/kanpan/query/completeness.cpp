#include "kanpan/query/completeness.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/hash.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/ingest/days.hpp"
#include "kanpan/ingest/universe.hpp"

namespace kanpan::query {
namespace {

using catalog::TableSpec;
using journal::DayState;
using store::Read;

constexpr std::size_t kMostMissing = 20;
constexpr std::size_t kMostCodes = 3;

bool is_short(const DayState& day) { return day.expected && day.rows < *day.expected; }

/// The days of the read that are not both complete and full, oldest first.
std::vector<const DayState*> doubtful_days(const Read& read, const DayStates& days) {
  std::vector<const DayState*> doubtful;
  if (read.from && read.to && *read.to < *read.from) return doubtful;
  auto day = read.from ? days.lower_bound(*read.from) : days.begin();
  const auto end = read.to ? days.upper_bound(*read.to) : days.end();
  for (; day != end; ++day)
    if (is_short(day->second) || !day->second.complete) doubtful.push_back(&day->second);
  return doubtful;
}

/// What is said whatever the days are; "" where they count.
std::string status_without_days(const TableVersion& version) {
  const bool is_past = version.newest > version.last;
  if (version.empty) return version.pending && !is_past ? "provisional" : "empty";
  return is_past ? "unknown" : "";
}

/// The days are known as soon as their rows are durable; these can be seen a little later.
void wait_for_rows(std::string& status, const TableVersion& version) {
  if (version.pending && status == "complete") status = "provisional";
}

/// The worst of the days is the status. `missing`: what the day lacks, "" for nothing. A day that
/// lacks rows does so even when it is complete: that only says that it need not be asked again.
void add_day(Completeness& out, const DayState& day, const std::string& missing) {
  if (missing.empty()) {
    if (!day.complete && out.status != "partial") out.status = "provisional";
    return;
  }
  out.status = "partial";
  ++out.missing_count;
  if (out.missing.size() < kMostMissing)
    out.missing.push_back(fmt::format("{}: {}", day.day.iso(), missing));
}

Completeness judge_whole(const std::vector<const DayState*>& doubtful) {
  Completeness out{"complete", {}, 0, 0};
  for (const DayState* day : doubtful)
    add_day(out, *day,
            is_short(*day) ? fmt::format("{} of {} rows", day->rows, *day->expected) : "");
  out.short_days = out.missing_count;
  return out;
}

bool goes_by_code(const Read& read) {
  const auto expect = read.table->expect;
  return !read.codes.empty() &&
         (expect == catalog::Expect::ListedCodes || expect == catalog::Expect::ListedAll);
}

/// Which of some codes have a row on which of some days.
class Held {
 public:
  /// Both sorted, without repetition.
  Held(std::vector<Date> days, std::vector<std::string> codes)
      : days_(std::move(days)), codes_(std::move(codes)), has_(days_.size() * codes_.size()) {}

  Result<void> read(const Read& asked, const store::Store& store) {
    Read read;
    read.table = asked.table;
    read.columns = {asked.table->code, asked.table->time};
    read.codes = codes_;
    read.from = days_.front();
    read.to = days_.back();
    read.any_order = true;
    read.as_of = asked.as_of;
    return store.read(read, [this](frame::Batch&& batch) -> Result<bool> {
      const auto codes = batch.column(0).texts();
      const auto dates = batch.column(1).dates();
      for (std::size_t row = 0; row < batch.rows(); ++row) note(codes[row], dates[row]);
      return true;
    });
  }

  bool has(std::size_t day, std::size_t code) const { return has_[day * codes_.size() + code]; }
  const std::vector<std::string>& codes() const { return codes_; }

 private:
  void note(std::string_view code, Date day) {
    const auto at = std::ranges::lower_bound(days_, day);
    const auto who = std::ranges::lower_bound(codes_, code);
    if (at == days_.end() || *at != day || who == codes_.end() || *who != code) return;
    has_[static_cast<std::size_t>(at - days_.begin()) * codes_.size() +
         static_cast<std::size_t>(who - codes_.begin())] = true;
  }

  std::vector<Date> days_;
  std::vector<std::string> codes_;
  std::vector<bool> has_;
};

/// "no row of A, B, C and 2 more"; "" when every code expected on the day has one.
std::string lacking(const TableSpec& table, const Held& held, std::size_t at, Date day,
                    const ingest::Universe& universe) {
  std::vector<std::string> codes;
  std::size_t more = 0;
  for (std::size_t code = 0; code < held.codes().size(); ++code) {
    if (held.has(at, code) || !universe.expects(table, held.codes()[code], day)) continue;
    codes.size() < kMostCodes ? codes.push_back(held.codes()[code]) : void(++more);
  }
  if (codes.empty()) return "";
  std::string text = fmt::format("no row of {}", fmt::join(codes, ", "));
  return more == 0 ? text : fmt::format("{} and {} more", text, more);
}

Result<Completeness> judge_codes(const Read& read, const std::vector<const DayState*>& doubtful,
                                 const catalog::Catalog& catalog, const store::Store& store) {
  std::vector<Date> days;
  for (const DayState* day : doubtful)
    if (is_short(*day)) days.push_back(day->day);
  if (days.empty()) return judge_whole(doubtful);
  std::vector<std::string> codes = read.codes;
  std::ranges::sort(codes);
  codes.erase(std::ranges::unique(codes).begin(), codes.end());
  KANPAN_LET(const auto universe, ingest::Universe::of_codes(catalog, store, codes));
  Completeness out{"complete", {}, 0, days.size()};
  Held held(std::move(days), std::move(codes));
  KANPAN_TRY(held.read(read, store));
  std::size_t at = 0;
  for (const DayState* day : doubtful) {
    std::string missing;
    if (is_short(*day)) {
      missing = lacking(*read.table, held, at++, day->day, universe);
      if (missing.empty() && day->seen >= ingest::ready_at(*read.table, day->day)) continue;
    }
    add_day(out, *day, missing);
  }
  return out;
}

}  // namespace

Result<Completeness> judge(const Read& read, const TableVersion& version, const DayStates& days,
                           const catalog::Catalog& catalog, const store::Store& store) {
  if (auto status = status_without_days(version); !status.empty())
    return Completeness{std::move(status), {}, 0, 0};
  const auto doubtful = doubtful_days(read, days);
  auto out = goes_by_code(read) ? judge_codes(read, doubtful, catalog, store)
                                : Result<Completeness>(judge_whole(doubtful));
  if (out) wait_for_rows(out->status, version);
  return out;
}

std::string fingerprint(const Read& read, const TableVersion& version, const DayStates& days) {
  if (auto status = status_without_days(version); !status.empty()) return status;
  std::string status = "complete", text;
  for (const DayState* day : doubtful_days(read, days))
    if (is_short(*day))
      text += fmt::format("{} {} {} {} {}\n", day->day.iso(), day->rows, *day->expected,
                          day->seen >= ingest::ready_at(*read.table, day->day), day->complete);
    else
      status = "provisional";
  wait_for_rows(status, version);
  return text.empty() ? status : fmt::format("{}-short-{:.8}", status, hex(sha256({text})));
}

std::vector<std::string> judged_by(const Read& read, const DayStates& days) {
  const auto is_short_day = [](const DayState* day) { return is_short(*day); };
  if (!goes_by_code(read) || std::ranges::none_of(doubtful_days(read, days), is_short_day))
    return {};
  return {std::string(catalog::role::kListings), std::string(catalog::role::kSuspensions)};
}

}  // namespace kanpan::query
