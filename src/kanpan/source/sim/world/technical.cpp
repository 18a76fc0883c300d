#include "kanpan/source/sim/world/technical.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kanpan::source::sim::world {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// A function of the values at the same place of several lines.
template <typename Function, typename... Lines>
Line each(Function function, const Line& first, const Lines&... lines) {
  Line out(first.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = function(first[i], lines[i]...);
  return out;
}

Line operator+(const Line& a, const Line& b) {
  return each([](double x, double y) { return x + y; }, a, b);
}
Line operator-(const Line& a, const Line& b) {
  return each([](double x, double y) { return x - y; }, a, b);
}
Line operator*(const Line& a, const Line& b) {
  return each([](double x, double y) { return x * y; }, a, b);
}
Line operator/(const Line& a, const Line& b) {
  return each([](double x, double y) { return x / y; }, a, b);
}
Line operator*(const Line& a, double f) {
  return each([f](double x) { return x * f; }, a);
}
Line operator/(const Line& a, double f) { return a * (1 / f); }
Line positive(const Line& a) {
  return each([](double x) { return std::isnan(x) ? 0 : std::max(x, 0.0); }, a);
}
Line absolute(const Line& a) {
  return each([](double x) { return std::abs(x); }, a);
}

/// Weighted mean of the value and the last result, weight by session.
template <typename Weight>
Line decayed(const Line& s, Weight weight) {
  Line out(s.size(), kNan);
  double last = kNan;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!std::isnan(s[i])) last = std::isnan(last) ? s[i] : last + weight(i) * (s[i] - last);
    out[i] = last;
  }
  return out;
}

/// `best` of a moving window, by a queue of candidates.
template <typename Better>
Line extreme(const Line& s, std::size_t n, Better better) {
  Line out(s.size(), kNan);
  std::vector<std::size_t> queue(s.size());
  std::size_t head = 0, tail = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    while (tail > head && !better(s[queue[tail - 1]], s[i])) --tail;
    queue[tail++] = i;
    if (queue[head] + n <= i) ++head;
    if (i + 1 >= n) out[i] = s[queue[head]];
  }
  return out;
}

Line true_range(const Series& s) {
  const Line before = shifted(s.close, 1);
  return each(
      [](double h, double l, double c) {
        return std::isnan(c) ? h - l : std::max({h - l, std::abs(c - h), std::abs(c - l)});
      },
      s.high, s.low, before);
}

Line relative_strength(const Line& close, double n) {
  const Line change = close - shifted(close, 1);
  return smoothed(each([](double x) { return std::isnan(x) ? x : std::max(x, 0.0); }, change), n) /
         smoothed(absolute(change), n) * 100;
}

Line williams(const Series& s, std::size_t n) {
  const Line high = highest(s.high, n);
  return (high - s.close) / (high - lowest(s.low, n)) * 100;
}

Line typical(const Series& s) { return (s.high + s.low + s.close) / 3; }

Line channel_index(const Series& s) {
  const Line price = typical(s);
  return (price - mean(price, 14)) / (mean_deviation(price, 14) * 0.015);
}

void add_kdj(const Series& s, std::vector<Indicator>& to) {
  const Line low = lowest(s.low, 9);
  const Line raw = (s.close - low) / (highest(s.high, 9) - low) * 100;
  const Line k = exponential(raw, 5), d = exponential(k, 5);
  to.push_back({"kdj_k", "", false, k});
  to.push_back({"kdj_d", "", false, d});
  to.push_back({"kdj_j", "", false, k * 3 - d * 2});
}

void add_macd(const Series& s, std::vector<Indicator>& to) {
  const Line fast = exponential(s.close, 12) - exponential(s.close, 26);
  const Line slow = exponential(fast, 9);
  to.push_back({"macd_dif", "", true, fast});
  to.push_back({"macd_dea", "", true, slow});
  to.push_back({"macd", "", true, (fast - slow) * 2});
}

void add_boll(const Series& s, std::vector<Indicator>& to) {
  const Line middle = mean(s.close, 20), width = deviation(s.close, 20) * 2;
  to.push_back({"boll_upper", "", true, middle + width});
  to.push_back({"boll_mid", "", true, middle});
  to.push_back({"boll_lower", "", true, middle - width});
}

void add_averages(const Series& s, std::vector<Indicator>& to) {
  const auto average = [&](std::size_t n, std::string_view tail) {
    to.push_back({"ma", tail, true, mean(s.close, n)});
    to.push_back({"ema", tail, true, exponential(s.close, static_cast<double>(n))});
  };
  average(5, "_5"), average(10, "_10"), average(20, "_20"), average(30, "_30");
  average(60, "_60"), average(90, "_90"), average(250, "_250");
  to.push_back({"expma_12", "", true, exponential(s.close, 12)});
  to.push_back({"expma_50", "", true, exponential(s.close, 50)});
  to.push_back({"bbi", "", true,
                (mean(s.close, 3) + mean(s.close, 6) + mean(s.close, 12) + mean(s.close, 20)) / 4});
  const auto bias = [&](std::string_view head, std::size_t n) {
    const Line average = mean(s.close, n);
    to.push_back({head, "", false, (s.close - average) / average * 100});
  };
  bias("bias1", 6), bias("bias2", 12), bias("bias3", 24);
}

void add_directional(const Series& s, std::vector<Indicator>& to) {
  const Line range = total(true_range(s), 14);
  const Line up = s.high - shifted(s.high, 1), down = shifted(s.low, 1) - s.low;
  const auto moved = [](double x, double y) { return x > 0 && x > y ? x : 0.0; };
  const Line plus = total(each(moved, up, down), 14) * 100 / range;
  const Line minus = total(each(moved, down, up), 14) * 100 / range;
  const Line trend = mean(absolute(minus - plus) / (plus + minus) * 100, 6);
  to.push_back({"dmi_pdi", "", false, plus});
  to.push_back({"dmi_mdi", "", false, minus});
  to.push_back({"dmi_adx", "", false, trend});
  to.push_back({"dmi_adxr", "", false, (trend + shifted(trend, 6)) / 2});
}

void add_channels(const Series& s, std::vector<Indicator>& to) {
  const Line top = highest(s.high, 20), bottom = lowest(s.low, 20);
  to.push_back({"taq_up", "", true, top});
  to.push_back({"taq_down", "", true, bottom});
  to.push_back({"taq_mid", "", true, (top + bottom) / 2});
  const Line middle = exponential(typical(s), 20), width = mean(true_range(s), 10) * 2;
  to.push_back({"ktn_upper", "", true, middle + width});
  to.push_back({"ktn_mid", "", true, middle});
  to.push_back({"ktn_down", "", true, middle - width});
  const Line price = (s.close * 2 + s.high + s.low) / 4, slow = mean(s.close, 20);
  const Line short_mean = mean(price, 5), weight = absolute(price - slow) / slow;
  const Line moving =
      decayed(s.close, [&](std::size_t i) { return std::isnan(weight[i]) ? 1 : weight[i]; });
  to.push_back({"xsii_td1", "", true, short_mean * 1.02});
  to.push_back({"xsii_td2", "", true, short_mean * 0.98});
  to.push_back({"xsii_td3", "", true, moving * 1.07});
  to.push_back({"xsii_td4", "", true, moving * 0.93});
}

void add_momentum(const Series& s, std::vector<Indicator>& to) {
  const auto with_mean = [&](std::string_view head, std::string_view average, bool price, Line line,
                             std::size_t n) {
    to.push_back({average, "", price, mean(line, n)});
    to.push_back({head, "", price, std::move(line)});
  };
  const Line ago = shifted(s.close, 12);
  with_mean("mtm", "mtmma", true, s.close - ago, 6);
  with_mean("roc", "maroc", false, (s.close - ago) / ago * 100, 6);
  const Line rose =
      each([](double c, double b) { return c > b ? 1.0 : 0.0; }, s.close, shifted(s.close, 1));
  with_mean("psy", "psyma", false, total(rose, 12) / 12 * 100, 6);
  with_mean("dpo", "madpo", true, s.close - shifted(mean(s.close, 20), 10), 6);
  with_mean("dfma_dif", "dfma_difma", true, mean(s.close, 10) - mean(s.close, 50), 10);
  const Line third = exponential(exponential(exponential(s.close, 12), 12), 12);
  const Line before = shifted(third, 1);
  with_mean("trix", "trma", false, (third - before) / before * 100, 20);
  const Line range = mean(s.high - s.low, 9);
  with_mean("mass", "ma_mass", false, total(range / mean(range, 9), 25), 6);
  to.push_back({"wr", "", false, williams(s, 10)});
  to.push_back({"wr1", "", false, williams(s, 6)});
  to.push_back({"atr", "", true, mean(true_range(s), 20)});
}

void add_sentiment(const Series& s, std::vector<Indicator>& to) {
  const Line before = shifted(s.close, 1);
  to.push_back(
      {"brar_ar", "", false, total(s.high - s.open, 26) / total(s.open - s.low, 26) * 100});
  to.push_back({"brar_br", "", false,
                total(positive(s.high - before), 26) / total(positive(before - s.low), 26) * 100});
  const Line middle = shifted(typical(s), 1);
  to.push_back({"cr", "", false,
                total(positive(s.high - middle), 20) / total(positive(middle - s.low), 20) * 100});
}

void add_volume(const Series& s, std::vector<Indicator>& to) {
  const Line before = shifted(s.close, 1);
  const auto when = [&](auto test, const Line& value, const Line& now, const Line& was) {
    return each([test](double v, double a, double b) { return test(a, b) ? v : 0.0; }, value, now,
                was);
  };
  const auto more = [](double a, double b) { return a > b; };
  const auto less = [](double a, double b) { return a < b; };
  const auto not_more = [](double a, double b) { return a <= b; };
  to.push_back({"vr", "", false,
                total(when(more, s.volume, s.close, before), 26) /
                    total(when(not_more, s.volume, s.close, before), 26) * 100});
  Line balance = when(more, s.volume, s.close, before) - when(less, s.volume, s.close, before);
  for (std::size_t i = 1; i < balance.size(); ++i) balance[i] += balance[i - 1];
  to.push_back({"obv", "", false, balance / 10000});
  const Line price = typical(s), was = shifted(price, 1);
  const Line flow = total(when(more, price * s.volume, price, was), 14) /
                    total(when(less, price * s.volume, price, was), 14);
  to.push_back({"mfi", "", false, each([](double x) { return 100 - 100 / (1 + x); }, flow)});
  const Line sum = s.high + s.low, range = s.high - s.low;
  const Line ease = mean((sum - shifted(sum, 1)) / sum * 100 * (mean(s.volume, 14) / s.volume) *
                             range / mean(range, 14),
                         14);
  to.push_back({"emv", "", false, ease});
  to.push_back({"maemv", "", false, mean(ease, 9)});
}

void add_swing(const Series& s, std::vector<Indicator>& to) {
  const Line before = shifted(s.close, 1), open = shifted(s.open, 1), low = shifted(s.low, 1);
  Line swing(s.size(), kNan);
  for (std::size_t i = 1; i < s.size(); ++i) {
    const double a = std::abs(s.high[i] - before[i]), b = std::abs(s.low[i] - before[i]);
    const double c = std::abs(s.high[i] - low[i]), d = std::abs(before[i] - open[i]);
    const double r = a > b && a > c   ? a + b / 2 + d / 4
                     : b > c && b > a ? b + a / 2 + d / 4
                                      : c + d / 4;
    const double x = s.close[i] - before[i] + (s.close[i] - s.open[i]) / 2 + before[i] - open[i];
    swing[i] = r == 0 ? 0 : 16 * x / r * std::max(a, b);
  }
  const Line sum = total(swing, 26);
  to.push_back({"asi", "", true, sum});
  to.push_back({"asit", "", true, mean(sum, 10)});
}

template <typename Test>
Line run_length(const Line& s, Test test) {
  Line out(s.size(), 0);
  for (std::size_t i = 1; i < s.size(); ++i) out[i] = test(s[i], s[i - 1]) ? out[i - 1] + 1 : 0;
  return out;
}

template <typename Beats>
Line reach(const Line& s, Beats beats) {
  Line out(s.size(), 0);
  for (std::size_t i = 0; i < s.size(); ++i) {
    // Whoever is beaten brings along all that it beat itself.
    std::size_t j = i;
    while (j > 0 && beats(s[i], s[j - 1])) j -= 1 + static_cast<std::size_t>(out[j - 1]);
    out[i] = static_cast<double>(i - j);
  }
  return out;
}

}  // namespace

Line shifted(const Line& s, std::size_t n) {
  Line out(s.size(), kNan);
  for (std::size_t i = n; i < s.size(); ++i) out[i] = s[i - n];
  return out;
}

Line total(const Line& s, std::size_t n) {
  Line out(s.size(), kNan);
  double sum = 0;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    std::isnan(s[i]) ? void(++missing) : void(sum += s[i]);
    if (i >= n) std::isnan(s[i - n]) ? void(--missing) : void(sum -= s[i - n]);
    if (i + 1 >= n && missing == 0) out[i] = sum;
  }
  return out;
}

Line mean(const Line& s, std::size_t n) { return total(s, n) / static_cast<double>(n); }

Line exponential(const Line& s, double span) {
  return decayed(s, [weight = 2 / (span + 1)](std::size_t) { return weight; });
}

Line smoothed(const Line& s, double n, double m) {
  return decayed(s, [weight = m / n](std::size_t) { return weight; });
}

Line highest(const Line& s, std::size_t n) {
  return extreme(s, n, [](double a, double b) { return a > b; });
}

Line lowest(const Line& s, std::size_t n) {
  return extreme(s, n, [](double a, double b) { return a < b; });
}

Line deviation(const Line& s, std::size_t n) {
  const Line average = mean(s, n);
  Line out(s.size(), kNan);
  for (std::size_t i = n - 1; i < s.size(); ++i) {
    double sum = 0;
    for (std::size_t k = i + 1 - n; k <= i; ++k) sum += (s[k] - average[i]) * (s[k] - average[i]);
    out[i] = std::sqrt(sum / static_cast<double>(n));
  }
  return out;
}

Line mean_deviation(const Line& s, std::size_t n) {
  const Line average = mean(s, n);
  Line out(s.size(), kNan);
  for (std::size_t i = n - 1; i < s.size(); ++i) {
    double sum = 0;
    for (std::size_t k = i + 1 - n; k <= i; ++k) sum += std::abs(s[k] - average[i]);
    out[i] = sum / static_cast<double>(n);
  }
  return out;
}

Line up_days(const Line& close) {
  return run_length(close, [](double a, double b) { return a > b; });
}
Line down_days(const Line& close) {
  return run_length(close, [](double a, double b) { return a < b; });
}
Line low_days(const Line& low) {
  return reach(low, [](double a, double b) { return a <= b; });
}
Line top_days(const Line& high) {
  return reach(high, [](double a, double b) { return a >= b; });
}

std::vector<Indicator> basic_indicators(const Series& s) {
  std::vector<Indicator> all;
  add_macd(s, all);
  add_kdj(s, all);
  all.push_back({"rsi", "_6", false, relative_strength(s.close, 6)});
  all.push_back({"rsi", "_12", false, relative_strength(s.close, 12)});
  all.push_back({"rsi", "_24", false, relative_strength(s.close, 24)});
  add_boll(s, all);
  all.push_back({"cci", "", false, channel_index(s)});
  return all;
}

std::vector<Indicator> all_indicators(const Series& s) {
  std::vector<Indicator> all = basic_indicators(s);
  for (Indicator& indicator : all)
    if (indicator.head == "kdj_j") indicator.head = "kdj";  // its name there
  add_averages(s, all);
  add_directional(s, all);
  add_channels(s, all);
  add_momentum(s, all);
  add_sentiment(s, all);
  add_volume(s, all);
  add_swing(s, all);
  return all;
}

}  // namespace kanpan::source::sim::world
