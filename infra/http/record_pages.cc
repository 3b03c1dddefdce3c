#include "infra/http/record_pages.h"

#include <array>
#include <charconv>

#include "commands/codec/json.h"
#include "domain/core/schema.h"
#include "domain/core/text.h"
#include "domain/core/uuid.h"

namespace daybook::http {
namespace {

// %2F and the like; nothing if an escape is broken, or gives what no text can be.
std::optional<std::string> unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain.push_back(text[i]);
      continue;
    }
    unsigned byte = 0;
    const bool whole = i + 3 <= text.size() &&
                       std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
                           text.data() + i + 3;
    if (!whole) return std::nullopt;
    plain.push_back(static_cast<char>(byte));
    i += 2;
  }
  return is_storable(plain) ? std::optional(plain) : std::nullopt;
}

}  // namespace

std::optional<ReceiptAddress> receipt_address(std::string_view path) {
  static constexpr std::string_view kBefore = "/v1/organizations/";
  static constexpr std::string_view kBetween = "/commands/";
  if (path.substr(0, kBefore.size()) != kBefore) return std::nullopt;
  path.remove_prefix(kBefore.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || path.substr(slash, kBetween.size()) != kBetween)
    return std::nullopt;
  const std::string_view id = path.substr(slash + kBetween.size());
  if (id.empty() || id.find('/') != std::string_view::npos) return std::nullopt;
  return ReceiptAddress{path.substr(0, slash), id};
}

std::optional<HistoryAddress> history_address(std::string_view path) {
  std::array<std::string_view, 7> parts;
  for (std::string_view& part : parts) {
    const auto slash = path.find('/');
    part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  const bool here = path.empty() && parts[0].empty() && parts[1] == "v1" &&
                    parts[2] == "organizations" && parts[4] == "history" && !parts[6].empty();
  if (!here) return std::nullopt;
  return HistoryAddress{parts[3], parts[5], parts[6]};
}

Answer receipt_page(commands::CommandDoor& door, const ReceiptAddress& address, const Grant* grant,
                    bool protobuf) {
  const auto organization = canonical_uuid(address.organization_id);
  const auto command = canonical_uuid(address.command_id);
  if (!organization || !command) {
    return error_answer(
        request_error("id.malformed", "the organization and the command are named by their UUIDs"));
  }
  // Other organizations' commands look as if they did not exist.
  if (grant != nullptr && !grant->covers_organization(*organization)) {
    return error_answer({ErrorKind::kNotFound,
                         "receipt.not_found",
                         "no command with this id has been answered",
                         {}});
  }
  const Result<Receipt> receipt = door.receipt(*organization, *command);
  return receipt ? receipt_answer(200, *receipt, protobuf) : error_answer(receipt.error());
}

Answer history_page(commands::CommandDoor& door, const HistoryAddress& address,
                    const Grant* grant) {
  const auto organization = canonical_uuid(address.organization_id);
  const Entity entity = schema::entity_named(address.entity);
  const auto reference = unescaped(address.reference);
  if (!organization || !reference || entity == ENTITY_UNSPECIFIED) {
    return error_answer(request_error("history.malformed",
                                      "give an organization's UUID, a kind of record and its id"));
  }
  if (grant != nullptr && !grant->covers_organization(*organization)) {
    return error_answer({ErrorKind::kNotFound,
                         std::string(address.entity) + ".not_found",
                         "the organization never had this record",
                         {}});
  }
  const Result<History> history = door.history(*organization, entity, *reference);
  if (!history) return error_answer(history.error());
  Answer answer;
  answer.body = codec::encode_json(*history) + "\n";
  return answer;
}

}  // namespace daybook::http
