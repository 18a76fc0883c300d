#include "kanpan/frame/csv_records.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace kanpan::frame {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 18;
/// Far beyond any row of market data: a longer record is a quote left open.
constexpr std::size_t kLongestRecord = std::size_t{1} << 24;

}  // namespace

Result<bool> CsvRecords::next(std::vector<CsvCell>& cells) {
  if (!started_) {
    KANPAN_TRY(refill());
    if (buffer_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    started_ = true;
  }
  for (;;) {
    const std::size_t begin = at_;
    if (at_end_ && at_ == buffer_.size()) return false;
    const Cut outcome = cut(cells);
    line_ = next_line_;
    switch (outcome) {
      case Cut::Whole:
        settle(cells, begin);
        return true;
      case Cut::NeedsMore:
        KANPAN_TRY(refill());
        break;
      case Cut::OpenQuote:
        return Error{Errc::Quality, fmt::format("line {}: a quote is never closed", line_),
                     "close the quote, or double a quote that is part of the text"};
      case Cut::TextAfterQuote:
        return Error{Errc::Quality, fmt::format("line {}: text follows a closing quote", line_),
                     "double a quote that is part of the text"};
    }
  }
}

CsvRecords::Cut CsvRecords::cut(std::vector<CsvCell>& cells) {
  cells.clear();
  const std::size_t size = buffer_.size();
  const char* const data = buffer_.data();
  for (std::size_t at = at_;;) {
    CsvCell cell;
    if (at < size && data[at] == '"') {
      if (const Cut outcome = cut_quoted(at, cell); outcome != Cut::Whole) return outcome;
    } else {
      const std::size_t begin = at;
      while (at < size && data[at] != ',' && data[at] != '\n') ++at;
      cell.text = std::string_view(data + begin, at - begin);
    }
    if (at == size && !at_end_) return Cut::NeedsMore;
    const bool last = at == size || data[at] == '\n';
    if (last && !cell.quoted && cell.text.ends_with('\r')) cell.text.remove_suffix(1);
    cells.push_back(cell);
    if (last) return at_ = std::min(at + 1, size), Cut::Whole;
    ++at;
  }
}

/// Leaves `at` behind the closing quote, on a comma, a line feed or the end.
CsvRecords::Cut CsvRecords::cut_quoted(std::size_t& at, CsvCell& cell) const {
  const std::size_t begin = at + 1;
  std::size_t quote = buffer_.find('"', begin);
  while (quote != std::string::npos && quote + 1 < buffer_.size() && buffer_[quote + 1] == '"') {
    cell.doubled = true;
    quote = buffer_.find('"', quote + 2);
  }
  if (quote == std::string::npos) return at_end_ ? Cut::OpenQuote : Cut::NeedsMore;
  cell.quoted = true;
  cell.text = std::string_view(buffer_).substr(begin, quote - begin);
  at = quote + 1;
  if (at < buffer_.size() && buffer_[at] == '\r') ++at;
  if (at == buffer_.size()) return at_end_ ? Cut::Whole : Cut::NeedsMore;
  return buffer_[at] == ',' || buffer_[at] == '\n' ? Cut::Whole : Cut::TextAfterQuote;
}

/// Counts the lines of a whole record and turns "" into ", in place.
void CsvRecords::settle(std::vector<CsvCell>& cells, std::size_t begin) {
  ++next_line_;
  if (std::ranges::none_of(cells, &CsvCell::quoted)) return;
  next_line_ = line_ + static_cast<std::uint64_t>(
                           std::count(buffer_.data() + begin, buffer_.data() + at_, '\n'));
  for (CsvCell& cell : cells) {
    if (!cell.doubled) continue;
    char* const first = buffer_.data() + (cell.text.data() - buffer_.data());
    char* to = first;
    for (std::size_t i = 0; i < cell.text.size(); ++i) {
      *to++ = cell.text[i];
      if (cell.text[i] == '"') ++i;
    }
    cell.text = std::string_view(first, static_cast<std::size_t>(to - first));
  }
}

Result<void> CsvRecords::refill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t kept = buffer_.size();
  if (kept > kLongestRecord)
    return Error{Errc::Quality,
                 fmt::format("line {}: a record longer than {} bytes", next_line_, kLongestRecord),
                 "look for a quote that is never closed"};
  buffer_.resize(kept + kPiece);
  KANPAN_LET(const std::size_t got, bytes_->read(std::span(buffer_).subspan(kept)));
  buffer_.resize(kept + got);
  at_end_ = got == 0;
  return {};
}

}  // namespace kanpan::frame
