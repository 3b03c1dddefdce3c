#include "bench/must.h"

#include <fmt/format.h>

#include <cstdlib>

namespace daybook::bench {

void give_up(const Error& error) {
  fmt::print(stderr, "bench: {} ({})\n", error.detail, error.code);
  std::exit(1);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace daybook::bench
