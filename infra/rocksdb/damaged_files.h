// Where a file of RocksDB's ends to be whole, which RocksDB itself does not say: of its write-ahead
// files and manifests, which have one format: blocks of records, each with a checksum.
#pragma once

#include <filesystem>
#include <string>

namespace daybook::rocks {

// For each such file of the database in `folder` that is not whole to its end: ": NAME is whole up
// to byte N". Empty: all are.
[[nodiscard]] std::string whole_up_to(const std::filesystem::path& folder);

}  // namespace daybook::rocks
