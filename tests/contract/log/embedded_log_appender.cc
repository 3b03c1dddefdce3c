// A process that appends to an embedded log until it is killed, or has appended so many groups; it
// never closes the log. To stdout it says what has been acknowledged. A program of its own, because
// RocksDB does not survive a fork.
//
//   embedded_log_appender FOLDER SEED GROUPS    (0 groups: for ever)
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "tests/contract/log/embedded_appender.h"
#include "tests/contract/log/embedded_fixture.h"

int main(int, char** arguments) {
  using namespace daybook::test;
  std::mt19937 random(static_cast<std::uint32_t>(std::strtoul(arguments[2], nullptr, 10)));
  const unsigned long groups = std::strtoul(arguments[3], nullptr, 10);
  auto log = open_log(arguments[1], kAppenderPartitions);
  if (!log) return 2;
  for (unsigned long group = 0; groups == 0 || group < groups; ++group) {
    const auto partition = static_cast<std::uint32_t>(group % kAppenderPartitions);
    auto appender = (*log)->open_appender(partition);
    std::uint64_t end = (*log)->end_offset(partition).value();
    std::vector<std::string> records;
    for (std::size_t i = random() % 5 + 1; i > 0; --i)
      records.push_back(appended_record(partition, end++));
    const bool done =
        (*appender)->append(std::move(records)) && (*appender)->flush(std::chrono::seconds(30));
    const Acknowledged acknowledged{partition, end};
    if (!done || ::write(STDOUT_FILENO, &acknowledged, sizeof acknowledged) != sizeof acknowledged)
      return 3;
  }
  ::_exit(0);  // without closing anything
}
