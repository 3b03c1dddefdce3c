# Language level, warnings, sanitizers, linker: what every target of the project shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(DAYBOOK_TESTS "Build the tests" ON)
set(DAYBOOK_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

find_program(DAYBOOK_CCACHE ccache)
if(DAYBOOK_CCACHE)
  get_filename_component(launcher "${CMAKE_CURRENT_LIST_DIR}/compile.sh" ABSOLUTE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()
find_program(DAYBOOK_MOLD mold)
if(DAYBOOK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(DAYBOOK_SANITIZE)
  add_compile_options(-fsanitize=${DAYBOOK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DAYBOOK_SANITIZE})
endif()

add_library(daybook_warnings INTERFACE)
target_compile_options(daybook_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wnon-virtual-dtor
  -Woverloaded-virtual -Wimplicit-fallthrough -Werror
  # At -O3 GCC 12 sees copies in `text + std::string` that cannot happen (its bugs 105329, 105651).
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict;-Wno-stringop-overflow;-Wno-array-bounds>")
