#include "kanpan/journal/record.hpp"

#include <array>
#include <random>

#include <fmt/format.h>

namespace kanpan::journal {
namespace {

constexpr std::array<std::string_view, 5> kRunStates{"running", "done", "partial", "failed",
                                                     "cancelled"};
constexpr std::array<std::string_view, 5> kUnitStates{"planned", "committed", "unchanged",
                                                      "refused", "failed"};

}  // namespace

std::string_view name(RunState state) { return kRunStates.at(static_cast<std::size_t>(state)); }
std::string_view name(UnitState state) { return kUnitStates.at(static_cast<std::size_t>(state)); }

std::string file_source(std::string_view format, std::string_view name) {
  return fmt::format("{}:{}", format, name);
}

bool is_file(std::string_view source) { return source.find(':') != std::string_view::npos; }

std::string_view kind_of(std::string_view source) { return source.substr(0, source.find(':')); }

std::string new_run_id(const Clock& clock) {
  const Instant now = clock.now();
  const int second = shanghai_second_of_day(now);
  return fmt::format("{}T{:02}{:02}{:02}-{:06x}", shanghai_date(now).compact(), second / 3600,
                     second / 60 % 60, second % 60, std::random_device{}() & 0xffffff);
}

}  // namespace kanpan::journal
