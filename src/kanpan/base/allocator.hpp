#pragma once

namespace kanpan {

/// How malloc keeps what is freed, for programs that serve: to be called first in main(), before
/// there are threads.
void tune_allocator();

/// Gives what is freed back to the kernel: when a long piece of work is over. Tens of milliseconds.
void release_free_memory();

}  // namespace kanpan
