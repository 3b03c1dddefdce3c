#include "tests/e2e/stream.h"

#include <chrono>

#include "tests/e2e/shared.h"

namespace daybook::testing {
namespace {

constexpr int kLinesAtOnce = 20;

std::uint16_t port_of(const std::string& address) {
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

}  // namespace

Stream::Stream(const std::string& address)
    : connection_(port_of(address)), thread_([this] { run(); }) {}

Stream::~Stream() {
  connection_.finish_sending();  // so that it ends in any case
  if (thread_.joinable()) thread_.join();
}

bool Stream::await_answers() {
  return running_.get_future().wait_for(std::chrono::seconds(60)) == std::future_status::ready;
}

std::vector<Exchange> Stream::finish() {
  thread_.join();
  return std::move(exchanges_);
}

void Stream::run() {
  connection_.send(
      "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  send_some();
  if (!connection_.receive_head()) return;
  for (bool first = true; receive_some(); first = false) {
    if (first) running_.set_value();
    send_some();
  }
}

void Stream::send_some() {
  std::string lines;
  for (int i = 0; i < kLinesAtOnce; ++i) {
    const int number = static_cast<int>(exchanges_.size());
    const Json json = command(number, create_company("s" + std::to_string(number), "Streamed"),
                              kFirstOrganization);
    exchanges_.push_back({kFirstOrganization, json["commandId"], json.dump(), {}, "no answer"});
    lines += json.dump() + "\n";
  }
  connection_.send(http::chunk(lines));
}

bool Stream::receive_some() {
  for (; answered_ < exchanges_.size(); ++answered_) {
    const auto line = connection_.receive_line();
    if (line && is_receipt(*line)) {
      exchanges_[answered_].receipt = *line;
      continue;
    }
    EXPECT_TRUE(line && contains(*line, "server.stopping")) << line.value_or("cut");
    for (; answered_ < exchanges_.size(); ++answered_)
      exchanges_[answered_].refusal = line.value_or("");
    return false;
  }
  return true;
}

}  // namespace daybook::testing
