# Compiler launcher, warnings and sanitizers for every target.
find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the project count as relative, so that every clone on a machine shares one cache.
  set(launcher ${CMAKE_COMMAND} -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
    ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

option(KANPAN_WERROR "Treat warnings as errors" ON)
set(KANPAN_SANITIZE "" CACHE STRING "Sanitizers to build with, as in -fsanitize=")

add_library(kanpan_options INTERFACE)
target_include_directories(kanpan_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(kanpan_options INTERFACE -Wall -Wextra -Wpedantic
  $<$<BOOL:${KANPAN_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Wrong about every std::string assigned from a literal: GCC bug 105651, fixed in 13.
  target_compile_options(kanpan_options INTERFACE -Wno-restrict)
endif()
if(KANPAN_SANITIZE)
  # Line tables alone are enough for a report, and half the time and size of full debug information.
  set(CMAKE_CXX_FLAGS_DEBUG "-g1 -O1")
  target_compile_options(kanpan_options INTERFACE -fsanitize=${KANPAN_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(kanpan_options INTERFACE -fsanitize=${KANPAN_SANITIZE})
endif()
if(KANPAN_SANITIZE MATCHES "thread")
  # Asio's fences are unknown to TSan, which only makes it stricter there.
  target_compile_options(kanpan_options INTERFACE -Wno-tsan)
endif()
