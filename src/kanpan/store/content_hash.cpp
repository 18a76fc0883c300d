#include "kanpan/store/content_hash.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

namespace kanpan::store {
namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = text.size();
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, std::min<std::size_t>(8, text.size() - at));
    hash = mix(hash ^ word) + 0x9e3779b97f4a7c15;
  }
  return hash;
}

/// Equal values of SQL have equal bits: one zero, one NaN.
std::uint64_t hash_real(double value) {
  if (value == 0) value = 0;
  if (std::isnan(value)) return 0x7ff8000000000000;
  return std::bit_cast<std::uint64_t>(value);
}

std::uint64_t hash_value(const frame::Column& column, std::size_t row) {
  if (column.is_null(row)) return 0x6e756c6c;  // "null"
  switch (column.type()) {
    case frame::Type::Text:
      return hash_text(column.texts()[row]);
    case frame::Type::Date:
      return static_cast<std::uint64_t>(column.dates()[row].days) + 1;
    case frame::Type::Int:
      return static_cast<std::uint64_t>(column.ints()[row]);
    case frame::Type::Real:
      return hash_real(column.reals()[row]);
  }
  return 0;
}

}  // namespace

void add(ContentHash& hash, const frame::Batch& rows) {
  std::vector<std::uint64_t> row_hashes(rows.rows(), 0);
  for (std::size_t c = 0; c < rows.width(); ++c)
    for (std::size_t row = 0; row < rows.rows(); ++row)
      row_hashes[row] = mix(row_hashes[row] + 0x9e3779b97f4a7c15 + hash_value(rows.column(c), row));
  for (std::uint64_t row_hash : row_hashes) {
    hash.low += row_hash;
    hash.high += mix(row_hash ^ 0xd1b54a32d192ed03);
  }
  hash.rows += rows.rows();
}

Result<ContentHash> content_hash(const Store& store, const catalog::TableSpec& table,
                                 std::optional<Sequence> as_of, Copy copy, std::stop_token stop) {
  Read everything;
  everything.table = &table;
  everything.any_order = true;
  everything.by_code = copy == Copy::ByCode;
  everything.as_of = as_of;
  ContentHash hash;
  KANPAN_TRY(store.read(everything, [&](frame::Batch&& rows) -> Result<bool> {
    if (stop.stop_requested()) return Error{Errc::Cancelled, "stopped", ""};
    add(hash, rows);
    return true;
  }));
  return hash;
}

}  // namespace kanpan::store
