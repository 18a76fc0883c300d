// Errors as values. An Error says what failed, with the value found, and how to mend it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <boost/system/result.hpp>

namespace kanpan {

/// What kind of failure it was. The kind decides the exit code, the HTTP status and whether a retry
/// can help; the message says the rest.
enum class Errc {
  Failed,            ///< anything without a better name
  Usage,             ///< wrong flag, value, parameter or field
  NotFound,          ///< the named thing does not exist
  Config,            ///< wrong settings, catalog or environment
  Busy,              ///< another process or run holds what was asked for
  Io,                ///< file system or network of this machine
  NoSpace,           ///< disk full
  Corrupt,           ///< stored bytes do not match their checksum
  Timeout,           ///< a deadline passed
  Cancelled,         ///< asked to stop
  Partial,           ///< cut off before it was done; what is left can be gone on with
  Quality,           ///< data below the bar: a page refused, rows quarantined
  SourceTransient,   ///< source: a retry may help (drop, 5xx, malformed body)
  SourceRate,        ///< source: calls too frequent
  SourceQuota,       ///< source: the day's calls are used up
  SourcePermission,  ///< source: no right to this interface
  SourceParameter,   ///< source: refused a parameter or the interface's name
  SourceToken,       ///< source: token wrong or revoked
};

/// Stable lower-case name of a kind, as written to logs, JSON and the run ledger ("source_rate").
std::string_view name(Errc code);

/// Process exit code for a kind: 1 failed or stopped, 2 usage, 3 environment, 4 source refused,
/// 5 quality, 6 partly done and resumable.
int exit_code(Errc code);

struct Error {
  Errc code = Errc::Failed;
  std::string message;    ///< lower case, no full stop, names the thing and the value found
  std::string hint = {};  ///< what a person can do about it; may be empty

  /// Puts "context: " before the message; for adding where it happened on the way up.
  Error within(std::string_view context) &&;
  /// "message (hint)".
  std::string text() const;
};

template <typename T = void>
using Result = boost::system::result<T, Error>;

/// Called by Result::value() on an error. Throws std::runtime_error with text().
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

}  // namespace kanpan

#define KANPAN_CAT_(a, b) a##b
#define KANPAN_CAT(a, b) KANPAN_CAT_(a, b)

/// Returns the error of a Result<…> expression from the enclosing function, if it holds one.
#define KANPAN_TRY(...)                                                               \
  do {                                                                                \
    if (auto kanpan_r = (__VA_ARGS__); !kanpan_r) return std::move(kanpan_r).error(); \
  } while (false)

/// KANPAN_LET(auto x, expression): declares x from a Result, or returns its error.
#define KANPAN_LET(declaration, ...)                                                               \
  auto KANPAN_CAT(kanpan_r_, __LINE__) = (__VA_ARGS__);                                            \
  if (!KANPAN_CAT(kanpan_r_, __LINE__)) return std::move(KANPAN_CAT(kanpan_r_, __LINE__)).error(); \
  declaration = *std::move(KANPAN_CAT(kanpan_r_, __LINE__))
