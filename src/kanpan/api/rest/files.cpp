// The dashboard's files, from memory.
#include <fstream>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "kanpan/api/answer.hpp"
#include "kanpan/api/rest/routes.hpp"
#include "kanpan/base/hash.hpp"
#include "kanpan/net/gzip.hpp"

namespace kanpan::api::rest {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string type;
  std::string tag;
  std::string cache;
  std::shared_ptr<const std::string> bytes, gzipped;
};
using Files = std::map<std::string, File, std::less<>>;

std::string type_of(const fs::path& path) {
  static const std::map<std::string, std::string, std::less<>> kTypes{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
      {".wasm", "application/wasm"},
      {".map", "application/json"}};
  const auto found = kTypes.find(path.extension().string());
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

File make_file(const std::string& name, std::string bytes) {
  File file;
  file.type = type_of(name);
  file.tag = fmt::format("\"{:.16}\"", hex(sha256({bytes})));
  // Names under assets/ carry a hash of their content, so they never change.
  file.cache = name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  if (net::is_compressible(file.type))
    file.gzipped = std::make_shared<const std::string>(net::gzip(bytes));
  file.bytes = std::make_shared<const std::string>(std::move(bytes));
  return file;
}

Result<Files> load(const fs::path& directory) {
  Files files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const bool is_file = at->is_regular_file(error);
    if (error) break;
    if (!is_file) continue;
    std::ifstream stream(at->path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.good() && !stream.eof())
      return Error{Errc::Io, fmt::format("cannot read {}", at->path().string()), ""};
    const std::string name = fs::relative(at->path(), directory).generic_string();
    files.emplace(name, make_file(name, std::move(bytes)));
  }
  if (error)
    return Error{Errc::Io, fmt::format("cannot list {}: {}", directory.string(), error.message()),
                 "mend its permissions, or build it anew with make build"};
  if (!files.contains("index.html"))
    return Error{Errc::Config,
                 fmt::format("{} holds no index.html of the dashboard", directory.string()),
                 "build it with make build"};
  return files;
}

/// The addresses of web/src/app/router.tsx: the home page and /s/CODE.
bool is_page(std::string_view path) {
  constexpr std::string_view kStock = "s/";
  return path.empty() || (path.starts_with(kStock) && path.size() > kStock.size() &&
                          path.find('/', kStock.size()) == path.npos);
}

/// Whether a person looks at the answer: the dashboard then says that there is no such page.
bool is_browser(const Call& call) {
  return call.request.header("Accept").find("text/html") != std::string_view::npos;
}

Answer serve(const Files& files, const Call& call) {
  const std::string path(call.request.capture("path"));
  auto found = files.find(path);
  if (found == files.end() && is_page(path)) found = files.find("index.html");
  const bool of_routes = path.starts_with("v1/") || path.starts_with("docs/");
  if (found == files.end() && is_browser(call) && !of_routes)
    return net::reply(404, files.at("index.html").type, files.at("index.html").bytes);
  if (found == files.end())
    return Refusal(net::Problem{
        404, "unknown_route", fmt::format("no route /{}", path), "GET /docs lists the routes", {}});
  const File& file = found->second;
  if (is_known(call.request, file.tag)) return not_modified(file.tag);
  net::Response response = net::reply(200, file.type, file.bytes);
  response.gzipped = file.gzipped;
  response.headers.add("ETag", file.tag);
  response.headers.add("Cache-Control", file.cache);
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace

Result<void> add_files(Router& router, const fs::path& directory) {
  KANPAN_LET(Files loaded, load(directory));
  auto files = std::make_shared<const Files>(std::move(loaded));
  Endpoint endpoint{"GET",
                    "/{path...}",
                    "The dashboard",
                    {},
                    [files](const Call& call) { return serve(*files, call); },
                    true};
  endpoint.strict = false;
  endpoint.documented = false;
  router.add(std::move(endpoint));
  return {};
}

}  // namespace kanpan::api::rest
