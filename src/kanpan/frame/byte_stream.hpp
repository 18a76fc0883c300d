// Bytes of a file one piece after another, unpacked on the way.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "kanpan/base/error.hpp"

namespace kanpan::frame {

/// One reader at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills `into` as far as bytes are left and returns how many came; 0 at the end. Errors: Io, and
  /// Corrupt for packed bytes that are damaged or cut off.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

/// Opens a plain, gzip or zstd file; its first bytes tell which, not its name. Errors: NotFound,
/// Io.
Result<std::unique_ptr<ByteStream>> open_bytes(const std::filesystem::path& file);
/// Bytes that are in memory already, taken as they are.
std::unique_ptr<ByteStream> stream_of(std::string bytes);

}  // namespace kanpan::frame
