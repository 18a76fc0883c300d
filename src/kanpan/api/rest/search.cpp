// GET /v1/search: codes by number, name or pinyin initials.
#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <ranges>
#include <tuple>

#include <boost/algorithm/string/case_conv.hpp>
#include <fmt/format.h>

#include "kanpan/api/answer.hpp"
#include "kanpan/api/rest/routes.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/market/spelling.hpp"

namespace kanpan::api::rest {
namespace {

const std::vector<std::string> kColumns{"ts_code", "name", "cnspell", "market", "list_status"};

/// The stock list of one version, spelled for comparison too.
struct Stocks {
  std::string version;
  frame::Batch rows;
  query::Evidence evidence;
  std::vector<std::array<std::string, 3>> lower;  ///< code, name, initials
};

/// 万 科Ａ is found by 万科a.
std::string comparable(std::string_view text) {
  std::string plain = boost::to_lower_copy(market::folded(text));
  std::erase(plain, ' ');
  return plain;
}

/// Lower is better; nothing when the row does not match.
std::optional<int> rank(const std::array<std::string, 3>& row, std::string_view q) {
  const auto& [code, name, initials] = row;
  if (code == q || code.substr(0, code.find('.')) == q || name == q) return 0;
  if (code.starts_with(q)) return 1;
  if (initials.starts_with(q)) return initials == q ? 1 : 2;
  if (name.starts_with(q)) return 2;
  if (name.find(q) != std::string::npos) return 3;
  if (initials.find(q) != std::string::npos) return 4;
  if (code.find(q) != std::string::npos) return 5;
  return std::nullopt;
}

/// Reads the list again only when its version changed. Thread-safe.
class StockList {
 public:
  explicit StockList(const query::Query& query) : query_(query) {}

  Result<std::shared_ptr<const Stocks>> get() {
    KANPAN_LET(const catalog::TableSpec* table, query_.catalog().find(catalog::role::kListings));
    query::RowsRequest request;
    request.read.table = table;
    request.read.columns = kColumns;
    KANPAN_LET(const std::string version, query_.version(request.read));
    const std::lock_guard lock(mutex_);
    if (stocks_ && stocks_->version == version) return stocks_;
    KANPAN_LET(stocks_, read(request));
    return stocks_;
  }

 private:
  Result<std::shared_ptr<const Stocks>> read(const query::RowsRequest& request) const {
    auto stocks = std::make_shared<Stocks>();
    KANPAN_LET(query::Snapshot snapshot, query_.snapshot(request));
    stocks->version = snapshot.version;
    stocks->evidence = snapshot.evidence;
    KANPAN_TRY(query_.rows(request, snapshot, [&](frame::Batch&& batch) -> Result<bool> {
      if (stocks->rows.width() == 0)
        stocks->rows = std::move(batch);
      else
        stocks->rows.append(batch);
      return true;
    }));
    for (std::size_t row = 0; row < stocks->rows.rows(); ++row) {
      auto& lower = stocks->lower.emplace_back();
      for (std::size_t c = 0; c < lower.size(); ++c)
        lower[c] = comparable(stocks->rows.column(c).text_of(row));
    }
    return std::shared_ptr<const Stocks>(std::move(stocks));
  }

  const query::Query& query_;
  std::mutex mutex_;
  std::shared_ptr<const Stocks> stocks_;
};

/// Matching rows, best first: by rank, listed before delisted, by code.
std::vector<std::uint32_t> find(const Stocks& stocks, const std::string& q, std::size_t limit) {
  struct Hit {
    int rank;
    bool delisted;
    std::string_view code;
    std::uint32_t row;
    // By hand: g++ 12 forgets to instantiate what a defaulted <=> of a string_view needs.
    bool operator<(const Hit& other) const {
      return std::tie(rank, delisted, code, row) <
             std::tie(other.rank, other.delisted, other.code, other.row);
    }
  };
  std::vector<Hit> hits;
  for (std::uint32_t row = 0; row < stocks.lower.size(); ++row)
    if (const auto found = rank(stocks.lower[row], q))
      hits.push_back(
          {*found, stocks.rows.column(4).text_of(row) != "L", stocks.lower[row][0], row});
  std::sort(hits.begin(), hits.end());
  std::vector<std::uint32_t> rows;
  for (const Hit& hit : hits | std::views::take(limit)) rows.push_back(hit.row);
  return rows;
}

Answer search(StockList& list, const Call& call) {
  const std::string wanted = comparable(call.text("q"));
  if (wanted.empty())
    return wrong_parameter("q", call.text("q"), "has nothing to look for but blanks");
  KANPAN_LET(const auto stocks, list.get());
  const std::string tag = etag(stocks->version, "json");
  if (is_known(call.request, tag)) return not_modified(tag);
  const auto limit = static_cast<std::size_t>(call.integer("limit").value_or(20));
  std::string body = "{\"data\":{\"fields\":";
  append_json_texts(body, kColumns);
  body += ",\"items\":";
  if (stocks->rows.width() == 0)
    body += "[]";
  else
    frame::append_json_items(body, stocks->rows, all_columns(kColumns.size()),
                             find(*stocks, wanted, limit), {});
  fmt::format_to(std::back_inserter(body),
                 "}},\"page\":{{\"next_cursor\":null,\"limit\":{}}},\"meta\":", limit);
  append_evidence(body, stocks->evidence);
  body += "}\n";
  return data_response("application/json", std::move(body), tag);
}

}  // namespace

void add_search(Router& router, const Context& context) {
  router.add({"GET",
              "/v1/search",
              "Codes by number, name or pinyin initials, best match first",
              {{"q", ParameterType::Text, "part of a code, a name or its initials", {}, 0, 0, true},
               {"limit", ParameterType::Integer, "20 unless given", {}, 1, 200}},
              [list = std::make_shared<StockList>(context.query)](const Call& call) {
                return search(*list, call);
              }});
}

}  // namespace kanpan::api::rest
