// Who a bearer token stands for.
//
// The token file holds one token on each line, as the SHA-256 of its bytes in hex (`printf %s TOKEN
// | sha256sum`), with the organization and the actor that it stands for, and optionally the right
// to act as any actor of the organization:
//
//   # night import of the ERP
//   2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
//   0b7f6c1e-52a4-4f5e-8d3c-7a9e4d2f6b81 integration may-act-as
//
// The file is read once, at start. Immutable afterwards, so thread-safe. Tokens are never stored or
// logged.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/result.h"
#include "schemas/command.pb.h"

namespace daybook::http {

struct Grant {
  std::string organization_id;  // canonical
  std::string actor;
  bool may_act_as = false;

  [[nodiscard]] bool covers_organization(std::string_view organization_id) const;
  // What this token may not do of `command`: kNotAllowed "auth.other_organization" or
  // "auth.other_actor".
  [[nodiscard]] std::optional<Error> refusal(const Command& command) const;
};

class TokenTable {
 public:
  // Reads the text of a token file; a fault names its line.
  [[nodiscard]] static Result<TokenTable> parse(std::string_view text);
  [[nodiscard]] static Result<TokenTable> load(const std::string& file);

  // The grant of a token; null if there is none. Takes the same time for every token of one length.
  [[nodiscard]] const Grant* find(std::string_view token) const;

 private:
  using Hash = std::array<std::uint8_t, 32>;
  struct Entry {
    Hash hash{};
    Grant grant;
  };

  static Hash hash_of(std::string_view token);

  std::vector<Entry> entries_;
};

}  // namespace daybook::http
