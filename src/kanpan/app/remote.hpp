// A command run by the server that owns the data directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "kanpan/app/session.hpp"
#include "kanpan/base/stop_registry.hpp"
#include "kanpan/net/http_message.hpp"

namespace kanpan::app {

/// `DIR/kanpan.sock`.
std::filesystem::path socket_path(const std::filesystem::path& data);

/// The client's side.
class Remote {
 public:
  explicit Remote(const std::filesystem::path& data) : socket_(socket_path(data)) {}
  /// True when a server answers on the socket.
  bool is_there() const;
  /// Sends the words, and `settings` to be compared with the server's, and passes on what comes
  /// back until the exit code comes. Errc::Io when the server goes away before that, Errc::Partial
  /// where a run had begun by then. The terminal's stop stops the command at the server, whose last
  /// words and exit code still come; where that cannot be said, the connection is closed, which
  /// stops it too: Errc::Cancelled.
  Result<int> run(const std::vector<std::string>& words, const Settings& settings,
                  Terminal& terminal) const;
  /// Has the server make its store anew, which does not answer meanwhile, and waits for it; how
  /// many commits were replayed. Errors: Busy while a run goes on; Io when the server ends before
  /// it is done; Cancelled by `stop`, which only ends the waiting.
  Result<std::uint64_t> rebuild_store(std::stop_token stop) const;

 private:
  /// False when nobody answers.
  bool stop(const std::string& id) const;

  std::filesystem::path socket_;
};

/// The server's side: answers `POST /command` on the socket with a stream of frames, each a kind
/// (`o` out, `e` err, `r` id of a run that has begun, a newline and how to go on with it, `x` exit
/// code), a space, the length in bytes, a newline, and the bytes.
/// `feed` is what the server tells about itself, `commands` knows those that go on; all must
/// outlive the answer.
net::Response answer_command(const net::Request& request, Instance& instance,
                             const api::Progress& feed, StopRegistry& commands);
/// Answers `POST /store/rebuild` (asks for one: 200, or 503 while a run goes on) and `GET`, both
/// with `{"rebuilds":…,"replayed":…}`: how often it was done, and what the last one replayed.
net::Response answer_rebuild(const net::Request& request, Instance& instance);
/// Answers `POST /command/stop` with `{"id":…}`: 200. A command that comes later is stopped then.
net::Response stop_command(const net::Request& request, StopRegistry& commands);

}  // namespace kanpan::app
