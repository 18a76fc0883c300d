#include "kanpan/ingest/fetcher.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kanpan/base/pause.hpp"
#include "kanpan/source/retry.hpp"

namespace kanpan::ingest {
namespace {

using source::Call;
using source::Page;

/// Rows that two neighbouring pages must have in common before an offset is believed.
constexpr std::size_t kOverlap = 20;
/// Pages of one call at the most: a source that never ends is cut off here.
constexpr int kMostPages = 2000;

/// True when the last `count` rows of `before` are the first of `after`.
bool continues(const frame::Batch& before, const frame::Batch& after, std::size_t count) {
  if (before.rows() < count || after.rows() < count) return false;
  for (std::size_t c = 0; c < before.width(); ++c)
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = before.rows() - count + i;
      if (before.column(c).is_null(row) != after.column(c).is_null(i) ||
          before.column(c).text_of(row) != after.column(c).text_of(i))
        return false;
    }
  return true;
}

class Fetch {
 public:
  Fetch(source::Source& source, const Clock& clock, const Slice& slice, std::stop_token stop,
        const CallWatch& watch)
      : source_(source), clock_(clock), slice_(slice), stop_(std::move(stop)), watch_(watch) {
    fetched_.harvest.rows = frame::Batch(slice.table->fields());
  }

  Fetched run() {
    const auto& split = slice_.table->source.split;
    if (split && split->always)
      for (const std::string& value : split->values) ask(slice_, value);
    else
      ask(slice_, "");
    return std::move(fetched_);
  }

 private:
  bool failed() const { return fetched_.error || fetched_.refusal; }

  void ask(const Slice& part, const std::string& split_value) {
    if (failed()) return;
    auto page = call(call_of(part, split_value));
    if (!page) return;
    if (!is_full(*page)) return add(std::move(*page), 0);
    if (slice_.table->source.pages) return page_on(part, split_value, std::move(*page));
    const auto& split = slice_.table->source.split;
    if (split && split_value.empty()) {
      for (const std::string& value : split->values) ask(part, value);
      return;
    }
    if (part.range && part.range->days() > 1 && !part.walk.from.empty())
      return halve(part, split_value);
    page_on(part, split_value, std::move(*page));
  }

  void halve(const Slice& part, const std::string& split_value) {
    const Date middle = part.range->first + (part.range->days() / 2 - 1);
    Slice older = part, newer = part;
    older.range->last = middle;
    newer.range->first = middle + 1;
    ask(newer, split_value);
    ask(older, split_value);
  }

  /// limit/offset, each page starting with the last rows of the one before: a source that ignores
  /// the offset, or orders differently each time, is found out and nothing is kept.
  void page_on(const Slice& part, const std::string& split_value, Page first) {
    Page last = std::move(first);
    std::size_t offset = last.batch.rows(), skip = 0;
    for (int n = 1; is_full(last); ++n) {
      // Half of a page at the most, so that every page brings something new.
      const std::size_t overlap = std::min(kOverlap, last.batch.rows() / 2);
      Call next = call_of(part, split_value);
      next.parameters.emplace_back("limit", std::to_string(last.batch.rows()));
      next.parameters.emplace_back("offset", std::to_string(offset - overlap));
      auto page = call(next);
      if (!page) return;
      const bool stuck = is_full(*page) && page->batch.rows() <= overlap;
      if (n >= kMostPages || overlap == 0 || stuck || !continues(last.batch, page->batch, overlap))
        return refuse_paging(next, n);
      offset += page->batch.rows() - overlap;
      add(std::move(last), std::exchange(skip, overlap));
      last = std::move(*page);
    }
    add(std::move(last), skip);
  }

  void refuse_paging(const Call& next, int pages) {
    fetched_.refusal = Refusal{
        pages == 1 ? "page.truncated" : "page.unstable_paging",
        fmt::format("the answer is cut at {} rows and {} does not continue it",
                    slice_.table->source.row_limit_of(slice_.walk).value_or(0), next.text())};
  }

  bool is_full(const Page& page) const {
    const auto cap = slice_.table->source.row_limit_of(slice_.walk);
    return page.has_more || (cap && page.batch.rows() >= static_cast<std::size_t>(*cap));
  }

  std::optional<Page> call(const Call& call) {
    source::RetryPolicy policy;
    policy.retries = slice_.table->policy.retry_times;
    source::Retry retry(policy);
    for (std::uint32_t attempt = 1;; ++attempt) {
      journal::CallRecord record{};
      record.attempt = attempt;
      record.text = call.text();
      record.at = clock_.now();
      auto page = source_.fetch(*slice_.table, call, stop_);
      if (page) {
        record.milliseconds = page->milliseconds;
        record.rows = static_cast<std::uint32_t>(page->batch.rows());
        record.page = sha256({page->body});
        fetched_.calls.push_back(std::move(record));
        if (watch_.page) watch_.page(call.text(), page->batch.rows(), fetched_.calls.size());
        fetched_.harvest.pages.emplace_back(call.text(), std::move(page->body));
        return std::move(*page);
      }
      record.error = fmt::format("{}: {}", name(page.error().code), page.error().message);
      fetched_.calls.push_back(std::move(record));
      // The source has tried long enough itself to reach somebody.
      const auto pause = source_.is_away() ? std::nullopt : retry.next(page.error());
      if (pause && watch_.retry) watch_.retry(call.text(), *pause, page.error());
      if (!pause || !kanpan::pause(*pause, stop_)) {
        fetched_.error = std::move(page).error().within(call.text());
        return std::nullopt;
      }
    }
  }

  /// Adds a page without its first `skip` rows, which the page before already brought.
  void add(Page page, std::size_t skip) {
    Harvest& harvest = fetched_.harvest;
    const auto base = static_cast<std::uint32_t>(harvest.rows.rows());
    for (auto& cell : page.bad_cells)
      if (cell.row >= skip)
        harvest.bad_cells.push_back(
            {static_cast<std::uint32_t>(cell.row - skip + base), cell.column, std::move(cell.raw)});
    if (page.batch.rows() > 0) {
      merge_names(harvest.missing, page.missing);
      merge_names(harvest.unknown, page.unknown);
    }
    if (skip > 0) {
      std::vector<std::uint32_t> kept;
      for (auto row = static_cast<std::uint32_t>(skip); row < page.batch.rows(); ++row)
        kept.push_back(row);
      page.batch = page.batch.take(kept);
    }
    if (base == 0)
      harvest.rows = std::move(page.batch);
    else
      harvest.rows.append(page.batch);
  }

  static void merge_names(std::vector<std::string>& into, const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (std::ranges::find(into, name) == into.end()) into.push_back(name);
  }

  source::Source& source_;
  const Clock& clock_;
  const Slice& slice_;
  std::stop_token stop_;
  const CallWatch& watch_;
  Fetched fetched_;
};

}  // namespace

Fetched Fetcher::fetch(const Slice& slice, std::stop_token stop, const CallWatch& watch) const {
  return Fetch(source_, clock_, slice, std::move(stop), watch).run();
}

}  // namespace kanpan::ingest
