#include "kanpan/app/simulator.hpp"

#include <fmt/format.h>

#include "kanpan/source/sim/csv_dataset.hpp"
#include "kanpan/source/sim/http_front.hpp"
#include "kanpan/source/sim/world/world.hpp"

namespace kanpan::app {
namespace {

Result<std::unique_ptr<source::sim::Dataset>> dataset_of(const SimulatorOptions& options,
                                                         const catalog::Catalog& catalog) {
  if (options.csv.empty()) {
    source::sim::world::WorldOptions world;
    world.seed = options.seed;
    world.codes = options.codes;
    return std::make_unique<source::sim::world::World>(world);
  }
  KANPAN_LET(auto files, source::sim::CsvDataset::open(options.csv, catalog));
  return std::unique_ptr<source::sim::Dataset>(std::move(files));
}

}  // namespace

Result<std::unique_ptr<Simulator>> Simulator::start(const SimulatorOptions& options,
                                                    const catalog::Catalog& catalog,
                                                    const Clock& clock) {
  auto made = std::make_unique<Simulator>();
  KANPAN_LET(made->dataset_, dataset_of(options, catalog));
  source::sim::ProtocolOptions protocol;
  protocol.token = options.token;
  protocol.points = options.points;
  protocol.invented = options.csv.empty();
  if (!options.faults.empty()) {
    std::error_code error;  // what cannot be looked at cannot be read either, which says why
    if (!std::filesystem::exists(options.faults, error) && !error)
      return Error{Errc::Usage, fmt::format("there is no file '{}'", options.faults.string()),
                   "name a file of faults: docs/guide/faults.md"};
    KANPAN_LET(protocol.faults, source::sim::load_faults(options.faults, catalog));
  }
  made->protocol_ =
      std::make_unique<source::sim::Protocol>(catalog, *made->dataset_, clock, std::move(protocol));
  net::ServerOptions server;
  server.listen = {options.listen};
  KANPAN_LET(made->http_, net::HttpServer::start(std::move(server), clock,
                                                 source::sim::http_front(*made->protocol_)));
  return made;
}

}  // namespace kanpan::app
