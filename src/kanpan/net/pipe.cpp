#include "kanpan/net/pipe.hpp"

#include <utility>

namespace kanpan::net {

bool Pipe::send(std::string piece) {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return abandoned_ || finished_ || has_room(piece.size()); });
  return put(std::move(piece));
}

bool Pipe::try_send(std::string piece) {
  const std::lock_guard lock(mutex_);
  return has_room(piece.size()) && put(std::move(piece));
}

bool Pipe::put(std::string&& piece) {
  if (abandoned_ || finished_) return false;
  if (bytes_.empty())
    bytes_ = std::move(piece);
  else
    bytes_ += piece;
  wake();
  return true;
}

void Pipe::finish(Result<void> how) {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  if (!how) error_ = std::move(how).error();
  room_.notify_all();
  wake();
}

Pipe::Taken Pipe::take() {
  const std::lock_guard lock(mutex_);
  Taken taken{std::exchange(bytes_, {}), finished_, error_};
  reader_waits_ = taken.bytes.empty() && !finished_;
  room_.notify_all();
  return taken;
}

void Pipe::on_ready(std::function<void()> ready) {
  const std::lock_guard lock(mutex_);
  ready_ = std::move(ready);
}

void Pipe::abandon() {
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  ready_ = nullptr;
  room_.notify_all();
}

void Pipe::wake() {
  if (std::exchange(reader_waits_, false) && ready_) ready_();
}

}  // namespace kanpan::net
