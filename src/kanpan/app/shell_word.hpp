// Text that is pasted into a shell.
#pragma once

#include <string>

namespace kanpan::app {

/// As a POSIX shell takes it for one word: quoted where it must be.
std::string shell_word(const std::string& text);

}  // namespace kanpan::app
