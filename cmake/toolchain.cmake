# Compiler launcher, warnings and sanitizers for every target.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

option(KANPAN_WERROR "Treat warnings as errors" ON)
set(KANPAN_SANITIZE "" CACHE STRING "Sanitizers to build with, as in -fsanitize=")

add_library(kanpan_options INTERFACE)
target_include_directories(kanpan_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(kanpan_options INTERFACE -Wall -Wextra -Wpedantic
  $<$<BOOL:${KANPAN_WERROR}>:-Werror>)
if(KANPAN_SANITIZE)
  target_compile_options(kanpan_options INTERFACE -fsanitize=${KANPAN_SANITIZE}
    -fno-omit-frame-pointer -O1)
  target_link_options(kanpan_options INTERFACE -fsanitize=${KANPAN_SANITIZE})
endif()
if(KANPAN_SANITIZE MATCHES "thread")
  # Asio's fences are unknown to TSan, which only makes it stricter there.
  target_compile_options(kanpan_options INTERFACE -Wno-tsan)
endif()
