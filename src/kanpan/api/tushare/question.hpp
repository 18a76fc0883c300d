// A Tushare request as a read of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/batch.hpp"
#include "kanpan/source/sim/request.hpp"
#include "kanpan/source/sim/wording.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::api::tushare {

struct Question {
  store::Read read;                   ///< without limit and offset
  std::vector<std::string> fields;    ///< columns of the answer; the first of read.columns
  std::vector<std::string> suffixes;  ///< of the code: SH, SZ, BJ; empty = any
  std::vector<std::string> boards;    ///< of the code: HS, GEM, STAR; empty = any
  bool newest_only = false;           ///< only the last snapshot of each day and list
  std::optional<std::uint64_t> limit;
  std::uint64_t offset = 0;

  /// True when rows of the store must still be sorted out here.
  bool sorts_out() const { return !suffixes.empty() || !boards.empty() || newest_only; }
};

/// By catalog::meaning(). Unknown parameters and fields are ignored, as the source does; a value
/// that cannot be one is refused in its words.
std::variant<Question, source::sim::Verdict> read_question(const catalog::TableSpec& table,
                                                           const source::sim::Request& request);

/// Rows of the batch that the question's own conditions leave.
std::vector<std::uint32_t> sort_out(const Question& question, const frame::Batch& batch);

}  // namespace kanpan::api::tushare
