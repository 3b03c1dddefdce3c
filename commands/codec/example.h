// Example commands, made from the schemas: for the reference, for tests, and as first seeds of a
// fuzzer.
#pragma once

#include "domain/core/schema.h"
#include "schemas/command.pb.h"

namespace daybook::codec {

// A complete command with this action: every required member, every member that has an example in
// the schemas, and what shows the action's purpose. It decodes and normalizes without violations.
// Always the same for the same schemas.
[[nodiscard]] Command example_command(const schema::ActionInfo& action);

// A batch: a company and its first contact, which names the company by its external id.
[[nodiscard]] Command example_batch();

}  // namespace daybook::codec
