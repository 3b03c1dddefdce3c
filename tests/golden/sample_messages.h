// One sample of everything that is stored: every kind of event, every record of the log, every
// state.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

namespace daybook::test {

struct Sample {
  std::string name;  // "daybook.log.Event company.created"
  std::unique_ptr<google::protobuf::Message> message;
};

// With every field set, to values that tell fields apart. Made from the descriptors, so that a new
// kind of event has a sample by itself.
[[nodiscard]] std::vector<Sample> sample_messages();

// The full names of the messages that are stored as they are: those of the log's schema and the
// states.
[[nodiscard]] std::vector<std::string> stored_messages();

}  // namespace daybook::test
