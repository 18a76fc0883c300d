// The program: a terminal, Ctrl-C, and the words typed.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include <unistd.h>

#include "kanpan/app/cli.hpp"
#include "kanpan/base/allocator.hpp"

extern char** environ;  // NOLINT: POSIX

namespace {

std::map<std::string, std::string> kanpan_environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); text.starts_with("KANPAN_"))
      found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

/// Blocks SIGINT and SIGTERM in every thread and turns the first of them into a request to stop; a
/// second one ends the process at once.
class Interrupts {
 public:
  explicit Interrupts(std::stop_source stop) {
    sigemptyset(&signals_);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::thread([stop = std::move(stop), signals = signals_]() mutable {
      int signal = 0;
      sigwait(&signals, &signal);
      stop.request_stop();
      sigwait(&signals, &signal);
      _exit(128 + signal);
    }).detach();
  }

 private:
  sigset_t signals_{};
};

/// stdout. The first failure asks the command to stop: nobody gets the rest. Thread-safe.
class Output {
 public:
  explicit Output(std::stop_source stop) : stop_(std::move(stop)) {}

  void write(std::string_view text) {
    {
      const std::lock_guard lock(mutex_);
      while (!text.empty() && error_ == 0) {
        const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0)
          text.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
          error_ = errno;
      }
    }
    if (error_ != 0) stop_.request_stop();
  }
  bool has_failed() const { return error_ != 0; }
  /// "" when whoever read has only had enough, as head(1) has.
  std::string complaint() const {
    if (error_ == 0 || error_ == EPIPE) return "";
    return std::string("kanpan: stdout cannot be written: ") + std::strerror(error_) + "\n";
  }

 private:
  std::mutex mutex_;
  std::stop_source stop_;
  std::atomic<int> error_ = 0;
};

int run(int argc, char** argv) {
  kanpan::tune_allocator();
  std::stop_source stop;
  const Interrupts interrupts(stop);
  Output output(stop);
  kanpan::app::Terminal terminal;
  terminal.out = [&](std::string_view text) { output.write(text); };
  terminal.err = [&](std::string_view text) {
    if (!output.has_failed()) std::cerr << text << std::flush;
  };
  terminal.interactive = isatty(STDERR_FILENO) != 0;
  std::error_code error;
  terminal.directory = std::filesystem::current_path(error);
  if (error) terminal.directory = ".";
  terminal.stop = stop.get_token();
  const int code = kanpan::app::run({argv + 1, argv + argc}, terminal, kanpan_environment());
  if (!output.has_failed()) return code;
  std::cerr << output.complaint();
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "kanpan: internal error: " << error.what() << '\n';
    return 1;
  }
}
