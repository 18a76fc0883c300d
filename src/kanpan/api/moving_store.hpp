// A store in which something is committed while a request is answered, for the tests of this
// folder.
#pragma once

#include <functional>
#include <utility>

#include "kanpan/store/forwarding_store.hpp"

namespace kanpan::api {

/// Calls `move` just before the `at`-th time (from 1) that it is asked for its last commit or for
/// rows.
class MovingStore final : public store::ForwardingStore {
 public:
  MovingStore(store::Store& store, int at, std::function<void()> move)
      : ForwardingStore(store), left_(at), move_(std::move(move)) {}

  bool has_moved() const { return left_ <= 0; }

  store::Sequence applied() const override {
    look();
    return ForwardingStore::applied();
  }
  Result<void> read(const store::Read& read, const store::Sink& sink) const override {
    look();
    return ForwardingStore::read(read, sink);
  }

 private:
  void look() const {
    if (--left_ == 0) move_();
  }

  mutable int left_;
  std::function<void()> move_;
};

}  // namespace kanpan::api
