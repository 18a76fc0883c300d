// How fast the simulator answers from rows in memory: a load generator must not be the bottleneck.
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kanpan/source/sim/protocol.hpp"
#include "kanpan/source/sim/row_index.hpp"

namespace kanpan::source::sim {
namespace {

constexpr int kCodes = 6000, kDays = 250;

const catalog::Catalog& tables() {
  static const catalog::Catalog loaded =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return loaded;
}

/// A year of daily bars, 1.5 M rows.
class Year final : public Dataset {
 public:
  Year() {
    const catalog::TableSpec& table = **tables().find("daily");
    frame::Batch batch(table.fields());
    const Date last = Date::from_ymd(2024, 6, 28);
    for (int day = 0; day < kDays; ++day)
      for (int code = 0; code < kCodes; ++code) {
        batch.column(0).push(fmt::format("{:06}.SZ", code));
        batch.column(1).push(last - day);
        for (std::size_t c = 2; c < batch.width(); ++c)
          batch.column(c).push((static_cast<double>((code * 31 + day * 17) % 100000) + 1) / 100);
      }
    index_ = std::make_unique<RowIndex>(table, std::move(batch));
  }
  Result<frame::Batch> rows(const catalog::TableSpec&, const Question& question) const override {
    return index_->find(question);
  }

 private:
  std::unique_ptr<RowIndex> index_;
};

void answer(benchmark::State& state, const std::string& params) {
  static const Year year;
  static const auto clock = *make_clock("2024-06-30T12:00:00+08:00");
  Protocol protocol(tables(), year, *clock, {});
  const std::string body = fmt::format(R"({{"token":"T","params":{}}})", params);
  std::size_t bytes = 0;
  for (auto _ : state)
    bytes += std::get<std::string>(protocol.answer("daily", body, "POST").body).size();
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

BENCHMARK_CAPTURE(answer, day_of_6000_rows, R"({"trade_date":"20240628"})")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(answer, year_of_one_code, R"({"ts_code":"000001.SZ"})")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(answer, page_far_behind_in_a_month,
                  R"({"start_date":"20240601","end_date":"20240630","offset":150000})")
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kanpan::source::sim

BENCHMARK_MAIN();
