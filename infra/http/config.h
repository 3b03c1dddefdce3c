// Settings of the HTTP server, with their defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/core/result.h"

namespace daybook::http {

struct HttpConfig {
  std::string address =
      "127.0.0.1";            // an IP address or "localhost"; not loopback: needs a token file
  std::uint16_t port = 7420;  // 0: any free port, see Server::address()
  std::string token_file;     // empty: whoever reaches the port is believed
  std::size_t threads = 2;

  std::size_t connections_max =
      1024;  // beyond it the longest idle one is closed, or the new one gets 503
  std::size_t header_bytes_max = 16 * 1024;
  std::size_t body_bytes_max = 1024 * 1024;  // of one command, and of one line of a stream
  std::size_t stream_window = 128;  // lines of one stream that may be waiting for their answers
  std::size_t commands_in_flight_max = 16'384;          // of all connections; beyond it: 503
  std::size_t bytes_in_flight_max = 256 * 1024 * 1024;  // of all commands in flight, as sent

  std::chrono::milliseconds idle_timeout{60'000};  // between requests
  std::chrono::milliseconds header_timeout{
      10'000};  // from the first byte of a request to the end of its headers
  std::chrono::milliseconds body_timeout{30'000};  // for the body of one command
  std::chrono::milliseconds stream_timeout{
      120'000};  // without any byte of a stream while nothing of it is in flight
  std::chrono::milliseconds write_timeout{30'000};  // without the client taking an answer
  std::chrono::milliseconds linger_timeout{
      2'000};  // for the client to read a refusal before the socket is closed

  // The first setting that cannot work, kInvalid "config.invalid", with the setting's name as path.
  [[nodiscard]] Result<void> validate() const;
};

// True for 127.0.0.0/8, ::1 and "localhost".
[[nodiscard]] bool is_loopback(std::string_view address);

// "host:port", "[v6]:port" or ":port" into address and port of `config`.
[[nodiscard]] Result<void> set_listen_address(HttpConfig& config, std::string_view text);

}  // namespace daybook::http
