# What is built in the presets asan and tsan: the programs with that label, no more.
set(sanitizer_labels sanitize threads sanitize_long threads_long)
foreach(label ${sanitizer_labels})
  add_custom_target(${label}_tests)
endforeach()

# kanpan_test(TARGET SOURCES file... USES module... [LABELS label...] [TIMEOUT seconds])
#
# A GoogleTest program. Labels: `sanitize` for what parses input (runs under ASan and UBSan too),
# `threads` for what is concurrent (runs under TSan too), `fault` for what kills processes. With
# `_long` at the end it runs in `make sanitize` alone: to build it takes too long for every change.
function(kanpan_test target)
  cmake_parse_arguments(TEST "" "TIMEOUT;PREFIX" "SOURCES;USES;LABELS" ${ARGN})
  list(TRANSFORM TEST_USES PREPEND kanpan_)
  add_executable(${target} ${TEST_SOURCES})
  target_link_libraries(${target} PRIVATE ${TEST_USES} GTest::gmock_main)
  target_compile_definitions(${target} PRIVATE
    KANPAN_SOURCE_DIR="${PROJECT_SOURCE_DIR}" KANPAN_BINARY_DIR="${CMAKE_BINARY_DIR}")
  # The tests' own code needs no optimizer: a third of its compile time.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(KANPAN_SANITIZE)
    # Not under TSan: std::mutex::lock, no longer inlined, would be called by libduckdb.so too, which
    # holds more locks at once than TSan can count.
    if(NOT KANPAN_SANITIZE MATCHES "thread")
      target_compile_options(${target} PRIVATE -O0)
    endif()
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/sanitizer_defaults.cpp)
  endif()
  foreach(label ${sanitizer_labels})
    if(label IN_LIST TEST_LABELS)
      add_dependencies(${label}_tests ${target})
    endif()
  endforeach()

  set(properties)
  if(TEST_LABELS)
    # gtest_discover_tests hands on no lists; `ctest -L` takes a part of a label.
    list(JOIN TEST_LABELS "," labels)
    list(APPEND properties LABELS ${labels})
  endif()
  if(TEST_TIMEOUT)
    list(APPEND properties TIMEOUT ${TEST_TIMEOUT})
  endif()
  if(properties)
    list(PREPEND properties PROPERTIES)
  endif()
  if(NOT TEST_PREFIX)
    set(TEST_PREFIX ${target})
  endif()
  gtest_discover_tests(${target} TEST_PREFIX ${TEST_PREFIX}. DISCOVERY_TIMEOUT 60 ${properties})
endfunction()

# kanpan_module(NAME RANK n [USES module...] [LIBS target...] [LABELS label...])
#
# A folder of src/kanpan as a static library, and its *_test.cpp files as one test program. A module
# may use only modules of a lower rank, or of its own rank where it says so here;
# tools/check_layers.py reads these very lines and holds the #include lines against them.
function(kanpan_module name)
  cmake_parse_arguments(MODULE "" "RANK" "USES;LIBS;LABELS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(TRANSFORM MODULE_USES PREPEND kanpan_)

  set(scope PUBLIC)
  if(sources)
    add_library(kanpan_${name} STATIC ${sources})
  else()
    add_library(kanpan_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(kanpan_${name} ${scope} kanpan_options ${MODULE_USES} ${MODULE_LIBS})

  if(tests)
    kanpan_test(${name}_test PREFIX ${name} SOURCES ${tests} USES ${name} LABELS ${MODULE_LABELS})
  endif()
endfunction()
