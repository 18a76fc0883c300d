// GET /v1/bars/{ts_code} and GET /v1/bars?trade_date=
#include <fmt/format.h>

#include "kanpan/api/answer.hpp"
#include "kanpan/api/rest/routes.hpp"
#include "kanpan/api/rest/units.hpp"
#include "kanpan/catalog/roles.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::api::rest {
namespace {

constexpr std::int64_t kMostBars = 10'000;
constexpr std::size_t kBars = 250;

std::string body_of(const query::Bars& bars) {
  std::string body = "{\"data\":{\"fields\":";
  std::vector<std::string> fields;
  for (const auto& field : bars.rows.fields()) fields.push_back(field.name);
  append_json_texts(body, fields);
  body += ",\"items\":";
  frame::append_json_items(body, bars.rows, all_columns(bars.rows.width()), {});
  fmt::format_to(std::back_inserter(body),
                 "}},\"page\":{{\"next_cursor\":null,\"limit\":{}}},\"meta\":", bars.rows.rows());
  append_evidence(body, bars.evidence, bars.anchor);
  body += "}\n";
  return body;
}

using AsOf = std::optional<store::Sequence>;

boost::system::result<AsOf, Refusal> read_as_of(const query::Query& query, const Call& call) {
  if (!call.has("as_of")) return AsOf{};
  KANPAN_LET(const store::Sequence seq, query.as_of(call.text("as_of")));
  return AsOf{seq};
}

boost::system::result<query::BarsRequest, Refusal> read_request(const query::Query& query,
                                                                const Call& call) {
  query::BarsRequest request;
  request.code = call.text("ts_code");
  if (call.has("freq")) {
    KANPAN_LET(request.frequency, query::parse_frequency(call.text("freq")));
  }
  if (call.has("adj")) {
    KANPAN_LET(request.adjust, query::parse_adjust(call.text("adj")));
  }
  request.from = call.day("start");
  request.to = call.day("end");
  request.anchor = call.day("anchor");
  request.limit = static_cast<std::size_t>(call.integer("limit").value_or(kBars));
  request.units = units_of(call);
  KANPAN_LET(request.as_of, read_as_of(query, call));
  if (const auto range = query::check_range(request.from, request.to); !range)
    return wrong_parameter("end", request.to->iso(), range.error().message);
  if (request.anchor && request.adjust != query::Adjust::Qfq)
    return wrong_parameter("anchor", request.anchor->iso(), "means something with adj=qfq only");
  if (call.has("limit") && (request.from || request.to))
    return wrong_parameter("limit", std::to_string(request.limit),
                           "is for the last bars; a range gives all of its own");
  return request;
}

/// What was read is of the version only when nothing came in between; else it is read again.
template <typename Version, typename Read>
Answer answer_with(const Call& call, const Version& version, const Read& read) {
  constexpr int kTries = 4;
  for (int i = 1;; ++i) {
    KANPAN_LET(const std::string before, version());
    const std::string tag = etag(before, "json");
    if (is_known(call.request, tag)) return not_modified(tag);
    KANPAN_LET(const query::Bars bars, read());
    KANPAN_LET(const std::string after, version());
    if (before == after || i == kTries)
      return data_response("application/json", body_of(bars),
                           before == after ? tag : etag(before, "moving"));
  }
}

Answer bars_of_code(const query::Query& query, const Call& call) {
  KANPAN_LET(const query::BarsRequest request, read_request(query, call));
  return answer_with(
      call, [&] { return query.version(request); }, [&] { return query.bars(request); });
}

Answer bars_of_day(const query::Query& query, const Call& call) {
  const Date day = *call.day("trade_date");
  KANPAN_LET(const catalog::TableSpec* daily, query.catalog().find(catalog::role::kBars));
  store::Read read;
  read.table = daily;
  read.from = read.to = day;
  KANPAN_LET(read.as_of, read_as_of(query, call));
  return answer_with(
      call, [&] { return query.version(read); },
      [&] { return query.cross_section(day, units_of(call), read.as_of); });
}

}  // namespace

void add_bars(Router& router, const Context& context) {
  const Parameter units = units_parameter();
  const Parameter as_of{"as_of", ParameterType::Text,
                        "the bars as they were: commit, day or RFC 3339 time"};
  router.add(
      {"GET",
       "/v1/bars/{ts_code}",
       "K-line of one code, oldest first",
       {{"ts_code", ParameterType::Code, "security code"},
        {"freq", ParameterType::Choice, "day, week, month; D when absent", {"D", "W", "M"}},
        {"adj", ParameterType::Choice, "adjustment; none when absent", {"none", "qfq", "hfq"}},
        {"method", ParameterType::Choice, "of adjustment: by ratio of factors", {"ratio"}},
        {"anchor", ParameterType::Day, "qfq: the day that keeps its prices; the last bar's"},
        {"start", ParameterType::Day, "first day"},
        {"end", ParameterType::Day, "last day"},
        {"limit",
         ParameterType::Integer,
         "last bars, without a range; 250 when absent",
         {},
         1,
         kMostBars},
        as_of,
        units},
       [&query = context.query](const Call& call) { return bars_of_code(query, call); }});
  router.add({"GET",
              "/v1/bars",
              "Bars of all codes on one day",
              {{"trade_date", ParameterType::Day, "the day", {}, 0, 0, true}, as_of, units},
              [&query = context.query](const Call& call) { return bars_of_day(query, call); }});
}

}  // namespace kanpan::api::rest
