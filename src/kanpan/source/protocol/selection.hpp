// Parameters that pick rows by more than the value of one column.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kanpan/catalog/parameters.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::source::protocol {

/// What the parameters of the kinds CodeSuffix, Board and Newest ask for.
struct Selection {
  std::vector<std::string> suffixes;  ///< of the code: SH, SZ, BJ; empty = any
  std::vector<std::string> boards;    ///< of the code: HS, GEM, STAR, BJ; empty = any
  std::string snapshot;               ///< hot lists: only the last by this column; "" = all

  /// Takes a parameter's value; false where its kind is none of the three.
  bool take(const catalog::Meaning& meaning, std::string_view value);
  bool narrows() const { return !snapshot.empty() || !suffixes.empty() || !boards.empty(); }
  /// The columns of `table` that of() reads.
  std::vector<std::string> columns(const catalog::TableSpec& table) const;
  /// Those of `rows` that it leaves, in their order.
  std::vector<std::uint32_t> of(const catalog::TableSpec& table, const frame::Batch& batch,
                                std::vector<std::uint32_t> rows) const;
};

}  // namespace kanpan::source::protocol
