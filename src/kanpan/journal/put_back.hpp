// What to do about a journal that is gone or damaged, said alike wherever that is found.
#pragma once

namespace kanpan::journal {

/// The log that lies there belongs to the file that was there: SQLite would play it into the
/// backup, which then is a mixture of both.
inline constexpr const char* kPutBack =
    "put back a backup of journal.db, with its journal.db-wal where it has one, and first take "
    "away "
    "the journal.db-wal and journal.db-shm that lie there";

}  // namespace kanpan::journal
