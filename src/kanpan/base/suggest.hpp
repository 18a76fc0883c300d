// "Did you mean …?" for names that a person typed.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kanpan {

/// The candidate with the fewest edits (swaps of neighbours count as one) from `word`, or "" when
/// none is within a third of its length; then the first that it is the beginning of, or that is the
/// beginning of it, by whole parts ("start" of "start_date"). Case is ignored.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "did you mean 'X'?", or "one of a, b, c …" when nothing is near and there are at most 12.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);

}  // namespace kanpan
