#include "kanpan/ingest/planner.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "kanpan/catalog/roles.hpp"

namespace kanpan::ingest {
namespace {

using catalog::TableSpec;
using catalog::UpdateMode;
using catalog::Walk;
using catalog::WalkKind;

/// Rows an answer is assumed to bear where the catalog states no cap.
constexpr int kAssumedCap = 5000;
/// Rows a day of a table without an expectation is assumed to have.
constexpr std::size_t kAssumedRowsPerDay = 100;
/// Part of the cap that a window may fill where rows a day are an estimate: the listings grow.
constexpr double kUsable = 0.9;
/// A code has one row a day; where it has more (price levels) its walk states the longest window.
constexpr double kRowsPerCodeDay = 1;

struct Option {
  std::vector<Slice> slices;
  std::size_t calls = std::numeric_limits<std::size_t>::max();
};

class Planner {
 public:
  Planner(const PlanRequest& request, const Knowledge& knowledge)
      : table_(*request.table),
        request_(request),
        knowledge_(knowledge),
        mode_(request.mode.value_or(request.table->policy.mode)) {}

  Result<Plan> run() {
    KANPAN_TRY(check());
    if (!request_.days &&
        (!table_.dated() || (mode_ == UpdateMode::Full && table_.policy.mode == UpdateMode::Full)))
      return whole();
    if (request_.days) {
      missing_ = *request_.days;
      return cheapest();
    }
    choose_range();
    KANPAN_TRY(find_missing_days());
    if (missing_.empty()) {
      warn_of_no_day();
      return std::move(plan_);
    }
    return cheapest();
  }

 private:
  Result<void> check() {
    if (request_.from && request_.to && *request_.to < *request_.from)
      return Error{
          Errc::Usage,
          fmt::format("--to {} is before --from {}", request_.to->iso(), request_.from->iso()),
          "the first day comes first"};
    if (!request_.codes.empty() && table_.code.empty())
      return Error{Errc::Usage, fmt::format("{} has no codes", table_.name), "leave --codes out"};
    if (!table_.dated() && (request_.from || request_.to))
      plan_.warning = fmt::format("{} is undated: --from and --to are ignored", table_.name);
    return {};
  }

  /// A table that is replaced as a whole.
  Result<Plan> whole() {
    const Walk* walk = walk_of(WalkKind::Whole);
    if (!walk && !table_.code.empty()) return by_every_code();
    if (!walk) walk = walk_of(WalkKind::Window);
    if (!walk) return no_walk();
    if (!request_.codes.empty())
      plan_.warning = fmt::format("{} is asked for as a whole: --codes is ignored", table_.name);
    Slice slice{&table_, *walk, std::nullopt, "", journal::Mode::Replace};
    if ((request_.from || request_.to) && table_.dated() && !walk->from.empty())
      slice.range =
          DateRange{request_.from.value_or(table_.since), request_.to.value_or(knowledge_.today)};
    plan_.slices = {slice};
    plan_.calls = splits();
    return std::move(plan_);
  }

  /// An undated table that the source gives one code at a time.
  Result<Plan> by_every_code() {
    const Walk* walk = walk_of(WalkKind::Code);
    if (!walk) return no_walk();
    for (const std::string& code : codes({table_.since, knowledge_.today}))
      plan_.slices.push_back({&table_, *walk, std::nullopt, code, journal::Mode::Replace});
    plan_.calls = plan_.slices.size();
    return std::move(plan_);
  }

  void choose_range() {
    range_.last = request_.to.value_or(last_day());
    range_.first = std::max(request_.from.value_or(table_.since), table_.since);
    // Only the calendar is known beforehand.
    if (table_.name == catalog::role::kCalendar) return;
    const Date today = knowledge_.today;
    if (request_.from && *request_.from > today)
      plan_.warning = fmt::format("not yet: {} is in the future", request_.from->iso());
    else if (request_.to && *request_.to > today)
      plan_.warning = fmt::format("not yet: {} is in the future; asked for until {}",
                                  request_.to->iso(), today.iso());
    range_.last = std::min(range_.last, today);
  }

  /// Of days that were named and are none of the table's.
  void warn_of_no_day() {
    if ((!request_.from && !request_.to) || !plan_.warning.empty() || plan_.left_out > 0) return;
    const Date first = request_.from.value_or(range_.first), last = range_.last;
    const std::string day = table_.days == catalog::Days::Trading      ? "trading day"
                            : table_.days == catalog::Days::QuarterEnd ? "end of a quarter"
                                                                       : "day of " + table_.name;
    if (last < table_.since)
      plan_.warning = fmt::format("{} begins on {}", table_.name, table_.since.iso());
    else if (last < first)
      plan_.warning = fmt::format("not yet: {} is not ready at the source", first.iso());
    else
      plan_.warning = fmt::format("no {} between {} and {}", day, first.iso(), last.iso());
  }

  /// The last one that is ready at the source: an unripe day is not asked for unless it was named.
  Date last_day() const {
    Date day = knowledge_.today;
    for (int n = 0; n <= table_.source.ready_days && !knowledge_.is_ready(table_, day); ++n)
      day = day - 1;
    return day;
  }

  Result<void> find_missing_days() {
    if (range_.empty()) return {};
    KANPAN_LET(const auto held, knowledge_.held(table_, range_));
    if (!request_.from && mode_ != UpdateMode::Full && !held.empty()) {
      range_.first = held.begin()->first;
      plan_.note = fmt::format("from {}, the first day stored; --from brings earlier ones",
                               range_.first.iso());
    } else if (!request_.from && request_.first_days && held.empty()) {
      begin_recently(*request_.first_days);
    }
    const bool anew = mode_ == UpdateMode::Full || !request_.codes.empty();
    for (const Date day : days_of(table_, knowledge_.universe->calendar(), range_)) {
      const auto state = held.find(day);
      if (!anew && state != held.end() && state->second)
        ++plan_.left_out;
      else
        missing_.push_back(day);
    }
    return {};
  }

  void begin_recently(int last_days) {
    const auto days = days_of(table_, knowledge_.universe->calendar(), range_);
    if (days.empty()) return;
    range_.first = std::max(range_.first, std::min(range_.last - (last_days - 1), days.back()));
    plan_.note = fmt::format(
        "from {}, as nothing is stored yet: kanpan collect {} --from … brings "
        "earlier days",
        range_.first.iso(), table_.name);
  }

  Result<Plan> cheapest() {
    Option best;
    for (const bool affordable : {true, false}) {
      for (const Walk& walk : table_.source.walks) {
        if (is_affordable(walk) != affordable) continue;
        Option option = by(walk);
        if (option.calls < best.calls) best = std::move(option);
      }
      if (!best.slices.empty()) break;
      if (affordable && waits_for_codes()) return no_walk();
    }
    if (!best.slices.empty() && !is_affordable(best.slices.front().walk))
      plan_.note =
          fmt::format("needs {} points, source.points is {}",
                      *table_.source.points_of(best.slices.front().walk), *knowledge_.points);
    if (best.slices.empty()) return no_walk();
    plan_.slices = std::move(best.slices);
    plan_.calls = best.calls;
    return std::move(plan_);
  }

  /// One that the points suffice for asks code by code, and the codes are not known yet.
  bool waits_for_codes() const {
    const bool known = !request_.codes.empty() || !table_.codes.empty() ||
                       !knowledge_.universe->listings().empty();
    return !known && std::ranges::any_of(table_.source.walks, [&](const Walk& walk) {
      return walk.kind == WalkKind::Code && is_affordable(walk);
    });
  }

  bool is_affordable(const Walk& walk) const {
    const auto needed = table_.source.points_of(walk);
    return !knowledge_.points || !needed || *needed <= *knowledge_.points;
  }

  Option by(const Walk& walk) const {
    switch (walk.kind) {
      case WalkKind::Date:
      case WalkKind::Period:
        return request_.codes.empty() ? by_day(walk) : Option{};
      case WalkKind::Code:
        return by_code(walk);
      case WalkKind::Window:
        return request_.codes.empty() ? by_window(walk) : Option{};
      case WalkKind::Whole:
      case WalkKind::Announcement:
        return {};
    }
    return {};
  }

  Option by_day(const Walk& walk) const {
    Option option{{}, 0};
    for (Date day : missing_) {
      option.slices.push_back({&table_, walk, DateRange{day, day}, "", row_mode()});
      option.calls += splits() * ((rows_on(day) + cap(walk) - 1) / cap(walk));
    }
    return option;
  }

  Option by_code(const Walk& walk) const {
    const auto wanted = codes({missing_.front(), missing_.back()});
    if (wanted.empty()) return {};
    Option option{{}, 0};
    for (const std::optional<DateRange>& window : code_windows(walk))
      for (const std::string& code : wanted)
        option.slices.push_back({&table_, walk, window, code, row_mode()});
    option.calls = option.slices.size();
    return option;
  }

  /// A walk that takes no bounds answers a code's whole history in one window without a range.
  std::vector<std::optional<DateRange>> code_windows(const Walk& walk) const {
    if (walk.from.empty()) return {std::nullopt};
    const auto bounded = windows(walk, kRowsPerCodeDay);
    return {bounded.begin(), bounded.end()};
  }

  Option by_window(const Walk& walk) const {
    Option option{{}, 0};
    std::size_t rows_per_day = 1;
    for (Date day : {missing_.front(), missing_.back()})
      rows_per_day = std::max(rows_per_day, rows_on(day));
    for (const DateRange& window : windows(walk, static_cast<double>(rows_per_day)))
      option.slices.push_back({&table_, walk, window, "", row_mode()});
    option.calls = option.slices.size() * splits();
    return option;
  }

  /// The span of the missing days in windows that the walk allows and the row cap bears.
  std::vector<DateRange> windows(const Walk& walk, double rows_per_day) const {
    const auto most = static_cast<double>(cap(walk));
    const double usable = has_one_row_a_day() ? most - 1 : most * kUsable;
    int longest = static_cast<int>(std::min(usable / std::max(rows_per_day, 1e-3), 1e6));
    if (table_.days != catalog::Days::Calendar) longest = longest / 5 * 7 + longest % 5;
    longest = std::max(longest, 1);
    if (walk.max_days > 0) longest = std::min(longest, walk.max_days);
    const DateRange span{missing_.front(), missing_.back()};
    std::vector<DateRange> out;
    for (Date first = span.first; first <= span.last;) {
      const Date last = std::min(first + (longest - 1), span.last);
      const bool any =
          std::ranges::any_of(missing_, [&](Date day) { return first <= day && day <= last; });
      if (any) out.push_back({first, last});
      first = last + 1;
    }
    return out;
  }

  std::vector<std::string> codes(DateRange range) const {
    if (!request_.codes.empty()) return request_.codes;
    if (!table_.codes.empty()) return table_.codes;
    return knowledge_.universe->codes_in(range);
  }

  std::size_t rows_on(Date day) const {
    if (const auto expected = knowledge_.universe->expected_rows(table_, day))
      return std::max(*expected, 1u);
    return has_one_row_a_day() ? 1 : kAssumedRowsPerDay;
  }

  /// At the most: the day is the key.
  bool has_one_row_a_day() const { return table_.key == std::vector{table_.time}; }

  std::size_t cap(const Walk& walk) const {
    return static_cast<std::size_t>(table_.source.row_limit_of(walk).value_or(kAssumedCap));
  }

  std::size_t splits() const {
    const auto& split = table_.source.split;
    return split && split->always ? split->values.size() : 1;
  }

  journal::Mode row_mode() const {
    if (mode_ == UpdateMode::Merge || mode_ == UpdateMode::Full) return journal::Mode::Replace;
    return table_.policy.conflict == catalog::Conflict::Merge ? journal::Mode::Merge
                                                              : journal::Mode::Upsert;
  }

  const Walk* walk_of(WalkKind kind) const {
    for (const Walk& walk : table_.source.walks)
      if (walk.kind == kind) return &walk;
    return nullptr;
  }

  Result<Plan> no_walk() const {
    return Error{Errc::Failed,
                 fmt::format("no call brings {} of {}",
                             request_.codes.empty() ? "this range" : "these codes", table_.name),
                 table_.code.empty() || !knowledge_.universe->listings().empty()
                     ? "see its walks with: kanpan table show " + table_.name
                     : "collect stock_basic first: its codes are not known yet"};
  }

  const TableSpec& table_;
  const PlanRequest& request_;
  const Knowledge& knowledge_;
  const UpdateMode mode_;
  Plan plan_;
  DateRange range_;
  std::vector<Date> missing_;
};

}  // namespace

Result<Plan> plan(const PlanRequest& request, const Knowledge& knowledge) {
  return Planner(request, knowledge).run();
}

Plan plan_announcements(const TableSpec& table, DateRange range) {
  Plan plan;
  for (const Walk& walk : table.source.walks) {
    if (walk.kind != WalkKind::Announcement) continue;
    for (Date day = range.first; day <= range.last; ++day)
      plan.slices.push_back({&table, walk, DateRange{day, day}, "", journal::Mode::Upsert});
  }
  plan.calls = plan.slices.size();
  return plan;
}

double predicted_seconds(std::size_t calls, int per_minute, double seconds_per_call, int workers) {
  const double busy = static_cast<double>(calls) * seconds_per_call / std::max(workers, 1);
  if (per_minute <= 0) return busy;
  return std::max(busy, (static_cast<double>(calls) - per_minute) / per_minute * 60.0);
}

}  // namespace kanpan::ingest
