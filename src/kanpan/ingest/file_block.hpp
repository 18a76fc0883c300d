// Blocks of a file on their way to the gate.
#pragma once

#include <cstdint>
#include <utility>

#include "kanpan/base/error.hpp"
#include "kanpan/catalog/table_spec.hpp"
#include "kanpan/frame/row_reader.hpp"
#include "kanpan/ingest/gate.hpp"
#include "kanpan/ingest/import.hpp"

namespace kanpan::ingest {

/// Errc::Usage where the file lacks a column of the table's key.
Result<void> check_columns(const catalog::TableSpec& table, const ImportFile& file);

/// Whole numbers that the source's unit cannot hold become cells that the gate holds back.
void restore_units(const catalog::TableSpec& table, frame::RowBlock& block);

/// The first and last line that the block has rows of, or lines that are none.
std::pair<std::uint64_t, std::uint64_t> lines_of(const frame::RowBlock& block);

/// A line that is no row, as quarantine keeps it.
HeldRow held_line(const frame::RowBlock::BadLine& line);

}  // namespace kanpan::ingest
