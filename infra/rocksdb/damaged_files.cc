#include "infra/rocksdb/damaged_files.h"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

namespace daybook::rocks {
namespace {

namespace fs = std::filesystem;

// Write-ahead files and manifests have one format: blocks of records, each of which begins with a
// checksum, a length of two bytes and a type. What a block has left that is too short for these is
// not used.
constexpr std::size_t kBlock = 32'768;
constexpr std::size_t kHeader = 7;
constexpr std::size_t kType = 6;

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = (value << 8U) | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// CRC-32C of the type and what follows, turned and shifted, because what follows may hold
// checksums.
std::uint32_t checksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t value = crc.checksum();
  return ((value >> 15U) | (value << 17U)) + 0xA282EAD8U;
}

// The size of the record at the beginning of this rest of a block; 0: it is not whole.
std::size_t record_size(std::string_view rest) {
  if (rest.size() < kHeader) return 0;
  const std::size_t size = kHeader + number(rest.substr(4, 2));
  if (size > rest.size()) return 0;
  return number(rest.substr(0, 4)) == checksum(rest.substr(kType, size - kType)) ? size : 0;
}

std::size_t whole_bytes(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view rest = bytes.substr(at, kBlock - at % kBlock);
    const bool unused = rest.size() < kHeader && at + rest.size() < bytes.size();
    const std::size_t size = unused ? rest.size() : record_size(rest);
    if (size == 0) return at;
    at += size;
  }
  return bytes.size();
}

std::string damage_of(const fs::path& path) {
  if (path.extension() == ".sst") {
    rocksdb::SstFileReader table{rocksdb::Options()};
    return table.Open(path.string()).ok() ? "" : "cannot be read";
  }
  if (path.extension() != ".log" && !path.filename().string().starts_with("MANIFEST-")) return "";
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t whole = whole_bytes(bytes);
  return whole == bytes.size() ? "" : "is whole up to byte " + std::to_string(whole);
}

}  // namespace

std::string damaged_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(folder, gone)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string text;
  for (const fs::path& path : files) {
    if (const std::string damage = damage_of(path); !damage.empty())
      text += ": " + path.filename().string() + " " + damage;
  }
  return text;
}

}  // namespace daybook::rocks
