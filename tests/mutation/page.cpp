#include "page.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace kanpan::mutation {
namespace {

using catalog::WalkKind;
using ingest::Slice;

constexpr int kCodes = 400;
constexpr std::string_view kMark = "@@";
const Date kDayBefore = Date::from_ymd(2024, 6, 27);

source::sim::world::WorldOptions world_options(std::uint64_t seed) {
  source::sim::world::WorldOptions options;
  options.seed = seed;
  options.codes = kCodes;
  return options;
}

/// Opens every `"@@text@@"` of a serialised page.
std::string unquoted(std::string body) {
  const std::string open = fmt::format("\"{}", kMark), close = fmt::format("{}\"", kMark);
  for (auto at = body.find(open); at != std::string::npos; at = body.find(open, at)) {
    body.erase(at, open.size());
    body.erase(body.find(close, at), close.size());
  }
  return body;
}

}  // namespace

std::string Page::body() const {
  boost::json::object data{{"fields", fields}, {"items", items}, {"has_more", false}};
  const boost::json::object envelope{
      {"request_id", "1"}, {"code", 0}, {"msg", nullptr}, {"data", std::move(data)}};
  return unquoted(boost::json::serialize(envelope));
}

Bench::Bench(std::uint64_t seed)
    : catalog_(catalog::Catalog::load(KANPAN_SOURCE_DIR "/catalog/tables").value()),
      world_(world_options(seed)),
      protocol_(std::make_unique<source::sim::Protocol>(catalog_, world_, clock_,
                                                        source::sim::ProtocolOptions{})),
      store_(store::duckdb::DuckdbStore::open(directory_.path() / "hot.duckdb", catalog_).value()) {
}

Slice Bench::slice_of(const catalog::TableSpec& table, Date day) const {
  Slice slice{&table, table.source.walks.front(), DateRange{day, day}, "", {}};
  switch (slice.walk.kind) {
    case WalkKind::Whole:
      slice.range.reset();
      break;
    case WalkKind::Period:
      slice.range = DateRange{quarter_end(day - 90), quarter_end(day - 90)};
      break;
    case WalkKind::Window:
      slice.range = DateRange{day - 60, day};
      break;
    case WalkKind::Code: {
      slice.range = DateRange{day - 13, day};
      source::sim::Question question;
      question.from = day - 13;
      question.to = day;
      question.now = clock_.now();
      const auto bars = world_.rows(**catalog_.find("daily"), question).value();
      slice.code = bars.column(bars.find("ts_code")).text_of(0);
      if (slice.walk.from.empty()) slice.range.reset();
      break;
    }
    case WalkKind::Date:
    case WalkKind::Announcement:
      break;
  }
  return slice;
}

Page Bench::ask(const Slice& slice) const {
  const auto& split = slice.table->source.split;
  const auto call = ingest::call_of(slice, split && split->always ? split->values.front() : "");
  boost::json::object parameters;
  for (const auto& [name, value] : call.parameters) parameters[name] = value;
  std::string fields;
  for (const auto& column : slice.table->columns)
    fields += (fields.empty() ? "" : ",") + column.name;
  const boost::json::object request{
      {"api_name", call.api}, {"token", ""}, {"params", parameters}, {"fields", fields}};
  const auto answer = protocol_->answer("", boost::json::serialize(request), "POST");
  const auto envelope = boost::json::parse(std::get<std::string>(answer.body)).as_object();
  if (!envelope.at("data").is_object())
    throw std::runtime_error(fmt::format("{}: {}", call.api, boost::json::serialize(envelope)));
  const auto& data = envelope.at("data").as_object();
  return {data.at("fields").as_array(), data.at("items").as_array()};
}

Sample Bench::sample(const std::string& table) const {
  const auto& spec = **catalog_.find(table);
  const auto asked = [&](Date day) {
    const auto slice = slice_of(spec, day);
    Page page = ask(slice);
    if (page.items.size() > kMostRows) page.items.resize(kMostRows);
    return std::pair(slice, std::move(page));
  };
  auto [slice, truth] = asked(Date::from_ymd(2024, 6, 28));
  const bool quarters = spec.days == catalog::Days::QuarterEnd;
  auto [earlier, before] = asked(quarters ? Date::from_ymd(2023, 6, 28) : kDayBefore);
  return {slice, std::move(truth), earlier.range ? earlier.range->first : Date{},
          std::move(before)};
}

std::map<std::string, int> Bench::contents(const frame::Batch& batch) {
  std::map<std::string, int> rows;
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    std::string text;
    for (std::size_t c = 0; c < batch.width(); ++c)
      text += batch.column(c).is_null(row) ? "\x01|" : batch.column(c).text_of(row) + "|";
    ++rows[text];
  }
  return rows;
}

ingest::Harvest Bench::harvest(frame::ParsedPage&& page) {
  ingest::Harvest harvest;
  harvest.rows = std::move(page.batch);
  harvest.missing = std::move(page.missing);
  harvest.unknown = std::move(page.unknown);
  harvest.bad_cells = std::move(page.bad_cells);
  return harvest;
}

std::string Bench::held(const catalog::TableSpec& table, const std::vector<Date>& days) const {
  ingest::History history(*store_);
  for (const Date day : days) {
    const auto slice = slice_of(table, day);
    auto page = frame::parse_page(ask(slice).body(), table.fields()).value();
    const auto verdict = ingest::judge(slice, harvest(std::move(page)), history).value();
    history.accepted(table, verdict.known);
    const std::string of = fmt::format("{} of {}: ", table.name, day.iso());
    if (verdict.refused) return of + verdict.refused->reason;
    if (!verdict.held.empty()) return of + verdict.held.front().reason;
  }
  return "";
}

Outcome Bench::judge(const Sample& sample, const std::string& body) const {
  const auto& table = *sample.slice.table;
  const auto truth = frame::parse_page(sample.truth.body(), table.fields()).value();
  ingest::History history(*store_);
  const auto before = frame::parse_page(sample.before.body(), table.fields()).value();
  history.accepted(table,
                   std::make_shared<const ingest::Known>(table, sample.before_day, before.batch));
  auto page = frame::parse_page(body, table.fields());
  if (!page || page->code != 0) return {true, 0, 0, ""};
  const auto verdict = ingest::judge(sample.slice, harvest(std::move(*page)), history).value();
  if (verdict.refused) return {true, 0, 0, ""};
  Outcome outcome{false, verdict.rows.rows(), verdict.held.size(), ""};
  auto left = contents(truth.batch);
  for (const auto& [row, count] : contents(verdict.rows))
    if (const auto found = left.find(row); found == left.end() || found->second < count) {
      outcome.wrong = row;
      break;
    }
  return outcome;
}

}  // namespace kanpan::mutation
