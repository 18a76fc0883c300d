// The command line: parsing, help, and the way from words to an action.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kanpan/app/session.hpp"

namespace kanpan::app {

/// Options that stand before the noun.
struct GlobalFlags {
  std::string data;  ///< --data; "" = KANPAN_DATA, else Parsed::default_data
  std::string config;
  std::string log_level = "info";
  bool json = false;
};

struct Parsed {
  GlobalFlags flags;
  Chosen chosen;
  std::string default_data = "var/data";
  std::map<std::string, std::string> settings;  ///< settings that flags of the command override
  std::optional<Error> error;    ///< the words are wrong; flags.json tells how to say so
  std::optional<int> exit_code;  ///< set when parsing alone answers: help, version
  std::string out, err;
};

Parsed parse(const std::vector<std::string>& words);

/// Runs what was parsed on a terminal; opens the data directory, or hands the words to the server
/// that owns it. The exit code.
int run(const std::vector<std::string>& words, Terminal& terminal,
        const std::map<std::string, std::string>& environment);

/// Runs inside a server that owns `instance` and tells about itself by `feed`, for a client.
int run_inside(const std::vector<std::string>& words, Terminal& terminal, Instance& instance,
               const api::Progress& feed);

/// One line for a person, or a JSON object, and the exit code.
int report(const Error& error, const Session& session);

}  // namespace kanpan::app
