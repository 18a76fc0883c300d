// The commands by noun. Each function adds its noun to the command line; choosing it sets `chosen`.
#pragma once

#include "kanpan/app/cli.hpp"

namespace CLI {
class App;
}

namespace kanpan::app {

void add_collect(CLI::App& root, Parsed& parsed);     // plan, collect, run, repair
void add_read(CLI::App& root, Parsed& parsed);        // get, bars
void add_tables(CLI::App& root, Parsed& parsed);      // table, coverage
void add_truth(CLI::App& root, Parsed& parsed);       // journal, store
void add_serve(CLI::App& root, Parsed& parsed);       // serve, demo, sim
void add_import(CLI::App& root, Parsed& parsed);      // import
void add_quarantine(CLI::App& root, Parsed& parsed);  // quarantine
void add_health(CLI::App& root, Parsed& parsed);      // status, config, version
void add_doctor(CLI::App& root, Parsed& parsed);      // doctor
void add_completion(CLI::App& root, Parsed& parsed);  // completion

}  // namespace kanpan::app
