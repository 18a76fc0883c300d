// A batch as bytes and back: the payload of a journal record.
#pragma once

#include <string>
#include <string_view>

#include "kanpan/base/error.hpp"
#include "kanpan/frame/batch.hpp"

namespace kanpan::frame {

/// Columnar, uncompressed, little-endian, self-describing (names and types inside). Equal batches
/// give equal bytes.
std::string encode(const Batch& batch);

/// Refuses anything that encode() cannot have written, with Errc::Corrupt; never reads past the
/// end.
Result<Batch> decode(std::string_view bytes);

/// zstd level 1 around bytes; decompress() refuses damage and more than `limit` bytes.
std::string compress(std::string_view bytes);
Result<std::string> decompress(std::string_view bytes, std::size_t limit = std::size_t{1} << 31);

}  // namespace kanpan::frame
