// Rows a second and bytes a row of what turns pages into columns, columns into payloads, and back.
// A row is a daily bar of 11 columns. KANPAN_BENCH_CSV names a CSV of such rows (plain or
// compressed) to use instead of random ones.
#include <cmath>
#include <cstdlib>
#include <random>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kanpan/frame/codec.hpp"
#include "kanpan/frame/csv.hpp"
#include "kanpan/frame/json.hpp"
#include "kanpan/frame/json_writer.hpp"

namespace kanpan::frame {
namespace {

const std::vector<Field> kDaily{
    {"ts_code", Type::Text},   {"trade_date", Type::Date}, {"open", Type::Real},
    {"high", Type::Real},      {"low", Type::Real},        {"close", Type::Real},
    {"pre_close", Type::Real}, {"change", Type::Real},     {"pct_chg", Type::Real},
    {"vol", Type::Real},       {"amount", Type::Real}};
constexpr std::size_t kRows = 5'000;
const std::size_t kColumns[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

double decimal(double value, double power) { return std::round(value * power) / power; }

Batch random_day() {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> price(2, 80), step(-0.1, 0.1), lots(1e3, 1e6);
  Batch day(kDaily);
  for (std::size_t i = 0; i < kRows; ++i) {
    const double before = decimal(price(random), 100);
    const double close = decimal(before * (1 + step(random)), 100);
    const double vol = decimal(lots(random), 100);
    day.column(0).push(fmt::format("{:06}.{}", i * 131 % 700'000, i % 2 ? "SH" : "SZ"));
    day.column(1).push(Date::from_ymd(2024, 6, 28));
    day.column(2).push(decimal(before * (1 + step(random)), 100));
    day.column(3).push(decimal(close * 1.02, 100));
    day.column(4).push(decimal(close * 0.98, 100));
    day.column(5).push(close);
    day.column(6).push(before);
    day.column(7).push(decimal(close - before, 100));
    day.column(8).push(decimal((close / before - 1) * 100, 10'000));
    day.column(9).push(vol);
    day.column(10).push(decimal(vol * close / 10, 1'000));
  }
  return day;
}

const Batch& day() {
  static const Batch batch = [] {
    const char* file = std::getenv("KANPAN_BENCH_CSV");
    if (file == nullptr) return random_day();
    auto reader = CsvReader::open(file, kDaily).value();
    return reader.next(1'000'000).value()->batch;
  }();
  return batch;
}

std::string json_page() {
  std::string body = R"({"request_id":"r","code":0,"msg":"","data":{"fields":[)";
  for (const Field& field : kDaily) body += fmt::format("\"{}\",", field.name);
  body.back() = ']';
  body += R"(,"items":)";
  append_json_items(body, day(), kColumns, {.compact_dates = true, .decimal_point = true});
  return body + R"(,"has_more":false,"count":-1}})";
}

void finish(benchmark::State& state, std::size_t bytes) {
  const auto rows = static_cast<double>(day().rows());
  state.counters["rows/s"] =
      benchmark::Counter(rows, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["bytes/row"] = static_cast<double>(bytes) / rows;
}

void read_csv(benchmark::State& state) {
  std::string csv;
  append_csv_header(csv, day(), kColumns);
  append_csv_rows(csv, day(), kColumns);
  for (auto _ : state) {
    auto reader = CsvReader::read(stream_of(csv), "bench", kDaily).value();
    benchmark::DoNotOptimize(reader.next(day().rows()));
  }
  finish(state, csv.size());
}
void write_csv(benchmark::State& state) {
  std::string csv;
  for (auto _ : state) {
    csv.clear();
    append_csv_rows(csv, day(), kColumns);
  }
  finish(state, csv.size());
}

void encode_day(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(encode(day()));
  finish(state, encode(day()).size());
}
void encode_and_compress_day(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(compress(encode(day())));
  finish(state, compress(encode(day())).size());
}
void decompress_and_decode_day(benchmark::State& state) {
  const std::string bytes = compress(encode(day()));
  for (auto _ : state) benchmark::DoNotOptimize(decode(*decompress(bytes)));
  finish(state, bytes.size());
}
void parse_json_page(benchmark::State& state) {
  const std::string body = json_page();
  for (auto _ : state) benchmark::DoNotOptimize(parse_page(body, kDaily));
  finish(state, body.size());
}
void write_json_page(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(json_page());
  finish(state, json_page().size());
}

BENCHMARK(read_csv);
BENCHMARK(write_csv);
BENCHMARK(encode_day);
BENCHMARK(encode_and_compress_day);
BENCHMARK(decompress_and_decode_day);
BENCHMARK(parse_json_page);
BENCHMARK(write_json_page);

}  // namespace
}  // namespace kanpan::frame

BENCHMARK_MAIN();
