#include "apps/daybook/demo/demo.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <string_view>

#include "apps/daybook/demo/template.h"
#include "domain/core/time.h"
#include "domain/core/uuid.h"

namespace daybook::demo {
namespace {

constexpr std::string_view kOrganization = "0da7b00c-de30-4000-8000-000000000001";
constexpr std::string_view kTime = "\"T0";  // "T0", "T0-7d", "T0+14d"
constexpr std::string_view kExternalId = R"("externalIds":[{"namespace":"demo","id":")";

std::string_view text_up_to_quote(std::string_view line, std::size_t begin) {
  const std::size_t end = line.find('"', begin);
  assert(end != std::string_view::npos);
  return line.substr(begin, end - begin);
}

std::string_view external_id_of(std::string_view line) {
  const std::size_t found = line.find(kExternalId);
  assert(found != std::string_view::npos);
  return text_up_to_quote(line, found + kExternalId.size());
}

// "-7d" after T0: days as milliseconds; "": none.
std::int64_t offset_ms(std::string_view days) {
  if (days.empty()) return 0;
  assert(days.back() == 'd');
  if (days.front() == '+') days.remove_prefix(1);
  std::int64_t count = 0;
  [[maybe_unused]] const auto parsed =
      std::from_chars(days.data(), days.data() + days.size() - 1, count);
  assert(parsed.ec == std::errc() && *parsed.ptr == 'd');
  return count * kMillisecondsPerDay;
}

std::string with_times(std::string_view line, std::int64_t t0_ms) {
  std::string result;
  std::size_t done = 0;
  for (std::size_t found = line.find(kTime); found != std::string_view::npos;
       found = line.find(kTime, done)) {
    const std::string_view time = text_up_to_quote(line, found + 1);
    result.append(line.substr(done, found + 1 - done));
    result.append(timestamp_text(t0_ms + offset_ms(time.substr(kTime.size() - 1))));
    done = found + 1 + time.size();
  }
  return result.append(line.substr(done));
}

// The line, which is a JSON object, with its two ids put before its other members.
std::string with_ids(std::string_view line) {
  std::string result = R"({"commandId":")" + command_id(std::string(external_id_of(line)));
  result.append(R"(","organizationId":")").append(kOrganization).append("\",");
  return result.append(line.substr(1));
}

}  // namespace

std::string organization_id() { return std::string(kOrganization); }

std::string command_id(const std::string& name) { return uuid_v5(kOrganization, "demo/" + name); }

Command create_organization() {
  Command command;
  command.set_command_id(command_id("organization"));
  command.set_organization_id(organization_id());
  command.set_actor("integration");
  auto& create = *command.mutable_action()->mutable_create_organization();
  create.mutable_fields()->set_name("Daybook Demo");
  return command;
}

std::vector<std::string> commands_json(std::int64_t t0_ms) {
  std::vector<std::string> commands;
  std::string_view rest = command_template();
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.empty()) commands.push_back(with_times(with_ids(line), t0_ms));
  }
  return commands;
}

}  // namespace daybook::demo
