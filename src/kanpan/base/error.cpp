#include "kanpan/base/error.hpp"

#include <array>
#include <stdexcept>

namespace kanpan {
namespace {

struct Kind {
  Errc code;
  std::string_view name;
  int exit_code;
};

constexpr std::array kKinds{
    Kind{Errc::Failed, "failed", 1},
    Kind{Errc::Usage, "usage", 2},
    Kind{Errc::NotFound, "not_found", 2},
    Kind{Errc::Config, "config", 3},
    Kind{Errc::Busy, "busy", 3},
    Kind{Errc::Io, "io", 1},
    Kind{Errc::NoSpace, "no_space", 1},
    Kind{Errc::Corrupt, "corrupt", 1},
    Kind{Errc::Timeout, "timeout", 1},
    Kind{Errc::Cancelled, "cancelled", 1},
    Kind{Errc::Partial, "partial", 6},
    Kind{Errc::Quality, "quality", 5},
    Kind{Errc::SourceTransient, "source_transient", 6},
    Kind{Errc::SourceRate, "source_rate", 4},
    Kind{Errc::SourceQuota, "source_quota", 4},
    Kind{Errc::SourcePermission, "source_permission", 4},
    Kind{Errc::SourceParameter, "source_parameter", 4},
    Kind{Errc::SourceToken, "source_token", 4},
};

const Kind& kind(Errc code) {
  for (const Kind& k : kKinds)
    if (k.code == code) return k;
  return kKinds.front();
}

}  // namespace

std::string_view name(Errc code) { return kind(code).name; }

int exit_code(Errc code) { return kind(code).exit_code; }

Error Error::within(std::string_view context) && {
  message = std::string(context) + ": " + message;
  return std::move(*this);
}

std::string Error::text() const { return hint.empty() ? message : message + " (" + hint + ")"; }

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.text());
}

}  // namespace kanpan
