// gzip for bodies, whole or piece by piece.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kanpan::net {

/// Whether an Accept-Encoding header takes gzip: named, or by `*`, with a weight above 0.
bool accepts_gzip(std::string_view accept_encoding);
/// Whether bytes of this Content-Type get smaller: text, JSON, XML, JavaScript, SVG.
bool is_compressible(std::string_view content_type);

std::string gzip(std::string_view bytes);

/// One gzip member made from pieces. Not thread-safe.
class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  /// Compressed bytes that are ready; may be empty.
  std::string append(std::string_view piece);
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kanpan::net
