#include "infra/log/genesis.h"

#include "infra/log/reader_rule.h"
#include "infra/log/record.h"

namespace daybook::log {
namespace {

constexpr std::chrono::seconds kWait{30};

Result<void> write_genesis(EventLog& log, std::uint32_t partition, const std::string& log_id) {
  Genesis genesis;
  genesis.set_log_id(log_id);
  genesis.set_partition(partition);
  genesis.set_partition_count(log.partition_count());
  genesis.set_format(kFormat);
  LogRecord record;
  record.set_kind(RECORD_KIND_GENESIS);
  record.set_lowest_reader(1);
  record.set_body(genesis.SerializeAsString());
  DAYBOOK_ASSIGN(appender, log.open_appender(partition));
  DAYBOOK_TRY(appender->append({encode_record(std::move(record))}));
  return appender->flush(kWait);
}

// A read may end early at a gap; a log that has nothing but gaps gets no further.
Result<std::vector<RawRecord>> read_first(LogCursor& cursor) {
  for (;;) {
    const std::uint64_t before = cursor.next_offset();
    DAYBOOK_ASSIGN(records, cursor.read(1, kWait));
    if (!records.empty() || cursor.next_offset() == before) return records;
  }
}

Result<Genesis> read_genesis(EventLog& log, std::uint32_t partition) {
  DAYBOOK_ASSIGN(cursor, log.open_cursor(partition, 0));
  DAYBOOK_ASSIGN(records, read_first(*cursor));
  if (records.empty()) {
    return fail(ErrorKind::kUnavailable, "log.no_genesis",
                "the Genesis record could not be read back in time; try again");
  }
  ReaderRule rule(partition);
  DAYBOOK_ASSIGN(judged, rule.judge(records.front().offset, records.front().bytes));
  Genesis genesis;
  genesis.ParseFromString(judged.record.body());
  return genesis;
}

// What is missing is written if `fresh_log_id` is given, and an error otherwise.
Result<std::string> log_id_of(EventLog& log, const std::string* fresh_log_id) {
  std::string log_id = fresh_log_id == nullptr ? "" : *fresh_log_id;
  for (std::uint32_t partition = 0; partition < log.partition_count(); ++partition) {
    DAYBOOK_ASSIGN(end, log.end_offset(partition));
    if (end == 0 && fresh_log_id == nullptr) {
      return fail(ErrorKind::kInvalid, "log.no_genesis",
                  "partition " + std::to_string(partition) +
                      " of the log has no Genesis record yet; write it: daybook topics create");
    }
    if (end == 0) DAYBOOK_TRY(write_genesis(log, partition, log_id));
    DAYBOOK_ASSIGN(genesis, read_genesis(log, partition));
    if (partition == 0) log_id = genesis.log_id();
    if (genesis.log_id() != log_id) {
      return fail(ErrorKind::kCorrupt, "log.mixed",
                  "partition " + std::to_string(partition) + " belongs to another log");
    }
    if (genesis.partition_count() != log.partition_count()) {
      return fail(ErrorKind::kCorrupt, "log.partition_count",
                  "the log was made with " + std::to_string(genesis.partition_count()) +
                      " partitions, now there are " + std::to_string(log.partition_count()) +
                      "; the count never changes");
    }
  }
  return log_id;
}

}  // namespace

Result<std::string> ensure_genesis(EventLog& log, const std::string& fresh_log_id) {
  return log_id_of(log, &fresh_log_id);
}

Result<std::string> read_log_id(EventLog& log) { return log_id_of(log, nullptr); }

}  // namespace daybook::log
