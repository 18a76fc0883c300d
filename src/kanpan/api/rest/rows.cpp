// GET /v1/tables/{name}/rows
#include <utility>

#include <fmt/format.h>

#include "kanpan/api/answer.hpp"
#include "kanpan/api/rest/routes.hpp"
#include "kanpan/api/rest/rows_question.hpp"
#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/json_writer.hpp"

namespace kanpan::api::rest {
namespace {

using frame::Batch;

/// What the tag calls the form.
std::string_view form_name(const RowsQuestion& question) {
  return question.objects && question.form == Form::Json ? "objects" : name(question.form);
}

/// Rows as JSON behind the head of an answer, batch after batch, of which the first `limit` are
/// kept.
class JsonRows {
 public:
  JsonRows(std::string head, bool objects, std::uint64_t limit)
      : objects_(objects), limit_(limit), text_(std::move(head)), begin_(text_.size()) {}

  void add(const Batch& batch) {
    const auto columns = all_columns(batch.width());
    const std::uint64_t room = limit_ - std::min(limit_, count_);
    const auto rows = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch.rows(), room));
    count_ += batch.rows();
    for (std::uint32_t row = 0; row < rows && objects_; ++row) {
      if (text_.size() > begin_) text_ += ',';
      frame::append_json_object(text_, batch, columns, row, {});
    }
    if (objects_ || rows == 0) return;
    const std::size_t before = text_.size();
    if (rows == batch.rows())
      frame::append_json_items(text_, batch, columns, {});
    else
      frame::append_json_items(text_, batch.slice(0, rows), columns, {});
    // The outer brackets belong to the whole.
    text_.pop_back();
    if (before > begin_)
      text_[before] = ',';
    else
      text_.erase(before, 1);
  }
  bool has_more() const { return count_ > limit_; }
  /// Head and rows.
  std::string take() && { return std::move(text_); }

 private:
  const bool objects_;
  const std::uint64_t limit_;
  std::uint64_t count_ = 0;
  std::string text_;
  std::size_t begin_;
};

class RowsAnswer {
 public:
  RowsAnswer(const query::Query& query, const Call& call, RowsQuestion question)
      : query_(query), call_(call), question_(std::move(question)) {}

  Answer make() {
    // A first page that is known needs no evidence.
    if (!question_.pinned && call_.request.headers.has("if-none-match")) {
      KANPAN_LET(const std::string version, query_.version(question_.request.read));
      if (const std::string tag = etag(version, form_name(question_)); is_known(call_.request, tag))
        return not_modified(tag);
    }
    KANPAN_TRY(look());
    if (is_known(call_.request, tag_)) return not_modified(tag_);
    if (question_.form == Form::Json) return json();
    return stream();
  }

 private:
  Result<void> look() {
    KANPAN_LET(snapshot_, query_.snapshot(question_.request));
    auto& as_of = question_.request.read.as_of;
    const auto pinned = question_.pinned;
    // Later pages show the commit that the first one saw, whatever came since.
    if (pinned && !as_of && snapshot_.evidence.data_version > *pinned) {
      as_of = pinned;
      KANPAN_LET(snapshot_, query_.snapshot(question_.request));
    }
    tag_ = etag(snapshot_.version, form_name(question_));
    return {};
  }

  Answer json() const {
    const std::uint64_t limit = *question_.limit;
    KANPAN_LET(JsonRows rows, read(limit));
    return json_body(std::move(rows), limit);
  }

  Result<JsonRows> read(std::uint64_t limit) const {
    query::RowsRequest request = question_.request;
    request.read.limit = limit + 1;
    request.read.offset = question_.offset;
    JsonRows rows(json_head(), question_.objects, limit);
    KANPAN_TRY(query_.rows(request, snapshot_, [&](Batch&& batch) -> Result<bool> {
      if (call_.request.stop.stop_requested()) return Error{Errc::Cancelled, "the client left", ""};
      rows.add(batch);
      return true;
    }));
    return rows;
  }

  std::string json_head() const {
    if (question_.objects) return "{\"data\":[";
    std::string head = "{\"data\":{\"fields\":";
    std::vector<std::string> fields;
    for (const auto& column : snapshot_.evidence.columns) fields.push_back(column.name);
    append_json_texts(head, fields);
    return head + ",\"items\":[";
  }

  Answer json_body(JsonRows rows, std::uint64_t limit) const {
    std::string next;
    if (rows.has_more())
      next = make_cursor(question_, question_.pinned.value_or(snapshot_.evidence.data_version),
                         question_.offset + limit);
    std::string body = std::move(rows).take();
    body += question_.objects ? "]" : "]}";
    fmt::format_to(std::back_inserter(body),
                   ",\"page\":{{\"next_cursor\":{},\"limit\":{}}},\"meta\":",
                   next.empty() ? "null" : "\"" + next + "\"", limit);
    append_evidence(body, snapshot_.evidence);
    body += "}\n";
    return data_response("application/json", std::move(body), tag_);
  }

  /// Every row, as they come out of the store.
  Answer stream() const {
    query::RowsRequest request = question_.request;
    request.read.limit = question_.limit;
    request.read.offset = question_.offset;
    request.read.slow_sink = true;
    const bool csv = question_.form == Form::Csv;
    net::Producer producer = [query = &query_, request, snapshot = snapshot_,
                              csv](const net::Write& write) -> Result<void> {
      const auto columns =
          all_columns(request.read.columns.empty() ? request.read.table->columns.size()
                                                   : request.read.columns.size());
      // Sent with the first rows: an error before them can still be the answer.
      std::string head;
      if (csv) frame::append_csv_header(head, Batch(query::fields_of(request.read)), columns);
      KANPAN_TRY(query->rows(request, snapshot, [&](Batch&& batch) -> Result<bool> {
        std::string piece = std::exchange(head, {});
        if (csv) frame::append_csv_rows(piece, batch, columns);
        for (std::size_t row = 0; !csv && row < batch.rows(); ++row) {
          frame::append_json_object(piece, batch, columns, row, {});
          piece += '\n';
        }
        if (!write(std::move(piece))) return Error{Errc::Cancelled, "client left", ""};
        return true;
      }));
      if (!head.empty() && !write(std::move(head)))
        return Error{Errc::Cancelled, "client left", ""};
      return {};
    };
    net::Response response =
        data_response(std::string(type(question_.form)), std::move(producer), tag_);
    set_evidence_headers(response, snapshot_.evidence);
    return response;
  }

  const query::Query& query_;
  const Call& call_;
  RowsQuestion question_;
  query::Snapshot snapshot_;
  std::string tag_;
};

}  // namespace

void add_rows(Router& router, const Context& context) {
  router.add({"GET", "/v1/tables/{name}/rows", "Rows of a table", rows_parameters(),
              [&query = context.query](const Call& call) -> Answer {
                KANPAN_LET(RowsQuestion question, read_rows_question(query, call));
                return RowsAnswer(query, call, std::move(question)).make();
              },
              false, true, true, form_types()});
}

}  // namespace kanpan::api::rest
