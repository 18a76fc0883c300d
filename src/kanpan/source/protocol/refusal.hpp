// What the source means by the sentences it refuses with.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "kanpan/base/error.hpp"

namespace kanpan::source::protocol {

/// The kind of a refusal. The sentence decides, for the numbers changed over the years and 40203
/// stands for both too many calls and no permission; rate wording is looked for first, because the
/// older rate sentence also contains the word for permission. The number only helps where no
/// sentence is known; without any help the refusal is transient.
///
/// SourceRate, SourceQuota (a day's calls are used up), SourceToken, SourcePermission,
/// SourceParameter or SourceTransient.
Errc classify(std::int64_t code, std::string_view message);

/// After how long a rate refusal no longer holds: a minute, or an hour or a day where the sentence
/// says so (`N次/小时`, `每小时最多…`).
std::chrono::seconds rate_window(std::string_view message);

}  // namespace kanpan::source::protocol
