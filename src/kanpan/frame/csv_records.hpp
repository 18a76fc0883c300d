// Cuts CSV bytes into records and cells, without knowing what they mean.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/byte_stream.hpp"

namespace kanpan::frame {

/// Marks a file as UTF-8; may stand before the header.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CsvCell {
  std::string_view text;  ///< without its quotes
  bool quoted = false;
  bool doubled = false;  ///< inside: holds "" for "
};

/// RFC 4180, with LF or CRLF, a BOM skipped; a quote inside an unquoted cell stands for itself.
class CsvRecords {
 public:
  explicit CsvRecords(std::unique_ptr<ByteStream> bytes) : bytes_(std::move(bytes)) {}

  /// Puts the next record's cells into `cells`; they point into this object until the next call.
  /// False at the end. Errc::Quality for a quote left open or text behind a closing one; and what
  /// the stream gives.
  Result<bool> next(std::vector<CsvCell>& cells);
  /// Line on which the last record began, from 1.
  std::uint64_t line() const { return line_; }

 private:
  enum class Cut { Whole, NeedsMore, OpenQuote, TextAfterQuote };

  Cut cut(std::vector<CsvCell>& cells);
  Cut cut_quoted(std::size_t& at, CsvCell& cell) const;
  Result<void> refill();
  void settle(std::vector<CsvCell>& cells, std::size_t begin);

  std::unique_ptr<ByteStream> bytes_;
  std::string buffer_;
  std::size_t at_ = 0;  ///< first byte not handed out
  std::uint64_t line_ = 0, next_line_ = 1;
  bool started_ = false, at_end_ = false;
};

}  // namespace kanpan::frame
