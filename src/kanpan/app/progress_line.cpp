#include "kanpan/app/progress_line.hpp"

#include <fmt/format.h>

namespace kanpan::app {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};

std::string summary(const ingest::Tally& tally) {
  const auto left = tally.seconds_left();
  // Of a file nobody knows beforehand how many blocks it has.
  const std::string total = tally.units_total > 0 ? fmt::format("/{}", tally.units_total) : "";
  return fmt::format("{} {}{} units, {} rows, {:.0f} rows/s{}", tally.table, tally.units_done,
                     total, tally.rows, tally.rows_per_second(),
                     left ? fmt::format(", {:.0f} s left", *left) : "");
}

}  // namespace

void ProgressLine::show(const ingest::Event& event, const std::optional<ingest::Tally>& tally) {
  const std::lock_guard lock(mutex_);
  if (session_.json) return session_.line(event.to_json());
  const bool told = event.kind == "error" || event.kind == "quarantine" || event.kind == "note" ||
                    event.kind == "retry";
  if (told) {
    if (drawn_) session_.terminal.err("\r\033[K");
    drawn_ = false;
    session_.note(fmt::format("{} {}{}{}: {}", event.kind, event.table,
                              event.unit.empty() ? "" : " ", event.unit, text_of(event)));
  }
  const auto now = std::chrono::steady_clock::now();
  if (!session_.terminal.interactive || !tally || now - last_ < kRedraw) return;
  last_ = now;
  drawn_ = true;
  session_.terminal.err("\r\033[K" + summary(*tally));
}

std::string ProgressLine::text_of(const ingest::Event& event) {
  if (event.cause.empty()) return event.message;
  std::string& told = causes_[event.table + " " + event.unit];
  if (told == event.cause) return event.message;
  told = event.cause;
  return event.text();
}

void ProgressLine::clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) session_.terminal.err("\r\033[K");
  drawn_ = false;
}

}  // namespace kanpan::app
