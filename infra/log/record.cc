#include "infra/log/record.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace daybook::log {
namespace {

constexpr std::string_view kMagicBytes{"\x0d\x59\x44\x41\x59",
                                       5};  // field 1, fixed32, little-endian magic
constexpr char kChecksumTag = 0x41;         // field 8, fixed64
constexpr std::size_t kChecksumSize = 9;

}  // namespace

std::string encode_record(LogRecord record) {
  record.set_magic(kMagic);
  record.clear_checksum();
  std::string bytes = record.SerializeAsString();
  const std::uint64_t checksum = XXH3_64bits(bytes.data(), bytes.size());
  bytes.push_back(kChecksumTag);
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(checksum >> shift));
  return bytes;
}

tl::expected<LogRecord, RecordFault> decode_record(std::string_view bytes) {
  if (bytes.substr(0, kMagicBytes.size()) != kMagicBytes)
    return tl::unexpected(RecordFault::kForeign);
  if (bytes.size() < kMagicBytes.size() + kChecksumSize)
    return tl::unexpected(RecordFault::kDamaged);
  LogRecord record;
  const bool intact =
      bytes[bytes.size() - kChecksumSize] == kChecksumTag &&
      XXH3_64bits(bytes.data(), bytes.size() - kChecksumSize) == checksum_of(bytes) &&
      record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  if (!intact) return tl::unexpected(RecordFault::kDamaged);
  return record;
}

std::uint64_t checksum_of(std::string_view record_bytes) {
  if (record_bytes.size() < 8) return 0;
  std::uint64_t checksum = 0;
  const std::string_view tail = record_bytes.substr(record_bytes.size() - 8);
  for (std::size_t i = 8; i-- > 0;) checksum = (checksum << 8) | static_cast<std::uint8_t>(tail[i]);
  return checksum;
}

RunningHash hash_after(const RunningHash& before, std::string_view record_bytes) {
  RunningHash after{};
  static thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), EVP_MD_CTX_free);
  // EVP_sha256() would be looked up anew for every record.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_DigestInit_ex(context.get(), sha256, nullptr);
  EVP_DigestUpdate(context.get(), before.data(), before.size());
  EVP_DigestUpdate(context.get(), record_bytes.data(), record_bytes.size());
  EVP_DigestFinal_ex(context.get(), after.data(), nullptr);
  return after;
}

std::string to_bytes(const RunningHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

RunningHash to_hash(const std::string& bytes) {
  RunningHash hash{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
  return hash;
}

}  // namespace daybook::log
