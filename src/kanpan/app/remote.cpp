#include "kanpan/app/remote.hpp"

#include <charconv>
#include <functional>
#include <map>
#include <mutex>
#include <random>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "kanpan/app/cli.hpp"
#include "kanpan/app/directory_lock.hpp"
#include "kanpan/app/instance.hpp"
#include "kanpan/base/pause.hpp"
#include "kanpan/net/http_client.hpp"
#include "kanpan/net/problem.hpp"

namespace kanpan::app {
namespace {

/// A server on this machine that does not answer a short question by then has no thread for it.
constexpr std::chrono::milliseconds kLongestToTell{10'000};

std::string frame(char kind, std::string_view bytes) {
  return fmt::format("{} {}\n{}", kind, bytes.size(), bytes);
}

/// Takes frames apart as their bytes arrive.
class FrameReader {
 public:
  explicit FrameReader(Terminal& terminal) : terminal_(terminal) {}

  void feed(std::string_view bytes) {
    buffer_.append(bytes);
    while (next()) {
    }
  }
  std::optional<int> exit_code() const { return exit_code_; }
  /// Of the run that has begun: its id, a newline and how to go on with it; else "".
  const std::string& begun() const { return begun_; }
  /// What is no frame: the body of an answer that refuses the command.
  const std::string& rest() const { return buffer_; }

 private:
  bool next() {
    if (buffer_.starts_with('{')) return false;
    const auto end = buffer_.find('\n');
    if (end == std::string::npos || end < 3) return false;
    std::size_t length = 0;
    std::from_chars(buffer_.data() + 2, buffer_.data() + end, length);
    if (buffer_.size() < end + 1 + length) return false;
    const std::string_view body = std::string_view(buffer_).substr(end + 1, length);
    switch (buffer_[0]) {
      case 'o':
        terminal_.out(body);
        break;
      case 'e':
        terminal_.err(body);
        break;
      case 'r':
        begun_ = body;
        break;
      case 'x':
        exit_code_ = std::atoi(std::string(body).c_str());
        break;
      default:
        break;
    }
    buffer_.erase(0, end + 1 + length);
    return true;
  }

  Terminal& terminal_;
  std::string buffer_;
  std::optional<int> exit_code_;
  std::string begun_;
};

/// `begun` as FrameReader has it.
Error ended_early(std::string_view begun) {
  constexpr std::string_view kEnded = "the server that owns the data directory ended before";
  if (begun.empty())
    return {Errc::Io, fmt::format("{} the command did", kEnded),
            "see its log; 'kanpan run list' shows what is resumable"};
  const auto end = begun.find('\n');
  return {Errc::Partial, fmt::format("{} run {} did", kEnded, begun.substr(0, end)),
          std::string(begun.substr(end + 1))};
}

/// Of a command that the server did not begin.
Error refusal(int status, std::string_view body) {
  boost::json::error_code error;
  const auto value = boost::json::parse(body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto text = [&](std::string_view name) -> std::string {
    const auto* member = object ? object->if_contains(name) : nullptr;
    return member && member->is_string() ? std::string(member->as_string()) : "";
  };
  return Error{
      status == 503 ? Errc::Busy : Errc::Failed,
      fmt::format("the server that owns the data directory did not begin the command: {}",
                  text("detail").empty() ? fmt::format("HTTP status {}", status) : text("detail")),
      status == 503 ? "try again when others are done" : text("hint")};
}

struct Command {
  std::string id;  ///< by which it can be stopped; the request's where it names none
  std::vector<std::string> words;
  std::string directory = ".";
  bool interactive = false;
  std::map<std::string, std::string> settings;  ///< that it would have had without the server
};

Result<Command> command_in(std::string_view body) {
  boost::json::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error || !value.is_object()) return Error{Errc::Usage, "the body is no JSON object"};
  const auto& object = value.as_object();
  Command command;
  if (const auto* words = object.if_contains("words"))
    if (auto list = boost::json::try_value_to<std::vector<std::string>>(*words))
      command.words = std::move(*list);
  if (command.words.empty()) return Error{Errc::Usage, "the body holds no words"};
  if (const auto* settings = object.if_contains("settings"))
    if (auto given = boost::json::try_value_to<std::map<std::string, std::string>>(*settings))
      command.settings = std::move(*given);
  if (const auto* directory = object.if_contains("directory")) {
    if (!directory->is_string()) return Error{Errc::Usage, "directory is no text"};
    command.directory = directory->as_string();
  }
  if (const auto* interactive = object.if_contains("interactive")) {
    if (!interactive->is_bool()) return Error{Errc::Usage, "interactive is neither true nor false"};
    command.interactive = interactive->as_bool();
  }
  if (const auto* id = object.if_contains("id")) {
    if (!id->is_string()) return Error{Errc::Usage, "id is no text"};
    command.id = id->as_string();
  }
  return command;
}

/// Where the server works with other settings than the command was given; the address that it
/// serves at and what it serves there are its own matter.
void note_settings(const Command& command, const Settings& used, Terminal& terminal) {
  for (const SettingSpec& spec : setting_specs()) {
    const auto given = command.settings.find(spec.key);
    if (given == command.settings.end() || given->second == used.text(spec.key)) continue;
    if (spec.key.starts_with("http.") || spec.key.starts_with("web.")) continue;
    terminal.err(fmt::format(
        "note: {} is '{}' here, but the server that owns the data directory uses '{}'\n", spec.key,
        shown_value(spec, given->second), used.shown(spec.key)));
  }
}

std::string new_id() {
  return fmt::format("{}-{:08x}", getpid(), std::random_device{}());  // allowed: a name, never data
}

}  // namespace

std::filesystem::path socket_path(const std::filesystem::path& data) {
  return data / "kanpan.sock";
}

bool Remote::is_there() const {
  std::error_code error;  // what cannot be looked at cannot be asked either
  if (!std::filesystem::exists(socket_, error)) return false;
  net::HttpClient client;
  return client.over_socket(socket_.string()).get("http://kanpan/livez", {}, {}).has_value();
}

Result<int> Remote::run(const std::vector<std::string>& words, const Settings& settings,
                        Terminal& terminal) const {
  boost::json::object object;
  object["words"] = boost::json::value_from(words);
  object["settings"] = boost::json::value_from(settings.shown());
  object["directory"] = terminal.directory.string();
  object["interactive"] = terminal.interactive;
  const std::string id = new_id();
  object["id"] = id;
  FrameReader frames(terminal);
  // The command ends as it would here, and says what it has done; a server that cannot be told
  // notices that nobody listens any more.
  std::stop_source gone;
  const std::stop_callback<std::function<void()>> told(terminal.stop, [&] {
    if (!stop(id)) gone.request_stop();
  });
  net::HttpClientLimits limits;
  limits.first_byte = limits.whole = limits.stall = std::chrono::hours{24 * 7};
  net::HttpClient client(limits);
  const auto reply = client.over_socket(socket_.string())
                         .stream(
                             "http://kanpan/command", boost::json::serialize(object),
                             [&](std::string_view bytes) { frames.feed(bytes); }, gone.get_token());
  if (frames.exit_code()) return *frames.exit_code();
  if (!reply && (gone.stop_requested() || !client.reached()))
    return std::move(reply).error().within("the server that owns the data directory");
  if (reply && reply->status != 200) return refusal(reply->status, frames.rest());
  return ended_early(frames.begun());
}

bool Remote::stop(const std::string& id) const {
  net::HttpClientLimits limits;
  limits.first_byte = limits.whole = kLongestToTell;
  net::HttpClient client(limits);
  const auto reply = client.over_socket(socket_.string())
                         .post("http://kanpan/command/stop",
                               boost::json::serialize(boost::json::object{{"id", id}}), {}, {});
  return reply && reply->status == 200;
}

namespace {

constexpr const char* kRebuild = "http://kanpan/store/rebuild";
constexpr std::chrono::milliseconds kBetweenLooks{100};

struct Rebuilds {
  std::uint64_t done = 0, replayed = 0;
};

Result<Rebuilds> read_rebuilds(const Result<net::HttpReply>& reply) {
  if (!reply) return reply.error();
  if (reply->status != 200) return refusal(reply->status, reply->body);
  boost::json::error_code error;
  const auto value = boost::json::parse(reply->body, error);
  const auto number = [&](const char* name) {
    const auto* found = error || !value.is_object() ? nullptr : value.as_object().if_contains(name);
    return found && found->is_number() ? found->to_number<std::uint64_t>() : 0;
  };
  return Rebuilds{number("rebuilds"), number("replayed")};
}

}  // namespace

Result<std::uint64_t> Remote::rebuild_store(std::stop_token stop) const {
  net::HttpClient client;
  client.over_socket(socket_.string());
  KANPAN_LET(const Rebuilds before, read_rebuilds(client.post(kRebuild, "", {}, stop)));
  while (pause(kBetweenLooks, stop)) {
    const auto now = read_rebuilds(client.get(kRebuild, {}, stop));
    if (now && now->done > before.done) return now->replayed;
    // Meanwhile it has no socket; it still has its directory.
    if (!now && DirectoryLock::look(socket_.parent_path()))
      return Error{Errc::Io, "the server that owns the data directory ended before it was done",
                   "see its log; the store is made anew at the next start"};
  }
  return Error{Errc::Cancelled, "the server goes on with it", "see: kanpan store status"};
}

net::Response answer_rebuild(const net::Request& request, Instance& instance) {
  const boost::json::object now{{"rebuilds", instance.rebuilds()},
                                {"replayed", instance.last_replayed()}};
  if (request.method == "POST")
    if (const auto asked = instance.ask_for_rebuild(); !asked)
      return net::to_response(net::problem_of(asked.error()), request.id);
  return net::reply(200, "application/json", boost::json::serialize(now));
}

net::Response stop_command(const net::Request& request, StopRegistry& commands) {
  boost::json::error_code error;
  const auto value = boost::json::parse(request.body, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* id = object ? object->if_contains("id") : nullptr;
  if (!id || !id->is_string() || id->as_string().empty())
    return net::to_response(net::problem_of({Errc::Usage, "the body names no id"}), request.id);
  // Ctrl-C may overtake the command that it is to stop.
  commands.cancel_on_arrival(std::string(id->as_string()));
  return net::reply(200, "application/json", std::string("{}"));
}

net::Response answer_command(const net::Request& request, Instance& instance,
                             const api::Progress& feed, StopRegistry& commands) {
  auto command = command_in(request.body);
  if (!command) return net::to_response(net::problem_of(command.error()), request.id);
  if (command->id.empty()) command->id = request.id;
  net::Response response =
      net::reply(200, "application/octet-stream",
                 net::Producer([command = std::move(*command), stop = request.stop, &instance,
                                &feed, &commands](const net::Write& write) -> Result<void> {
                   const StopRegistry::Entry running(commands, command.id, stop);
                   std::mutex mutex;  // progress comes from the threads that make it
                   const auto send = [&](char kind, std::string_view text) {
                     const std::lock_guard lock(mutex);
                     write(frame(kind, text));
                   };
                   Terminal terminal;
                   terminal.out = [&](std::string_view text) { send('o', text); };
                   terminal.err = [&](std::string_view text) { send('e', text); };
                   terminal.begun = [&](std::string_view run, std::string_view go_on) {
                     send('r', fmt::format("{}\n{}", run, go_on));
                   };
                   terminal.interactive = command.interactive;
                   terminal.directory = command.directory;
                   terminal.stop = running.stop();
                   note_settings(command, instance.settings(), terminal);
                   const int code = run_inside(command.words, terminal, instance, feed);
                   send('x', std::to_string(code));
                   return {};
                 }));
  response.lasting = true;
  return response;
}

}  // namespace kanpan::app
