# kanpan_module(NAME RANK n [USES module...] [LIBS target...])
#
# A folder of src/kanpan as a static library, and its *_test.cpp files as one test program. A module
# may use only modules of a lower rank, or of its own rank where it says so here;
# tools/check_layers.py reads these very lines and holds the #include lines against them.
function(kanpan_module name)
  cmake_parse_arguments(MODULE "" "RANK" "USES;LIBS" ${ARGN})
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
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE kanpan_${name} GTest::gmock_main)
    target_compile_definitions(${name}_test PRIVATE
      KANPAN_SOURCE_DIR="${PROJECT_SOURCE_DIR}" KANPAN_BINARY_DIR="${CMAKE_BINARY_DIR}")
    include(GoogleTest)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
