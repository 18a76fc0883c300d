#include "kanpan/journal/sqlite/row.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/put_back.hpp"
#include "kanpan/journal/scope.hpp"

namespace kanpan::journal::sqlite {
namespace {

Error corrupt(Sequence seq, std::string_view what) {
  return Error{Errc::Corrupt, fmt::format("commit {}: {}", seq, what), kPutBack};
}

}  // namespace

Result<Commit> commit_in(const Statement& row) {
  Commit commit;
  commit.seq = row.sequence(0);
  commit.time = row.instant(1);
  commit.node = row.view(2);
  commit.table = row.view(3);
  const auto mode = enumerator(row, 4, Mode::Delete);
  if (!mode) return corrupt(commit.seq, mode.error().message);
  commit.mode = *mode;
  auto scope = parse_scope(row.view(5));
  if (!scope) return corrupt(commit.seq, scope.error().message);
  commit.scope = *std::move(scope);
  commit.run = row.view(6);
  commit.unit = row.count(7);
  commit.source = row.view(8);
  commit.simulated = row.flag(9);
  commit.rows = row.count(10);
  if (row.is_null(11) != row.is_null(12))
    return corrupt(commit.seq, "only one end of the touched range is there");
  if (!row.is_null(11)) commit.touched = DateRange{row.date(11), row.date(12)};
  commit.first_code = row.view(13);
  commit.last_code = row.view(14);
  commit.content = row.hash(15);
  commit.chain = row.hash(16);
  return commit;
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

Result<std::string> payload_in(const Statement& row, const Commit& header) {
  if (row.is_null(kRecordColumns)) return corrupt(header.seq, "its payload is missing");
  const std::string_view compressed = row.view(kRecordColumns + 1);
  if (crc_of(compressed) != row.integer(kRecordColumns))
    return corrupt(header.seq, "the payload does not match its CRC");
  auto payload = frame::decompress(compressed);
  if (!payload) return corrupt(header.seq, payload.error().message);
  if (sha256({*payload}) != header.content)
    return corrupt(header.seq, "the payload does not match its content hash");
  return payload;
}

}  // namespace kanpan::journal::sqlite
