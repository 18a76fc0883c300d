#include "kanpan/source/sim/publication.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>

#include "kanpan/source/sim/dice.hpp"

namespace kanpan::source::sim {
namespace {

constexpr std::array<std::string_view, 3> kAnnouncements = {"ann_date", "f_ann_date",
                                                            "imp_ann_date"};

/// A dated table that is always asked whole: trade_cal holds days that are yet to come.
bool is_written_ahead(const catalog::TableSpec& table) {
  return table.dated() && table.policy.mode == catalog::UpdateMode::Full;
}

/// Last day whose ready time has come at `now`.
Date last_ready(const catalog::SourceSpec& source, Instant now) {
  return shanghai_date(now - std::chrono::seconds{source.ready_second}) - source.ready_days;
}

}  // namespace

Publication::Publication(const catalog::TableSpec& table, Instant now,
                         std::chrono::seconds half_published) {
  if (is_written_ahead(table)) return;
  const auto position = [&](std::string_view name) -> std::optional<std::size_t> {
    const auto at = std::ranges::find(table.columns, name, &catalog::ColumnSpec::name);
    if (at == table.columns.end() || at->type != frame::Type::Date) return std::nullopt;
    return static_cast<std::size_t>(at - table.columns.begin());
  };
  for (const std::string_view name : kAnnouncements)
    if (const auto at = position(name)) columns_.push_back(*at);
  if (columns_.empty())
    if (const auto at = position(table.time)) {
      columns_.push_back(*at);
      by_time_ = true;
    }
  const auto code = std::ranges::find(table.columns, table.code, &catalog::ColumnSpec::name);
  if (code != table.columns.end() && code->type == frame::Type::Text)
    code_ = static_cast<std::size_t>(code - table.columns.begin());
  complete_ = last_ready(table.source, now);
  started_ = last_ready(table.source, now + half_published);
  if (!partial()) return;
  const Instant ready =
      shanghai_instant(started_ + table.source.ready_days, table.source.ready_second);
  part_ = 1 - std::chrono::duration<double>(ready - now) / half_published;
}

std::optional<Date> Publication::last_day() const {
  if (!by_time_) return std::nullopt;
  return started_;
}

bool Publication::published(const frame::Batch& batch, std::uint32_t row) const {
  std::optional<Date> day;
  for (const std::size_t c : columns_)
    if (!batch.column(c).is_null(row))
      day = std::max(day, std::optional(batch.column(c).dates()[row]));
  if (!day || *day <= complete_) return true;
  if (*day > started_) return false;
  const std::string_view code = code_ ? batch.column(*code_).texts()[row] : std::string_view{};
  return Dice(static_cast<std::uint64_t>(day->days), code).unit() < part_;
}

}  // namespace kanpan::source::sim
