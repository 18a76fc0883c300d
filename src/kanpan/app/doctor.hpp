// Checks that end with the exact fix.
#pragma once

#include <string>
#include <vector>

#include "kanpan/app/session.hpp"

namespace kanpan::app {

enum class Health { Ok, Warning, Fault };
std::string_view name(Health health);

struct Finding {
  std::string check;  ///< "journal", "source", …
  Health health = Health::Ok;
  std::string about;  ///< what was found, with values
  std::string fix;    ///< what to do; "" when ok
};

/// Looks at the data directory, the files in it, the source, the port, the page and the limits of
/// the process. Without `fix` nothing is changed. With it an unusable store is set aside (kept
/// under its name and the time; the next start makes a new one from the journal). Inside a server,
/// journal and store are those that it has open.
std::vector<Finding> examine(const Session& session, bool fix);

}  // namespace kanpan::app
