// Bytes on their way from a thread that makes them to the connection that sends them.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "kanpan/base/error.hpp"

namespace kanpan::net {

/// One reader that never waits (a connection), any number of writers. Holds `capacity` bytes, or
/// one piece when that alone is larger. Thread-safe.
class Pipe {
 public:
  explicit Pipe(std::size_t capacity) : capacity_(capacity) {}
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  // ---- writers
  /// Waits for room. False when the reader is gone or the pipe is finished.
  bool send(std::string piece);
  /// Does not wait: false also when there is no room, so that a feed can drop a slow reader.
  bool try_send(std::string piece);
  /// Nothing follows; `how` says whether what was sent is the whole.
  void finish(Result<void> how = {});

  // ---- reader
  struct Taken {
    std::string bytes;
    bool finished = false;       ///< and nothing is left
    std::optional<Error> error;  ///< with finished: what was sent is not the whole
  };
  /// All that is there. When that is nothing, the next piece calls `ready` once.
  Taken take();
  /// Called from a writer's thread under the pipe's lock: must only post.
  void on_ready(std::function<void()> ready);
  /// The reader goes: writers are told, `ready` is never called again.
  void abandon();

 private:
  bool has_room(std::size_t size) const {
    return bytes_.empty() || bytes_.size() + size <= capacity_;
  }
  bool put(std::string&& piece);
  void wake();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::string bytes_;
  bool finished_ = false;
  bool abandoned_ = false;
  bool reader_waits_ = false;
  std::optional<Error> error_;
  std::function<void()> ready_;
};

}  // namespace kanpan::net
