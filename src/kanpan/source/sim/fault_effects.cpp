#include "kanpan/source/sim/fault_effects.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>

#include <fmt/format.h>
#include <iconv.h>
#include <zlib.h>

#include "kanpan/frame/json_writer.hpp"

namespace kanpan::source::sim {
namespace {

/// `wanted` of the positions 0 … count - 1, chosen by the strike's dice, ascending.
std::vector<std::uint32_t> choose(Strike strike, std::size_t count, std::size_t wanted) {
  std::vector<std::uint32_t> positions(count);
  std::iota(positions.begin(), positions.end(), 0U);
  wanted = std::min(wanted, count);
  for (std::size_t i = 0; i < wanted; ++i)
    std::swap(positions[i], positions[i + strike.dice.below(count - i)]);
  positions.resize(wanted);
  std::ranges::sort(positions);
  return positions;
}

std::vector<std::uint32_t> hit_rows(const Strike& strike, const Sheet& sheet,
                                    std::size_t by_default) {
  const std::size_t wanted =
      strike.fault->rows ? static_cast<std::size_t>(*strike.fault->rows) : by_default;
  return choose(strike, sheet.rows.size(), wanted);
}

std::optional<std::uint32_t> position(const Sheet& sheet, std::string_view column) {
  const auto at = std::ranges::find(sheet.columns, column, &Sheet::Shown::name);
  if (at == sheet.columns.end()) return std::nullopt;
  return static_cast<std::uint32_t>(at - sheet.columns.begin());
}

/// A numeric cell; nothing for a null, a text or a date.
std::optional<double> number(const Sheet& sheet, std::uint32_t row, std::uint32_t column) {
  const frame::Column* values = sheet.column(column);
  if (!values || values->is_null(sheet.rows[row])) return std::nullopt;
  if (values->type() == frame::Type::Real) return values->reals()[sheet.rows[row]];
  if (values->type() == frame::Type::Int)
    return static_cast<double>(values->ints()[sheet.rows[row]]);
  return std::nullopt;
}

std::string as_json(double value) {
  std::string text;
  frame::append_json_real(text, value, true);
  return text;
}

using Rewrite = std::function<std::optional<std::string>(std::uint32_t row, std::uint32_t column)>;

/// Replaces the cells of `columns` in the rows hit by what `rewrite` gives.
void rewrite(Sheet& sheet, const Strike& strike, const std::vector<std::string>& columns,
             std::size_t rows_by_default, const Rewrite& rewrite) {
  for (const std::uint32_t row : hit_rows(strike, sheet, rows_by_default))
    for (const std::string& name : columns)
      if (const auto column = position(sheet, name))
        if (auto text = rewrite(row, *column)) sheet.replaced[{row, *column}] = *std::move(text);
}

void scale(Sheet& sheet, const Strike& strike, double factor, std::size_t rows_by_default) {
  rewrite(sheet, strike, strike.fault->columns, rows_by_default,
          [&](auto row, auto column) -> std::optional<std::string> {
            const auto value = number(sheet, row, column);
            if (!value) return std::nullopt;
            return as_json(*value * factor);
          });
}

/// Numbers as text with a unit, text as a number, dates with a time of day: drift as it happens.
std::string retyped(const frame::Column& column, std::uint32_t row) {
  switch (column.type()) {
    case frame::Type::Text:
      return "1";
    case frame::Type::Date:
      return fmt::format("\"{} 00:00:00\"", column.dates()[row].iso());
    default:
      return fmt::format("\"{}元\"", column.text_of(row));
  }
}

void retype(Sheet& sheet, const Strike& strike) {
  rewrite(sheet, strike, strike.fault->columns, sheet.rows.size(),
          [&](auto row, auto column) -> std::optional<std::string> {
            const frame::Column* values = sheet.column(column);
            if (!values || values->is_null(sheet.rows[row])) return std::nullopt;
            return retyped(*values, sheet.rows[row]);
          });
}

void shift_date(Sheet& sheet, const Strike& strike, const std::string& time) {
  rewrite(sheet, strike, {time}, 1, [&](auto row, auto column) -> std::optional<std::string> {
    const frame::Column* values = sheet.column(column);
    if (!values || values->type() != frame::Type::Date) return std::nullopt;
    const Date moved = values->dates()[sheet.rows[row]] + static_cast<int>(strike.fault->days);
    return fmt::format("\"{}\"", moved.compact());
  });
}

/// A high below the low of its row.
void invert_ohlc(Sheet& sheet, const Strike& strike) {
  const auto low = position(sheet, "low");
  if (!low) return;
  rewrite(sheet, strike, {"high"}, 1, [&](auto row, auto) -> std::optional<std::string> {
    const auto value = number(sheet, row, *low);
    if (!value) return std::nullopt;
    return as_json(*value * 0.5);
  });
}

void rename(Sheet& sheet, const Fault& fault) {
  for (const std::string& name : fault.columns)
    if (const auto column = position(sheet, name)) sheet.columns[*column].name = fault.to;
}

void remove(Sheet& sheet, const Fault& fault) {
  std::erase_if(sheet.columns, [&](const Sheet::Shown& shown) {
    return std::ranges::find(fault.columns, shown.name) != fault.columns.end();
  });
}

void spoil_cells(Sheet& sheet, const catalog::TableSpec& table, const Strike& strike) {
  const Fault& fault = *strike.fault;
  const auto constant = [](const std::string& text) {
    return [text](auto, auto) -> std::optional<std::string> { return text; };
  };
  switch (fault.kind) {
    case FaultKind::UnitFlip:
      return scale(sheet, strike, fault.factor, sheet.rows.size());
    case FaultKind::DecimalShift:
      return scale(sheet, strike, std::pow(10.0, static_cast<double>(fault.places)), 1);
    case FaultKind::RevisedRow:
      return scale(sheet, strike, fault.factor, 1);
    case FaultKind::Nan:
      return rewrite(sheet, strike, fault.columns, 1, constant("NaN"));
    case FaultKind::HugeNumber:
      return rewrite(sheet, strike, fault.columns, 1, constant("1e400"));
    case FaultKind::NullKey:
      return rewrite(sheet, strike, table.key, 1, constant("null"));
    case FaultKind::BadCode:
      return rewrite(sheet, strike, {table.code}, 1, constant("\"60000O.SHH\""));
    case FaultKind::WrongDate:
      return shift_date(sheet, strike, table.time);
    case FaultKind::ImpossibleOhlc:
      return invert_ohlc(sheet, strike);
    case FaultKind::RetypedColumn:
      return retype(sheet, strike);
    default:
      return;
  }
}

void spoil_shape(Sheet& sheet, const Strike& strike) {
  const Fault& fault = *strike.fault;
  switch (fault.kind) {
    case FaultKind::RenamedColumn:
      return rename(sheet, fault);
    case FaultKind::NewColumn:
      sheet.columns.push_back({fault.name, frame::Batch::npos});
      return;
    case FaultKind::DuplicateRow:
      for (const std::uint32_t row : hit_rows(strike, sheet, 1))
        sheet.rows.push_back(sheet.rows[row]);
      return;
    case FaultKind::WrongWidthRow:
      for (const std::uint32_t row : hit_rows(strike, sheet, 1)) sheet.short_rows.insert(row);
      return;
    default:
      return;
  }
}

/// The body as a Chinese server of the old days would send it, under the same Content-Type.
std::string as_gb18030(const std::string& utf8) {
  const iconv_t converter = iconv_open("GB18030", "UTF-8");
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return utf8;
  std::string converted(utf8.size() * 2 + 16, '\0');
  char* in = const_cast<char*>(utf8.data());
  char* out = converted.data();
  std::size_t in_left = utf8.size(), out_left = converted.size();
  iconv(converter, &in, &in_left, &out, &out_left);
  iconv_close(converter);
  converted.resize(converted.size() - out_left);
  return converted;
}

/// A gzip stream of `megabytes` blanks, about a thousandth of that in size.
std::string gzip_of_blanks(std::int64_t megabytes) {
  const std::string blanks(std::size_t{1} << 20, ' ');
  constexpr int kGzipWindow = 15 + 16;
  z_stream stream{};
  std::string out;
  if (deflateInit2(&stream, 1, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return out;
  std::string room(1 << 16, '\0');
  for (std::int64_t i = 0; i < megabytes; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(blanks.data()));
    stream.avail_in = static_cast<uInt>(blanks.size());
    do {
      stream.next_out = reinterpret_cast<Bytef*>(room.data());
      stream.avail_out = static_cast<uInt>(room.size());
      deflate(&stream, i + 1 == megabytes ? Z_FINISH : Z_NO_FLUSH);
      out.append(room, 0, room.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

net::Response html(std::int64_t status) {
  return net::reply(static_cast<int>(status), "text/html; charset=utf-8",
                    fmt::format("<html><head><title>{0}</title></head><body>{0}</body></html>",
                                status == 200 ? "系统维护中" : "Internal Server Error"));
}

/// The type keeps the server from compressing once more.
net::Response bomb(std::int64_t megabytes) {
  net::Response answer = net::reply(200, "application/octet-stream", gzip_of_blanks(megabytes));
  answer.headers.add("Content-Encoding", "gzip");
  return answer;
}

void cut(std::string& body, double part) {
  body.resize(static_cast<std::size_t>(static_cast<double>(body.size()) * part));
}

void spoil(net::Misbehaviour& connection, const Fault& fault) {
  const auto after = static_cast<std::uint64_t>(fault.after);
  switch (fault.kind) {
    case FaultKind::Delay:
      connection.delay = std::chrono::milliseconds(fault.milliseconds);
      return;
    case FaultKind::Slow:
      connection.bytes_per_second = static_cast<std::uint64_t>(fault.bytes_per_second);
      return;
    case FaultKind::Stall:
      connection.stall_after = after;
      return;
    case FaultKind::Drop:
      if (after == 0)
        connection.drop = true;
      else
        connection.close_after = after;
      return;
    default:
      return;
  }
}

}  // namespace

std::optional<protocol::Verdict> refuse(const std::vector<Strike>& strikes,
                                        const catalog::SourceSpec& source,
                                        protocol::RateWording wording) {
  for (const Strike& strike : strikes) switch (strike.fault->kind) {
      case FaultKind::QuotaExhausted:
        return protocol::rate_exceeded(wording, source.api, source.calls_per_day.value_or(8000),
                                       protocol::Span::Day);
      case FaultKind::TokenRevoked:
        return protocol::wrong_token();
      case FaultKind::RefusedWithText:
        return protocol::Verdict{static_cast<int>(strike.fault->code), strike.fault->message.empty()
                                                                           ? "系统繁忙，请稍后再试"
                                                                           : strike.fault->message};
      default:
        break;
    }
  return std::nullopt;
}

void thin(std::vector<std::uint32_t>& rows, const std::vector<Strike>& strikes) {
  const auto keep = [&rows](const Strike& strike, std::size_t count) {
    std::vector<std::uint32_t> kept;
    for (const std::uint32_t position : choose(strike, rows.size(), count))
      kept.push_back(rows[position]);
    rows = std::move(kept);
  };
  for (const Strike& strike : strikes) {
    const Fault& fault = *strike.fault;
    if (fault.kind == FaultKind::Empty) rows.clear();
    if (fault.kind == FaultKind::HalfDay)
      keep(strike, static_cast<std::size_t>(static_cast<double>(rows.size()) * fault.part));
    if (fault.kind == FaultKind::ShrinkingDay) {
      const auto gone = static_cast<std::size_t>(fault.rows.value_or(1) * strike.call);
      keep(strike, rows.size() - std::min(rows.size(), gone));
    }
  }
}

const Fault* find(const std::vector<Strike>& strikes, FaultKind kind) {
  for (const Strike& strike : strikes)
    if (strike.fault->kind == kind) return strike.fault;
  return nullptr;
}

void spoil(Sheet& sheet, const catalog::TableSpec& table, const std::vector<Strike>& strikes) {
  // Cells are addressed by position, so columns leave before and rows come after; names change last
  // because cells are found by them.
  for (const Strike& strike : strikes)
    if (strike.fault->kind == FaultKind::MissingColumn) remove(sheet, *strike.fault);
  for (const Strike& strike : strikes) spoil_cells(sheet, table, strike);
  for (const Strike& strike : strikes) spoil_shape(sheet, strike);
}

void spoil(net::Response& answer, const std::vector<Strike>& strikes) {
  for (const Strike& strike : strikes) {
    const Fault& fault = *strike.fault;
    std::string& body = std::get<std::string>(answer.body);
    switch (fault.kind) {
      case FaultKind::Http500:
        answer = html(fault.status);
        break;
      case FaultKind::Html200:
        answer = html(200);
        break;
      case FaultKind::TruncatedJson:
        cut(body, fault.part);
        break;
      case FaultKind::WrongCharset:
        body = as_gb18030(body);
        break;
      case FaultKind::GzipBomb:
        answer = bomb(fault.megabytes);
        break;
      default:
        spoil(answer.misbehaviour, fault);
    }
  }
}

}  // namespace kanpan::source::sim
