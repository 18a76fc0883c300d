// The store held against the journal.
#pragma once

#include "kanpan/app/session.hpp"

namespace kanpan::app {

/// Replays the journal into a store of its own beside the real one, compares the content of every
/// table in both its orders, and removes it again. Errc::Corrupt names the tables that differ.
Result<int> verify_store(Session& session);

}  // namespace kanpan::app
