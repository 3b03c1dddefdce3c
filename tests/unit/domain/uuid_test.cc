// Canonical ids and UUID version 5, against vectors of RFC 4122 and of another implementation.
#include "domain/core/uuid.h"

#include <gtest/gtest.h>

#include "domain/core/position.h"

namespace daybook {
namespace {

constexpr const char* kDns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
constexpr const char* kUrl = "6ba7b811-9dad-11d1-80b4-00c04fd430c8";
constexpr const char* kOid = "6ba7b812-9dad-11d1-80b4-00c04fd430c8";

TEST(Uuid, VersionFiveMatchesKnownVectors) {
  EXPECT_EQ(uuid_v5(kDns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  EXPECT_EQ(uuid_v5(kDns, "python.org"), "886313e1-3b8a-5372-9b90-0c9aee199e5d");
  EXPECT_EQ(uuid_v5(kUrl, "http://www.example.com/"), "fcde3c85-2270-590f-9e7c-ee003d65e0e2");
  EXPECT_EQ(uuid_v5(kDns, ""), "4ebd0208-8328-5d69-8c44-ec50939c0967");
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xC3\xBC";
  EXPECT_EQ(uuid_v5(kOid, umlauts), "1ece8ffd-e378-5c25-b2ec-08ad4f0891a5");
}

TEST(Uuid, RecordIdsAreNamedAsDocumented) {
  const char* organization = "0a000000-0000-4000-8000-000000000001";
  EXPECT_EQ(external_record_id(organization, "company", "erp", "4711"),
            uuid_v5(organization, "company/x/erp/4711"));
  EXPECT_EQ(command_record_id(organization, "deal", "c0000000-0000-4000-8000-000000000077", 12, 3),
            uuid_v5(organization, "deal/c/c0000000-0000-4000-8000-000000000077/12/3"));
}

TEST(Uuid, CanonicalTextIsLowerCase) {
  EXPECT_EQ(canonical_uuid("0A0B0C0D-0e0f-4ABC-8def-AbCdEf012345"),
            "0a0b0c0d-0e0f-4abc-8def-abcdef012345");
  for (const char* bad :
       {"", "0a0b0c0d", "0a0b0c0d-0e0f-4abc-8def-abcdef01234",
        "0a0b0c0d-0e0f-4abc-8def-abcdef0123456", "0a0b0c0d-0e0f-4abc-8def-abcdef01234g",
        "0a0b0c0d00e0f-4abc-8def-abcdef012345", "{a0b0c0d-0e0f-4abc-8def-abcdef01234}",
        "0a0b0c0d-0e0f-4abc-8def-abcdef01-345"}) {
    EXPECT_EQ(canonical_uuid(bad), std::nullopt) << bad;
  }
}

TEST(Uuid, BytesComeBack) {
  const std::string text = "0a0b0c0d-0e0f-4abc-8def-abcdef012345";
  const UuidBytes bytes = uuid_bytes(text);
  EXPECT_EQ(bytes.front(), 0x0a);
  EXPECT_EQ(bytes.back(), 0x45);
  EXPECT_EQ(uuid_text(bytes), text);
}

TEST(Position, TokenNamesLogPartitionOffsetSequenceAndHash) {
  Position position;
  EXPECT_TRUE(position.nowhere());
  position.log_id = "0a0b0c0d-0e0f-4abc-8def-abcdef012345";
  position.partition = 2;
  position.offset = 17;
  position.sequence = 9;
  for (std::size_t i = 0; i < position.hash.size(); ++i)
    position.hash[i] = static_cast<std::uint8_t>(0xA0 + i);
  EXPECT_EQ(token_of(position), "0a0b0c0d-0e0f-4abc-8def-abcdef012345:2:17:9:a0a1a2a3a4a5a6a7");
  EXPECT_FALSE(position.nowhere());
}

}  // namespace
}  // namespace daybook
