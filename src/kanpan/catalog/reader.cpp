#include "kanpan/catalog/reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/base/suggest.hpp"

namespace kanpan::catalog {
namespace {

constexpr int kSecondsPerDay = 86400;

template <typename Number>
bool parse_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/// True also when nothing is known to be allowed: then the list itself is missing, which is said
/// elsewhere.
bool among(const std::string& value, std::span<const std::string> allowed) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

/// The allowed values in full while they fit a line, else the nearest.
std::string allowed_hint(const std::string& found, std::span<const std::string> allowed) {
  constexpr std::size_t kMostListed = 20;
  if (allowed.size() <= kMostListed) {
    const std::string best = nearest(found, allowed);
    return fmt::format("{}one of {}", best.empty() ? "" : fmt::format("did you mean '{}'? ", best),
                       fmt::join(allowed, ", "));
  }
  return suggestion(found, allowed);
}

}  // namespace

void Findings::add(int line, const std::string& what, std::string hint) {
  if (first_) return;
  first_ = Error{Errc::Config, fmt::format("{}:{}: {}", file_, line, what), std::move(hint)};
}

Result<void> Findings::result() const {
  if (first_) return *first_;
  return {};
}

Reader::Reader(const Node& node, std::string path, Findings& findings)
    : node_(node), path_(std::move(path)), findings_(findings) {
  if (node_.kind != Node::Kind::Map)
    findings_.add(node_.line,
                  fmt::format("{}: {} where a mapping belongs", path_.empty() ? "document" : path_,
                              node_.described()),
                  "write `key: value` lines");
}

std::string Reader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

bool Reader::has(std::string_view key) { return take(key, false) != nullptr; }

int Reader::line(std::string_view key) const {
  for (const Node::Member& member : node_.members)
    if (member.key == key) return member.line;
  return node_.line;
}

void Reader::refuse(std::string_view key, const std::string& what, std::string hint) {
  findings_.add(line(key), fmt::format("{}: {}", path_of(key), what), std::move(hint));
}

const Node* Reader::take(std::string_view key, bool needed) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const Node* found = node_.find(key);
  if (found == nullptr && needed) missing_.emplace_back(key);
  return found;
}

const Node* Reader::scalar(std::string_view key, bool needed) {
  const Node* found = take(key, needed);
  if (found == nullptr || (found->kind == Node::Kind::Scalar && !found->text.empty())) return found;
  refuse(key, fmt::format("{} where one value belongs",
                          found->kind == Node::Kind::Scalar ? "nothing" : found->described()));
  return nullptr;
}

std::string Reader::text(std::string_view key) {
  const Node* found = scalar(key, true);
  return found == nullptr ? "" : found->text;
}

std::string Reader::text_or(std::string_view key, std::string_view otherwise) {
  const Node* found = scalar(key, false);
  return found == nullptr ? std::string(otherwise) : found->text;
}

int Reader::whole(std::string_view key, int minimum) {
  take(key, true);
  return whole_if(key, minimum).value_or(minimum);
}

std::optional<int> Reader::whole_if(std::string_view key, int minimum) {
  const Node* found = scalar(key, false);
  if (found == nullptr) return std::nullopt;
  int value = 0;
  if (!parse_number(found->text, value) || value < minimum) {
    refuse(key, fmt::format("'{}' is not a whole number of {} or more", found->text, minimum));
    return std::nullopt;
  }
  return value;
}

double Reader::real_or(std::string_view key, double otherwise) {
  const Node* found = scalar(key, false);
  if (found == nullptr) return otherwise;
  double value = 0;
  if (parse_number(found->text, value) && std::isfinite(value)) return value;
  refuse(key, fmt::format("'{}' is not a number", found->text));
  return otherwise;
}

bool Reader::flag_or(std::string_view key, bool otherwise) {
  const Node* found = scalar(key, false);
  if (found == nullptr) return otherwise;
  if (found->text == "true") return true;
  if (found->text != "false")
    refuse(key, fmt::format("'{}' is not a flag", found->text), "one of true, false");
  return false;
}

Date Reader::date(std::string_view key) {
  Date value;
  const Node* found = scalar(key, true);
  if (found != nullptr && !parse_date(found->text, value))
    refuse(key, fmt::format("'{}' is not a date", found->text),
           "write an existing day as 2024-06-28");
  return value;
}

int Reader::duration_if(std::string_view key) {
  constexpr std::pair<std::string_view, int> kUnits[] = {
      {"min", 60}, {"s", 1}, {"h", 3600}, {"d", kSecondsPerDay}};
  const Node* found = scalar(key, false);
  if (found == nullptr) return 0;
  const std::string_view text = found->text;
  for (const auto& [unit, seconds] : kUnits) {
    int count = 0;
    if (text.ends_with(unit) && parse_number(text.substr(0, text.size() - unit.size()), count) &&
        count > 0)
      return count * seconds;
  }
  refuse(key, fmt::format("'{}' is not a duration", text), "write 30s, 5min, 24h or 7d");
  return 0;
}

int Reader::time_of_day_or(std::string_view key, int otherwise) {
  const Node* found = scalar(key, false);
  if (found == nullptr) return otherwise;
  const std::string_view text = found->text;
  int hour = 0, minute = 0;
  if (text.size() == 5 && text[2] == ':' && parse_number(text.substr(0, 2), hour) &&
      parse_number(text.substr(3), minute) && hour >= 0 && hour < 24 && minute >= 0 && minute < 60)
    return hour * 3600 + minute * 60;
  refuse(key, fmt::format("'{}' is not a time of day", text), "write it as \"16:00\", in Shanghai");
  return otherwise;
}

std::vector<std::string> Reader::texts(std::string_view key, bool needed) {
  std::vector<std::string> values;
  const Node* found = take(key, needed);
  if (found == nullptr) return values;
  if (found->kind != Node::Kind::List || found->items.empty()) {
    refuse(key,
           fmt::format("{} where a list of words belongs",
                       found->kind == Node::Kind::List ? "an empty list" : found->described()),
           "write [a, b]");
    return values;
  }
  for (const Node& item : found->items) {
    if (item.kind != Node::Kind::Scalar || item.text.empty())
      refuse(key, fmt::format("{} in a list of words", item.described()));
    else if (std::find(values.begin(), values.end(), item.text) != values.end())
      refuse(key, fmt::format("'{}' stands twice", item.text), "remove one of them");
    else
      values.push_back(item.text);
  }
  return values;
}

std::string Reader::text_among(std::string_view key, std::span<const std::string> allowed,
                               std::string_view what) {
  const Node* found = scalar(key, true);
  if (found == nullptr) return "";
  if (!among(found->text, allowed))
    refuse(key, fmt::format("no {} '{}'", what, found->text), allowed_hint(found->text, allowed));
  return found->text;
}

std::vector<std::string> Reader::texts_among(std::string_view key, bool needed,
                                             std::span<const std::string> allowed,
                                             std::string_view what) {
  std::vector<std::string> values = texts(key, needed);
  for (const std::string& value : values)
    if (!among(value, allowed))
      refuse(key, fmt::format("no {} '{}'", what, value), allowed_hint(value, allowed));
  return values;
}

std::vector<std::pair<std::string, std::string>> Reader::pairs_if(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const Node* found = take(key, false);
  if (found == nullptr) return pairs;
  if (found->kind != Node::Kind::Map)
    refuse(key, fmt::format("{} where a mapping belongs", found->described()), "write {a: b}");
  for (const Node::Member& member : found->members) {
    if (member.value.kind != Node::Kind::Scalar)
      refuse(key, fmt::format("{} for '{}' where one value belongs", member.value.described(),
                              member.key));
    pairs.emplace_back(member.key, member.value.text);
  }
  return pairs;
}

void Reader::map(std::string_view key, const std::function<void(Reader&)>& read) {
  const Node* found = take(key, true);
  if (found == nullptr) return;
  Reader reader(*found, path_of(key), findings_);
  read(reader);
  reader.done();
}

void Reader::each(std::string_view key, bool needed, const std::function<void(Reader&)>& read) {
  const Node* found = take(key, needed);
  if (found == nullptr) return;
  if (found->kind != Node::Kind::List || found->items.empty())
    return refuse(
        key, fmt::format("{} where a list of mappings belongs",
                         found->kind == Node::Kind::List ? "an empty list" : found->described()));
  for (std::size_t i = 0; i < found->items.size() && findings_.clean(); ++i) {
    Reader reader(found->items[i], fmt::format("{}[{}]", path_of(key), i), findings_);
    read(reader);
    reader.done();
  }
}

void Reader::done() {
  for (const Node::Member& member : node_.members)
    if (std::find(known_.begin(), known_.end(), member.key) == known_.end())
      findings_.add(member.line, fmt::format("unknown key '{}'", path_of(member.key)),
                    allowed_hint(member.key, known_));
  for (const std::string& key : missing_)
    findings_.add(node_.line, fmt::format("key '{}' is missing", path_of(key)));
}

}  // namespace kanpan::catalog
