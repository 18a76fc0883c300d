// Waiting that can be ended.
#pragma once

#include <chrono>
#include <stop_token>

namespace kanpan {

/// Sleeps for so long. False at once when `stop` is, or has been, asked for. Thread-safe.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop);

}  // namespace kanpan
