// The invented exchange behind the source's protocol, each answer made once and then held: whoever
// asks the same again is answered from memory, so that the source holds nobody up.
//
// recorded_pages CATALOG CLOCK CODES prints its address and serves until its standard input ends.
// GET /calls gives what was asked since it was last called, in order, as JSON lines.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/clock.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/net/http_server.hpp"
#include "kanpan/source/protocol/request.hpp"
#include "kanpan/source/sim/protocol.hpp"
#include "kanpan/source/sim/world/world.hpp"

namespace {

using kanpan::net::Request;
using kanpan::net::Response;

/// One call as the SDK would make it; equal texts get equal answers.
std::string text_of(const kanpan::source::protocol::Request& request) {
  return boost::json::serialize(
      boost::json::object{{"api", request.api},
                          {"params", boost::json::value_from(request.parameters)},
                          {"fields", fmt::format("{}", fmt::join(request.fields, ","))}});
}

/// Thread-safe.
class Recorder {
 public:
  explicit Recorder(kanpan::source::sim::Protocol& protocol) : protocol_(protocol) {}

  Response answer(const Request& request) {
    if (request.path == "/calls") return calls();
    const std::string_view api = std::string_view(request.path).substr(request.path.rfind('/') + 1);
    const auto asked = kanpan::source::protocol::read_request(api, request.body);
    if (!asked) return kanpan::net::reply(400, "text/plain", std::string("no request\n"));
    const std::string text = text_of(*asked);
    {
      const std::lock_guard lock(mutex_);
      calls_ += text + '\n';
      if (const auto found = pages_.find(text); found != pages_.end())
        return kanpan::net::reply(200, "application/json", found->second);
    }
    Response made = protocol_.answer(api, request.body, "POST");
    auto page = std::make_shared<const std::string>(std::get<std::string>(std::move(made.body)));
    const std::lock_guard lock(mutex_);
    return kanpan::net::reply(200, "application/json", pages_.emplace(text, page).first->second);
  }

 private:
  Response calls() {
    const std::lock_guard lock(mutex_);
    return kanpan::net::reply(200, "application/x-ndjson", std::exchange(calls_, {}));
  }

  kanpan::source::sim::Protocol& protocol_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const std::string>> pages_;
  std::string calls_;
};

kanpan::Result<void> serve(const char* tables, const char* time, int codes) {
  KANPAN_LET(const auto catalog, kanpan::catalog::Catalog::load(tables));
  KANPAN_LET(const auto clock, kanpan::make_clock(time));
  kanpan::source::sim::world::WorldOptions options;
  options.codes = codes;
  const kanpan::source::sim::world::World world(options);
  kanpan::source::sim::Protocol protocol(catalog, world, *clock, {});
  Recorder recorder(protocol);
  const kanpan::net::Action action{
      .handler = [&recorder](const Request& request) { return recorder.answer(request); }};
  KANPAN_LET(const auto server,
             kanpan::net::HttpServer::start({}, *clock, [&](auto&) { return action; }));
  std::cout << "http://" << server->addresses().front() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "recorded_pages CATALOG CLOCK CODES\n";
    return 2;
  }
  const auto served = serve(argv[1], argv[2], std::atoi(argv[3]));
  if (!served) std::cerr << served.error().text() << '\n';
  return served ? 0 : 1;
}
