// What RocksDB databases of ours have in common: they stand a full disk.
//
// After a write that failed for want of room RocksDB goes on only when it is opened anew, and its
// own information log ends the process (an assertion, in Debian's build). So nothing is handed to
// it unless the disk has room to spare, and it keeps no such log.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include <filesystem>
#include <string>

#include "domain/core/result.h"

namespace daybook::rocks {

// kUnavailable with this code if less than 32 MiB are free where the folder is. Thread-safe.
[[nodiscard]] Result<void> require_room(const std::filesystem::path& folder,
                                        const std::string& code);

// Whether files are damaged; one that the database names and that is missing is damage too.
[[nodiscard]] bool is_damage(const rocksdb::Status& status);

// Options that every database of ours begins with.
[[nodiscard]] rocksdb::Options plain_options();

}  // namespace daybook::rocks
