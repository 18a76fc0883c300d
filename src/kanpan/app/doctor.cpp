#include "kanpan/app/doctor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>

#include <arpa/inet.h>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "kanpan/catalog/roles.hpp"
#include "kanpan/journal/put_back.hpp"
#include "kanpan/net/http_client.hpp"

namespace kanpan::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeastSpace = std::uint64_t{100} << 20;
constexpr std::uint64_t kGoodSpace = std::uint64_t{2} << 30;
constexpr rlim_t kGoodFiles = 1024;
/// A journal up to this size is verified whole, in a second or so.
constexpr std::uint64_t kSmallJournal = std::uint64_t{128} << 20;
/// Of a larger one, commits at the end whose rows are looked at: what a crash could harm.
constexpr std::size_t kTail = 100;

std::uint64_t mebibytes(std::uint64_t bytes) { return bytes >> 20; }

Finding fault(std::string check, const Error& error, const std::string& fix = "") {
  return {std::move(check), Health::Fault, error.message, fix.empty() ? error.hint : fix};
}

Finding directory(const fs::path& data) {
  std::error_code error;
  if (!fs::exists(data, error)) {
    fs::path above = fs::absolute(data).parent_path();
    while (!fs::exists(above, error) && above.has_relative_path()) above = above.parent_path();
    if (access(above.c_str(), W_OK) != 0)
      return {"directory", Health::Fault,
              fmt::format("'{}' cannot be made in '{}'", data.string(), above.string()),
              "choose another with --data or KANPAN_DATA"};
    return {"directory", Health::Ok,
            fmt::format("'{}' will be made at the first use", data.string()), ""};
  }
  if (!fs::is_directory(data, error) || access(data.c_str(), W_OK | X_OK) != 0)
    return {
        "directory", Health::Fault, fmt::format("'{}' cannot be written", data.string()),
        fmt::format("run: chown -R $(id -un) '{}', or choose another with --data", data.string())};
  return {"directory", Health::Ok, fmt::format("'{}' can be written", data.string()), ""};
}

Finding disk_space(const fs::path& data) {
  fs::path where = fs::absolute(data);
  std::error_code error;
  while (!fs::exists(where, error) && where.has_relative_path()) where = where.parent_path();
  const auto free = fs::space(where, error).available;
  if (error) return {"disk", Health::Warning, error.message(), "check the file system"};
  const auto about = fmt::format("{} MiB free at '{}'", mebibytes(free), where.string());
  if (free < kGoodSpace)
    return {"disk", free < kLeastSpace ? Health::Fault : Health::Warning, about,
            "free some space, or move the data directory: 2 GiB hold some years of every table"};
  return {"disk", Health::Ok, about, ""};
}

Finding examined_journal(const journal::Journal& journal, const std::stop_token& stop) {
  using journal::Extent;
  const std::string fix =
      fmt::format("see how far the damage goes with: kanpan journal verify; {}", journal::kPutBack);
  const auto last = journal.last();
  const bool is_small = journal.size() <= kSmallJournal;
  const auto verified =
      journal.verify({}, is_small ? Extent::Everything : Extent::WithoutRows, stop);
  if (!verified && verified.error().code == Errc::Cancelled)
    return {"journal", Health::Warning, verified.error().message, "run doctor again"};
  if (!verified) return fault("journal", verified.error(), fix);
  if (is_small) return {"journal", Health::Ok, fmt::format("{} commits; all are whole", last), ""};
  const auto tail = journal.read(std::max(last, kTail) - kTail, kTail);
  if (!tail) return fault("journal", tail.error(), fix);
  return {
      "journal", Health::Ok,
      fmt::format("{} commits; their headers and chain and the ledger are whole, and so are the "
                  "rows of the last {}; those of all: kanpan journal verify",
                  last, tail->size()),
      ""};
}

Finding store_position(journal::Sequence applied, journal::Sequence last) {
  if (applied < last)
    return {"store", Health::Warning, fmt::format("{} commits behind the journal", last - applied),
            "nothing to do: they are replayed at the next start"};
  return {"store", Health::Ok, fmt::format("up to commit {}", applied), ""};
}

/// Moves an unusable store out of the way.
Finding set_aside(const fs::path& store, Finding found) {
  const auto kept = store::duckdb::set_aside(store, stamp());
  if (!kept) return fault("store", kept.error());
  return {"store", Health::Warning,
          fmt::format("{}; it was set aside as '{}'", found.about, kept->front().string()),
          "the next start makes a new one from the journal"};
}

Finding stored(const fs::path& store, const journal::Journal& journal, bool fix) {
  const auto last = journal.last();
  std::error_code ignored;
  if (!fs::exists(store, ignored))
    return {"store", last > 0 ? Health::Warning : Health::Ok, "there is none yet",
            last > 0 ? "nothing to do: it is made from the journal at the next start" : ""};
  Finding found;
  {
    // Without tables nothing in it is made or changed.
    const std::vector<const catalog::TableSpec*> none;
    store::duckdb::Options options;
    options.origin = origin_of(journal);
    const auto opened = store::duckdb::DuckdbStore::open(store, none, options);
    if (opened)
      found = store_position((*opened)->applied(), last);
    else
      found = fault("store", opened.error(),
                    opened.error().code == Errc::Corrupt ? "run: kanpan doctor --fix" : "");
    if (!opened && opened.error().code != Errc::Corrupt) return found;
  }
  return fix && found.health == Health::Fault ? set_aside(store, std::move(found)) : found;
}

/// Of a directory that no server owns.
void files(const Session& session, bool fix, std::vector<Finding>& into) {
  std::error_code ignored;
  if (const auto lost = lost_journal(session.data)) {
    into.push_back(fault("journal", *lost));
    return;
  }
  if (!fs::exists(session.data / kJournalName, ignored)) {
    into.push_back({"journal", Health::Ok, "there is none yet", ""});
    return;
  }
  const auto lock = DirectoryLock::acquire(session.data);
  if (!lock) {
    into.push_back(fault("journal", lock.error()));
    return;
  }
  const auto clock = make_clock(session.settings.text("clock"));
  if (!clock) {
    into.push_back(fault("clock", clock.error()));
    return;
  }
  const auto journal =
      journal::sqlite::SqliteJournal::open(session.data / kJournalName, **clock, "doctor");
  if (!journal) {
    into.push_back(fault("journal", journal.error()));
    return;
  }
  into.push_back(examined_journal(**journal, session.terminal.stop));
  into.push_back(stored(session.data / kStoreName, **journal, fix));
}

Finding tables(const Session& session, std::optional<catalog::Catalog>& loaded) {
  const auto where = shipped(session.settings, "catalog.directory", "catalog/tables");
  if (!where) return fault("catalog", where.error());
  auto catalog = catalog::Catalog::load(*where);
  if (!catalog) return fault("catalog", catalog.error());
  loaded = std::move(*catalog);
  return {"catalog", Health::Ok,
          fmt::format("{} tables in '{}'", loaded->names().size(), where->string()), ""};
}

/// One cheap call: a single day of the calendar.
Finding source_answers(const Session& session, const catalog::Catalog& catalog) {
  const auto& settings = session.settings;
  if (settings.text("source.kind") == "tushare" && settings.text("source.token").empty())
    return {"source", Health::Fault, "no token is set",
            "export KANPAN_SOURCE_TOKEN=… (or KANPAN_SOURCE_TOKEN_FILE), or try: kanpan demo"};
  const auto table = catalog.find(catalog::role::kCalendar);
  if (!table) return fault("source", table.error());
  const auto wall = make_clock("system");
  const auto source = source_of(settings, **wall, nullptr);
  if (!source) return fault("source", source.error());
  const auto page = (*source)->fetch(
      **table,
      {(*table)->source.api,
       {{"exchange", "SSE"}, {"start_date", "20240102"}, {"end_date", "20240102"}}},
      session.terminal.stop);
  if (!page)
    return fault("source", page.error(),
                 page.error().hint.empty()
                     ? fmt::format("check source.url ({})", settings.shown("source.url"))
                     : "");
  return {"source", Health::Ok,
          fmt::format("{} answers in {} ms and takes the token", settings.shown("source.url"),
                      page->milliseconds),
          ""};
}

/// "another kanpan, version 0.1.0 with simulated rows" when one answers there, else `reason`.
std::string who_listens(const Session& session, const std::string& listen, std::string reason) {
  net::HttpClientLimits limits;
  limits.whole = std::chrono::seconds{2};
  const auto answer =
      net::HttpClient(limits).get("http://" + listen + "/v1/meta", {}, session.terminal.stop);
  if (!answer || answer->status != 200) return reason;
  boost::json::error_code error;
  const auto meta = boost::json::parse(answer->body, error);
  if (error) return reason;
  const auto* version = meta.find_pointer("/data/version", error);
  const auto* simulated = version ? meta.find_pointer("/data/simulated", error) : nullptr;
  if (!simulated || !version->is_string() || !simulated->is_bool()) return reason;
  return fmt::format("taken by another kanpan, version {} with {} rows",
                     std::string(version->as_string()),
                     simulated->as_bool() ? "simulated (模拟数据)" : "real");
}

Finding port(const Session& session) {
  const std::string& listen = session.settings.text("http.listen");
  if (session.instance) return {"port", Health::Ok, listen + " is this server's", ""};
  const auto colon = listen.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  int number = -1;
  if (colon != std::string::npos)
    std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), number);
  if (number < 0 || number > 65535 ||
      inet_pton(AF_INET, listen.substr(0, colon).c_str(), &address.sin_addr) != 1)
    return {"port", Health::Warning, fmt::format("'{}' was not tried", listen),
            "only addresses such as 127.0.0.1:8600 are"};
  address.sin_port = htons(static_cast<std::uint16_t>(number));
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool free = ::bind(file, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const std::string reason = std::strerror(errno);
  close(file);
  if (free) return {"port", Health::Ok, listen + " is free", ""};
  return {"port", Health::Fault,
          fmt::format("{}: {}", listen, who_listens(session, listen, reason)),
          "choose another: kanpan serve --listen 127.0.0.1:8700, or set http.listen"};
}

Finding page(const Session& session) {
  const auto where = shipped(session.settings, "web.directory", "web/dist");
  if (!where) return {"page", Health::Warning, where.error().message, "run: make build"};
  std::error_code unreadable;  // as good as not there
  if (!fs::exists(*where / "index.html", unreadable))
    return {"page", Health::Warning, fmt::format("no index.html in '{}'", where->string()),
            "run: make build, or set web.directory"};
  return {"page", Health::Ok, where->string(), ""};
}

Finding open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto about = fmt::format("{} at the most", limit.rlim_cur);
  if (limit.rlim_cur < kGoodFiles)
    return {"open files", Health::Warning, about, fmt::format("run: ulimit -n {}", kGoodFiles)};
  return {"open files", Health::Ok, about, ""};
}

std::uint64_t machine_memory() {
  struct sysinfo info {};
  std::uint64_t bytes = sysinfo(&info) == 0 ? info.totalram * info.mem_unit : UINT64_MAX;
  std::ifstream cgroup("/sys/fs/cgroup/memory.max");
  std::uint64_t limit = 0;
  if (cgroup >> limit) bytes = std::min(bytes, limit);  // "max" is no number
  return bytes;
}

Finding memory(const Session& session) {
  const auto wanted = session.settings.bytes("memory.limit");
  const auto there = machine_memory();
  const auto about =
      fmt::format("memory.limit {} MiB of {} MiB", mebibytes(wanted), mebibytes(there));
  if (wanted > there / 10 * 9)
    return {"memory", Health::Warning, about,
            fmt::format("set memory.limit to {}MiB", mebibytes(there / 2))};
  return {"memory", Health::Ok, about, ""};
}

}  // namespace

std::string_view name(Health health) {
  switch (health) {
    case Health::Ok:
      return "ok";
    case Health::Warning:
      return "warning";
    case Health::Fault:
      return "fault";
  }
  return "fault";
}

std::vector<Finding> examine(const Session& session, bool fix) {
  std::vector<Finding> findings{directory(session.data), disk_space(session.data)};
  if (session.instance) {
    findings.push_back(examined_journal(session.instance->journal(), session.terminal.stop));
    findings.push_back(
        store_position(session.instance->store().applied(), session.instance->journal().last()));
  } else if (findings.front().health == Health::Ok) {
    files(session, fix, findings);
  }
  std::optional<catalog::Catalog> catalog;
  findings.push_back(tables(session, catalog));
  if (catalog) findings.push_back(source_answers(session, *catalog));
  findings.push_back(port(session));
  findings.push_back(page(session));
  findings.push_back(open_files());
  findings.push_back(memory(session));
  return findings;
}

}  // namespace kanpan::app
