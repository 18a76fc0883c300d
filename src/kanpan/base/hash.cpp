#include "kanpan/base/hash.hpp"

#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace kanpan {

Sha256 sha256(std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  Sha256 hash{};
  bool ok = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (std::string_view part : parts)
    ok = ok && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  if (!ok || EVP_DigestFinal_ex(context.get(), hash.data(), nullptr) != 1)
    throw std::runtime_error("OpenSSL could not compute a SHA-256");
  return hash;
}

std::string hex(const Sha256& hash) {
  std::string text;
  text.reserve(hash.size() * 2);
  for (std::uint8_t byte : hash) fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  return text;
}

}  // namespace kanpan
