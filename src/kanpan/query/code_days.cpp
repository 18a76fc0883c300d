#include "kanpan/query/code_days.hpp"

#include <algorithm>

namespace kanpan::query {

Result<void> CodeDays::read(const store::Read& asked, const store::Store& store) {
  store::Read read;
  read.table = asked.table;
  read.columns = {asked.table->code, asked.table->time};
  read.codes = codes_;
  read.from = days_.front();
  read.to = days_.back();
  read.any_order = true;
  read.as_of = asked.as_of;
  return store.read(read, [this](frame::Batch&& batch) -> Result<bool> {
    const auto codes = batch.column(0).texts();
    const auto dates = batch.column(1).dates();
    for (std::size_t row = 0; row < batch.rows(); ++row) note(codes[row], dates[row]);
    return true;
  });
}

void CodeDays::note(std::string_view code, Date day) {
  const auto at = std::ranges::lower_bound(days_, day);
  const auto who = std::ranges::lower_bound(codes_, code);
  if (at == days_.end() || *at != day || who == codes_.end() || *who != code) return;
  has_[static_cast<std::size_t>(at - days_.begin()) * codes_.size() +
       static_cast<std::size_t>(who - codes_.begin())] = true;
}

}  // namespace kanpan::query
