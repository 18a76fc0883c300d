// Misbehaviour on demand: which calls are hit, and by what. The file format is in
// docs/guide/faults.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/source/sim/dice.hpp"

namespace kanpan::source::sim {

/// In the order in which they can strike: on the verdict, the rows, the page, its columns, its
/// cells, the body, the connection.
enum class FaultKind {
  QuotaExhausted,
  TokenRevoked,
  RefusedWithText,
  Empty,
  HalfDay,
  ShrinkingDay,
  TruncateSilently,
  DuplicatePage,
  MissingColumn,
  RenamedColumn,
  RetypedColumn,
  NewColumn,
  UnitFlip,
  DecimalShift,
  RevisedRow,
  Nan,
  HugeNumber,
  NullKey,
  WrongDate,
  BadCode,
  ImpossibleOhlc,
  DuplicateRow,
  WrongWidthRow,
  Http500,
  Html200,
  TruncatedJson,
  WrongCharset,
  GzipBomb,
  Delay,
  Slow,
  Stall,
  Drop,
};

/// What happens. Only the members that the kind documents are read.
struct Fault {
  FaultKind kind = FaultKind::Drop;
  std::vector<std::string> columns;
  std::string to;    ///< new name of a column
  std::string name;  ///< of a new column
  std::string message;
  double factor = 100;
  double part = 0.5;                 ///< of rows or bytes that are kept
  std::optional<std::int64_t> rows;  ///< how many are hit
  std::int64_t code = 40000;
  std::int64_t status = 500;
  std::int64_t bytes_per_second = 1000;
  std::int64_t after = 0;  ///< body bytes
  std::int64_t milliseconds = 1000;
  std::int64_t megabytes = 64;
  std::int64_t places = 1;
  std::int64_t days = 3650;
};

/// Which calls are hit. Unset members match everything.
struct FaultWhen {
  std::vector<std::string> apis;
  std::optional<std::string> date;  ///< YYYYMMDD; equal to a parameter, or inside start_ … end_date
  std::map<std::string, std::string> parameters;
  /// By the number of the call among those that match the above, from 1.
  std::int64_t from = 1, to = std::numeric_limits<std::int64_t>::max(), every = 1;
  double probability = 1;
};

struct FaultRule {
  FaultWhen when;
  Fault fault;
};

struct FaultPlan {
  std::uint64_t seed = 0;
  std::vector<FaultRule> rules;
};

/// Reads a fault file for the interfaces of the catalog. Errc::Config names file, line, key, value
/// found and what is allowed; Errc::Io when it cannot be read.
Result<FaultPlan> load_faults(const std::filesystem::path& file, const catalog::Catalog& catalog);

/// A fault that strikes the current call.
struct Strike {
  const Fault* fault;
  std::int64_t call;  ///< number of the call among those that its rule matched, from 1
  Dice dice;          ///< the same for every call of the rule, so that the same rows are hit
};

/// Thread-safe. What strikes depends on the plan and on the order of calls, on nothing else.
class Faults {
 public:
  explicit Faults(FaultPlan plan) : plan_(std::move(plan)), matched_(plan_.rules.size()) {}

  /// Counts the call and names what strikes it, in the order of FaultKind.
  std::vector<Strike> strike(std::string_view api,
                             const std::map<std::string, std::string>& parameters);

 private:
  const FaultPlan plan_;
  std::mutex mutex_;
  std::vector<std::int64_t> matched_;
};

}  // namespace kanpan::source::sim
