// Commands in JSON, as anybody may send them.
#include "commands/codec/decode.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace daybook;
  const auto command = codec::decode_command(fuzz::text(data, size), codec::ContentType::kJson);
  if (command) {
    fuzz::require_sound(*command);
  } else {
    fuzz::require(!command.error().empty(), "a refusal says why");
  }
  return 0;
}
