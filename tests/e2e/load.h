// Clients that send commands over HTTP for as long as the engine lives, and remember what they sent
// and were told.
//
// Each client has a thread and a random source of its own, made from the load's seed, so that a
// seed gives the same commands again. When the engine does not answer, a client waits until
// `resume` names its new address. Used by one thread, beside the clients' own.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace daybook::testing {

inline constexpr const char* kFirstOrganization = "0e2e0000-0000-4000-8000-000000000001";
inline constexpr const char* kSecondOrganization = "0e2e0000-0000-4000-8000-000000000002";

// A command that was sent, and the receipt, if there was one.
struct Exchange {
  std::string organization_id;
  std::string command_id;
  std::string json;
  std::optional<std::string> receipt;
  std::string refusal;  // why there is no receipt
};

// Commands that make an organization with five stages; to be sent before the load. Their ids are
// fixed.
[[nodiscard]] std::vector<std::string> organization_commands(const std::string& organization_id);

// True if the text is a receipt, not an error.
[[nodiscard]] bool is_receipt(const std::string& json);

class Load {
 public:
  Load(unsigned seed, int clients, std::string address);
  ~Load();  // stops
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Waits until so many more commands have been answered; false if that takes too long.
  [[nodiscard]] bool await_answers(std::size_t more);
  // Waits until every client knows that the engine is gone.
  [[nodiscard]] bool await_interruption();
  void resume(std::string address);
  // Ends the clients after the commands that they have on the way; all that was sent, by client.
  [[nodiscard]] std::vector<Exchange> finish();

 private:
  class Client;
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::string address;
    unsigned generation = 1;  // raised by resume
    std::size_t answered = 0;
    std::size_t waiting = 0;
    bool stopping = false;
  };

  Shared shared_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::thread> threads_;
};

}  // namespace daybook::testing
