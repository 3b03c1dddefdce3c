#include "infra/http/config.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace daybook::http {
namespace {

tl::unexpected<Error> invalid(std::string setting, std::string remedy) {
  return fail(ErrorKind::kInvalid, "config.invalid", std::move(remedy), std::move(setting));
}

bool is_ip_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

}  // namespace

bool is_loopback(std::string_view address) {
  if (address == "localhost") return true;
  const std::string text(address);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Result<void> HttpConfig::validate() const {
  if (address != "localhost" && !is_ip_address(address)) {
    return invalid("address", "\"" + address + "\" is not an IP address; give one, like 127.0.0.1");
  }
  if (!is_loopback(address) && token_file.empty()) {
    return invalid("token_file", "listening on " + address +
                                     " needs a token file; give one, or listen on 127.0.0.1");
  }
  if (threads == 0 || threads > 64) return invalid("threads", "give 1 to 64 threads");
  if (connections_max == 0) return invalid("connections_max", "give at least 1");
  if (header_bytes_max < 1024) return invalid("header_bytes_max", "give at least 1024 bytes");
  if (body_bytes_max < 1024) return invalid("body_bytes_max", "give at least 1024 bytes");
  if (stream_window == 0) return invalid("stream_window", "give at least 1");
  if (commands_in_flight_max == 0) return invalid("commands_in_flight_max", "give at least 1");
  if (bytes_in_flight_max < body_bytes_max)
    return invalid("bytes_in_flight_max", "give at least body_bytes_max");
  for (const auto timeout : {idle_timeout, header_timeout, body_timeout, stream_timeout,
                             write_timeout, linger_timeout}) {
    if (timeout.count() <= 0) return invalid("timeouts", "every time-out must be above 0");
  }
  return {};
}

Result<void> set_listen_address(HttpConfig& config, std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return invalid("address", "give host:port, like 127.0.0.1:7420");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) {
    return invalid("port", "\"" + std::string(port) + "\" is not a port; give 0 to 65535");
  }
  if (!host.empty()) config.address = std::string(host);
  config.port = number;
  return {};
}

}  // namespace daybook::http
