#include "kanpan/catalog/document.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace kanpan::catalog {
namespace {

Error refuse(const std::string& file, int line, std::string what, std::string hint = {}) {
  return {Errc::Config, fmt::format("{}:{}: {}", file, line, what), std::move(hint)};
}

Result<Node> convert(const YAML::Node& from, const std::string& file);

Result<void> convert_members(const YAML::Node& from, const std::string& file, Node& to) {
  for (const auto& member : from) {
    const int line = member.first.Mark().line + 1;
    if (!member.first.IsScalar()) return refuse(file, line, "a key must be a word");
    const std::string& key = member.first.Scalar();
    for (const Node::Member& earlier : to.members)
      if (earlier.key == key)
        return refuse(file, line,
                      fmt::format("key '{}' stands twice, first in line {}", key, earlier.line),
                      "remove one of them");
    KANPAN_LET(Node value, convert(member.second, file));
    if (value.kind == Node::Kind::Null) value.line = line;
    to.members.push_back({key, line, std::move(value)});
  }
  return {};
}

Result<Node> convert(const YAML::Node& from, const std::string& file) {
  Node to;
  to.line = from.Mark().line + 1;
  switch (from.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      break;
    case YAML::NodeType::Scalar:
      to.kind = Node::Kind::Scalar;
      to.text = from.Scalar();
      break;
    case YAML::NodeType::Sequence:
      to.kind = Node::Kind::List;
      for (const YAML::Node& item : from) {
        KANPAN_LET(Node converted, convert(item, file));
        to.items.push_back(std::move(converted));
      }
      break;
    case YAML::NodeType::Map:
      to.kind = Node::Kind::Map;
      KANPAN_TRY(convert_members(from, file, to));
      break;
  }
  return to;
}

}  // namespace

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

std::string Node::described() const {
  switch (kind) {
    case Kind::List:
      return "a list";
    case Kind::Map:
      return "a mapping";
    case Kind::Scalar:
      return fmt::format("'{}'", text);
    case Kind::Null:
      break;
  }
  return "nothing";
}

Result<Node> read_document(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf()))
    return Error{Errc::Io, fmt::format("{}: cannot be read, or is empty", file.string()),
                 "check that it exists, is not empty and may be read"};
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text.str());
    if (documents.size() != 1)
      return refuse(file.string(), 1, fmt::format("{} documents found", documents.size()),
                    "one file holds one document");
    return convert(documents.front(), file.string());
  } catch (const YAML::Exception& e) {
    return refuse(file.string(), e.mark.line + 1, fmt::format("not valid YAML: {}", e.msg));
  }
}

}  // namespace kanpan::catalog
