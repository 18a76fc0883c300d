// A fingerprint of a table's rows that does not depend on their order or on the kind of store.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::store {

struct ContentHash {
  std::uint64_t rows = 0;
  std::uint64_t low = 0, high = 0;  ///< sums of two hashes of each row, modulo 2^64
  friend bool operator==(const ContentHash&, const ContentHash&) = default;
};

enum class Copy { Current, ByCode };

/// Reads the whole table once, from one of its copies. Two stores with equal rows give equal
/// hashes; it finds damage and defects, not malice. Cancelled soon after `stop`.
Result<ContentHash> content_hash(const Store& store, const catalog::TableSpec& table,
                                 std::optional<Sequence> as_of = {}, Copy copy = Copy::Current,
                                 std::stop_token stop = {});

/// Adds the rows of a batch.
void add(ContentHash& hash, const frame::Batch& rows);

}  // namespace kanpan::store
