// Which files of a RocksDB database are damaged, and where, as far as RocksDB does not say it when
// it refuses to open: it blames the manifest for what a table's properties have, and of write-ahead
// files and manifests it gives no place.
#pragma once

#include <filesystem>
#include <string>

namespace daybook::rocks {

// For each file of the database in `folder` that cannot be read as it should: ": NAME is whole up
// to byte N" of write-ahead files and manifests, ": NAME cannot be read" of tables, whose blocks
// are not looked at. Empty: there is none.
[[nodiscard]] std::string damaged_files(const std::filesystem::path& folder);

}  // namespace daybook::rocks
