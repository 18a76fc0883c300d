#include "kanpan/base/log.hpp"

#include <atomic>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "kanpan/base/clock.hpp"

namespace kanpan::log {
namespace {

std::atomic<Level> threshold{Level::Info};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made = spdlog::stderr_logger_mt("kanpan");
    made->set_level(spdlog::level::trace);
    made->set_pattern("%v");  // spdlog knows the machine's zone or UTC, not the market's
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warn:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
    case Level::Off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

}  // namespace

Result<Level> parse_level(std::string_view text) {
  if (text == "debug") return Level::Debug;
  if (text == "info") return Level::Info;
  if (text == "warn") return Level::Warn;
  if (text == "error") return Level::Error;
  if (text == "off") return Level::Off;
  return Error{Errc::Usage, fmt::format("log level '{}' is unknown", text),
               "one of debug, info, warn, error, off"};
}

void set_level(Level level) { threshold = level; }
bool enabled(Level level) { return level >= threshold.load(std::memory_order_relaxed); }

void write(Level level, std::string_view module, std::string_view message) {
  static const auto clock = make_clock("system").value();
  sink().log(native(level), "{} {} {}: {}", rfc3339(clock->now()),
             spdlog::level::to_string_view(native(level)), module, message);
}

}  // namespace kanpan::log
