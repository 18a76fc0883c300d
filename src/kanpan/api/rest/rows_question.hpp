// The parameters of /v1/tables/{name}/rows as a read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kanpan/api/rest/form.hpp"
#include "kanpan/api/router.hpp"
#include "kanpan/query/query.hpp"

namespace kanpan::api::rest {

struct RowsQuestion {
  query::RowsRequest request;  ///< without limit and offset
  Form form = Form::Json;
  bool objects = false;                   ///< shape=rows
  std::optional<std::uint64_t> limit;     ///< none = every row (not for JSON)
  std::uint64_t offset = 0;               ///< from the cursor
  std::optional<store::Sequence> pinned;  ///< from the cursor: the commit that its first page saw
  std::string key;                        ///< the same for every page of one question
};

std::vector<Parameter> rows_parameters();

/// Refuses what the table does not have, naming what is near.
boost::system::result<RowsQuestion, Refusal> read_rows_question(const query::Query& query,
                                                                const Call& call);

/// An opaque word that says where the next page begins.
std::string make_cursor(const RowsQuestion& question, store::Sequence seen, std::uint64_t offset);

}  // namespace kanpan::api::rest
