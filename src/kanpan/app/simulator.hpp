// The simulator as a server of its own or inside the demo.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "kanpan/base/clock.hpp"
#include "kanpan/catalog/catalog.hpp"
#include "kanpan/net/http_server.hpp"
#include "kanpan/source/sim/dataset.hpp"
#include "kanpan/source/sim/protocol.hpp"

namespace kanpan::app {

struct SimulatorOptions {
  std::string listen = "127.0.0.1:8601";
  std::uint64_t seed = 7;
  int codes = 300;
  std::filesystem::path csv;     ///< directory of real files instead of the invented exchange
  std::filesystem::path faults;  ///< what is to go wrong
  std::string token;
  std::optional<int> points;  ///< quotas and permissions of that many points; none unless set
};

/// Serves from start() until destroyed. Catalog and clock must outlive it.
class Simulator {
 public:
  static Result<std::unique_ptr<Simulator>> start(const SimulatorOptions& options,
                                                  const catalog::Catalog& catalog,
                                                  const Clock& clock);
  std::string address() const { return "http://" + http_->addresses().front(); }

 private:
  std::unique_ptr<source::sim::Dataset> dataset_;
  std::unique_ptr<source::sim::Protocol> protocol_;
  std::unique_ptr<net::HttpServer> http_;
};

}  // namespace kanpan::app
