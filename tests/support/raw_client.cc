#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace daybook::http {
namespace {

constexpr time_t kPatienceSeconds = 10;

}  // namespace

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{kPatienceSeconds, 0};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ADD_FAILURE() << "cannot connect";
  }
}

RawClient::~RawClient() { ::close(socket_); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the test sees it at the answer
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool RawClient::try_send(std::string_view bytes) {
  const timeval moment{0, 200'000};
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &moment, sizeof moment);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawClient::fill() {
  std::array<char, 16384> bytes{};
  const ssize_t received = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (received > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(received));
  if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    ADD_FAILURE() << "no answer in time";
  return received > 0;
}

std::optional<std::string> RawClient::take_until(std::string_view mark) {
  std::size_t found = 0;
  while ((found = buffer_.find(mark)) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  std::string taken = buffer_.substr(0, found);
  buffer_.erase(0, found + mark.size());
  return taken;
}

std::optional<std::string> RawClient::take(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) return std::nullopt;
  }
  std::string taken = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return taken;
}

std::optional<Reply> RawClient::receive_head() {
  const auto head = take_until("\r\n\r\n");
  if (!head) return std::nullopt;
  Reply reply;
  reply.status = std::stoi(head->substr(9, 3));
  for (std::size_t at = head->find("\r\n"); at != std::string::npos;
       at = head->find("\r\n", at + 2)) {
    const std::size_t end = head->find("\r\n", at + 2);
    const std::string line = head->substr(at + 2, end == std::string::npos ? end : end - at - 2);
    std::string name = line.substr(0, line.find(':'));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    reply.headers[name] = line.substr(std::min(line.size(), line.find(':') + 2));
  }
  chunks_ended_ = false;
  lines_.clear();
  return reply;
}

std::optional<Reply> RawClient::receive() {
  auto reply = receive_head();
  if (!reply) return std::nullopt;
  if (reply->headers.count("transfer-encoding") != 0) {
    while (auto data = next_chunk()) reply->body += *data;
    return reply;
  }
  const auto length = reply->headers.find("content-length");
  const auto body = take(length == reply->headers.end() ? 0 : std::stoul(length->second));
  if (!body) return std::nullopt;
  reply->body = *body;
  return reply;
}

std::optional<std::string> RawClient::next_chunk() {
  if (chunks_ended_) return std::nullopt;
  const auto size = take_until("\r\n");
  if (!size) return std::nullopt;
  const std::size_t count = std::stoul(*size, nullptr, 16);
  auto data = take(count);
  if (!data || !take_until("\r\n")) return std::nullopt;
  chunks_ended_ = count == 0;
  return chunks_ended_ ? std::nullopt : data;
}

std::optional<std::string> RawClient::receive_line() {
  std::size_t end = 0;
  while ((end = lines_.find('\n')) == std::string::npos) {
    const auto data = next_chunk();
    if (!data) return std::nullopt;
    lines_ += *data;
  }
  std::string line = lines_.substr(0, end);
  lines_.erase(0, end + 1);
  return line;
}

bool RawClient::ended() { return buffer_.empty() && !fill(); }

std::string request(const std::string& method, const std::string& target, const std::string& body,
                    const std::string& headers) {
  return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get(const std::string& target, const std::string& headers) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::string chunk(const std::string& data) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return size.data() + data + "\r\n";
}

}  // namespace daybook::http
