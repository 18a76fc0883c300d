#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

#include "kanpan/metrics/registry.hpp"

namespace kanpan::metrics {
namespace {

/// The fields of /proc/self/stat behind the command's name (proc(5) numbers them from 3).
struct Stat {
  double user_ticks = 0, system_ticks = 0, threads = 0, pages = 0;
};

bool read_stat(Stat& out) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 3; i <= 24; ++i) {
    if (i == 14)
      fields >> out.user_ticks;
    else if (i == 15)
      fields >> out.system_ticks;
    else if (i == 20)
      fields >> out.threads;
    else if (i == 24)
      fields >> out.pages;
    else
      fields >> skipped;
  }
  return static_cast<bool>(fields);
}

double count_descriptors() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  double count = 0;
  if (!error)
    for ([[maybe_unused]] const auto& entry : entries) ++count;
  return count;
}

}  // namespace

std::vector<Registry::Reading> read_process() {
  Stat stat;
  if (!read_stat(stat)) return {};
  const double tick = static_cast<double>(sysconf(_SC_CLK_TCK));
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {
      {"process_cpu_seconds_total",
       "Processor time, user and system",
       true,
       {},
       (stat.user_ticks + stat.system_ticks) / tick},
      {"process_resident_memory_bytes", "Resident memory", false, {}, stat.pages * page},
      {"process_open_fds", "Open file descriptors", false, {}, count_descriptors()},
      {"process_threads", "Threads", false, {}, stat.threads},
  };
}

}  // namespace kanpan::metrics
