#include "kanpan/source/sim/protocol.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "kanpan/base/log.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/source/sim/fault_effects.hpp"
#include "kanpan/source/sim/publication.hpp"
#include "kanpan/source/sim/reading.hpp"
#include "kanpan/source/sim/sheet.hpp"

namespace kanpan::source::sim {
namespace {

/// No interface of the source: the data set failed. The message is for whoever runs the simulator.
constexpr int kDatasetFailed = 50000;

/// The rows of `batch` that answer `reading` and are published.
std::vector<std::uint32_t> matching(const catalog::TableSpec& table, const Reading& reading,
                                    const Publication& publication, const frame::Batch& batch) {
  const std::vector<Condition> all = conditions(reading, batch);
  std::vector<std::uint32_t> rows;
  rows.reserve(batch.rows());
  for (std::uint32_t row = 0; row < batch.rows(); ++row)
    if (publication.published(batch, row) && holds(all, row)) rows.push_back(row);
  return reading.selection.of(table, batch, std::move(rows));
}

/// The columns asked for, in the order asked; unknown names are left out, as the source does.
Sheet sheet_of(const catalog::TableSpec& table, const std::vector<std::string>& fields,
               const frame::Batch& batch) {
  Sheet sheet;
  sheet.batch = &batch;
  const auto show = [&](std::string_view name) {
    if (const std::size_t at = batch.find(name); at != frame::Batch::npos)
      sheet.columns.push_back({std::string(name), at});
  };
  if (fields.empty()) {
    for (const catalog::ColumnSpec& column : table.columns)
      if (column.by_default) show(column.name);
  } else {
    for (const std::string& name : fields) show(name);
  }
  return sheet;
}

/// The terms of the interface that was asked for, which may be the table's twin.
catalog::SourceSpec terms(const catalog::TableSpec& table, const std::string& api) {
  catalog::SourceSpec source = table.source;
  if (source.twin && source.twin->api == api) {
    source.api = api;
    source.row_limit = source.twin->row_limit;
    source.points = source.twin->points;
  }
  return source;
}

std::string data_text(const Sheet& sheet, bool has_more) {
  std::string data = "{";
  append_items(data, sheet);
  // The source's count is no row count; -1 is what it mostly sends.
  data += has_more ? ",\"has_more\":true,\"count\":-1}" : ",\"has_more\":false,\"count\":-1}";
  return data;
}

}  // namespace

Protocol::Protocol(const catalog::Catalog& catalog, const Dataset& dataset, const Clock& clock,
                   ProtocolOptions options)
    : catalog_(catalog), dataset_(dataset), clock_(clock), options_(std::move(options)) {
  if (options_.points)
    quota_ = std::make_unique<Quota>(*options_.points, options_.wording, options_.quota_now);
  if (options_.faults) faults_ = std::make_unique<Faults>(*options_.faults);
}

net::Response Protocol::answer(std::string_view path_api, std::string_view body,
                               std::string_view http_method) {
  if (http_method != "POST") return envelope({protocol::method_not_allowed(), {}});
  const std::optional<protocol::Request> request = protocol::read_request(path_api, body);
  if (!request) return envelope({protocol::unreadable_request(), {}});
  if (request->api == "user") return envelope(account(*request));
  const catalog::TableSpec* table = catalog_.by_api(request->api);
  if (!table) return envelope({protocol::unknown_interface(), {}});
  const std::vector<Strike> strikes =
      faults_ ? faults_->strike(request->api, request->parameters) : std::vector<Strike>{};
  net::Response answer = envelope(outcome(*request, *table, strikes));
  spoil(answer, strikes);
  return answer;
}

Protocol::Outcome Protocol::outcome(const protocol::Request& request,
                                    const catalog::TableSpec& table,
                                    const std::vector<Strike>& strikes) {
  if (!token_is_right(request)) return {protocol::wrong_token(), {}};
  const catalog::SourceSpec source = terms(table, request.api);
  if (auto verdict = refuse(strikes, source, options_.wording)) return {*std::move(verdict), {}};
  if (quota_)
    if (auto verdict = quota_->charge(source)) return {*std::move(verdict), {}};
  return page(request, table, source.row_limit, strikes);
}

Protocol::Outcome Protocol::page(const protocol::Request& request, const catalog::TableSpec& table,
                                 std::optional<int> row_limit,
                                 const std::vector<Strike>& strikes) const {
  auto read = read_parameters(table, request);
  if (const protocol::Verdict* verdict = std::get_if<protocol::Verdict>(&read))
    return {*verdict, {}};
  Reading& reading = std::get<Reading>(read);
  Question& question = reading.question;
  question.now = clock_.now();
  const Publication publication(table, question.now, options_.half_published);
  if (const auto last = publication.last_day())
    question.to = question.to ? std::min(*question.to, *last) : *last;

  const std::size_t cap =
      row_limit ? static_cast<std::size_t>(*row_limit) : std::numeric_limits<std::size_t>::max();
  std::size_t limit = std::min(reading.limit, cap);
  std::size_t offset = find(strikes, FaultKind::DuplicatePage) ? 0 : reading.offset;
  const bool every_row_counts = reading.filters() || publication.partial() || !strikes.empty() ||
                                (!publication.always() && !publication.last_day());
  if (!every_row_counts && limit < question.most - offset) question.most = offset + limit + 1;

  const Result<frame::Batch> batch = dataset_.rows(table, question);
  if (!batch) {
    log::error("sim", "{}: {}", table.source.api, batch.error().text());
    return {{kDatasetFailed, batch.error().text()}, {}};
  }
  std::vector<std::uint32_t> rows = matching(table, reading, publication, *batch);
  thin(rows, strikes);
  const std::size_t total = rows.size();
  offset = std::min(offset, total);
  limit = std::min(limit, total - offset);
  bool has_more = offset + limit < total;
  if (const Fault* fault = find(strikes, FaultKind::TruncateSilently)) {
    limit = static_cast<std::size_t>(static_cast<double>(limit) * fault->part);
    has_more = false;
  }
  Sheet sheet = sheet_of(table, request.fields, *batch);
  const auto first = rows.begin() + static_cast<std::ptrdiff_t>(offset);
  sheet.rows.assign(first, first + static_cast<std::ptrdiff_t>(limit));
  spoil(sheet, table, strikes);
  return {{}, data_text(sheet, has_more)};
}

/// One row: all points, which in here do not expire before 2099.
Protocol::Outcome Protocol::account(const protocol::Request& request) const {
  if (!token_is_right(request)) return {protocol::wrong_token(), {}};
  return {{},
          fmt::format("{{\"fields\":[\"user_id\",\"到期时间\",\"到期积分\"],\"items\":"
                      "[[\"100000\",\"2099-12-31\",{}.0]],\"has_more\":false,\"count\":-1}}",
                      options_.points.value_or(15000))};
}

bool Protocol::token_is_right(const protocol::Request& request) const {
  if (options_.token.empty()) return true;
  if (!request.token.empty()) return request.token == options_.token;
  // The points query may name its token among the parameters.
  const auto at = request.parameters.find("token");
  return request.api == "user" && at != request.parameters.end() && at->second == options_.token;
}

net::Response Protocol::envelope(const Outcome& outcome) {
  Dice dice(requests_.fetch_add(1));
  std::string body = fmt::format(R"({{"request_id":"{:016x}{:016x}{:016x}","code":{},"data":)",
                                 dice.next(), dice.next(), dice.next(), outcome.verdict.code);
  body += outcome.data.empty() ? "null" : outcome.data;
  body += ",\"msg\":";
  frame::append_json_text(body, outcome.verdict.message);
  body += ",\"detail\":null}";
  net::Response answer = net::reply(200, "application/json; charset=utf-8", std::move(body));
  if (options_.invented) answer.headers.set("X-Data-Simulated", "true");
  return answer;
}

}  // namespace kanpan::source::sim
