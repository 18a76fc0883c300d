// The program: a terminal, Ctrl-C, and the words typed.
#include <csignal>
#include <iostream>
#include <map>
#include <thread>

#include <unistd.h>

#include "kanpan/app/cli.hpp"

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

}  // namespace

int main(int argc, char** argv) {
  std::stop_source stop;
  const Interrupts interrupts(stop);
  kanpan::app::Terminal terminal;
  terminal.out = [](std::string_view text) { std::cout << text << std::flush; };
  terminal.err = [](std::string_view text) { std::cerr << text << std::flush; };
  terminal.interactive = isatty(STDERR_FILENO) != 0;
  terminal.directory = std::filesystem::current_path();
  terminal.stop = stop.get_token();
  return kanpan::app::run({argv + 1, argv + argc}, terminal, kanpan_environment());
}
