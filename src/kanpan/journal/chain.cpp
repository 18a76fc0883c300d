#include "kanpan/journal/chain.hpp"

namespace kanpan::journal {
namespace {

class Encoder {
 public:
  template <typename Integer>
  void integer(Integer value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      out_.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
  }
  void text(std::string_view value) {
    integer(value.size(), 4);
    out_.append(value);
  }
  void range(const std::optional<DateRange>& range) {
    integer(range.has_value(), 1);
    if (!range) return;
    integer(range->first.days, 4);
    integer(range->last.days, 4);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string canonical(const Commit& header) {
  Encoder out;
  out.integer(header.seq, 8);
  out.integer(header.time.time_since_epoch().count(), 8);
  out.text(header.node);
  out.text(header.table);
  out.integer(static_cast<int>(header.mode), 1);
  out.range(header.scope.time);
  out.integer(header.scope.codes.size(), 4);
  for (const std::string& code : header.scope.codes) out.text(code);
  out.text("");  // two places that no commit fills; a chain once written keeps its bytes
  out.text("");
  out.text(header.run);
  out.integer(header.unit, 4);
  out.text(header.source);
  out.integer(header.simulated, 1);
  out.integer(header.rows, 4);
  out.range(header.touched);
  out.text(header.first_code);
  out.text(header.last_code);
  return out.take();
}

Sha256 chain_after(const Sha256& previous, const Commit& header) {
  return sha256({bytes(previous), canonical(header), bytes(header.content)});
}

}  // namespace kanpan::journal
