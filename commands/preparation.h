// What can be done for a command before its turn, by whoever brings it: it needs no look at the
// state, and the handler decides alone.
#pragma once

#include "commands/submission.h"

namespace daybook::commands {

// Fills `payload_hash` and `form`, and brings the command into normal form. Any thread.
void prepare(Submission& submission);

}  // namespace daybook::commands
