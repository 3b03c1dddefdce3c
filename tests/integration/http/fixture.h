// A server on a free loopback port, before a door whose answers the test decides.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "commands/codec/json.h"
#include "commands/submission.h"
#include "infra/http/server.h"
#include "infra/metrics/metrics.h"
#include "tests/support/raw_client.h"

namespace daybook::http {

inline constexpr const char* kOrganization = "0b7f6c1e-52a4-4f5e-8d3c-7a9e4d2f6b81";
inline constexpr const char* kCommand = "6f1c2a34-0b5d-4e8e-9a55-1f0f3c7d2b10";

inline Receipt accepted(const Command& command) {
  Receipt receipt;
  receipt.set_outcome("accepted");
  receipt.set_command_id(command.command_id());
  receipt.set_token("log:0:7");
  return receipt;
}

inline Receipt rejected(const std::string& kind, const std::string& code) {
  Receipt receipt;
  receipt.set_outcome("rejected");
  log::Violation& violation = *receipt.add_violations();
  violation.set_kind(kind);
  violation.set_code(code);
  return receipt;
}

class FakeDoor : public commands::CommandDoor {
 public:
  void submit(commands::Submission submission) override {
    std::unique_lock lock(mutex_);
    ++submitted_;
    arrived_.notify_all();
    if (holding_) {
      held_.push_back(std::move(submission));
      return;
    }
    const auto decide = decide_;
    lock.unlock();
    submission.answer(decide(submission.command));
  }

  void receipt(commands::ReceiptQuestion question,
               std::function<void(Result<Receipt>)> answer) override {
    const std::lock_guard lock(mutex_);
    viewer = question.viewer;
    const auto found = receipts.find(question.organization_id + "/" + question.command_id);
    if (found != receipts.end()) return answer(found->second);
    answer(fail(ErrorKind::kNotFound, "receipt.not_found",
                "no command with this id has been answered"));
  }

  void history(commands::HistoryQuestion question,
               std::function<void(Result<History>)> answer) override {
    const std::lock_guard lock(mutex_);
    viewer = question.viewer;
    if (question.reference != "erp/4711")
      return answer(fail(ErrorKind::kNotFound, "company.not_found", "no such record"));
    History history;
    history.set_entity(question.entity);
    history.set_id(question.organization_id);
    answer(history);
  }

  void decide_with(std::function<Result<Receipt>(const Command&)> decide) {
    const std::lock_guard lock(mutex_);
    decide_ = std::move(decide);
  }
  void hold() {
    const std::lock_guard lock(mutex_);
    holding_ = true;
  }
  [[nodiscard]] bool wait_for_submitted(std::size_t count) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, std::chrono::seconds(10), [&] { return submitted_ >= count; });
  }
  std::size_t submitted() {
    const std::lock_guard lock(mutex_);
    return submitted_;
  }
  // Answers the held command of this place (they keep their places).
  void answer_held(std::size_t place) {
    commands::Submission submission;
    {
      const std::lock_guard lock(mutex_);
      submission = std::move(held_.at(place));
    }
    submission.answer(accepted(submission.command));
  }
  void answer_all_held_and_go_on() {
    std::vector<commands::Submission> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
      holding_ = false;
    }
    for (auto& submission : held) {
      if (submission.answer) submission.answer(accepted(submission.command));
    }
  }

  std::string viewer;                       // of the last question
  std::map<std::string, Receipt> receipts;  // "organization/command"; set before the server starts

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::function<Result<Receipt>(const Command&)> decide_ = [](const Command& command) {
    return accepted(command);
  };
  std::vector<commands::Submission> held_;
  std::size_t submitted_ = 0;
  bool holding_ = false;
};

class HttpTest : public testing::Test {
 protected:
  void SetUp() override {
    config_.port = 0;
    pages_.metrics = [this] { return registry_.text(); };
  }

  Server& server() {
    if (!server_) {
      auto started = Server::start(config_, door_, pages_, registry_);
      if (!started) throw std::runtime_error(started.error().detail);
      server_ = std::move(*started);
    }
    return *server_;
  }
  std::unique_ptr<RawClient> client() { return std::make_unique<RawClient>(server().port()); }

  // One request on a connection of its own.
  Reply ask(const std::string& bytes) {
    const auto connection = client();
    connection->send(bytes);
    auto reply = connection->receive();
    if (!reply) ADD_FAILURE() << "no answer to " << bytes.substr(0, 200);
    return reply.value_or(Reply{});
  }

  // A command that decodes; the number tells it from others.
  static std::string command_json(int number = 0) {
    return R"({"commandId":"c)" + std::to_string(number) + R"(","organizationId":")" +
           kOrganization + R"(","actor":"integration","action":{"winDeal":{"id":"erp/1"}}})";
  }

  HttpConfig config_;
  metrics::Registry registry_;
  FakeDoor door_;
  Pages pages_;
  std::unique_ptr<Server> server_;  // last: ends first
};

}  // namespace daybook::http
