// A store in which something is committed while a request is answered, for the tests of this
// folder.
#pragma once

#include <functional>
#include <utility>

#include "kanpan/store/store.hpp"

namespace kanpan::api {

/// Calls `move` just before the `at`-th time (from 1) that it is asked for its last commit or for
/// rows.
class MovingStore final : public store::Store {
 public:
  MovingStore(store::Store& store, int at, std::function<void()> move)
      : store_(store), left_(at), move_(std::move(move)) {}

  bool has_moved() const { return left_ <= 0; }

  store::Sequence applied() const override {
    look();
    return store_.applied();
  }
  Result<void> read(const store::Read& read, const store::Sink& sink) const override {
    look();
    return store_.read(read, sink);
  }

  Result<std::vector<store::Applied>> apply(std::span<const store::Change> changes) override {
    return store_.apply(changes);
  }
  Result<bool> fold(bool everything) override { return store_.fold(everything); }
  Result<std::uint64_t> count(const store::Read& read) const override { return store_.count(read); }
  Result<std::vector<store::DayCount>> day_counts(const catalog::TableSpec& table,
                                                  DateRange range) const override {
    return store_.day_counts(table, range);
  }
  Result<std::vector<std::string>> codes_on(const catalog::TableSpec& table,
                                            Date day) const override {
    return store_.codes_on(table, day);
  }
  Result<store::Contradictions> contradictions(const catalog::TableSpec& table,
                                               store::Sequence since) const override {
    return store_.contradictions(table, since);
  }
  Result<std::map<std::string, store::Size>> sizes() const override { return store_.sizes(); }
  std::uint64_t bytes() const override { return store_.bytes(); }

 private:
  void look() const {
    if (--left_ == 0) move_();
  }

  store::Store& store_;
  mutable int left_;
  std::function<void()> move_;
};

}  // namespace kanpan::api
