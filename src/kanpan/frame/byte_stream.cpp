#include "kanpan/frame/byte_stream.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

namespace kanpan::frame {
namespace {

Error damaged(std::string_view what) {
  return Error{Errc::Corrupt, fmt::format("the packed data is damaged: {}", what),
               "fetch or pack the file again"};
}

Error unreadable(int error) {
  return Error{error == ENOENT ? Errc::NotFound : Errc::Io,
               fmt::format("cannot be read: {}", std::strerror(error)), ""};
}

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t count = bytes_.copy(into.data(), into.size(), at_);
    at_ += count;
    return count;
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

/// zlib's file reader passes plain bytes through and goes on over the members of a gzip file.
class GzipOrPlainStream final : public ByteStream {
 public:
  explicit GzipOrPlainStream(gzFile file) : file_(file, gzclose_r) { gzbuffer(file, 1 << 18); }
  Result<std::size_t> read(std::span<char> into) override {
    errno = 0;
    const int count = gzread(file_.get(), into.data(), static_cast<unsigned>(into.size()));
    int error = Z_OK;
    gzerror(file_.get(), &error);
    if (error == Z_ERRNO) return unreadable(errno);
    if (error == Z_BUF_ERROR) return damaged("it ends too early");
    if (count < 0 || error != Z_OK) return damaged("it does not match its checksum");
    return static_cast<std::size_t>(count);
  }

 private:
  std::unique_ptr<gzFile_s, decltype(&gzclose_r)> file_;
};

class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(std::FILE* file)
      : file_(file, std::fclose),
        context_(ZSTD_createDCtx(), ZSTD_freeDCtx),
        packed_(ZSTD_DStreamInSize()) {}

  Result<std::size_t> read(std::span<char> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos < out.size) {
      if (input_.pos == input_.size) {
        input_ = {packed_.data(), std::fread(packed_.data(), 1, packed_.size(), file_.get()), 0};
        if (std::ferror(file_.get())) return unreadable(errno);
        at_end_ = input_.size == 0;
      }
      const std::size_t before = out.pos;
      if (at_end_ && frame_open_ == 0) break;
      frame_open_ = ZSTD_decompressStream(context_.get(), &out, &input_);
      if (ZSTD_isError(frame_open_)) return damaged(ZSTD_getErrorName(frame_open_));
      if (at_end_ && out.pos == before) return damaged("it ends too early");
    }
    return out.pos;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
  std::vector<char> packed_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  std::size_t frame_open_ = 0;
  bool at_end_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_bytes(const std::filesystem::path& file) {
  std::FILE* const handle = std::fopen(file.c_str(), "rb");
  if (handle == nullptr) return unreadable(errno).within(file.string());
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> owned(handle, std::fclose);
  std::uint32_t magic = 0;
  const std::size_t got = std::fread(&magic, 1, sizeof magic, handle);
  if (std::ferror(handle))
    return unreadable(errno).within(file.string());  // a directory opens, but does not read
  if (got == sizeof magic && magic == ZSTD_MAGICNUMBER) {
    std::rewind(handle);
    return std::make_unique<ZstdStream>(owned.release());
  }
  const gzFile gzip = gzopen(file.c_str(), "rb");
  if (gzip == nullptr) return unreadable(errno).within(file.string());
  return std::make_unique<GzipOrPlainStream>(gzip);
}

std::unique_ptr<ByteStream> stream_of(std::string bytes) {
  return std::make_unique<MemoryStream>(std::move(bytes));
}

}  // namespace kanpan::frame
