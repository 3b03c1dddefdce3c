#include "apps/daybook/door.h"

#include <fmt/format.h>

#include <future>
#include <nlohmann/json.hpp>

#include "apps/daybook/answer.h"
#include "apps/daybook/engine.h"
#include "apps/daybook/running.h"
#include "commands/await_answer.h"
#include "commands/codec/decode.h"
#include "commands/codec/json.h"
#include "domain/core/schema.h"
#include "infra/http/client.h"
#include "infra/http/message.h"

namespace daybook::app {
namespace {

std::string outcome_in(const std::string& json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  return parsed.is_object() ? parsed.value("outcome", "") : "";
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

class RemoteDoor final : public Door {
 public:
  RemoteDoor(const std::string& address, const std::string& token) : client_(address, token) {}

  [[nodiscard]] Result<std::vector<SentAnswer>> send(
      const std::vector<std::string>& lines) override {
    std::vector<SentAnswer> answers;
    for (std::size_t first = 0; first < lines.size(); first += kLinesPerRequest) {
      std::string body;
      const std::size_t end = std::min(lines.size(), first + kLinesPerRequest);
      for (std::size_t i = first; i < end; ++i) body.append(lines[i]).push_back('\n');
      DAYBOOK_ASSIGN(response, client_.post("/v1/commands", "application/x-ndjson", body));
      if (response.status != 200) return fail(error_of(response));
      std::size_t start = 0;
      while (start < response.body.size()) {
        const std::size_t newline = std::min(response.body.find('\n', start), response.body.size());
        std::string line = response.body.substr(start, newline - start);
        start = newline + 1;
        if (!line.empty()) answers.push_back({line, outcome_in(line)});
      }
    }
    if (answers.size() == lines.size()) return answers;
    return fail(ErrorKind::kUnknownOutcome, "send.incomplete",
                fmt::format("{} commands were sent, {} were answered; send the same file again",
                            lines.size(), answers.size()));
  }

  [[nodiscard]] Result<std::string> receipt(const std::string& organization_id,
                                            const std::string& command_id) override {
    return get("/v1/organizations/" + escaped(organization_id) + "/commands/" +
               escaped(command_id));
  }
  [[nodiscard]] Result<std::string> history(const std::string& organization_id,
                                            const std::string& entity,
                                            const std::string& reference) override {
    const std::string target = "/v1/organizations/" + escaped(organization_id) + "/history/" +
                               escaped(entity) + "/" + escaped(reference);
    nlohmann::ordered_json history;
    for (std::string page = target;;) {
      DAYBOOK_ASSIGN(text, get(page));
      auto part = nlohmann::ordered_json::parse(text, nullptr, false);
      if (!part.is_object())
        return fail(ErrorKind::kUnavailable, "http.malformed", "the answer is not JSON: " + text);
      const bool more = part.value("more", false);
      if (history.is_null()) {
        history = std::move(part);
      } else {
        for (auto& entry : part["entries"]) history["entries"].push_back(std::move(entry));
      }
      if (!more) break;
      page = target + "?after=" + std::to_string(history["entries"].back().value("version", 0ULL));
    }
    history.erase("more");
    return history.dump();
  }

 private:
  Result<std::string> get(const std::string& target) {
    DAYBOOK_ASSIGN(response, client_.get(target));
    if (response.status != 200) return fail(error_of(response));
    return response.body;
  }

  http::Client client_;
};

// Without a running engine: beside the log itself.
class LocalDoor final : public Door {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Door>> open(const Settings& settings) {
    auto local = std::make_unique<LocalDoor>();
    DAYBOOK_ASSIGN(backend, Backend::open(settings, std::nullopt));
    local->backend_ = std::move(backend);
    DAYBOOK_ASSIGN(door, local->backend_->open_door(nullptr));
    local->topics_ = std::move(door);
    if (local->topics_) return local;
    Wiring wiring;
    wiring.state_memory = settings.state_memory;
    DAYBOOK_ASSIGN(commands, CommandSide::open(*local->backend_, wiring));
    DAYBOOK_TRY(commands->await_owned());
    local->commands_ = std::move(commands);
    return local;
  }

  [[nodiscard]] Result<std::vector<SentAnswer>> send(
      const std::vector<std::string>& lines) override {
    std::vector<std::future<SentAnswer>> waiting;
    waiting.reserve(lines.size());
    for (const std::string& line : lines) waiting.push_back(submit(line));
    std::vector<SentAnswer> answers;
    answers.reserve(lines.size());
    for (auto& each : waiting) answers.push_back(each.get());
    return answers;
  }
  [[nodiscard]] Result<std::string> receipt(const std::string& organization_id,
                                            const std::string& command_id) override {
    DAYBOOK_ASSIGN(receipt, commands::await_answer(
                                door(), commands::ReceiptQuestion{organization_id, command_id}));
    return codec::encode_json(receipt);
  }
  [[nodiscard]] Result<std::string> history(const std::string& organization_id,
                                            const std::string& entity,
                                            const std::string& reference) override {
    commands::HistoryQuestion question;
    question.organization_id = organization_id;
    question.entity = schema::entity_named(entity);
    question.reference = reference;
    question.entries_max = SIZE_MAX;
    DAYBOOK_ASSIGN(history, commands::await_answer(door(), std::move(question)));
    return codec::encode_json(history);
  }

 private:
  std::future<SentAnswer> submit(const std::string& line) {
    auto promise = std::make_shared<std::promise<SentAnswer>>();
    auto future = promise->get_future();
    auto command = codec::decode_command(line, codec::ContentType::kJson);
    if (!command) {
      promise->set_value({codec::encode_json(http::undecodable(command.error())), "rejected"});
      return future;
    }
    door().submit({*std::move(command), [promise](Result<Receipt> receipt) {
                     if (receipt) {
                       promise->set_value({codec::encode_json(*receipt), receipt->outcome()});
                     } else {
                       promise->set_value({http::error_json(receipt.error()), ""});
                     }
                   }});
    return future;
  }

  [[nodiscard]] commands::CommandDoor& door() {
    return topics_ ? *topics_ : static_cast<commands::CommandDoor&>(commands_->engine());
  }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<CommandSide> commands_;  // one of these two
  std::unique_ptr<commands::CommandDoor> topics_;
};

}  // namespace

Result<std::unique_ptr<Door>> open_door(const Settings& settings) {
  const auto running = running_address(settings);
  if (running || settings.http_given || !has_log(settings))
    return std::make_unique<RemoteDoor>(running.value_or(settings.http), settings.token);
  return LocalDoor::open(settings);
}

}  // namespace daybook::app
