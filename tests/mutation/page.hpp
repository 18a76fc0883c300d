// A source's answer that can be bent, and what the gate makes of it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "kanpan/catalog/catalog.hpp"
#include "kanpan/frame/json.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/journal/sample.hpp"
#include "kanpan/source/sim/protocol.hpp"
#include "kanpan/source/sim/world/world.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::mutation {

inline bool is_number(const catalog::ColumnSpec& column) {
  return column.type == frame::Type::Real || column.type == frame::Type::Int;
}

/// An answer as JSON; `fields` and `items` are those of its data.
struct Page {
  boost::json::array fields;
  boost::json::array items;

  boost::json::value& cell(std::size_t row, std::size_t column) {
    return items[row].as_array()[column];
  }
  /// The envelope. A string "@@text@@" becomes the bare text, for what JSON cannot say.
  std::string body() const;
};

/// A slice of a table with its true answer, and that of the time before: the trading day, or the
/// same quarter a year ago.
struct Sample {
  ingest::Slice slice;
  Page truth;
  Date before_day;
  Page before;
};

/// What became of a body.
struct Outcome {
  bool refused = false;      ///< unreadable, or held back whole
  std::size_t accepted = 0;  ///< rows
  std::size_t held = 0;      ///< rows
  std::string wrong;         ///< an accepted row that the truth does not have; "" when none
};

/// An invented exchange behind the real protocol, and a gate that has seen the day before.
class Bench {
 public:
  explicit Bench(std::uint64_t seed = 7);
  const catalog::Catalog& catalog() const { return catalog_; }
  /// The answer to a table's call around 2024-06-28, its first 60 rows at the most.
  Sample sample(const std::string& table) const;
  Outcome judge(const Sample& sample, const std::string& body) const;
  /// What the gate holds of the true answers to a table's calls around these days, told of them in
  /// this order; "" when nothing.
  std::string held(const catalog::TableSpec& table, const std::vector<Date>& days) const;

 private:
  Page ask(const ingest::Slice& slice) const;
  static ingest::Harvest harvest(frame::ParsedPage&& page);
  ingest::Slice slice_of(const catalog::TableSpec& table, Date day) const;
  /// Rows by their whole content.
  static std::map<std::string, int> contents(const frame::Batch& batch);

  static constexpr std::size_t kMostRows = 60;

  catalog::Catalog catalog_;
  journal::HandClock clock_{shanghai_instant(Date::from_ymd(2024, 9, 2), 12 * 3600)};
  source::sim::world::World world_;
  std::unique_ptr<source::sim::Protocol> protocol_;
  journal::ScratchDirectory directory_;
  std::unique_ptr<store::duckdb::DuckdbStore> store_;
};

}  // namespace kanpan::mutation
