// The door through which decoded commands reach the handler, as the faces (HTTP, the CLI) see it.
//
// Ownership: a submission belongs to the door once submitted. Threading: both functions may be
// called from any thread and must not block for long; `answer` is called exactly once, from any
// thread, possibly before submit() returns. Errors: a refused command is a Receipt (outcome
// "rejected"); an Error means that nothing was decided (unavailable) or that the outcome is unknown
// and must be looked up by the command's id.
#pragma once

#include <functional>
#include <string>

#include "domain/core/result.h"
#include "schemas/command.pb.h"
#include "schemas/receipt.pb.h"

namespace daybook::commands {

struct Submission {
  Command command;
  std::function<void(Result<Receipt>)> answer;
};

class CommandDoor {
 public:
  virtual ~CommandDoor() = default;

  virtual void submit(Submission submission) = 0;

  // The first answer to a command, or kNotFound "receipt.not_found". Both ids are canonical UUID
  // text.
  virtual Result<Receipt> receipt(const std::string& organization_id,
                                  const std::string& command_id) = 0;

  // Who changed what in a record; `reference` is its id or "namespace/external id". kNotFound if
  // there never was one.
  virtual Result<History> history(const std::string& organization_id, Entity entity,
                                  const std::string& reference) = 0;
};

}  // namespace daybook::commands
