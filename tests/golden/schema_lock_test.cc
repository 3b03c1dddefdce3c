// The schema lock: what is stored keeps its numbers, types and names.
//
// schema.lock lists every field and enum value that a record of the log or a state can reach. A
// line that changes or goes away is a broken storage format; a field may go only if its number is
// reserved. DAYBOOK_UPDATE_LOCK=1 takes additions in.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/golden/golden_file.h"
#include "tests/golden/sample_messages.h"

namespace daybook::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr const char* kFile = "schema.lock";

std::string label_of(const FieldDescriptor& field) {
  if (field.is_map()) return "map";
  if (field.is_repeated()) return "repeated";
  if (const auto* oneof = field.real_containing_oneof()) return "oneof:" + oneof->name();
  return field.has_optional_keyword() ? "optional" : "singular";
}

std::string type_of(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) return field.message_type()->full_name();
  if (field.enum_type() != nullptr) return field.enum_type()->full_name();
  return field.type_name();
}

class Listing {
 public:
  void add(const Descriptor& message) {
    if (!seen_.insert(message.full_name()).second) return;
    lines_.insert("message " + message.full_name());
    for (int i = 0; i < message.field_count(); ++i) add_field(*message.field(i));
    for (int i = 0; i < message.reserved_range_count(); ++i) {
      const auto* range = message.reserved_range(i);
      for (int number = range->start; number < range->end; ++number) {
        lines_.insert("reserved " + message.full_name() + " " + std::to_string(number));
      }
    }
  }

  [[nodiscard]] const std::set<std::string>& lines() const { return lines_; }

 private:
  void add_field(const FieldDescriptor& field) {
    lines_.insert("field " + field.containing_type()->full_name() + " " +
                  std::to_string(field.number()) + " " + field.name() + " " + label_of(field) +
                  " " + type_of(field));
    if (field.message_type() != nullptr) add(*field.message_type());
    if (field.enum_type() != nullptr) add(*field.enum_type());
  }
  void add(const EnumDescriptor& type) {
    for (int i = 0; i < type.value_count(); ++i) {
      lines_.insert("value " + type.full_name() + " " + std::to_string(type.value(i)->number()) +
                    " " + type.value(i)->name());
    }
  }

  std::set<std::string> seen_;
  std::set<std::string> lines_;
};

std::set<std::string> lines_of_today() {
  Listing listing;
  for (const std::string& name : stored_messages()) {
    listing.add(*DescriptorPool::generated_pool()->FindMessageTypeByName(name));
  }
  return listing.lines();
}

// "field M 3 name ..." may go once "reserved M 3" is there.
bool is_reserved(const std::string& line, const std::set<std::string>& today) {
  const auto words = split(line, ' ');
  return words[0] == "field" && today.count("reserved " + words[1] + " " + words[2]) != 0;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

TEST(SchemaLock, WhatIsStoredKeepsItsNumbersTypesAndNames) {
  const std::set<std::string> today = lines_of_today();
  const std::vector<std::string> committed = golden_lines(kFile);
  const std::set<std::string> locked(committed.begin(), committed.end());
  std::vector<std::string> gone;
  std::vector<std::string> reserved;
  std::vector<std::string> added;
  for (const std::string& line : locked) {
    if (today.count(line) != 0) continue;
    (is_reserved(line, today) ? reserved : gone).push_back(line);
  }
  std::set_difference(today.begin(), today.end(), locked.begin(), locked.end(),
                      std::back_inserter(added));
  ASSERT_TRUE(gone.empty())
      << "stored messages changed; numbers are never reused, changed or dropped:" << joined(gone)
      << "\nwhat is there instead:" << joined(added);
  if (added.empty() && reserved.empty()) return;
  ASSERT_TRUE(may_update()) << "new in the stored messages:" << joined(added)
                            << "\nreserved now:" << joined(reserved)
                            << "\ntake them in with DAYBOOK_UPDATE_LOCK=1";
  write_golden(kFile,
               "Everything that is stored, by number. Changed only by DAYBOOK_UPDATE_LOCK=1 "
               "(schema_lock_test.cc).",
               std::vector<std::string>(today.begin(), today.end()));
}

TEST(SchemaLock, RecordsBeginWithTheMagic) {
  // The frozen part of the log: any protobuf client finds our records by their first bytes.
  const auto* record =
      DescriptorPool::generated_pool()->FindMessageTypeByName("daybook.log.LogRecord");
  ASSERT_NE(record, nullptr);
  EXPECT_EQ(record->FindFieldByName("magic")->number(), 1);
  EXPECT_EQ(record->FindFieldByName("magic")->type(), FieldDescriptor::TYPE_FIXED32);
}

}  // namespace
}  // namespace daybook::test
