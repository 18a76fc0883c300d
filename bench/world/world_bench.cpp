// How fast the simulator's invented exchange tells its tables: one day of all codes and years of
// one code, after a first question; and what a whole world costs in memory.
#include <string>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "kanpan/source/sim/world/asked.hpp"

namespace kanpan::source::sim::world {
namespace {

const Date kNow = ymd(20260630);

const World& world_of(int codes) {
  static const World small({.seed = 7, .codes = 300}), large({.seed = 7, .codes = 5500});
  return codes == 300 ? small : large;
}

void one_day(benchmark::State& state, const std::string& table) {
  const World& world = world_of(static_cast<int>(state.range(0)));
  int day = 0;
  std::size_t rows = ask_day(world, table, ymd(20240603), kNow).size();  // makes what is kept
  for (auto _ : state) {
    const Asked asked = ask_day(world, table, ymd(20240603) + day++ % 5, kNow);
    rows = asked.size();
    benchmark::DoNotOptimize(rows);
  }
  state.counters["rows"] = static_cast<double>(rows);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_MB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}

void one_code(benchmark::State& state, const std::string& table) {
  const World& world = world_of(300);
  std::size_t rows = 0;
  for (auto _ : state) {
    rows = ask_code(world, table, "002001.SZ", kNow).size();
    benchmark::DoNotOptimize(rows);
  }
  state.counters["rows"] = static_cast<double>(rows);
}

void first_day(benchmark::State& state) {
  for (auto _ : state) {
    const World world({.seed = 9, .codes = static_cast<int>(state.range(0))});
    benchmark::DoNotOptimize(ask_day(world, "daily", ymd(20240603), kNow).size());
  }
}
BENCHMARK(first_day)->Arg(300)->Arg(5500)->Unit(benchmark::kMillisecond);

const int kRegistered = [] {
  for (std::string_view table : World::tables()) {
    const std::string name(table);
    if (spec(name).time == "trade_date" && name != "cyq_chips")
      benchmark::RegisterBenchmark(("one_day/" + name).c_str(), one_day, name)
          ->Arg(300)
          ->Arg(5500)
          ->Unit(benchmark::kMillisecond);
    if (spec(name).code == "ts_code" && name != "top_list" && name != "hm_detail")
      benchmark::RegisterBenchmark(("one_code/" + name).c_str(), one_code, name)
          ->Unit(benchmark::kMillisecond);
  }
  return 0;
}();

}  // namespace
}  // namespace kanpan::source::sim::world

BENCHMARK_MAIN();
