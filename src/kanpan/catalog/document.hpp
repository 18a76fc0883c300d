// A YAML document as a plain tree that remembers its lines. Keeps yaml-cpp behind one .cpp.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/error.hpp"

namespace kanpan::catalog {

struct Node {
  enum class Kind { Null, Scalar, List, Map };
  struct Member;

  Kind kind = Kind::Null;
  int line = 0;                 ///< 1-based
  std::string text;             ///< Scalar: unquoted, as written
  std::vector<Node> items;      ///< List
  std::vector<Member> members;  ///< Map, in file order, keys unique

  const Node* find(std::string_view key) const;
  /// "a list", "a mapping", "'text'" or "nothing": how a message names what it found.
  std::string described() const;
};

struct Node::Member {
  std::string key;
  int line = 0;
  Node value;
};

/// The only document of a file. Errc::Config with file and line on bad syntax, on a key that stands
/// twice, on an anchor or alias; Errc::Io when the file cannot be read.
Result<Node> read_document(const std::filesystem::path& file);

}  // namespace kanpan::catalog
