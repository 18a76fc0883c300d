// What a store must do, in the plainest form: every version of every row in a list.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kanpan/store/store.hpp"

namespace kanpan::store::contract {

using Cell = std::variant<std::monostate, std::string, Date, std::int64_t, double>;
using Row = std::vector<Cell>;

/// Cells of a batch's row, and a batch of rows.
Row row_of(const frame::Batch& batch, std::size_t row);
frame::Batch batch_of(const std::vector<frame::Field>& fields, const std::vector<Row>& rows);
std::string text(const Row& row);

class Model {
 public:
  Applied apply(const Change& change);
  /// The answer to a read, in its order.
  std::vector<Row> read(const Read& read) const;
  std::uint64_t versions(const catalog::TableSpec& table) const;

 private:
  struct Version {
    Row row;
    Sequence seq = 0;
    std::optional<Sequence> until;
  };
  Version* find(std::vector<Version>& versions, const catalog::TableSpec& table, const Row& row);

  std::map<std::string, std::vector<Version>> tables_;
};

/// The whole answer of a store to a read.
Result<std::vector<Row>> rows_of(const Store& store, const Read& read);

}  // namespace kanpan::store::contract
