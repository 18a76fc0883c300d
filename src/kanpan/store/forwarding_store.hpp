// A store that passes every call on, for tests that change what one of them does.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "kanpan/store/store.hpp"

namespace kanpan::store {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& store) : store_(store) {}

  Result<std::vector<Applied>> apply(std::span<const Change> changes) override {
    return store_.apply(changes);
  }
  Sequence applied() const override { return store_.applied(); }
  Result<bool> fold(bool everything) override { return store_.fold(everything); }
  Result<void> read(const Read& read, const Sink& sink) const override {
    return store_.read(read, sink);
  }
  Result<std::uint64_t> count(const Read& read) const override { return store_.count(read); }
  Result<bool> has_changed(const Read& read, Sequence since) const override {
    return store_.has_changed(read, since);
  }
  Result<std::vector<DayCount>> day_counts(const catalog::TableSpec& table,
                                           DateRange range) const override {
    return store_.day_counts(table, range);
  }
  Result<std::vector<std::string>> codes_on(const catalog::TableSpec& table,
                                            Date day) const override {
    return store_.codes_on(table, day);
  }
  Result<Contradictions> contradictions(const catalog::TableSpec& table,
                                        Sequence since) const override {
    return store_.contradictions(table, since);
  }
  Result<std::map<std::string, Size>> sizes() const override { return store_.sizes(); }
  std::uint64_t bytes() const override { return store_.bytes(); }

 private:
  Store& store_;
};

}  // namespace kanpan::store
