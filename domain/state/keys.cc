#include "domain/state/keys.h"

#include <algorithm>

#include "domain/core/uuid.h"

namespace daybook::keys {
namespace {

constexpr char kRecord = 'a';
constexpr char kReceipt = 'r';
constexpr char kHistory = 'h';
constexpr std::size_t kIdSize = 16;

void append_id(std::string& key, std::string_view uuid) {
  const UuidBytes bytes = uuid_bytes(uuid);
  key.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string begin(char kind, std::string_view organization_id) {
  std::string key;
  key.reserve(64);
  key.push_back(kind);
  append_id(key, organization_id);
  return key;
}

std::string with_parts(char kind, std::string_view organization_id, const KeyParts& parts) {
  std::string key = begin(kind, organization_id);
  for (const std::string_view part : parts) {
    key.append(part);
    key.push_back('\0');
  }
  return key;
}

std::string read_id(std::string_view bytes) {
  UuidBytes id{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.begin());
  return uuid_text(id);
}

}  // namespace

std::string record(std::string_view organization_id, Entity entity, std::string_view id) {
  std::string key = begin(kRecord, organization_id);
  key.push_back(static_cast<char>(entity));
  append_id(key, id);
  return key;
}

std::string index(std::string_view organization_id, Index index, const KeyParts& parts) {
  return with_parts(static_cast<char>(index), organization_id, parts);
}

std::string counter(std::string_view organization_id, Counter counter, const KeyParts& parts) {
  return with_parts(static_cast<char>(counter), organization_id, parts);
}

std::string receipt(std::string_view organization_id, std::string_view command_id) {
  std::string key = begin(kReceipt, organization_id);
  append_id(key, command_id);
  return key;
}

std::string history(std::string_view organization_id, Entity entity, std::string_view id,
                    std::uint64_t version) {
  std::string key = begin(kHistory, organization_id);
  key.push_back(static_cast<char>(entity));
  append_id(key, id);
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(version >> shift));
  return key;
}

std::string ordered(std::int64_t number) {
  // As hex text, so that the part holds no NUL.
  const auto biased = static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < 16; ++i) text[i] = kDigits[(biased >> (60 - 4 * i)) & 0xF];
  return text;
}

bool is_record(std::string_view key) { return !key.empty() && key.front() == kRecord; }

bool is_lasting(std::string_view key) {
  return !key.empty() && (key.front() == kReceipt || key.front() == kHistory);
}

RecordKey parse_record(std::string_view key) {
  RecordKey parsed;
  parsed.organization_id = read_id(key.substr(1, kIdSize));
  parsed.entity = static_cast<Entity>(key[1 + kIdSize]);
  parsed.id = read_id(key.substr(2 + kIdSize));
  return parsed;
}

bool is_ordered(std::string_view key) {
  if (key.empty()) return false;
  const char kind = key.front();
  return kind == static_cast<char>(Index::kStagePosition) ||
         kind == static_cast<char>(Index::kFilterUseByTime) ||
         kind == static_cast<char>(Index::kFilterUseByFilter);
}

}  // namespace daybook::keys
