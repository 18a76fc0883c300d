// How fast the hot store takes and gives daily bars: append, fold, uncached reads, open after a
// kill, file size, memory. Prices are random walks on a tick grid, 5,000 codes a day.
//
//   store_bench [days=2500] [directory=/tmp/kanpan-store-bench]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kanpan/base/allocator.hpp"
#include "kanpan/store/content_hash.hpp"
#include "kanpan/store/duckdb/duckdb_store.hpp"

namespace kanpan::store {
namespace {

namespace fs = std::filesystem;
using Timer = std::chrono::steady_clock;

constexpr int kCodes = 5'000;
const Date kFirst = Date::from_ymd(2014, 1, 2);

double seconds_since(Timer::time_point start) {
  return std::chrono::duration<double>(Timer::now() - start).count();
}

/// Of all threads of this process: steadier than wall time on a machine that others use as well.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + double(now.tv_nsec) / 1e9;
}

catalog::TableSpec daily() {
  catalog::TableSpec spec;
  spec.name = "daily";
  for (const char* name : {"ts_code", "trade_date", "open", "high", "low", "close", "pre_close",
                           "change", "pct_chg", "vol", "amount"}) {
    catalog::ColumnSpec& column = spec.columns.emplace_back();
    column.name = name;
    column.type = frame::Type::Real;
  }
  spec.columns[0].type = frame::Type::Text;
  spec.columns[1].type = frame::Type::Date;
  spec.key = {"ts_code", "trade_date"};
  spec.code = "ts_code";
  spec.time = "trade_date";
  return spec;
}

std::string code(int i) {
  return fmt::format("{:06}.{}", i * 131 % 1'000'000, i % 2 ? "SZ" : "SH");
}

/// One page a day, five days a week.
class Market {
 public:
  Market() : prices_(kCodes, 1'000) {}

  Date day(int n) const { return kFirst + n / 5 * 7 + n % 5; }

  frame::Batch page(const catalog::TableSpec& spec, int n) {
    frame::Batch batch(spec.fields());
    for (std::size_t c = 0; c < batch.width(); ++c) batch.column(c).reserve(kCodes);
    std::uniform_int_distribution<int> step(-30, 30);
    for (int i = 0; i < kCodes; ++i) {
      int& price = prices_[static_cast<std::size_t>(i)];
      const int before = price;
      price = std::max(100, price + step(random_));
      batch.column(0).push(code(i));
      batch.column(1).push(day(n));
      const double ticks[] = {
          before + step(random_) / 4.0, price + 25.0, before - 25.0, double(price), double(before),
          double(price - before)};
      for (std::size_t c = 0; c < 6; ++c) batch.column(c + 2).push(std::round(ticks[c]) / 100);
      batch.column(8).push(std::round(10'000.0 * (price - before) / before) / 100);
      const double volume = 1'000 + std::abs(step(random_)) * 3'517.0;
      batch.column(9).push(volume);
      batch.column(10).push(std::round(volume * price) / 10);
    }
    return batch;
  }

 private:
  std::vector<int> prices_;
  std::mt19937 random_{7};
};

void append(duckdb::DuckdbStore& store, const catalog::TableSpec& spec, int days, int group) {
  Market market;
  double seconds = 0, cpu = 0;
  for (int n = 0; n < days;) {
    std::vector<Change> changes;
    for (int i = 0; i < group && n < days; ++i, ++n) {
      Change& change = changes.emplace_back();
      change.seq = static_cast<Sequence>(n) + 1;
      change.table = &spec;
      change.rows = market.page(spec, n);
    }
    const auto start = Timer::now();
    const double cpu_start = cpu_seconds();
    store.apply(changes).value();
    seconds += seconds_since(start);
    cpu += cpu_seconds() - cpu_start;
  }
  const auto start = Timer::now();
  const double cpu_start = cpu_seconds();
  store.checkpoint().value();
  const double last = seconds_since(start);
  seconds += last;
  cpu += cpu_seconds() - cpu_start;
  const double rows = double(days) * kCodes;
  fmt::print(
      "append {:.2f} M rows, {} changes per apply: {:.2f} s, {:.2f} M rows/s; {:.2f} s of CPU, "
      "{:.2f} M rows/s of CPU (last checkpoint {:.2f} s), {:.0f} MB\n",
      rows / 1e6, group, seconds, rows / seconds / 1e6, cpu, rows / cpu / 1e6, last,
      store.bytes() / 1e6);
}

void measure(const std::string& what, int times, const std::function<std::size_t(int)>& question) {
  std::vector<double> took, cpu;
  std::size_t rows = 0;
  for (int i = 0; i < times; ++i) {
    const auto start = Timer::now();
    const double cpu_start = cpu_seconds();
    rows += question(i);
    took.push_back(seconds_since(start) * 1e3);
    cpu.push_back((cpu_seconds() - cpu_start) * 1e3);
  }
  std::ranges::sort(took);
  std::ranges::sort(cpu);
  fmt::print("{:42} p50 {:6.2f} ms  p99 {:6.2f} ms  CPU p50 {:6.2f} ms  ({} rows)\n", what,
             took[took.size() / 2], took[took.size() * 99 / 100], cpu[cpu.size() / 2],
             rows / static_cast<std::size_t>(times));
}

std::size_t rows_of(const Store& store, const Read& read) {
  std::size_t rows = 0;
  store
      .read(read,
            [&](frame::Batch&& batch) -> Result<bool> {
              rows += batch.rows();
              return true;
            })
      .value();
  return rows;
}

void reads(const Store& store, const catalog::TableSpec& spec, int days, const char* state) {
  const Market market;
  std::mt19937 random(3);
  const auto any = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  const int times = 500;
  fmt::print("reads, {}\n", state);
  measure("  one year of one code", times, [&](int) {
    Read read;
    read.table = &spec;
    read.codes = {code(any(kCodes))};
    read.from = market.day(any(std::max(1, days - 250)));
    read.to = *read.from + 364;
    return rows_of(store, read);
  });
  measure("  all years of one code", times, [&](int) {
    Read read;
    read.table = &spec;
    read.codes = {code(any(kCodes))};
    return rows_of(store, read);
  });
  measure("  one day of all codes", times, [&](int) {
    Read read;
    read.table = &spec;
    read.from = read.to = market.day(any(days));
    return rows_of(store, read);
  });
  measure("  a point", times, [&](int) {
    Read read;
    read.table = &spec;
    read.codes = {code(any(kCodes))};
    read.from = read.to = market.day(any(days));
    return rows_of(store, read);
  });
}

void rewrite_days(duckdb::DuckdbStore& store, const catalog::TableSpec& spec, int days) {
  Market market;
  Sequence seq = store.applied();
  const auto again = [&](const char* what, Mode mode, double change_share) {
    double seconds = 0;
    const int pages = 20;
    for (int i = 0; i < pages; ++i) {
      Change change;
      change.seq = ++seq;
      change.table = &spec;
      change.mode = mode;
      Read read;
      read.table = &spec;
      const Date day = market.day((i * 37 + 11) % days);
      read.from = read.to = day;
      frame::Batch rows(spec.fields());
      store
          .read(read,
                [&](frame::Batch&& batch) -> Result<bool> {
                  rows.append(batch);
                  return true;
                })
          .value();
      if (change_share > 0) {
        std::vector<double> close(rows.column(5).reals().begin(), rows.column(5).reals().end());
        for (std::size_t r = 0; r < close.size(); ++r)
          if (double(r % 100) < change_share * 100) close[r] += 0.01;
        rows.column(5) = frame::Column::adopt(std::move(close), {});
      }
      change.scope.time = DateRange{day, day};
      change.rows = std::move(rows);
      const double start = cpu_seconds();
      store.apply({&change, 1}).value();
      seconds += cpu_seconds() - start;
    }
    fmt::print("{:42} {:6.1f} ms of CPU a page\n", what, seconds / pages * 1e3);
  };
  again("same day again, nothing changed", Mode::Upsert, 0);
  again("same day again, 1 % changed", Mode::Upsert, 0.01);
  again("same day again, all changed", Mode::Upsert, 1);
  again("same day replaced, 1 % changed", Mode::Replace, 0.01);
}

void print_memory(const char* when) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("peak memory {}: {:.0f} MB\n", when, usage.ru_maxrss / 1024.0);
}

/// A child appends days without a last checkpoint and kills itself; the parent opens what is left.
void open_after_kill(const fs::path& path, const catalog::TableSpec& spec) {
  const pid_t child = fork();
  if (child == 0) {
    auto store = duckdb::DuckdbStore::open(path, {&spec}).value();
    Market market;
    for (int n = 0; n < 12; ++n) {
      Change change;
      change.seq = store->applied() + 1;
      change.table = &spec;
      change.rows = market.page(spec, 5'000 + n);
      store->apply({&change, 1}).value();
    }
    kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  const auto start = Timer::now();
  auto store = duckdb::DuckdbStore::open(path, {&spec}).value();
  const double opened = seconds_since(start);
  Market market;
  Change change;
  change.seq = store->applied() + 1;
  change.table = &spec;
  change.rows = market.page(spec, 6'000);
  const auto first = Timer::now();
  store->apply({&change, 1}).value();
  fmt::print("open after kill -9: {:.2f} s; first apply (loads the key index) {:.2f} s\n", opened,
             seconds_since(first));
  reads(*store, spec, 2'500, "with a tail that is not folded");
}

}  // namespace
}  // namespace kanpan::store

int main(int argc, char** argv) {
  using namespace kanpan;
  using namespace kanpan::store;
  tune_allocator();  // as the program does
  const int days = argc > 1 ? std::atoi(argv[1]) : 2'500;
  const fs::path directory = argc > 2 ? argv[2] : "/tmp/kanpan-store-bench";
  setvbuf(stdout, nullptr, _IOLBF, 0);
  fs::remove_all(directory);
  fs::create_directories(directory);
  const catalog::TableSpec spec = daily();
  const auto open = [&](const std::string& name) {
    return duckdb::DuckdbStore::open(directory / name, {&spec}).value();
  };
  for (int group : {1, 4, 20}) append(*open(fmt::format("small-{}", group)), spec, 250, group);

  {
    auto store = open("large");
    append(*store, spec, days, 4);
    print_memory("after append");
    const auto start = Timer::now();
    const double cpu_start = cpu_seconds();
    store->fold(true).value();
    fmt::print("fold everything: {:.2f} s, {:.2f} s of CPU, {:.0f} MB\n", seconds_since(start),
               cpu_seconds() - cpu_start, store->bytes() / 1e6);
    print_memory("after fold");
    reads(*store, spec, days, "all folded, blocks come from the file");
    reads(*store, spec, days, "all folded, blocks mostly read before");
    const auto hash_start = Timer::now();
    content_hash(*store, spec).value();
    fmt::print("content hash: {:.2f} s\n", seconds_since(hash_start));
    rewrite_days(*store, spec, days);
    print_memory("at the end");
  }
  open_after_kill(directory / "large", spec);
  return 0;
}
