// The logs that keep the contract.
#include "infra/log/embedded/embedded_log.h"
#include "tests/contract/log/event_log_contract.h"
#include "tests/support/memory_event_log.h"

namespace daybook::test {
namespace {

std::unique_ptr<log::EventLog> open_embedded(const std::filesystem::path& folder,
                                             std::uint32_t partitions) {
  auto opened = log::EmbeddedLog::open({folder, partitions, true});
  EXPECT_TRUE(opened) << opened.error().detail;
  return opened ? std::move(*opened) : nullptr;
}

std::unique_ptr<log::EventLog> in_memory(const std::filesystem::path&, std::uint32_t partitions) {
  return std::make_unique<MemoryEventLog>(partitions);
}

std::unique_ptr<log::EventLog> in_memory_with_gaps(const std::filesystem::path&,
                                                   std::uint32_t partitions) {
  return std::make_unique<MemoryEventLog>(partitions, 7);
}

const LogKind kEmbedded{"embedded", 1, open_embedded};
const LogKind kEmbedded3{"embedded_3_partitions", 3, open_embedded};
const LogKind kMemory{"memory", 1, in_memory};
const LogKind kMemory3{"memory_3_partitions_with_gaps", 3, in_memory_with_gaps};

INSTANTIATE_TEST_SUITE_P(Logs, EventLogContract,
                         testing::Values(kEmbedded, kEmbedded3, kMemory, kMemory3), name_of);
INSTANTIATE_TEST_SUITE_P(Logs, LastingEventLogContract, testing::Values(kEmbedded, kEmbedded3),
                         name_of);

}  // namespace
}  // namespace daybook::test
