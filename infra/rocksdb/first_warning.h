// What RocksDB says of a database only in its information log, which databases of ours do not
// keep: which write-ahead file is damaged.
#pragma once

#include <rocksdb/env.h>

#include <mutex>
#include <string>

namespace daybook::rocks {

// To be given to a database as its `info_log`. Thread-safe.
class FirstWarning final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) override;

  // What was wrong to begin with, in one line; empty: nothing. Later ones only follow from it.
  [[nodiscard]] std::string text() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace daybook::rocks
