// `daybook torture-engine`: an engine as `daybook up` runs it, that hurts itself when it is told
// to. Not for people: `daybook torture` starts it.
#pragma once

#include "apps/daybook/settings.h"

namespace daybook::torture {

// Told through standard input, a line each:
//   kill POINT COUNT      kill -9 of itself, the how-manieth time that it comes to the point
//   clock MILLISECONDS    the wall clock is that far off from now on
// It ends with the process that started it. The exit code is that of `up`.
int run_torture_engine(const app::Settings& settings);

}  // namespace daybook::torture
