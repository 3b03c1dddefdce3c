// What the fuzz targets share. Each is a program of libFuzzer: it looks for input that makes the
// code crash, trip a sanitizer, or break what is required here.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "schemas/command.pb.h"

namespace daybook::fuzz {

// Ends the program, so that libFuzzer keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  (void)std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// What must hold of every command that was decoded from either encoding: it means the same in both,
// and deciding it changes nothing but what its outcome says.
void require_sound(const Command& command);

}  // namespace daybook::fuzz
