// A benchmark that cannot go on has nothing to say: it ends with the error's text.
#pragma once

#include <type_traits>
#include <utility>

#include "domain/core/result.h"

namespace daybook::bench {

// Ends the program with exit code 1.
[[noreturn]] void give_up(const Error& error);

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace daybook::bench
