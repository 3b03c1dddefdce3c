#include "infra/log/event_log.h"

namespace daybook::log {

Result<EventLog::OneRecord> EventLog::read_one(std::uint32_t partition, std::uint64_t offset,
                                               std::chrono::milliseconds wait) {
  DAYBOOK_ASSIGN(cursor, open_cursor(partition, offset));
  return first_of(*cursor, wait);
}

Result<EventLog::OneRecord> EventLog::first_of(LogCursor& cursor, std::chrono::milliseconds wait) {
  DAYBOOK_ASSIGN(records, cursor.read(1, wait));
  if (records.empty()) return OneRecord{std::nullopt, cursor.next_offset()};
  return OneRecord{std::move(records.front()), cursor.next_offset()};
}

}  // namespace daybook::log
