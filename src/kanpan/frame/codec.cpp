// Layout, little-endian: version u8, rows u32, columns u16, then per column: name (u16 length and
// bytes), type u8, has-nulls u8, null words when there are nulls, values.
//
// Values become whole numbers first (dates as days, prices as cents, text as lengths), because
// their high bytes then hardly vary: the bytes are stored plane by plane, all lowest bytes, then
// all next ones, and zstd's entropy stage does the rest. Every row costs at least one byte per
// column, so that a damaged row count cannot ask for more memory than a small multiple of the
// input.
#include "kanpan/frame/codec.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <zstd.h>

namespace kanpan::frame {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the layout is written as memory holds it");

constexpr std::uint8_t kVersion = 1;
/// Texts of one length up to this are stored character position by position.
constexpr std::size_t kMaxFixedText = 16;
/// A real column is stored as numbers of 10^-k when every value survives that bit by bit.
constexpr std::array<double, 9> kPowers{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
constexpr std::uint8_t kBitPattern = 255;

enum class Packing : std::uint8_t { FromMinimum = 0, Differences = 1 };
using Words = std::vector<std::uint64_t>;

std::uint64_t zigzag(std::uint64_t v) {
  return (v << 1) ^ static_cast<std::uint64_t>(static_cast<std::int64_t>(v) >> 63);
}
std::uint64_t unzigzag(std::uint64_t v) { return (v >> 1) ^ (~(v & 1) + 1); }

template <typename T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// ---- writing ------------------------------------------------------------------------------------

/// Packs whole numbers (two's complement) in as few byte planes as their range needs: as distances
/// from the least one, or from the one before where those are smaller. Leaves `values` changed.
void put_numbers(std::string& out, Words& values) {
  const std::size_t n = values.size();
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t greatest = std::numeric_limits<std::int64_t>::min();
  std::uint64_t step = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto v = static_cast<std::int64_t>(values[i]);
    least = std::min(least, v);
    greatest = std::max(greatest, v);
    if (i > 0) step = std::max(step, zigzag(values[i] - values[i - 1]));
  }
  if (n == 0) least = greatest = 0;
  const std::uint64_t range =
      static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
  const Packing packing = step < range ? Packing::Differences : Packing::FromMinimum;
  std::uint64_t base = static_cast<std::uint64_t>(least);
  if (packing == Packing::Differences) {
    base = values[0];
    for (std::size_t i = n - 1; i > 0; --i) values[i] = zigzag(values[i] - values[i - 1]);
    values[0] = 0;
  } else {
    for (std::uint64_t& v : values) v -= base;
  }
  const std::uint64_t widest = std::min(step, range);
  const std::size_t width = std::max<std::size_t>(1, (std::bit_width(widest) + 7) / 8);
  put(out, packing);
  put(out, static_cast<std::uint8_t>(width));
  put(out, base);
  std::size_t at = out.size();
  out.resize(at + width * n);
  for (std::size_t plane = 0; plane < width; ++plane, at += n) {
    char* to = out.data() + at;
    for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<char>(values[i] >> (8 * plane));
  }
}

/// True when every value is a whole number of 10^-decimals, which `scaled` then holds. Adding and
/// taking away 1.5 × 2^52 rounds to a whole number and leaves it in the mantissa's low bits.
bool scale(std::span<const double> values, std::size_t decimals, Words& scaled) {
  constexpr double kRounder = 0x1.8p52;
  constexpr double kLargest = 0x1p50;
  const double power = kPowers[decimals];
  bool exact = true;
  scaled.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double shifted = values[i] * power + kRounder;
    const double whole = shifted - kRounder;
    exact &= std::bit_cast<std::uint64_t>(whole / power) == std::bit_cast<std::uint64_t>(values[i]);
    exact &= whole < kLargest && whole > -kLargest;
    scaled[i] = std::bit_cast<std::uint64_t>(shifted) - std::bit_cast<std::uint64_t>(kRounder);
  }
  return exact;
}

void put_reals(std::string& out, std::span<const double> values, Words& words) {
  const auto sample = values.first(std::min<std::size_t>(values.size(), 256));
  for (std::size_t decimals = 0; decimals < kPowers.size(); ++decimals) {
    if (!scale(sample, decimals, words) || !scale(values, decimals, words)) continue;
    put(out, static_cast<std::uint8_t>(decimals));
    return put_numbers(out, words);
  }
  words.resize(values.size());
  std::ranges::transform(values, words.begin(),
                         [](double v) { return std::bit_cast<std::uint64_t>(v); });
  put(out, kBitPattern);
  put_numbers(out, words);
}

void put_texts(std::string& out, const Texts& texts, Words& words) {
  const std::size_t n = texts.size();
  words.resize(n);
  bool one_length = n > 0;
  for (std::size_t i = 0; i < n; ++i) {
    words[i] = texts.offsets()[i + 1] - texts.offsets()[i];
    one_length &= words[i] == words[0];
  }
  const std::size_t length = one_length ? words[0] : 0;
  put_numbers(out, words);
  if (length == 0 || length > kMaxFixedText) {
    out += texts.bytes();
    return;
  }
  const char* from = texts.bytes().data();
  std::size_t at = out.size();
  out.resize(at + n * length);
  for (std::size_t place = 0; place < length; ++place, at += n)
    for (std::size_t i = 0; i < n; ++i) out[at + i] = from[i * length + place];
}

void put_nulls(std::string& out, const Column& column, std::size_t rows) {
  const bool any = column.null_count() > 0;
  put(out, static_cast<std::uint8_t>(any));
  if (!any) return;
  Words words = column.nulls();
  words.resize((rows + 63) / 64);
  out.append(reinterpret_cast<const char*>(words.data()), words.size() * sizeof words[0]);
}

void put_values(std::string& out, const Column& column, Words& words) {
  switch (column.type()) {
    case Type::Text:
      return put_texts(out, column.texts(), words);
    case Type::Real:
      return put_reals(out, column.reals(), words);
    case Type::Int:
      words.assign(column.ints().begin(), column.ints().end());
      return put_numbers(out, words);
    case Type::Date:
      words.resize(column.size());
      std::ranges::transform(column.dates(), words.begin(), [](Date d) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(d.days));
      });
      return put_numbers(out, words);
  }
}

// ---- reading ------------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::size_t left() const { return bytes_.size() - at_; }
  Error damaged(std::string_view what) const {
    return Error{
        Errc::Corrupt,
        fmt::format("row payload of {} bytes is damaged at byte {}: {}", bytes_.size(), at_, what),
        "restore the record from a backup"};
  }

  template <typename T>
  Result<T> get() {
    KANPAN_LET(const std::string_view raw, take(sizeof(T)));
    T value;
    std::memcpy(&value, raw.data(), sizeof value);
    return value;
  }
  Result<std::string_view> take(std::size_t count) {
    if (count > left()) return damaged(fmt::format("{} bytes wanted, {} left", count, left()));
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  Result<Words> numbers(std::size_t rows);

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

Result<Words> Reader::numbers(std::size_t rows) {
  KANPAN_LET(const auto packing, get<std::uint8_t>());
  KANPAN_LET(const auto width, get<std::uint8_t>());
  KANPAN_LET(const auto base, get<std::uint64_t>());
  if (packing > 1) return damaged(fmt::format("packing {}", packing));
  if (width < 1 || width > 8) return damaged(fmt::format("width {}", width));
  KANPAN_LET(const std::string_view planes, take(width * rows));
  Words values(rows);
  for (std::size_t plane = 0; plane < width; ++plane) {
    const char* from = planes.data() + plane * rows;
    for (std::size_t i = 0; i < rows; ++i)
      values[i] |= std::uint64_t{static_cast<std::uint8_t>(from[i])} << (8 * plane);
  }
  if (packing == static_cast<std::uint8_t>(Packing::FromMinimum)) {
    for (std::uint64_t& v : values) v += base;
  } else {
    std::uint64_t last = base;
    for (std::uint64_t& v : values) v = last += unzigzag(v);
  }
  return values;
}

Result<Column::Values> read_reals(Reader& reader, std::size_t rows) {
  KANPAN_LET(const auto decimals, reader.get<std::uint8_t>());
  if (decimals >= kPowers.size() && decimals != kBitPattern)
    return reader.damaged(fmt::format("{} decimals", decimals));
  KANPAN_LET(const Words words, reader.numbers(rows));
  std::vector<double> values(rows);
  if (decimals == kBitPattern) {
    std::ranges::transform(words, values.begin(),
                           [](std::uint64_t w) { return std::bit_cast<double>(w); });
  } else {
    for (std::size_t i = 0; i < rows; ++i)
      values[i] = static_cast<double>(static_cast<std::int64_t>(words[i])) / kPowers[decimals];
  }
  return Column::Values(std::move(values));
}

Result<Column::Values> read_dates(Reader& reader, std::size_t rows) {
  KANPAN_LET(const Words words, reader.numbers(rows));
  std::vector<Date> values(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    const auto days = static_cast<std::int32_t>(words[i]);
    if (static_cast<std::uint64_t>(std::int64_t{days}) != words[i])
      return reader.damaged("a date out of range");
    values[i] = {days};
  }
  return Column::Values(std::move(values));
}

Result<Column::Values> read_texts(Reader& reader, std::size_t rows) {
  KANPAN_LET(const Words lengths, reader.numbers(rows));
  std::vector<std::uint32_t> offsets(rows + 1);
  std::uint64_t total = 0;
  bool one_length = rows > 0;
  for (std::size_t i = 0; i < rows; ++i) {
    if (lengths[i] > reader.left()) return reader.damaged("a text longer than the payload");
    total += lengths[i];
    if (total > reader.left()) return reader.damaged("texts longer than the payload");
    offsets[i + 1] = static_cast<std::uint32_t>(total);
    one_length &= lengths[i] == lengths[0];
  }
  KANPAN_LET(const std::string_view raw, reader.take(total));
  const std::size_t length = one_length ? lengths[0] : 0;
  std::string bytes(raw);
  if (length > 0 && length <= kMaxFixedText)
    for (std::size_t place = 0; place < length; ++place)
      for (std::size_t i = 0; i < rows; ++i) bytes[i * length + place] = raw[place * rows + i];
  return Column::Values(Texts::adopt(std::move(offsets), std::move(bytes)));
}

Result<Column::Values> read_values(Reader& reader, Type type, std::size_t rows) {
  switch (type) {
    case Type::Text:
      return read_texts(reader, rows);
    case Type::Date:
      return read_dates(reader, rows);
    case Type::Real:
      return read_reals(reader, rows);
    case Type::Int:
      break;
  }
  KANPAN_LET(const Words words, reader.numbers(rows));
  return Column::Values(std::vector<std::int64_t>(words.begin(), words.end()));
}

Result<Words> read_nulls(Reader& reader, std::size_t rows) {
  KANPAN_LET(const auto any, reader.get<std::uint8_t>());
  if (any > 1) return reader.damaged(fmt::format("null mark {}", any));
  if (!any) return Words{};
  Words words((rows + 63) / 64);
  KANPAN_LET(const std::string_view raw, reader.take(words.size() * sizeof words[0]));
  if (!raw.empty()) std::memcpy(words.data(), raw.data(), raw.size());
  if (rows % 64 != 0 && words.back() >> (rows % 64) != 0)
    return reader.damaged("null marks beyond the last row");
  return words;
}

Result<std::pair<Field, Column>> read_column(Reader& reader, std::size_t rows) {
  KANPAN_LET(const auto name_size, reader.get<std::uint16_t>());
  KANPAN_LET(const std::string_view name, reader.take(name_size));
  KANPAN_LET(const auto type, reader.get<std::uint8_t>());
  if (type > static_cast<std::uint8_t>(Type::Real))
    return reader.damaged(fmt::format("column type {}", type));
  KANPAN_LET(Words nulls, read_nulls(reader, rows));
  KANPAN_LET(Column::Values values, read_values(reader, static_cast<Type>(type), rows));
  return std::pair{Field{std::string(name), static_cast<Type>(type)},
                   Column::adopt(std::move(values), std::move(nulls))};
}

}  // namespace

std::string encode(const Batch& batch) {
  std::string out;
  out.reserve(64 + batch.width() * (32 + batch.rows() * 4));
  put(out, kVersion);
  put(out, static_cast<std::uint32_t>(batch.rows()));
  put(out, static_cast<std::uint16_t>(batch.width()));
  Words words;
  for (std::size_t c = 0; c < batch.width(); ++c) {
    const std::string& name = batch.fields()[c].name;
    put(out, static_cast<std::uint16_t>(name.size()));
    out += name;
    put(out, batch.fields()[c].type);
    put_nulls(out, batch.column(c), batch.rows());
    put_values(out, batch.column(c), words);
  }
  return out;
}

Result<Batch> decode(std::string_view bytes) {
  Reader reader(bytes);
  KANPAN_LET(const auto version, reader.get<std::uint8_t>());
  if (version != kVersion) return reader.damaged(fmt::format("unknown version {}", version));
  KANPAN_LET(const auto rows, reader.get<std::uint32_t>());
  KANPAN_LET(const auto width, reader.get<std::uint16_t>());
  if (std::uint64_t{rows} * width > reader.left() || (width == 0 && rows != 0))
    return reader.damaged(fmt::format("{} rows of {} columns cannot be in it", rows, width));
  std::vector<Field> fields;
  std::vector<Column> columns;
  for (std::size_t c = 0; c < width; ++c) {
    KANPAN_LET(auto named, read_column(reader, rows));
    fields.push_back(std::move(named.first));
    columns.push_back(std::move(named.second));
  }
  if (reader.left() != 0) return reader.damaged(fmt::format("{} bytes too many", reader.left()));
  return Batch(std::move(fields), std::move(columns));
}

std::string compress(std::string_view bytes) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 1);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  // Cannot fail: the buffer has the size that zstd asks for.
  out.resize(ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size()));
  return out;
}

Result<std::string> decompress(std::string_view bytes, std::size_t limit) {
  const auto damaged = [&](std::string_view what) {
    return Error{Errc::Corrupt,
                 fmt::format("compressed payload of {} bytes is damaged: {}", bytes.size(), what),
                 "restore the record from a backup"};
  };
  const unsigned long long size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return damaged("no zstd frame of known size");
  if (size > limit)
    return damaged(fmt::format("it claims {} bytes, at most {} allowed", size, limit));
  std::string out(size, '\0');
  const std::size_t got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got)) return damaged(ZSTD_getErrorName(got));
  if (got != size) return damaged(fmt::format("{} bytes came out, {} expected", got, size));
  return out;
}

}  // namespace kanpan::frame
