#include "kanpan/net/gzip.hpp"

#include <new>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <zlib.h>

namespace kanpan::net {
namespace {

/// Level 1: rows shrink to a fifth with it, and higher levels cost more time than they save here.
constexpr int kLevel = 1;
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;

bool weight_is_zero(std::string_view options) {
  const auto q = options.find("q=");
  if (q == std::string_view::npos) return false;
  return options.substr(q + 2).find_first_not_of("0. ") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept) {
  bool any = false;
  while (!accept.empty()) {
    const std::string_view item = accept.substr(0, accept.find(','));
    accept.remove_prefix(std::min(item.size() + 1, accept.size()));
    const auto semicolon = item.find(';');
    const std::string name = boost::algorithm::trim_copy(std::string(item.substr(0, semicolon)));
    const bool refused =
        semicolon != std::string_view::npos && weight_is_zero(item.substr(semicolon));
    if (boost::iequals(name, "gzip")) return !refused;
    if (name == "*") any = !refused;
  }
  return any;
}

bool is_compressible(std::string_view type) {
  type = type.substr(0, type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
         type.ends_with("javascript") || type.ends_with("ndjson");
}

std::string gzip(std::string_view bytes) {
  GzipStream stream;
  std::string out = stream.append(bytes);
  out += stream.finish();
  return out;
}

struct GzipStream::Impl {
  z_stream stream{};

  std::string run(std::string_view in, int flush) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream.avail_in = static_cast<uInt>(in.size());
    std::string out;
    do {
      const std::size_t had = out.size();
      const std::size_t room = std::max<std::size_t>(in.size() / 4, 4096);
      out.resize(had + room);
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
      stream.avail_out = static_cast<uInt>(room);
      deflate(&stream, flush);
      out.resize(had + room - stream.avail_out);
    } while (stream.avail_out == 0);
    return out;
  }
};

GzipStream::GzipStream() : impl_(std::make_unique<Impl>()) {
  if (deflateInit2(&impl_->stream, kLevel, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

GzipStream::~GzipStream() { deflateEnd(&impl_->stream); }

std::string GzipStream::append(std::string_view piece) { return impl_->run(piece, Z_NO_FLUSH); }

std::string GzipStream::finish() { return impl_->run({}, Z_FINISH); }

}  // namespace kanpan::net
