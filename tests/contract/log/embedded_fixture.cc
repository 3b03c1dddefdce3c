#include "tests/contract/log/embedded_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace daybook::test {

namespace fs = std::filesystem;

Result<std::unique_ptr<log::EmbeddedLog>> open_log(const fs::path& folder,
                                                   std::uint32_t partitions) {
  return log::EmbeddedLog::open({folder, partitions, true});
}

void append(log::EventLog& log, std::uint32_t partition, std::vector<std::string> records) {
  auto appender = log.open_appender(partition);
  ASSERT_TRUE(appender);
  ASSERT_TRUE((*appender)->append(std::move(records)));
  ASSERT_TRUE((*appender)->flush(std::chrono::seconds(30)));
}

Result<Contents> read_contents(log::EventLog& log) {
  Contents contents;
  for (std::uint32_t partition = 0; partition < log.partition_count(); ++partition) {
    DAYBOOK_ASSIGN(end, log.end_offset(partition));
    DAYBOOK_ASSIGN(cursor, log.open_cursor(partition, 0));
    // One by one too, because that is a look-up.
    const std::size_t at_once = partition % 2 == 0 ? 1000 : 1;
    while (contents[partition].size() < end) {
      DAYBOOK_ASSIGN(records, cursor->read(at_once, std::chrono::milliseconds(0)));
      for (auto& record : records) {
        EXPECT_EQ(record.offset, contents[partition].size());
        contents[partition].push_back(std::move(record.bytes));
      }
    }
  }
  return contents;
}

std::vector<fs::path> data_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const bool of_the_log = name != "LOCK" && name != "IDENTITY" &&
                            name.compare(0, 3, "LOG") != 0 && name.compare(0, 7, "OPTIONS") != 0;
    if (entry.is_regular_file() && of_the_log) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace daybook::test
