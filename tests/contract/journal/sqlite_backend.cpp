#include "backend.hpp"
#include "kanpan/journal/sqlite/sqlite_journal.hpp"

namespace kanpan::journal {

std::vector<Backend> backends() {
  return {{"sqlite", [](const std::filesystem::path& directory, const Clock& clock) {
             std::shared_ptr journal =
                 must(sqlite::SqliteJournal::open(directory / "journal.db", clock, "node-a"));
             return Opened{journal, journal.get(), journal.get()};
           }}};
}

}  // namespace kanpan::journal
