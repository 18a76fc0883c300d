// The protocol's answer, written piece by piece.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kanpan/api/tushare/question.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/net/http_message.hpp"

namespace kanpan::api::tushare {

/// `{"request_id":…,"code":…,"msg":…,"detail":null,"data":` of an answer that data and `}` follow.
std::string envelope_head(std::string_view request_id, const source::protocol::Verdict& verdict);
/// A whole answer without data.
std::string refusal(std::string_view request_id, const source::protocol::Verdict& verdict);

/// The same of an error that is not the client's; logged.
std::string failure(std::string_view request_id, std::string_view table, const Error& error);

/// Rows as they come. The head waits for the first ones, so that an error before them can still be
/// the verdict.
class EnvelopeWriter {
 public:
  EnvelopeWriter(const Question& question, std::string request_id, const net::Write& write)
      : question_(question), request_id_(std::move(request_id)), write_(write) {}

  /// Rows of a batch up to the question's limit; has_more() tells whether there were others.
  Result<bool> add(const frame::Batch& batch);
  /// The rows named, whatever the limit.
  Result<bool> put(const frame::Batch& batch, std::span<const std::uint32_t> rows);
  bool has_more() const;
  Result<void> finish(bool has_more);
  /// The error as verdict, or, once rows were sent, as the end of the body.
  Result<void> fail(const Error& error);

 private:
  std::string head() const;

  const Question& question_;
  const std::string request_id_;
  const net::Write& write_;
  std::uint64_t seen_ = 0, sent_ = 0;
};

}  // namespace kanpan::api::tushare
