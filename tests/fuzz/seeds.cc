// fuzz_seeds FOLDER: writes the inputs that fuzzing begins with, a folder for each target: commands
// of every kind in both encodings, a record of every kind of the log, and some scripts.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "commands/codec/json.h"
#include "infra/log/record.h"
#include "tests/golden/sample_messages.h"
#include "tests/unit/domain/random_commands.h"

namespace {

using namespace daybook;
using namespace std::string_view_literals;

constexpr std::uint64_t kCommands = 300;
constexpr std::int64_t kNow = 1'750'000'000'000;

class Corpus {
 public:
  explicit Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }
  void add(const std::string& bytes) {
    std::ofstream(folder_ / ("seed-" + std::to_string(count_++)), std::ios::binary) << bytes;
  }

 private:
  std::filesystem::path folder_;
  int count_ = 0;
};

// A record with this body: its kind is the one that has such a body, none where there is no such
// kind. An event's is an outcome.
log::LogRecord record_of(const google::protobuf::Message& body) {
  log::LogRecord record;
  record.set_body(body.SerializeAsString());
  const auto* const type = body.GetDescriptor();
  if (type == log::Genesis::descriptor()) record.set_kind(log::RECORD_KIND_GENESIS);
  if (type == log::Fence::descriptor()) record.set_kind(log::RECORD_KIND_FENCE);
  if (type == log::Outcome::descriptor()) record.set_kind(log::RECORD_KIND_OUTCOME);
  if (type != log::Event::descriptor()) return record;
  log::Outcome outcome;
  outcome.set_kind(log::OUTCOME_KIND_ACCEPTED);
  outcome.add_events()->CopyFrom(body);
  return record_of(outcome);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  Corpus json(folder / "command_json");
  Corpus protobuf(folder / "command_protobuf");
  for (std::uint64_t seed = 1; seed <= kCommands; ++seed) {
    const Command command = test::RandomCommands(seed).next(kNow);
    json.add(codec::encode_json(command));
    protobuf.add(command.SerializeAsString());
  }
  Corpus records(folder / "log_record");
  for (const test::Sample& sample : test::sample_messages())
    records.add(log::encode_record(record_of(*sample.message)));
  Corpus scripts(folder / "reader_rule");
  for (const auto script :
       {"\0\x18\x18"sv, "\0\x18\x01\x19\x18"sv, "\0\x18\x14\x08\x18\x10\x30\x50"sv})
    scripts.add(std::string(script));
  return 0;
}
