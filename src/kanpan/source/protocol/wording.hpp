// The source's own sentences: clients tell failures apart by these words, not by the code.
#pragma once

#include <string>
#include <string_view>

namespace kanpan::source::protocol {

/// What an envelope says: 0 and "" on success.
struct Verdict {
  int code = 0;
  std::string message;
};

/// Both sentences for a rate limit are met in the wild.
enum class RateWording { Current, Older };

/// The span that a limit counts over.
enum class Span { Minute, Day };

Verdict rate_exceeded(RateWording wording, std::string_view api, int calls, Span span);
Verdict no_permission(std::string_view api);
Verdict wrong_token();
/// Also for pro_bar, which exists in the SDK only.
Verdict unknown_interface();
Verdict missing_parameter(std::string_view name);
Verdict wrong_parameter(std::string_view name, std::string_view value);
Verdict unreadable_request();
Verdict method_not_allowed();

}  // namespace kanpan::source::protocol
