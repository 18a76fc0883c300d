// Reads one mapping of a document strictly: every key is asked for, or it is an error.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kanpan/base/date.hpp"
#include "kanpan/base/error.hpp"
#include "kanpan/catalog/document.hpp"

namespace kanpan::catalog {

/// The first thing wrong with a file; what comes after it is not reported.
class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}
  /// Notes `what` at `line`, unless something was noted before.
  void add(int line, const std::string& what, std::string hint = {});
  bool clean() const { return !first_; }
  const std::string& file() const { return file_; }
  /// The first finding as an Errc::Config error `file:line: what`.
  Result<void> result() const;

 private:
  std::string file_;
  std::optional<Error> first_;
};

/// Getters never fail: they note what is wrong in Findings and return an empty value, so that a
/// parser reads as a list of fields. A getter named …_or takes what to return when the key is
/// absent; the others note a missing key. Call done() last: it refuses keys that nobody asked for.
class Reader {
 public:
  /// `path` is put before key names in messages ("source.walks[0]"), "" at the top.
  Reader(const Node& node, std::string path, Findings& findings);

  bool has(std::string_view key);
  int line(std::string_view key) const;
  /// Notes something wrong with the value of `key`.
  void refuse(std::string_view key, const std::string& what, std::string hint = {});

  std::string text(std::string_view key);
  std::string text_or(std::string_view key, std::string_view otherwise);
  int whole(std::string_view key, int minimum);
  std::optional<int> whole_if(std::string_view key, int minimum);
  double real_or(std::string_view key, double otherwise);
  bool flag_or(std::string_view key, bool otherwise);
  Date date(std::string_view key);
  /// `30s`, `5min`, `24h`, `7d` in seconds; 0 when absent.
  int duration_if(std::string_view key);
  /// `16:00` in seconds of the day.
  int time_of_day_or(std::string_view key, int otherwise);
  /// A list of words, never empty; empty when the key is absent and `needed` is false.
  std::vector<std::string> texts(std::string_view key, bool needed);
  /// A value that must be one of `allowed`; `what` names the set in the message ("column").
  std::string text_among(std::string_view key, std::span<const std::string> allowed,
                         std::string_view what);
  std::vector<std::string> texts_among(std::string_view key, bool needed,
                                       std::span<const std::string> allowed, std::string_view what);
  /// Like text_among for the values of an enumeration, given with name().
  template <typename Enum>
  Enum choice(std::string_view key, std::initializer_list<Enum> values);
  /// All members of a mapping of words to words.
  std::vector<std::pair<std::string, std::string>> pairs_if(std::string_view key);

  /// Reads a nested mapping.
  void map(std::string_view key, const std::function<void(Reader&)>& read);
  /// Reads each mapping of a list.
  void each(std::string_view key, bool needed, const std::function<void(Reader&)>& read);

  void done();

 private:
  const Node* take(std::string_view key, bool needed);
  const Node* scalar(std::string_view key, bool needed);
  std::string path_of(std::string_view key) const;

  const Node& node_;
  std::string path_;
  Findings& findings_;
  std::vector<std::string> known_;
  std::vector<std::string> missing_;
};

template <typename Enum>
Enum Reader::choice(std::string_view key, std::initializer_list<Enum> values) {
  std::vector<std::string> names;
  for (Enum value : values) names.emplace_back(name(value));
  const std::string found = text_among(key, names, "value");
  for (Enum value : values)
    if (name(value) == found) return value;
  return *values.begin();
}

}  // namespace kanpan::catalog
