// An outcome as it was read back from the log, valid by the reader rule, with its place there.
#pragma once

#include "domain/core/position.h"
#include "schemas/log.pb.h"

namespace daybook {

struct ReadOutcome {
  Position position;
  log::Outcome outcome;
  log::Envelope envelope = {};
};

}  // namespace daybook
