// The door through which decoded commands reach the handler, as the faces (HTTP, the CLI) see it.
//
// Ownership: a submission belongs to the door once submitted. Threading: the functions may be
// called from any thread and must not block for long; `answer` is called exactly once, from any
// thread, possibly before they return. Errors: a refused command is a Receipt (outcome
// "rejected"); an Error means that nothing was decided (unavailable) or that the outcome is unknown
// and must be looked up by the command's id.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "commands/ports/command_topic.h"
#include "domain/core/result.h"
#include "domain/core/validate.h"
#include "schemas/command.pb.h"
#include "schemas/receipt.pb.h"

namespace daybook::commands {

// The record of the commands topic that a command came in. Every one of them gets an outcome.
struct Origin {
  log::Source source;
  CommandRecord record;    // its bytes only if there are refusals
  Violations refusals;     // why it cannot even be decided; it is kept as a dead letter
  bool forwarded = false;  // its copy is in the partition where it belongs
};

struct Submission {
  Command command;
  std::function<void(Result<Receipt>)> answer;  // not of one that came from the topic
  std::optional<Origin> origin = {};
  // Filled on the way to the handler (preparation.h), if the command can be decided at all:
  std::string payload_hash = {};
  Violations form = {};  // what is wrong with it, whatever the state
};

// The viewer, of both questions, is named as an actor is: who is not allowed to see a record is
// told that there is none. `entries_max` versions after `after_version` are given at once.
struct ReceiptQuestion {
  std::string organization_id;
  std::string command_id;
  std::string viewer = "integration";
};
struct HistoryQuestion {
  std::string organization_id;
  Entity entity = ENTITY_UNSPECIFIED;
  std::string reference;  // the record's id or "namespace/external id"
  std::string viewer = "integration";
  std::uint64_t after_version = 0;
  std::size_t entries_max = 1'000;
};

class CommandDoor {
 public:
  virtual ~CommandDoor() = default;

  virtual void submit(Submission submission) = 0;

  // The first answer to a command, or kNotFound "receipt.not_found".
  virtual void receipt(ReceiptQuestion question, std::function<void(Result<Receipt>)> answer) = 0;

  // Who changed what in a record. kNotFound if there never was one.
  virtual void history(HistoryQuestion question, std::function<void(Result<History>)> answer) = 0;
};

}  // namespace daybook::commands
