// A Tushare request as a read of the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/source/protocol/request.hpp"
#include "kanpan/source/protocol/selection.hpp"
#include "kanpan/source/protocol/wording.hpp"
#include "kanpan/store/store.hpp"

namespace kanpan::api::tushare {

struct Question {
  store::Read read;                       ///< without limit and offset
  std::vector<std::string> fields;        ///< columns of the answer; the first of read.columns
  source::protocol::Selection selection;  ///< still to be done with the rows read
  std::optional<std::uint64_t> limit;
  std::uint64_t offset = 0;
  bool is_empty = false;  ///< the range ends before it begins
};

/// By catalog::meaning(). Unknown parameters and fields are ignored, as the source does; a value
/// that cannot be one is refused in its words.
std::variant<Question, source::protocol::Verdict> read_question(
    const catalog::TableSpec& table, const source::protocol::Request& request);

}  // namespace kanpan::api::tushare
