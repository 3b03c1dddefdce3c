#include "infra/http/tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <fstream>
#include <sstream>

#include "domain/core/text.h"
#include "domain/core/uuid.h"

namespace daybook::http {
namespace {

constexpr std::size_t kHashHexDigits = 64;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool parse_hash(std::string_view text, std::array<std::uint8_t, 32>& hash) {
  if (text.size() != kHashHexDigits) return false;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    hash.at(i) = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

std::string canonical(std::string_view id) {
  const std::string_view text = trimmed(id);
  return canonical_uuid(text).value_or(std::string(text));
}

// The message never repeats the line: it may hold a token by mistake.
tl::unexpected<Error> bad_line(std::size_t number, const std::string& remedy) {
  return fail(ErrorKind::kInvalid, "tokens.malformed",
              "line " + std::to_string(number) + " of the token file: " + remedy);
}

}  // namespace

bool Grant::covers_organization(std::string_view id) const {
  return canonical(id) == organization_id;
}

std::optional<Error> Grant::refusal(const Command& command) const {
  if (!covers_organization(command.organization_id())) {
    return Error{ErrorKind::kNotAllowed, "auth.other_organization",
                 "the token stands for another organization", "organizationId"};
  }
  if (!may_act_as && canonical(command.actor()) != actor) {
    return Error{ErrorKind::kNotAllowed, "auth.other_actor",
                 "the token stands for the actor " + actor + " and may not act as another one",
                 "actor"};
  }
  return std::nullopt;
}

Result<TokenTable> TokenTable::parse(std::string_view text) {
  TokenTable table;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string hash;
    std::string organization;
    std::string actor;
    std::string right;
    std::string surplus;
    words >> hash >> organization >> actor >> right >> surplus;
    if (hash.empty()) continue;
    Entry entry;
    if (!parse_hash(hash, entry.hash))
      return bad_line(number, "begin with the SHA-256 of the token, 64 hex digits");
    const auto organization_id = canonical_uuid(organization);
    if (!organization_id)
      return bad_line(number, "the second word must be the organization's UUID");
    if (actor.empty()) return bad_line(number, "the third word must be the actor");
    if ((!right.empty() && right != "may-act-as") || !surplus.empty()) {
      return bad_line(number, "only \"may-act-as\" may follow the actor");
    }
    entry.grant = Grant{*organization_id, canonical(actor), !right.empty()};
    table.entries_.push_back(std::move(entry));
  }
  return table;
}

Result<TokenTable> TokenTable::load(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in)
    return fail(ErrorKind::kInvalid, "tokens.unreadable",
                "the token file " + file + " cannot be read");
  DAYBOOK_ASSIGN(table, parse(text.str()));
  if (table.entries_.empty()) {
    return fail(ErrorKind::kInvalid, "tokens.empty",
                "the token file " + file + " has no token: nobody could do anything");
  }
  return table;
}

TokenTable::Hash TokenTable::hash_of(std::string_view token) {
  Hash hash{};
  unsigned length = 0;
  EVP_Digest(token.data(), token.size(), hash.data(), &length, EVP_sha256(), nullptr);
  return hash;
}

const Grant* TokenTable::find(std::string_view token) const {
  const Hash hash = hash_of(token);
  const Grant* found = nullptr;
  // Every entry is compared, whole, whichever fits.
  for (const Entry& entry : entries_) {
    if (CRYPTO_memcmp(entry.hash.data(), hash.data(), hash.size()) == 0) found = &entry.grant;
  }
  return found;
}

}  // namespace daybook::http
