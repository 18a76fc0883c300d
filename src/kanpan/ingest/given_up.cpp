#include "kanpan/ingest/given_up.hpp"

namespace kanpan::ingest {
namespace {

/// Units of a table in a row without an answer, after which the others are left to a resume: while
/// the source is away a back-fill of thousands would fail one by one.
constexpr int kUnansweredUnits = 3;

bool stops_table(Errc code) { return code == Errc::SourcePermission || code == Errc::SourceQuota; }

/// A parameter is of one call (a code that the source no longer knows), so that the others may fare
/// better; but where it refuses the interface, they all fare so.
bool counts(Errc code) { return code == Errc::SourceTransient || code == Errc::SourceParameter; }

bool stops_everything(Errc code) {
  return code == Errc::SourceToken || code == Errc::Config || code == Errc::NoSpace;
}

}  // namespace

bool GivenUp::has(const std::string& table) const {
  const std::lock_guard lock(mutex_);
  return everything_ || tables_.contains(table);
}

bool GivenUp::everything() const {
  const std::lock_guard lock(mutex_);
  return everything_;
}

void GivenUp::note(const std::string& table, const std::optional<Error>& error, bool away) {
  const std::lock_guard lock(mutex_);
  int& unanswered = unanswered_[table];
  unanswered = error && counts(error->code) ? unanswered + 1 : 0;
  if (!error) return;
  if (away || stops_everything(error->code)) everything_ = true;
  if (unanswered >= kUnansweredUnits || stops_table(error->code)) tables_.insert(table);
}

}  // namespace kanpan::ingest
