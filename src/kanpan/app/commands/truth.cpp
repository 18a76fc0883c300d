#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "kanpan/app/commands/commands.hpp"
#include "kanpan/app/grid.hpp"
#include "kanpan/app/options.hpp"
#include "kanpan/app/remote.hpp"
#include "kanpan/app/verify.hpp"

namespace kanpan::app {
namespace {

boost::json::object commit_json(const journal::Commit& c) {
  boost::json::object object{{"seq", c.seq},
                             {"time", rfc3339(c.time)},
                             {"table", c.table},
                             {"mode", journal::name(c.mode)},
                             {"rows", c.rows},
                             {"run", c.run},
                             {"unit", c.unit},
                             {"source", c.source},
                             {"simulated", c.simulated},
                             {"node", c.node},
                             {"content", hex(c.content)},
                             {"chain", hex(c.chain)}};
  if (c.touched) object["from"] = c.touched->first.iso(), object["to"] = c.touched->last.iso();
  return object;
}

/// A table that the catalog lost still has its commits.
Result<void> check_table(Instance& instance, const std::string& table) {
  if (table.empty()) return {};
  const auto known = instance.catalog().find(table);
  if (known) return {};
  KANPAN_LET(const auto commits, instance.journal().headers(0, 1, table));
  return commits.empty() ? Result<void>(known.error()) : Result<void>{};
}

Result<int> list_commits(Session& session, const std::string& table,
                         std::optional<std::uint64_t> after, std::size_t limit) {
  auto& journal = session.instance->journal();
  KANPAN_TRY(check_table(*session.instance, table));
  KANPAN_LET(const auto commits,
             after ? journal.headers(*after, limit, table) : journal.newest(limit, table));
  Grid grid({"seq", "time", "table", "mode", "rows", "from", "to", "run", "source"});
  boost::json::array list;
  for (const auto& c : commits) {
    grid.add({std::to_string(c.seq), rfc3339(c.time), c.table, std::string(journal::name(c.mode)),
              std::to_string(c.rows), c.touched ? c.touched->first.iso() : "",
              c.touched ? c.touched->last.iso() : "", c.run, c.source});
    list.push_back(commit_json(c));
  }
  session.out(session.json ? boost::json::serialize(list) + "\n" : grid.text());
  return 0;
}

Result<int> show_commit(Session& session, std::uint64_t seq) {
  if (seq == 0) return Error{Errc::Usage, "there is no commit 0", "commits are counted from 1"};
  KANPAN_LET(const auto records, session.instance->journal().read(seq - 1, 1));
  if (records.empty() || records.front().header.seq != seq)
    return Error{Errc::NotFound, fmt::format("there is no commit {}", seq),
                 fmt::format("the newest is {}", session.instance->journal().last())};
  const auto object = commit_json(records.front().header);
  if (session.json) {
    session.line(boost::json::serialize(object));
    return 0;
  }
  for (const auto& [key, value] : object)
    session.line(fmt::format("{}: {}", std::string(key), boost::json::serialize(value)));
  session.out(grid_of(records.front().rows));
  return 0;
}

/// The records of a directory that nobody owns are checked without a byte written.
Result<std::uint64_t> checked_records(const Session& session) {
  std::size_t told = 0;
  const auto progress = [&](journal::Sequence seq) {
    if (session.terminal.interactive && seq / 1000 != told)
      told = seq / 1000, session.terminal.err(fmt::format("\rcommit {}", seq));
  };
  if (session.instance)
    return session.instance->journal().verify(progress, journal::Extent::Everything,
                                              session.terminal.stop);
  KANPAN_TRY(require_data(session.data));
  const auto file = session.data / kJournalName;
  KANPAN_LET(const auto lock, DirectoryLock::look(session.data));
  return journal::sqlite::SqliteJournal::verify_file(file, progress, session.terminal.stop);
}

Result<int> verify_journal(Session& session) {
  if (const Remote server(session.data); !session.instance && server.is_there()) {
    std::vector<std::string> words{"journal", "verify"};
    if (session.json) words.emplace_back("--json");
    return server.run(words, session.settings, session.terminal);
  }
  const auto checked = checked_records(session);
  if (!checked) return checked.error();
  session.json
      ? session.line(fmt::format("{{\"ok\":true,\"records\":{}}}", *checked))
      : session.line(fmt::format("{} records: CRC, content and chain are right", *checked));
  return 0;
}

/// What lies in a data directory, in bytes that do not overlap.
struct Bytes {
  std::uint64_t journal = 0;  ///< commits, days, quarantine
  std::uint64_t runs = 0;     ///< the run ledger, which is in the journal's file
  std::uint64_t store = 0;    ///< rows as they are
  std::uint64_t history = 0;  ///< superseded rows: an estimate, for they are in the store's file
};

Result<Bytes> bytes_of(Instance& instance, std::uint64_t history) {
  Bytes bytes;
  KANPAN_LET(bytes.runs, instance.ledger().bytes_of_runs());
  bytes.journal = instance.journal().size() - std::min(bytes.runs, instance.journal().size());
  bytes.history = history;
  bytes.store = instance.store().bytes() - std::min(history, instance.store().bytes());
  return bytes;
}

Result<int> store_status(Session& session) {
  Instance& instance = *session.instance;
  KANPAN_LET(const auto sizes, instance.store().sizes());
  store::Size all;
  Grid grid({"table", "rows", "history rows", "bytes (estimate)"});
  boost::json::array tables;
  for (const auto& [table, size] : sizes) {
    all.rows += size.rows, all.history_rows += size.history_rows;
    all.history_bytes += size.history_bytes;
    if (size.rows + size.history_rows == 0) continue;
    grid.add({table, std::to_string(size.rows), std::to_string(size.history_rows),
              std::to_string(size.bytes)});
    tables.push_back({{"table", table},
                      {"rows", size.rows},
                      {"history_rows", size.history_rows},
                      {"bytes", size.bytes},
                      {"history_bytes", size.history_bytes}});
  }
  KANPAN_LET(const Bytes bytes, bytes_of(instance, all.history_bytes));
  const auto applied = instance.store().applied(), last = instance.journal().last();
  if (session.json) {
    session.line(boost::json::serialize(boost::json::object{{"journal_bytes", bytes.journal},
                                                            {"store_bytes", bytes.store},
                                                            {"runs_bytes", bytes.runs},
                                                            {"history_bytes", bytes.history},
                                                            {"rows", all.rows},
                                                            {"history_rows", all.history_rows},
                                                            {"applied", applied},
                                                            {"last", last},
                                                            {"tables", std::move(tables)}}));
    return 0;
  }
  session.out(grid.text());
  session.line(fmt::format("journal  {} bytes, {} commits", bytes.journal, last));
  session.line(fmt::format("runs     {} bytes", bytes.runs));
  session.line(fmt::format("store    {} bytes, applied up to commit {}", bytes.store, applied));
  session.line(fmt::format("history  {} bytes (estimate)", bytes.history));
  session.line(fmt::format("rows     {} current, {} in history", all.rows, all.history_rows));
  return 0;
}

Result<int> rebuild_store(Session& session) {
  KANPAN_TRY(session.instance->check_room_for_rebuild());
  KANPAN_LET(const auto replayed,
             session.instance->rebuild_store(
                 "asked for", [&](const std::string& message) { session.note(message); },
                 session.terminal.stop));
  session.note(fmt::format("{} commits replayed", replayed));
  return 0;
}

Result<int> ask_for_rebuild(Session& session, const Remote& server) {
  session.note("the server makes its store anew; it does not answer meanwhile");
  KANPAN_LET(const auto replayed, server.rebuild_store(session.terminal.stop));
  session.note(fmt::format("{} commits replayed", replayed));
  return 0;
}

}  // namespace

void add_truth(CLI::App& root, Parsed& parsed) {
  auto* journal = root.add_subcommand("journal", "the truth: every commit, in order");
  journal->require_subcommand(1);
  auto table = std::make_shared<std::string>();
  auto after = std::make_shared<std::optional<std::uint64_t>>();
  auto limit = std::make_shared<std::size_t>(50);
  auto* list = journal->add_subcommand("list", "commits, the newest 50 unless told otherwise");
  list->add_option("--table", *table, "only of this table");
  list->add_option("--after", *after, "the first after this commit instead")->check(whole_number());
  list->add_option("--limit", *limit, "how many (50)")->check(whole_number());
  list->callback([&parsed, table, after, limit] {
    parsed.chosen.action = [=](Session& s) { return list_commits(s, *table, *after, *limit); };
  });
  auto seq = std::make_shared<std::uint64_t>(0);
  auto* show = journal->add_subcommand("show", "one commit with its rows");
  show->add_option("SEQ", *seq, "number of the commit")->required()->check(whole_number());
  show->callback([&parsed, seq] {
    parsed.chosen.action = [seq](Session& s) { return show_commit(s, *seq); };
  });
  journal->add_subcommand("verify", "check CRC, content hash and chain of every record")
      ->callback([&parsed] {
        parsed.chosen.needs_instance = false;
        parsed.chosen.action = verify_journal;
      });

  auto* store = root.add_subcommand("store", "what is derived from the journal");
  store->require_subcommand(1);
  store->add_subcommand("status", "bytes and rows")->callback([&parsed] {
    parsed.chosen.action = store_status;
  });
  store
      ->add_subcommand("verify",
                       "compare the store's content, in both its orders, with the journal")
      ->callback([&parsed] { parsed.chosen.action = verify_store; });
  store->add_subcommand("rebuild", "make the store anew from the journal; the old one is kept")
      ->callback([&parsed] {
        parsed.chosen.action = rebuild_store;
        parsed.chosen.exclusive = true;
        parsed.chosen.ask_server = ask_for_rebuild;
      });
}

}  // namespace kanpan::app
