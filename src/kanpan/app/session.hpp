// One invocation of a command: where its output goes, what it works on, when it must stop.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "kanpan/app/instance.hpp"
#include "kanpan/base/error.hpp"

namespace kanpan::api {
class Progress;
}

namespace kanpan::app {

/// Where a command writes. The same commands run in a terminal and inside a server on behalf of a
/// client: only this differs.
struct Terminal {
  std::function<void(std::string_view)> out;  ///< data
  std::function<void(std::string_view)> err;  ///< messages and progress
  bool interactive = false;                   ///< err is a terminal: progress lines may be redrawn
  std::filesystem::path directory;            ///< what relative file names are relative to
  std::stop_token stop;                       ///< Ctrl-C, or the client is gone
  /// Told of a run as soon as it is in the ledger, and how to go on with it where it is cut off.
  /// May be empty.
  std::function<void(std::string_view run, std::string_view go_on)> begun = {};
};

struct Session {
  Terminal& terminal;
  Instance* instance = nullptr;  ///< set for commands that need the data directory
  std::filesystem::path data;    ///< --data
  Settings settings;
  bool json = false;
  const api::Progress* feed = nullptr;  ///< inside a server: what it knows about itself
  std::string program = "kanpan";       ///< as it was called: with its --data and --config
  std::string tables = {};              ///< that it is about, with commas between; may be empty
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();

  void out(std::string_view text) const { terminal.out(text); }
  void line(std::string_view text) const {
    terminal.out(text);
    terminal.out("\n");
  }
  void note(std::string_view text) const {
    terminal.err(text);
    terminal.err("\n");
  }
  std::filesystem::path path(const std::string& name) const { return terminal.directory / name; }
};

/// What a parsed command line asks for. Gives the exit code, or an error that becomes one.
using Action = std::function<Result<int>(Session&)>;

class Remote;

struct Chosen {
  Action action;
  /// Of an exclusive command that a server can do on its own: asks it to.
  std::function<Result<int>(Session&, const Remote&)> ask_server;
  bool needs_instance = true;   ///< works on the data directory
  bool exclusive = false;       ///< cannot run inside a server (serve, demo, store rebuild)
  bool brings_data = false;     ///< may make the data directory; others need one that holds data
  bool leaves_nothing = false;  ///< what it made there goes again, as it does after a failure
  std::string tables = {};      ///< that are named, with commas between
};

}  // namespace kanpan::app
