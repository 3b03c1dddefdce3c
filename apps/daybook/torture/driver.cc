#include "apps/daybook/torture/driver.h"

#include <nlohmann/json.hpp>

#include "commands/codec/json.h"

namespace daybook::torture {
namespace {

constexpr std::chrono::milliseconds kRetryMin{10};
constexpr std::chrono::milliseconds kRetryMax{200};

std::string code_of(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("error")) return "http.strange";
  return json["error"].value("code", "http.strange");
}

}  // namespace

std::optional<Receipt> receipt_in(const http::Response& response) {
  Receipt receipt;
  const bool decoded = codec::decode_json(response.body, receipt).empty();
  return decoded && !receipt.outcome().empty() ? std::optional(std::move(receipt)) : std::nullopt;
}

struct Driver::Reply {
  std::optional<Receipt> receipt;
  std::string code;    // of the error, if there is none
  bool final = false;  // an error that sending again does not mend
};

class Driver::Client {
 public:
  explicit Client(Driver& driver) : driver_(driver), http_(driver.address_) {}

  void run() {
    while (auto number = driver_.begin()) {
      for (; number; number = driver_.go_on()) {
        const Command command = driver_.workload_.command(*number);
        driver_.answers_.sent(command);
        deliver(command);
      }
    }
  }

 private:
  void deliver(const Command& command) {
    const std::string bytes = command.SerializeAsString();
    for (int tries = 0;; ++tries) {
      Reply reply = ask(bytes);
      if (reply.receipt) {
        driver_.answers_.told(command, *std::move(reply.receipt));
        ++driver_.answered_;
        return;
      }
      if (reply.final)
        driver_.answers_.fault("command " + command.command_id() + " was answered with the error " +
                               reply.code);
      if (reply.final || !driver_.pause_before_retry(reply.code, tries)) return;
    }
  }
  Reply ask(const std::string& bytes) {
    const auto response = http_.post("/v1/commands", "application/x-protobuf", bytes);
    if (!response) return {std::nullopt, response.error().code, false};
    if (auto receipt = receipt_in(*response)) return {std::move(receipt), "", false};
    return {std::nullopt, code_of(response->body), response->status < 500};
  }

  Driver& driver_;
  http::Client http_;
};

Driver::Driver(const Workload& workload, Answers& answers, std::string address, std::size_t clients)
    : workload_(workload), answers_(answers), address_(std::move(address)) {
  for (std::size_t i = 0; i < clients; ++i) threads_.emplace_back([this] { Client(*this).run(); });
}

Driver::~Driver() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// The number of a client's first command since the load began; nothing when it ends for good.
std::optional<std::size_t> Driver::begin() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return running_ || stopping_; });
  if (stopping_) return std::nullopt;
  ++in_flight_;
  return next_++;
}

// The one after that which was answered, in the same moment; nothing when the load ends.
std::optional<std::size_t> Driver::go_on() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
  if (running_ && !stopping_) return next_++;
  --in_flight_;
  return std::nullopt;
}

// False when nobody waits for an answer any more.
bool Driver::pause_before_retry(const std::string& code, int tries) {
  std::unique_lock lock(mutex_);
  ++refusals_[code];
  ++recent_refusals_[code];
  changed_.notify_all();
  const auto wait = std::min(kRetryMax, kRetryMin * (1 << std::min(tries, 5)));
  (void)changed_.wait_for(lock, wait, [&] { return stopping_; });
  return !stopping_;
}

void Driver::resume() {
  const std::lock_guard lock(mutex_);
  running_ = true;
  recent_refusals_.clear();
  changed_.notify_all();
}

bool Driver::pause(std::chrono::seconds limit) {
  std::unique_lock lock(mutex_);
  running_ = false;
  return changed_.wait_for(lock, limit, [&] { return in_flight_ == 0; });
}

bool Driver::await_answers(std::size_t more, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  const std::size_t goal = answered_ + more;
  return changed_.wait_for(lock, limit, [&] { return answered_ >= goal; });
}

bool Driver::await_refusal(const std::string& code, std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, limit, [&] {
    return code.empty() ? !recent_refusals_.empty() : recent_refusals_.contains(code);
  });
}

void Driver::forget_refusals() {
  const std::lock_guard lock(mutex_);
  recent_refusals_.clear();
}

std::size_t Driver::in_flight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_;
}

std::map<std::string, std::size_t> Driver::refusals() const {
  const std::lock_guard lock(mutex_);
  return refusals_;
}

}  // namespace daybook::torture
