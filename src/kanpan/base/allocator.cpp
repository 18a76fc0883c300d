#include "kanpan/base/allocator.hpp"

#include <malloc.h>

namespace kanpan {
namespace {

// As many as calls are made at once. One arena for each of forty threads (malloc's default is eight
// per core) holds on to what that thread once needed: a third of a server's memory.
constexpr int kArenas = 4;
// An answer of a few thousand rows takes half a megabyte and gives it back. At malloc's 128 KiB
// each answer's pages would go to the kernel and come back: a quarter of the time of a day's rows.
constexpr int kKeptBytes = 16 << 20;
constexpr int kLargeBytes = 4 << 20;  // malloc no longer learns this one where the other is set

}  // namespace

void tune_allocator() {
  mallopt(M_ARENA_MAX, kArenas);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
  mallopt(M_MMAP_THRESHOLD, kLargeBytes);
}

void release_free_memory() { malloc_trim(0); }

}  // namespace kanpan
