// GET /v1/bars/{ts_code} and GET /v1/bars?trade_date=
#include <fmt/format.h>

#include "kanpan/api/answer.hpp"
#include "kanpan/api/rest/form.hpp"
#include "kanpan/api/rest/parameters.hpp"
#include "kanpan/api/rest/routes.hpp"
#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::api::rest {
namespace {

constexpr std::int64_t kMostBars = 10'000;
constexpr std::size_t kBars = 250;

std::string json_of(const query::Bars& bars, std::size_t limit) {
  std::string body = "{\"data\":{\"fields\":";
  std::vector<std::string> fields;
  for (const auto& field : bars.rows.fields()) fields.push_back(field.name);
  append_json_texts(body, fields);
  body += ",\"items\":";
  frame::append_json_items(body, bars.rows, all_columns(bars.rows.width()), {});
  fmt::format_to(std::back_inserter(body),
                 "}},\"page\":{{\"next_cursor\":null,\"limit\":{}}},\"meta\":", limit);
  append_evidence(body, bars.evidence, bars.anchor);
  body += "}\n";
  return body;
}

std::string lines_of(const frame::Batch& rows, Form form) {
  const auto columns = all_columns(rows.width());
  std::string body;
  if (form == Form::Csv) {
    frame::append_csv_header(body, rows, columns);
    frame::append_csv_rows(body, rows, columns);
    return body;
  }
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    frame::append_json_object(body, rows, columns, row, {});
    body += '\n';
  }
  return body;
}

/// `limit`: of the last bars, where no range was given; else all of the range are here.
net::Response respond(const query::Bars& bars, Form form, std::optional<std::size_t> limit,
                      std::string tag) {
  net::Response response =
      data_response(std::string(type(form)),
                    form == Form::Json ? json_of(bars, limit.value_or(bars.rows.rows()))
                                       : lines_of(bars.rows, form),
                    std::move(tag));
  if (form != Form::Json) set_evidence_headers(response, bars.evidence);
  return response;
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
  KANPAN_LET(request.as_of, as_of(query, call));
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
template <typename Request>
Answer answer_with(const query::Query& query, const Call& call, const Request& request,
                   std::optional<std::size_t> limit) {
  constexpr int kTries = 4;
  KANPAN_LET(const Form form, form_of(call));
  for (int i = 1;; ++i) {
    KANPAN_LET(const std::string before, query.version(request));
    std::string tag = etag(before, name(form));
    if (is_known(call.request, tag)) return not_modified(tag);
    KANPAN_LET(const query::Bars bars, query.bars(request));
    KANPAN_LET(const std::string after, query.version(request));
    if (before == after || i == kTries)
      return respond(bars, form, limit, before == after ? tag : etag(before, "moving"));
  }
}

Answer bars_of_code(const query::Query& query, const Call& call) {
  KANPAN_LET(const query::BarsRequest request, read_request(query, call));
  const bool last = !request.from && !request.to;
  return answer_with(query, call, request, last ? std::optional(request.limit) : std::nullopt);
}

Answer bars_of_day(const query::Query& query, const Call& call) {
  query::DayBarsRequest request{*call.day("trade_date"), units_of(call), {}};
  KANPAN_LET(request.as_of, as_of(query, call));
  return answer_with(query, call, request, std::nullopt);
}

}  // namespace

void add_bars(Router& router, const Context& context) {
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
        as_of_parameter(),
        units_parameter(),
        form_parameter()},
       [&query = context.query](const Call& call) { return bars_of_code(query, call); },
       false,
       true,
       true,
       form_types()});
  router.add({"GET",
              "/v1/bars",
              "Bars of all codes on one day",
              {{"trade_date", ParameterType::Day, "the day", {}, 0, 0, true},
               as_of_parameter(),
               units_parameter(),
               form_parameter()},
              [&query = context.query](const Call& call) { return bars_of_day(query, call); },
              false,
              true,
              true,
              form_types()});
}

}  // namespace kanpan::api::rest
