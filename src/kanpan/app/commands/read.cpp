#include <fstream>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/grid.hpp"
#include "kanpan/app/options.hpp"
#include "kanpan/base/suggest.hpp"
#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/json_writer.hpp"
#include "kanpan/market/code.hpp"
#include "kanpan/net/gzip.hpp"
#include "kanpan/query/spelling.hpp"

namespace kanpan::app {
namespace {

using frame::Batch;

struct GetFlags {
  std::string table, codes, from, to, fields, order, as_of, format, file, units = "kanpan";
  std::vector<std::string> where;
  std::optional<std::uint64_t> limit;
  bool count = false, bom = false;
};

struct BarsFlags {
  std::string code, frequency = "D", adjust = "none", method = "ratio", anchor, from, to, as_of,
                    format, file, units = "kanpan";
  std::optional<std::uint64_t> limit;
};

constexpr frame::CsvStyle kCsv{.line_end = "\n"};

/// Where rows go: stdout, or a file that appears under its name only when it is whole; what was
/// written of one that did not become whole is removed.
class RowOutput {
 public:
  RowOutput(Session& session, std::string format, const std::string& file, bool bom)
      : session_(session), format_(std::move(format)), bom_(bom) {
    if (!file.empty()) target_ = session.path(file);
    if (file.ends_with(".gz")) packed_.emplace();
  }
  ~RowOutput() {
    if (partial_.empty()) return;
    stream_.close();
    std::error_code ignored;  // nothing can be done about it, and the name says what it is
    std::filesystem::remove(partial_, ignored);
  }
  RowOutput(const RowOutput&) = delete;
  RowOutput& operator=(const RowOutput&) = delete;

  Result<void> open() {
    if (target_.empty()) return {};
    if (target_.extension() == ".zst")
      return Error{Errc::Usage, fmt::format("'{}' would not be packed", target_.string()),
                   "name it .gz, which is, or leave .zst away"};
    std::filesystem::path partial = target_;
    partial += ".part";
    stream_.open(partial, std::ios::binary | std::ios::trunc);
    if (!stream_)
      return Error{Errc::Usage, fmt::format("'{}' cannot be written", partial.string()),
                   "name a file in a directory that exists and is yours"};
    partial_ = std::move(partial);
    return {};
  }

  void add(Batch&& batch) {
    if (columns_.empty())
      for (std::size_t c = 0; c < batch.width(); ++c) columns_.push_back(c);
    std::string text;
    if (format_ == "csv") {
      if (rows_ == 0) header(batch, text);
      frame::append_csv_rows(text, batch, columns_, kCsv);
    } else if (format_ == "ndjson") {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        frame::append_json_object(text, batch, columns_, row, {});
        text += '\n';
      }
    } else if (format_ == "json") {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        text += rows_ + row == 0 ? "[" : ",\n";
        frame::append_json_object(text, batch, columns_, row, {});
      }
    } else {
      kept_.rows() == 0 ? void(kept_ = std::move(batch)) : kept_.append(batch);
      return;
    }
    rows_ += batch.rows();
    write(text);
  }

  /// False once the file has refused bytes: close() will say so.
  bool is_well() const { return stream_.good(); }

  Result<void> close(const Batch& empty) {
    if (format_ == "table") write(grid_of(kept_.width() > 0 ? kept_ : empty));
    if (format_ == "json") write(rows_ == 0 ? "[]\n" : "]\n");
    if (format_ == "csv" && rows_ == 0) {
      std::string text;
      for (std::size_t c = 0; c < empty.width(); ++c) columns_.push_back(c);
      header(empty, text);
      write(text);
    }
    if (target_.empty()) return {};
    if (packed_) stream_ << packed_->finish();
    stream_.close();
    std::error_code error;
    if (stream_) std::filesystem::rename(partial_, target_, error);
    if (!stream_ || error)
      return Error{Errc::Io, fmt::format("'{}' could not be written", target_.string()),
                   "check the space left and the permissions"};
    partial_.clear();
    return {};
  }

 private:
  void header(const Batch& batch, std::string& text) {
    if (bom_) text += "\xEF\xBB\xBF";
    frame::append_csv_header(text, batch, columns_, kCsv);
  }
  void write(const std::string& text) {
    if (target_.empty()) return session_.out(text);
    stream_ << (packed_ ? packed_->append(text) : text);
  }

  Session& session_;
  std::string format_;
  bool bom_;
  std::filesystem::path target_, partial_;
  std::optional<net::GzipStream> packed_;  ///< where the file's name ends with .gz
  std::ofstream stream_;
  std::vector<std::size_t> columns_;
  std::size_t rows_ = 0;
  Batch kept_;
};

/// What a file's name says its rows are written as; "" where it says nothing.
std::string format_of_name(const std::filesystem::path& file) {
  std::string end = boost::algorithm::to_lower_copy(file.extension().string());
  if (end == ".gz") end = boost::algorithm::to_lower_copy(file.stem().extension().string());
  if (end == ".jsonl") return "ndjson";
  for (const char* known : {".csv", ".json", ".ndjson", ".parquet", ".arrow"})
    if (end == known) return end.substr(1);
  return "";
}

Result<std::string> format_of(const std::string& given, const std::string& file, bool json) {
  std::string format = !given.empty() ? given : format_of_name(file);
  const std::string end =
      boost::algorithm::to_lower_copy(std::filesystem::path(file).extension().string());
  const bool is_text = end.empty() || end == ".txt" || end == ".zst";  // the last is refused anyway
  if (format.empty() && !json && !is_text)
    return Error{Errc::Usage, fmt::format("the name '{}' says no format that is known", file),
                 "let it end with .csv, .json, .ndjson (and .gz) or .txt, or give --format"};
  if (format.empty()) format = json ? "json" : "table";
  if (format == "table" || format == "csv" || format == "json" || format == "ndjson") return format;
  if (format == "parquet" || format == "arrow")
    return Error{Errc::Usage, fmt::format("--format {} is not available in this version", format),
                 "table, csv, json or ndjson"};
  return Error{Errc::Usage, fmt::format("--format '{}' is unknown", format),
               "table, csv, json or ndjson"};
}

Result<query::RowsRequest> rows_request(const Instance& instance, const GetFlags& flags) {
  query::RowsRequest request;
  KANPAN_LET(request.read.table, instance.catalog().find(flags.table));
  const catalog::TableSpec& table = *request.read.table;
  KANPAN_LET(request.units, query::parse_units(flags.units));
  KANPAN_LET(request.read.codes, codes_flag(flags.codes));
  if (!request.read.codes.empty() && table.code.empty())
    return Error{Errc::Usage, fmt::format("{} has no codes", table.name), "leave --ts-code out"};
  KANPAN_LET(request.read.from, date_flag("--from", flags.from));
  KANPAN_LET(request.read.to, date_flag("--to", flags.to));
  KANPAN_TRY(query::check_range(request.read.from, request.read.to));
  KANPAN_LET(request.read.columns, query::parse_fields(table, flags.fields));
  for (const std::string& text : flags.where) {
    KANPAN_LET(auto filter, query::parse_expression(table, text, request.units));
    request.read.filters.push_back(std::move(filter));
  }
  KANPAN_LET(request.read.order, query::parse_order(table, flags.order));
  request.read.limit = flags.limit;
  if (!flags.as_of.empty()) {
    KANPAN_LET(request.read.as_of, instance.query().as_of(flags.as_of));
  }
  return request;
}

std::string evidence_line(const query::Evidence& evidence, const std::string& table) {
  if (evidence.as_of.empty() && evidence.status == "complete")
    return fmt::format("{}: complete, the source had no rows of these days", table);
  std::string line =
      fmt::format("{}: {} as of {}, version {}, source {}", table, evidence.status,
                  evidence.as_of.empty() ? "never" : evidence.as_of, evidence.data_version,
                  evidence.source.empty() ? "none" : evidence.source);
  if (evidence.simulated) line += " (模拟数据 simulated)";
  const bool lacks = evidence.status == "partial";
  if (!evidence.missing.empty())
    line += fmt::format("; {}{}", lacks ? "missing " : "", evidence.missing.front());
  if (evidence.missing.size() > 1)
    line += lacks ? fmt::format(" and more, {} days in all", evidence.missing_count) : " and more";
  if (evidence.short_days > evidence.missing_count)
    line += fmt::format("; {} days lack rows of other codes",
                        evidence.short_days - evidence.missing_count);
  return line;
}

Result<int> get(Session& session, const GetFlags& flags) {
  const query::Query& query = session.instance->query();
  KANPAN_LET(auto request, rows_request(*session.instance, flags));
  if (!request.read.table->dated() && (request.read.from || request.read.to)) {
    session.note(fmt::format("{} is undated: --from and --to are ignored", flags.table));
    request.read.from.reset(), request.read.to.reset();
  }
  if (flags.count) {
    KANPAN_LET(const auto count, query.count(request));
    session.line(std::to_string(count));
    if (count > 0) return 0;
    KANPAN_LET(const auto evidence, query.evidence(request));  // of nothing, or not collected?
    session.note(evidence_line(evidence, flags.table));
    return 0;
  }
  KANPAN_LET(const auto format, format_of(flags.format, flags.file, session.json));
  constexpr std::uint64_t kTableRows = 200;
  const bool cut = format == "table" && !request.read.limit;
  if (cut) request.read.limit = kTableRows;
  KANPAN_LET(const query::Snapshot snapshot, query.snapshot(request));
  RowOutput output(session, format, flags.file, flags.bom);
  KANPAN_TRY(output.open());
  std::uint64_t rows = 0;
  request.read.slow_sink = true;  // a terminal, a pipe, a socket
  KANPAN_TRY(query.rows(request, snapshot, [&](Batch&& batch) -> Result<bool> {
    if (session.terminal.stop.stop_requested())
      return Error{Errc::Cancelled, fmt::format("stopped after {} rows", rows)};
    rows += batch.rows();
    output.add(std::move(batch));
    return output.is_well();
  }));
  std::vector<frame::Field> fields;
  for (const auto& column : snapshot.evidence.columns) fields.push_back({column.name, column.type});
  KANPAN_TRY(output.close(Batch(fields)));
  session.note(evidence_line(snapshot.evidence, flags.table));
  if (cut && rows == kTableRows)
    session.note(
        fmt::format("the first {} rows; --limit, --format csv or -o FILE.csv give more", rows));
  return 0;
}

Result<query::BarsRequest> bars_request(const query::Query& query, const BarsFlags& flags) {
  query::BarsRequest request;
  KANPAN_LET(request.code, market::parse_code(flags.code));
  KANPAN_LET(request.frequency, query::parse_frequency(flags.frequency));
  KANPAN_LET(request.adjust, query::parse_adjust(flags.adjust));
  KANPAN_LET(request.units, query::parse_units(flags.units));
  if (flags.method != "ratio")
    return Error{Errc::Usage,
                 fmt::format("--method '{}' is not available in this version", flags.method),
                 "ratio"};
  KANPAN_LET(request.anchor, date_flag("--anchor", flags.anchor));
  if (request.anchor && request.adjust != query::Adjust::Qfq)
    return Error{
        Errc::Usage,
        fmt::format("--anchor {} means something with --adj qfq only", request.anchor->iso()),
        "add --adj qfq, or leave --anchor out"};
  KANPAN_LET(request.from, date_flag("--from", flags.from));
  KANPAN_LET(request.to, date_flag("--to", flags.to));
  KANPAN_TRY(query::check_range(request.from, request.to));
  if (flags.limit && (request.from || request.to))
    return Error{Errc::Usage, "--limit is of the newest bars", "leave out --from and --to"};
  if (flags.limit) request.limit = *flags.limit;
  if (!flags.as_of.empty()) {
    KANPAN_LET(request.as_of, query.as_of(flags.as_of));
  }
  return request;
}

Result<int> bars(Session& session, const BarsFlags& flags) {
  KANPAN_LET(const auto request, bars_request(session.instance->query(), flags));
  KANPAN_LET(const auto format, format_of(flags.format, flags.file, session.json));
  KANPAN_LET(auto bars, session.instance->query().bars(request));
  RowOutput output(session, format, flags.file, false);
  KANPAN_TRY(output.open());
  const Batch empty(bars.rows.fields());
  const bool is_cut = !request.from && !request.to && bars.rows.rows() == request.limit;
  output.add(std::move(bars.rows));
  KANPAN_TRY(output.close(empty));
  session.note(evidence_line(bars.evidence, request.code));
  if (is_cut)
    session.note(fmt::format("the newest {} bars; --from DAY gives all since, --limit N more",
                             request.limit));
  if (bars.anchor) session.note(fmt::format("qfq anchored at {}", bars.anchor->iso()));
  if (bars.anchor && *bars.anchor > shanghai_date(session.instance->clock().now()))
    session.note(fmt::format("note: {} is yet to come: the newest factor known is the anchor's",
                             bars.anchor->iso()));
  return 0;
}

}  // namespace

void add_read(CLI::App& root, Parsed& parsed) {
  auto flags = std::make_shared<GetFlags>();
  auto* get_command = root.add_subcommand("get", "read rows of a table");
  get_command->footer(
      "Examples:\n  kanpan get daily --ts-code 600000.SH --from 2024-01-01 --format csv\n"
      "  kanpan get daily --from 20240628 --to 20240628 --where 'pct_chg > 9' --order=-amount\n"
      "  kanpan get stock_basic --as-of 2024-06-01 --count");
  get_command->add_option("TABLE", flags->table, "table")->required();
  get_command->add_option("--ts-code", flags->codes, "codes, comma separated");
  get_command->add_option("--from", flags->from, "first day");
  get_command->add_option("--to", flags->to, "last day");
  get_command->add_option("--fields", flags->fields, "columns, comma separated");
  get_command
      ->add_option("--where", flags->where,
                   "condition such as 'pct_chg > 9' or 'name in A,B'; repeatable")
      ->allow_extra_args(false);
  get_command->add_option("--order", flags->order, "columns, - before one for descending");
  get_command->add_option("--limit", flags->limit, "rows at the most")->check(whole_number());
  get_command->add_option("--as-of", flags->as_of, "as it was: a commit, a day or a time");
  get_command->add_option("--format", flags->format,
                          "table, csv, json or ndjson; else as the name of -o says");
  get_command->add_option("--units", flags->units, "kanpan (元, 股, %) or tushare (the source's)");
  get_command->add_option("-o,--output", flags->file,
                          "file instead of stdout; packed where it ends with .gz");
  get_command->add_flag("--count", flags->count, "only the number of rows");
  get_command->add_flag("--bom", flags->bom, "begin a CSV with a byte order mark");
  get_command->callback([&parsed, flags] {
    parsed.chosen.tables = flags->table;
    parsed.chosen.action = [flags](Session& session) { return get(session, *flags); };
  });

  auto bar_flags = std::make_shared<BarsFlags>();
  auto* bars_command = root.add_subcommand("bars", "K-line of one code");
  bars_command->footer("Example: kanpan bars 600000.SH --freq W --adj qfq --from 2023-01-01");
  bars_command->add_option("CODE", bar_flags->code, "code, any spelling")->required();
  bars_command->add_option("--freq", bar_flags->frequency, "D, W or M");
  bars_command->add_option("--adj", bar_flags->adjust, "none, qfq or hfq");
  bars_command->add_option("--method", bar_flags->method, "ratio");
  bars_command->add_option("--anchor", bar_flags->anchor, "day whose factor qfq divides by");
  bars_command->add_option("--from", bar_flags->from, "first day");
  bars_command->add_option("--to", bar_flags->to, "last day");
  bars_command->add_option("--limit", bar_flags->limit, "newest bars where no range is given (250)")
      ->check(whole_number());
  bars_command->add_option("--as-of", bar_flags->as_of, "as they were: a commit, a day or a time");
  bars_command->add_option("--format", bar_flags->format,
                           "table, csv, json or ndjson; else as the name of -o says");
  bars_command->add_option("--units", bar_flags->units,
                           "kanpan (元, 股, %) or tushare (the source's)");
  bars_command->add_option("-o,--output", bar_flags->file,
                           "file instead of stdout; packed where it ends with .gz");
  bars_command->callback([&parsed, bar_flags] {
    parsed.chosen.action = [bar_flags](Session& session) { return bars(session, *bar_flags); };
  });
}

}  // namespace kanpan::app
