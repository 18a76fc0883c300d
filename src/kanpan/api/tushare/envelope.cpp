#include "kanpan/api/tushare/envelope.hpp"

#include <fmt/format.h>

#include "kanpan/api/answer.hpp"
#include "kanpan/base/log.hpp"
#include "kanpan/frame/json_writer.hpp"

namespace kanpan::api::tushare {
namespace {

constexpr frame::JsonStyle kStyle{.compact_dates = true, .decimal_point = true};
/// Ours; the source's codes are positive or below -2000.
constexpr int kServerFailed = -1;

std::uint64_t limit_of(const Question& question) { return question.limit.value_or(UINT64_MAX); }

}  // namespace

std::string envelope_head(std::string_view request_id, const source::protocol::Verdict& verdict) {
  std::string out = "{\"request_id\":";
  frame::append_json_text(out, request_id);
  fmt::format_to(std::back_inserter(out), ",\"code\":{},\"msg\":", verdict.code);
  frame::append_json_text(out, verdict.message);
  return out + ",\"detail\":null,\"data\":";
}

std::string refusal(std::string_view request_id, const source::protocol::Verdict& verdict) {
  return envelope_head(request_id, verdict) + "null}";
}

std::string failure(std::string_view request_id, std::string_view table, const Error& error) {
  log::warn("tushare", "{}: {} [{}]", table, error.text(), request_id);
  return refusal(request_id, {kServerFailed, error.text()});
}

Result<bool> EnvelopeWriter::add(const frame::Batch& batch) {
  std::vector<std::uint32_t> rows;
  rows.reserve(batch.rows());
  for (std::uint32_t row = 0; row < batch.rows(); ++row)
    if (seen_++ < limit_of(question_)) rows.push_back(row);
  return put(batch, rows);
}

Result<bool> EnvelopeWriter::put(const frame::Batch& batch, std::span<const std::uint32_t> rows) {
  if (rows.empty()) return true;
  std::string piece = sent_ > 0 ? "," : head();
  const std::size_t begin = piece.size();
  frame::append_json_items(piece, batch, all_columns(question_.fields.size()), rows, kStyle);
  piece.erase(begin, 1);  // the outer brackets belong to the whole
  piece.pop_back();
  sent_ += rows.size();
  if (!write_(std::move(piece))) return Error{Errc::Cancelled, "the client left", ""};
  return true;
}

bool EnvelopeWriter::has_more() const { return seen_ > limit_of(question_); }

Result<void> EnvelopeWriter::finish(bool has_more) {
  std::string piece = sent_ > 0 ? "" : head();
  fmt::format_to(std::back_inserter(piece), "],\"has_more\":{},\"count\":{}}}}}", has_more, sent_);
  if (!write_(std::move(piece))) return Error{Errc::Cancelled, "the client left", ""};
  return {};
}

Result<void> EnvelopeWriter::fail(const Error& error) {
  if (sent_ > 0) return error;
  write_(failure(request_id_, question_.read.table->name, error));
  return {};
}

std::string EnvelopeWriter::head() const {
  std::string out = envelope_head(request_id_, {}) + "{\"fields\":";
  append_json_texts(out, question_.fields);
  return out + ",\"items\":[";
}

}  // namespace kanpan::api::tushare
