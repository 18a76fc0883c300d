// Log lines on stderr: one line per failure, written where it is finally handled.
#pragma once

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "kanpan/base/error.hpp"

namespace kanpan::log {

enum class Level { Debug, Info, Warn, Error, Off };

/// `debug`, `info`, `warn`, `error`, `off`.
Result<Level> parse_level(std::string_view text);
void set_level(Level level);
bool enabled(Level level);

/// Writes one line, whatever the level. Thread-safe. Use the functions below.
void write(Level level, std::string_view module, std::string_view message);

template <typename... Args>
void emit(Level level, std::string_view module, fmt::format_string<Args...> format,
          Args&&... args) {
  if (enabled(level)) write(level, module, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void debug(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  emit(Level::Debug, module, format, std::forward<Args>(args)...);
}
template <typename... Args>
void info(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  emit(Level::Info, module, format, std::forward<Args>(args)...);
}
template <typename... Args>
void warn(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  emit(Level::Warn, module, format, std::forward<Args>(args)...);
}
template <typename... Args>
void error(std::string_view module, fmt::format_string<Args...> format, Args&&... args) {
  emit(Level::Error, module, format, std::forward<Args>(args)...);
}

}  // namespace kanpan::log
