// The tables of journal.db, and the opening of it.
#pragma once

#include <filesystem>
#include <memory>

#include "kanpan/journal/sqlite/connection.hpp"

namespace kanpan::journal::sqlite {

/// Grows with every change of the tables; a file with a smaller one is brought up to it when it is
/// opened, one with a greater one is refused.
inline constexpr int kFormat = 2;

/// Pages of log after which a commit also moves them into the file: 32 MiB. Four times as much is a
/// third faster and makes that one commit wait for as much longer.
inline constexpr int kCheckpointPages = 4096;

/// The writing connection of the journal in `path`, which is made when nothing is there. WAL,
/// synchronous = FULL. Errors: Corrupt for a file that is damaged, empty or something else, or a
/// log without its file; Config for a newer format; Io, NoSpace.
Result<std::unique_ptr<Connection>> open_writer(const std::filesystem::path& path);

/// A connection that only reads the journal in `path`, of whatever format this program knows, while
/// no other connection is open. Nothing is written. Errors as above, and NotFound.
Result<std::unique_ptr<Connection>> open_frozen(const std::filesystem::path& path);

}  // namespace kanpan::journal::sqlite
