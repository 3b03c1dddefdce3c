// A client of raw sockets: sends exactly the bytes that a test wants, in the pieces that it wants.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::http {

struct Reply {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // without chunk framing
};

// Every wait gives up after ten seconds, as a failure of the test.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes);
  // As much as the peer takes within a moment; false if it takes no more.
  bool try_send(std::string_view bytes);
  void finish_sending();

  // The next answer with its whole body; nothing if the connection ended first.
  std::optional<Reply> receive();
  // Status and headers of the next answer only.
  std::optional<Reply> receive_head();
  // The next line of a chunked body; nothing at its end.
  std::optional<std::string> receive_line();
  // True if the peer has closed its end and nothing more came.
  bool ended();

 private:
  bool fill();
  std::optional<std::string> take_until(std::string_view mark);
  std::optional<std::string> take(std::size_t count);
  std::optional<std::string> next_chunk();

  int socket_ = -1;
  std::string buffer_;
  std::string lines_;
  bool chunks_ended_ = false;
};

// A request with Host and Content-Length.
std::string request(const std::string& method, const std::string& target,
                    const std::string& body = {},
                    const std::string& headers = "Content-Type: application/json\r\n");
std::string get(const std::string& target, const std::string& headers = {});
std::string chunk(const std::string& data);

}  // namespace daybook::http
