#include "commands/preparation.h"

#include "commands/codec/decode.h"
#include "domain/decide/command.h"

namespace daybook::commands {

void prepare(Submission& submission) {
  const auto hash = codec::payload_hash(submission.command);  // of the command as it was sent
  submission.payload_hash.assign(reinterpret_cast<const char*>(hash.data()), hash.size());
  submission.form = check_form(submission.command);
}

}  // namespace daybook::commands
