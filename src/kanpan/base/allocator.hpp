#pragma once

namespace kanpan {

/// How malloc keeps what is freed, for programs that serve: to be called first in main(), before
/// there are threads.
void tune_allocator();

}  // namespace kanpan
