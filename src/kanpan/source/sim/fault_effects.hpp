// What each fault does to verdict, rows, page, body and connection.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/net/http_message.hpp"
#include "kanpan/source/protocol/wording.hpp"
#include "kanpan/source/sim/faults.hpp"
#include "kanpan/source/sim/sheet.hpp"

namespace kanpan::source::sim {

/// The refusal, where a fault refuses.
std::optional<protocol::Verdict> refuse(const std::vector<Strike>& strikes,
                                        const catalog::SourceSpec& source,
                                        protocol::RateWording wording);

/// Takes away rows before the page is cut from them: empty, half_day, shrinking_day.
void thin(std::vector<std::uint32_t>& rows, const std::vector<Strike>& strikes);

/// Whether some strike is of the kind.
const Fault* find(const std::vector<Strike>& strikes, FaultKind kind);

/// Columns and cells. Columns that were not asked for are not touched.
void spoil(Sheet& sheet, const catalog::TableSpec& table, const std::vector<Strike>& strikes);

/// Status, body and connection. The body must be a string.
void spoil(net::Response& answer, const std::vector<Strike>& strikes);

}  // namespace kanpan::source::sim
