// Security codes: 600000.SH and the other ways people write them.
#pragma once

#include <string>
#include <string_view>

#include "kanpan/base/error.hpp"

namespace kanpan::market {

/// True for a code in the source's own form: 1–12 letters or digits, a dot, 2–4 capital letters
/// (600000.SH, 000001.SZ, 920819.BJ, 885800.TI, 000111.KP, 399300.SZ).
bool is_code(std::string_view text);

/// True for the code of a share, fund or bond of SH, SZ or BJ: six digits, a dot, the exchange;
/// where the first digits say which one (600000, 000001, 920819), that one.
/// Also for what Tushare calls shares without such a number: one that applied for a listing
/// (A18028.SH), and the one delisted in 2006 whose number another has now (T00018.SH, TS0018.SH,
/// T600018.SH).
bool is_share_code(std::string_view text);

/// The exchange's part of a code ("SH"), "" when there is none.
std::string_view suffix(std::string_view code);

/// Reads what people write: 600000.SH, 600000.sh, sh600000, SH.600000, 600000.XSHG, 600000.SS,
/// 1.600000, 0.000001, and a bare 6-digit share code, whose exchange follows from its first digits
/// (60, 68, 90 → SH; 00, 20, 30 → SZ; 43, 83, 87, 92 → BJ; a bare code is never taken for an
/// index).
Result<std::string> parse_code(std::string_view text);

}  // namespace kanpan::market
