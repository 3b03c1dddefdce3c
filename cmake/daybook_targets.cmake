# daybook_precompile(target HEADER... | REUSE_FROM target)
#   Headers that most files of the target include and that take seconds to parse. Only a matter of build time: every
#   file still includes what it uses, and builds without (CMAKE_DISABLE_PRECOMPILE_HEADERS).
function(daybook_precompile target)
  if("${ARGV1}" STREQUAL "REUSE_FROM")
    if(NOT TARGET ${ARGV2})
      return()
    endif()
    target_precompile_headers(${target} ${ARGN})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess)  # for ccache
endfunction()

# daybook_library(NAME name SRCS ... DEPS ... PRIVATE_DEPS ...)
#   A static library daybook_<name> with the alias daybook::<name>, the project's warnings and includes from the root.
function(daybook_library)
  cmake_parse_arguments(ARG "" "NAME" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(daybook_${ARG_NAME} STATIC ${ARG_SRCS})
  add_library(daybook::${ARG_NAME} ALIAS daybook_${ARG_NAME})
  set_property(GLOBAL APPEND PROPERTY DAYBOOK_LIBRARIES daybook_${ARG_NAME})  # each gets a link test
  target_include_directories(daybook_${ARG_NAME} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_link_libraries(daybook_${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} daybook_warnings)
endfunction()

# daybook_allocator(target)
#   A program that decides takes and gives back a few dozen small pieces of memory for each command: jemalloc does that
#   faster than the system's allocator and holds on to less. Its options: infra/memory/. Sanitizers need their own.
function(daybook_allocator target)
  target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/infra/memory/allocator_options.cc")
  if(NOT DAYBOOK_SANITIZE)
    target_link_libraries(${target} PRIVATE ${DAYBOOK_JEMALLOC})
  endif()
endfunction()

# daybook_test(NAME name LABEL unit|project|contract|integration|golden|e2e|faults [THREADS] SRCS ... DEPS ...
#              [TIMEOUT seconds])
#   A GoogleTest program; ctest runs it as one test with its label. THREADS: it also has the label "threads".
function(daybook_test)
  cmake_parse_arguments(ARG "THREADS" "NAME;LABEL;TIMEOUT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${ARG_NAME} ${ARG_SRCS})
  target_include_directories(${ARG_NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
  target_compile_definitions(${ARG_NAME} PRIVATE
    DAYBOOK_SOURCE_DIR="${CMAKE_SOURCE_DIR}" DAYBOOK_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main daybook_warnings)
  daybook_precompile(${ARG_NAME} REUSE_FROM daybook_test_headers)
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
  set(labels ${ARG_LABEL})
  if(ARG_THREADS)
    list(APPEND labels threads)
  endif()
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${labels}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
