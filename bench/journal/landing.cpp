// What the journal alone costs: journal_bench [directory]. Batches of 20 pages of 5,000 rows of 11
// columns, as a back-fill lands them; small commits, as realtime does; a large run; reading back.
#include <chrono>
#include <cmath>
#include <functional>
#include <random>

#include <fmt/format.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace {

using namespace kanpan;
using journal::Landing;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

frame::Batch page(std::uint32_t seed, std::size_t rows) {
  std::mt19937 random(seed);
  std::vector<frame::Field> fields{{"ts_code", frame::Type::Text},
                                   {"trade_date", frame::Type::Date}};
  for (const char* name :
       {"open", "high", "low", "close", "pre_close", "change", "pct_chg", "vol", "amount"})
    fields.push_back({name, frame::Type::Real});
  frame::Batch batch(std::move(fields));
  for (std::size_t i = 0; i < rows; ++i) {
    batch.column(0).push(std::string_view(fmt::format("{:06}.SZ", i)));
    batch.column(1).push(Date{19000 + static_cast<std::int32_t>(seed % 1000)});
    for (std::size_t c = 2; c < 9; ++c)
      batch.column(c).push(std::round(1000.0 + random() % 3000) / 100);
    batch.column(9).push(static_cast<double>(random() % 100'000'000) / 100);
    batch.column(10).push(static_cast<double>(random() % 1'000'000'000) / 1000);
  }
  return batch;
}

Landing landing(std::uint32_t number, std::size_t rows) {
  Landing made;
  journal::NewCommit commit;
  commit.header.table = "daily";
  commit.header.run = "run";
  commit.header.unit = number;
  commit.header.source = "sim";
  commit.header.rows = static_cast<std::uint32_t>(rows);
  commit.payload = frame::encode(page(number, rows));
  commit.compressed = frame::compress(commit.payload);
  made.commits.push_back(std::move(commit));
  made.unit.emplace();
  made.unit->run = "run";
  made.unit->number = number;
  made.unit->table = "daily";
  made.unit->state = journal::UnitState::Committed;
  made.calls.emplace_back();
  made.calls.back().run = "run";
  made.calls.back().unit = number;
  made.calls.back().text = "daily trade_date=20240628";
  return made;
}

/// Gives the bytes of payload that it landed.
double landings(journal::Journal& journal, std::size_t rows, std::size_t pages, int batches) {
  std::vector<Landing> batch;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < pages; ++i) {
    batch.push_back(landing(i, rows));
    bytes += batch.back().commits[0].compressed.size();
  }
  double worst = 0;
  const double all = seconds_of([&] {
    for (int i = 0; i < batches; ++i)
      worst = std::max(worst, seconds_of([&] { (void)journal.land(batch).value(); }));
  });
  const auto total = static_cast<double>(batches);
  fmt::print(
      "land {:>2} x {:>4} rows ({:.1f} KB each): {:.3f} us/row, {:.2f} ms/transaction, worst "
      "{:.0f} ms, {:.0f} MB/s\n",
      pages, rows, static_cast<double>(bytes) / 1e3 / static_cast<double>(pages),
      all * 1e6 / (total * static_cast<double>(pages * rows)), all * 1e3 / total, worst * 1e3,
      static_cast<double>(bytes) * total / 1e6 / all);
  return static_cast<double>(bytes) * total;
}

void run_of(journal::Ledger& ledger, std::size_t count) {
  std::vector<journal::Unit> units(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    units[i].run = "large";
    units[i].number = i;
    units[i].table = "daily";
    units[i].label = fmt::format("{:06}.SZ 2020-01-01..2024-06-28", i);
    units[i].plan = std::string(200, 'x');
  }
  journal::Run run;
  run.id = "large";
  const double start = seconds_of([&] { ledger.start_run(run, units).value(); });
  const double sum = seconds_of([&] { (void)ledger.run("large").value(); });
  const double list = seconds_of([&] { (void)ledger.units("large", {}).value(); });
  const double call = seconds_of([&] {
    for (int i = 0; i < 1000; ++i) ledger.add_calls("daily", 60, 1).value();
  });
  fmt::print(
      "start_run with {} units: {:.1f} ms; its summary {:.1f} ms, its units {:.1f} ms; "
      "add_calls {:.1f} us\n",
      count, start * 1e3, sum * 1e3, list * 1e3, call * 1e3);
}

void reading(const journal::Journal& journal) {
  std::uint64_t rows = 0;
  const double read = seconds_of([&] {
    for (journal::Sequence at = 0; at < 1000;)
      for (const journal::Record& r : journal.read(at, 20).value()) {
        rows += r.rows.rows();
        at = r.header.seq;
      }
  });
  const double headers = seconds_of([&] { (void)journal.headers(0, 100'000).value(); });
  const double verify = seconds_of([&] { (void)journal.verify({}).value(); });
  fmt::print("read {:.3f} us/row; headers of {} commits {:.1f} ms; verify of {:.0f} MB {:.0f} ms\n",
             read * 1e6 / static_cast<double>(rows), journal.last(), headers * 1e3,
             static_cast<double>(journal.size()) / 1e6, verify * 1e3);
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path path =
      std::filesystem::path(argc > 1 ? argv[1] : ".") / "journal_bench.db";
  const auto remove = [&] {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  };
  remove();
  double landed = 0;
  {
    const auto clock = make_clock("system").value();
    const auto journal = journal::sqlite::SqliteJournal::open(path, *clock, "bench").value();
    landed += landings(*journal, 5000, 20, 60);
    landed += landings(*journal, 5000, 4, 100);
    landed += landings(*journal, 5000, 1, 200);
    landed += landings(*journal, 200, 1, 500);
    landed += landings(*journal, 20, 1, 500);
    run_of(*journal, 5500);
    reading(*journal);
  }
  const auto bytes = static_cast<double>(std::filesystem::file_size(path));
  fmt::print("{:.0f} MB of payload made a file of {:.0f} MB\n", landed / 1e6, bytes / 1e6);
  remove();
  return 0;
}
