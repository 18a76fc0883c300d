#include "kanpan/api/tushare/endpoint.hpp"

#include <algorithm>
#include <numeric>

#include "kanpan/api/answer.hpp"
#include "kanpan/api/tushare/envelope.hpp"
#include "kanpan/api/tushare/question.hpp"

namespace kanpan::api::tushare {
namespace {

using frame::Batch;
using source::protocol::Verdict;

net::Response respond(net::Body body) {
  net::Response response = net::reply(200, "application/json; charset=utf-8", std::move(body));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

Result<bool> write_rows(const query::Query& query, const Question& question,
                        const query::Snapshot& snapshot, EnvelopeWriter& writer) {
  query::RowsRequest request{question.read, query::Units::Source};
  request.read.offset = question.offset;
  request.read.slow_sink = true;
  if (question.limit) request.read.limit = *question.limit + 1;
  KANPAN_TRY(query.rows(request, snapshot, [&](Batch&& batch) { return writer.add(batch); }));
  return writer.has_more();
}

/// Where rows are still sorted out here, they are all read first; such answers are a day or so.
Result<bool> write_sorted_out(const query::Query& query, const Question& question,
                              const query::Snapshot& snapshot, EnvelopeWriter& writer) {
  Batch all;
  const query::RowsRequest request{question.read, query::Units::Source};
  KANPAN_TRY(query.rows(request, snapshot, [&](Batch&& batch) -> Result<bool> {
    if (all.width() == 0)
      all = std::move(batch);
    else
      all.append(batch);
    return true;
  }));
  std::vector<std::uint32_t> rows(all.rows());
  std::iota(rows.begin(), rows.end(), 0);
  rows = question.selection.of(*question.read.table, all, std::move(rows));
  const std::size_t begin = std::min<std::size_t>(question.offset, rows.size());
  const std::size_t left = rows.size() - begin;
  const std::size_t size = std::min<std::size_t>(question.limit.value_or(left), left);
  KANPAN_TRY(writer.put(all, std::span(rows).subspan(begin, size)));
  return size < left;
}

net::Producer produce(const query::Query& query, Question question, query::Snapshot snapshot,
                      std::string request_id) {
  return [&query, question = std::move(question), snapshot = std::move(snapshot),
          request_id = std::move(request_id)](const net::Write& write) -> Result<void> {
    EnvelopeWriter writer(question, request_id, write);
    const Result<bool> has_more = question.selection.narrows()
                                      ? write_sorted_out(query, question, snapshot, writer)
                                      : write_rows(query, question, snapshot, writer);
    return has_more ? writer.finish(*has_more) : writer.fail(has_more.error());
  };
}

/// The source takes a range that ends before it begins, and finds nothing in it.
net::Response answer_nothing(Question question, const std::string& request_id) {
  return respond(net::Producer(
      [question = std::move(question), request_id](const net::Write& write) -> Result<void> {
        return EnvelopeWriter(question, request_id, write).finish(false);
      }));
}

/// With the evidence in headers: the body is the protocol's.
net::Response answer_rows(const query::Query& query, Question question,
                          const std::string& request_id) {
  auto snapshot = query.snapshot({question.read, query::Units::Source});
  if (!snapshot) return respond(failure(request_id, question.read.table->name, snapshot.error()));
  const query::Evidence evidence = snapshot->evidence;
  net::Response response =
      respond(produce(query, std::move(question), *std::move(snapshot), request_id));
  set_evidence_headers(response, evidence);
  return response;
}

/// The points query. This is nobody's account: one row that says everything is open.
std::string user_answer(std::string_view request_id) {
  return envelope_head(request_id, {}) +
         R"({"fields":["user_id","到期时间","到期积分"],"items":[["kanpan","20991231",15000.0]],)"
         R"("has_more":false,"count":1}})";
}

net::Response answer(const Context& context, const net::Request& request) {
  const auto refuse = [&](const Verdict& verdict) { return respond(refusal(request.id, verdict)); };
  const auto asked = source::protocol::read_request(request.capture("api_name"), request.body);
  if (!asked) return refuse(source::protocol::unreadable_request());
  if (asked->api == "user") return respond(user_answer(request.id));
  const catalog::TableSpec* table = context.query.catalog().by_api(asked->api);
  if (!table) return refuse(source::protocol::unknown_interface());
  auto question = read_question(*table, *asked);
  if (const auto* verdict = std::get_if<Verdict>(&question)) return refuse(*verdict);
  Question known = std::get<Question>(std::move(question));
  if (known.is_empty) return answer_nothing(std::move(known), request.id);
  return answer_rows(context.query, std::move(known), request.id);
}

void add(Router& router, std::string method, const std::string& pattern,
         std::function<Answer(const Call&)> handler) {
  Endpoint endpoint{std::move(method), pattern, "Tushare protocol", {}, std::move(handler)};
  if (pattern.ends_with("{api_name}"))
    endpoint.parameters = {{"api_name", ParameterType::Text, "interface; in the body otherwise"}};
  endpoint.strict = false;
  endpoint.documented = endpoint.method == "POST" && (pattern == "/" || !pattern.ends_with('/'));
  router.add(std::move(endpoint));
}

}  // namespace

void add_endpoint(Router& router, const Context& context) {
  const auto serve = [&context](const Call& call) -> Answer {
    return answer(context, call.request);
  };
  const auto refuse = [](const Call& call) -> Answer {
    return respond(refusal(call.request.id, source::protocol::method_not_allowed()));
  };
  add(router, "POST", "/", serve);
  add(router, "POST", "/{api_name}", serve);
  for (const std::string base : {"/tushare", "/dataapi"})
    for (const std::string rest : {"", "/", "/{api_name}"}) {
      add(router, "POST", base + rest, serve);
      for (const char* method : {"GET", "PUT", "DELETE", "PATCH"})
        add(router, method, base + rest, refuse);
    }
}

}  // namespace kanpan::api::tushare
