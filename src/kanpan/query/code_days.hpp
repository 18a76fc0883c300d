// Which of some codes have a row on which of some days.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::query {

class CodeDays {
 public:
  /// Both sorted, without repetition; at least one day.
  CodeDays(std::vector<Date> days, std::vector<std::string> codes)
      : days_(std::move(days)), codes_(std::move(codes)), has_(days_.size() * codes_.size()) {}

  /// Looks for their rows in the table and as of the commit of `asked`. Errors are the store's.
  Result<void> read(const store::Read& asked, const store::Store& store);

  bool has(std::size_t day, std::size_t code) const { return has_[day * codes_.size() + code]; }
  const std::vector<std::string>& codes() const { return codes_; }

 private:
  void note(std::string_view code, Date day);

  std::vector<Date> days_;
  std::vector<std::string> codes_;
  std::vector<bool> has_;
};

}  // namespace kanpan::query
