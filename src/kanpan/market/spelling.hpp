// One spelling for what people and sources write in several.
#pragma once

#include <string>
#include <string_view>

namespace kanpan::market {

/// Full-width letters, digits and signs (U+FF01–U+FF5E) as ASCII; runs of white space, ideographic
/// and no-break ones too, as one space, none at the ends. For comparing: what is stored and shown
/// is what the source wrote.
std::string folded(std::string_view text);

}  // namespace kanpan::market
