#include "infra/http/record_pages.h"

#include <algorithm>
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

// A token that may act as anybody sees what anybody sees.
std::string viewer_of(const Grant* grant) {
  return grant == nullptr || grant->may_act_as ? "integration" : grant->actor;
}

// The number of "?after=7"; 0 if there is none.
std::uint64_t after_in(std::string_view query) {
  constexpr std::string_view kName = "after=";
  const auto found = query.find(kName);
  std::uint64_t number = 0;
  if (found == std::string_view::npos) return number;
  const std::string_view text = query.substr(found + kName.size());
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::optional<ReceiptAddress> receipt_address(std::string_view target) {
  static constexpr std::string_view kBefore = "/v1/organizations/";
  static constexpr std::string_view kBetween = "/commands/";
  std::string_view path = target.substr(0, target.find('?'));
  if (path.substr(0, kBefore.size()) != kBefore) return std::nullopt;
  path.remove_prefix(kBefore.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || path.substr(slash, kBetween.size()) != kBetween)
    return std::nullopt;
  const std::string_view id = path.substr(slash + kBetween.size());
  if (id.empty() || id.find('/') != std::string_view::npos) return std::nullopt;
  return ReceiptAddress{std::string(path.substr(0, slash)), std::string(id)};
}

std::optional<HistoryAddress> history_address(std::string_view target) {
  const auto query = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, query);
  std::array<std::string_view, 7> parts;
  for (std::string_view& part : parts) {
    const auto slash = path.find('/');
    part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  const bool here = path.empty() && parts[0].empty() && parts[1] == "v1" &&
                    parts[2] == "organizations" && parts[4] == "history" && !parts[6].empty();
  if (!here) return std::nullopt;
  return HistoryAddress{std::string(parts[3]), std::string(parts[5]), std::string(parts[6]),
                        after_in(target.substr(query))};
}

void receipt_page(commands::CommandDoor& door, const ReceiptAddress& address, const Grant* grant,
                  bool protobuf, std::function<void(Answer)> answer) {
  const auto organization = canonical_uuid(address.organization_id);
  const auto command = canonical_uuid(address.command_id);
  if (!organization || !command) {
    return answer(error_answer(request_error(
        "id.malformed", "the organization and the command are named by their UUIDs")));
  }
  // Other organizations' commands look as if they did not exist.
  if (grant != nullptr && !grant->covers_organization(*organization)) {
    return answer(error_answer({ErrorKind::kNotFound,
                                "receipt.not_found",
                                "no command with this id has been answered",
                                {}}));
  }
  door.receipt({*organization, *command, viewer_of(grant)}, [protobuf, answer = std::move(answer)](
                                                                const Result<Receipt>& receipt) {
    answer(receipt ? receipt_answer(200, *receipt, protobuf) : error_answer(receipt.error()));
  });
}

void history_page(commands::CommandDoor& door, const HistoryAddress& address, const Grant* grant,
                  std::function<void(Answer)> answer) {
  const auto organization = canonical_uuid(address.organization_id);
  const auto reference = unescaped(address.reference);
  commands::HistoryQuestion question;
  question.entity = schema::entity_named(address.entity);
  question.viewer = viewer_of(grant);
  question.after_version = address.after_version;
  if (!organization || !reference || question.entity == ENTITY_UNSPECIFIED) {
    return answer(error_answer(request_error(
        "history.malformed", "give an organization's UUID, a kind of record and its id")));
  }
  if (grant != nullptr && !grant->covers_organization(*organization)) {
    return answer(error_answer({ErrorKind::kNotFound,
                                address.entity + ".not_found",
                                "the organization never had this record, or you may not see it",
                                {}}));
  }
  question.organization_id = *organization;
  question.reference = *reference;
  door.history(std::move(question), [answer = std::move(answer)](const Result<History>& history) {
    if (!history) return answer(error_answer(history.error()));
    Answer page;
    page.body = codec::encode_json(*history) + "\n";
    answer(std::move(page));
  });
}

}  // namespace daybook::http
