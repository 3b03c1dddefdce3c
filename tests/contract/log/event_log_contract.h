// What every event log keeps, whatever is behind it. An adapter joins by instantiating the suite
// with a way to open it:
//
//   INSTANTIATE_TEST_SUITE_P(Mine, EventLogContract, testing::Values(LogKind{"mine", 3,
//   open_mine}), name_of);
//
// The records of a log that is just opened (a Genesis, say) are passed over.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "infra/log/event_log.h"
#include "tests/support/temporary_folder.h"

namespace daybook::test {

struct LogKind {
  std::string name;
  std::uint32_t partitions = 1;
  // Opens the log that lives at `folder`, or makes it.
  std::function<std::unique_ptr<log::EventLog>(const std::filesystem::path& folder,
                                               std::uint32_t partitions)>
      open;
};
inline std::string name_of(const ::testing::TestParamInfo<LogKind>& info) {
  return info.param.name;
}

class EventLogContract : public ::testing::TestWithParam<LogKind> {
 protected:
  EventLogContract() { open(); }

  void open() {
    log_ = GetParam().open(folder_.path(), GetParam().partitions);
    ASSERT_NE(log_, nullptr);
  }
  [[nodiscard]] std::uint32_t last_partition() const { return GetParam().partitions - 1; }

  void append(std::uint32_t partition, std::vector<std::string> records);
  // Reads `count` records from `offset` on.
  [[nodiscard]] std::vector<log::RawRecord> read(std::uint32_t partition, std::uint64_t offset,
                                                 std::size_t count);
  [[nodiscard]] std::uint64_t end(std::uint32_t partition);

  TemporaryFolder folder_;
  std::unique_ptr<log::EventLog> log_;
};

// What those keep in addition that outlive their process.
class LastingEventLogContract : public EventLogContract {};

}  // namespace daybook::test
