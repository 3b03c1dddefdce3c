// Records of the log: as they may be found on a disk, and as anybody may have written them into a
// topic, with a checksum that is right.
#include "infra/log/record.h"
#include "infra/log/valid_reader.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace daybook;

void require_readable(const std::string& bytes) {
  const auto record = log::decode_record(bytes);
  fuzz::require(record.has_value(), "what we write can be read");
  fuzz::require(log::encode_record(*record) == bytes, "and is written the same again");
  std::string broken = bytes;
  broken[broken.size() / 2] ^= 1;
  fuzz::require(!log::decode_record(broken), "a flipped bit is seen");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::text(data, size);
  (void)log::decode_record(bytes);
  log::LogRecord record;
  if (!record.ParseFromArray(data, static_cast<int>(size))) return 0;
  require_readable(log::encode_record(record));
  (void)log::outcome_of(record, 0);
  return 0;
}
