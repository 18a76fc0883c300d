// Rows of the journal's tables as values. Internal to journal/sqlite.
#pragma once

#include "kanpan/journal/record.hpp"
#include "kanpan/journal/sqlite/statement.hpp"

namespace kanpan::journal::sqlite {

/// The columns that commit_in() reads, from the first.
#define KANPAN_RECORD_COLUMNS                                                      \
  "record.seq, time, node, tab, mode, scope, run, unit, source, simulated, rows, " \
  "touched_first, touched_last, first_code, last_code, content, chain"
inline constexpr int kRecordColumns = 17;

/// Errc::Corrupt when a column holds what no journal writes.
Result<Commit> commit_in(const Statement& row);

/// CRC-32 (zlib's) of a stored payload.
std::uint32_t crc_of(std::string_view bytes);

/// Checks the payload in columns kRecordColumns and the one after it against its CRC and
/// `header.content`, and gives it uncompressed.
Result<std::string> payload_in(const Statement& row, const Commit& header);

}  // namespace kanpan::journal::sqlite
