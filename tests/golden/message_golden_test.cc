// Golden bytes: what was ever written to a log must be read for ever, and is written the same
// today.
//
// messages.golden has a line for each sample: name, bytes in hex, text format, separated by tabs.
// Lines are never changed; DAYBOOK_UPDATE_LOCK=1 appends those of new kinds of event.
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/golden/golden_file.h"
#include "tests/golden/sample_messages.h"

namespace daybook::test {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr const char* kFile = "messages.golden";

std::unique_ptr<Message> make(const std::string& sample_name) {
  const std::string type = sample_name.substr(0, sample_name.find(' '));
  const auto* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  if (descriptor == nullptr) return nullptr;
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

std::string text_of(const Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(message, &text);
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::string bytes_of(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

TEST(GoldenMessage, StaysReadableAndIsWrittenTheSame) {
  for (const std::string& line : golden_lines(kFile)) {
    const auto parts = split(line, '\t');
    ASSERT_EQ(parts.size(), 3U) << line;
    SCOPED_TRACE(parts[0]);
    const std::unique_ptr<Message> read = make(parts[0]);
    ASSERT_NE(read, nullptr) << "the message is gone";
    ASSERT_TRUE(read->ParseFromString(from_hex(parts[1])));
    EXPECT_EQ(text_of(*read), parts[2]) << "the stored bytes mean something else now";
    const std::unique_ptr<Message> written = make(parts[0]);
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(parts[2], written.get()));
    EXPECT_EQ(to_hex(bytes_of(*written)), parts[1]) << "it is written otherwise now";
  }
}

TEST(GoldenMessage, ThereIsOneOfEveryKind) {
  std::vector<std::string> lines = golden_lines(kFile);
  std::set<std::string> known;
  for (const std::string& line : lines) known.insert(split(line, '\t').front());
  std::string missing;
  for (const Sample& sample : sample_messages()) {
    if (!known.insert(sample.name).second) continue;
    missing += "\n  " + sample.name;
    lines.push_back(sample.name + "\t" + to_hex(bytes_of(*sample.message)) + "\t" +
                    text_of(*sample.message));
  }
  if (missing.empty()) return;
  ASSERT_TRUE(may_update()) << "no golden bytes of" << missing
                            << "\nappend them with DAYBOOK_UPDATE_LOCK=1";
  write_golden(kFile,
               "Stored bytes that stay readable for ever. Lines are only ever appended "
               "(message_golden_test.cc).",
               lines);
}

}  // namespace
}  // namespace daybook::test
