// A small blocking HTTP client for the command line, which asks a running `daybook up`.
//
// Used by one thread; keeps its connection open between requests.
#pragma once

#include <memory>
#include <string>

#include "domain/core/result.h"

namespace daybook::http {

struct Response {
  int status = 0;
  std::string body;
};

class Client {
 public:
  // `address` is "host:port". `token` goes into the Authorization header; empty: none.
  explicit Client(std::string address, std::string token = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  // kUnavailable "http.unreachable" if nobody answers; any status is a Response.
  [[nodiscard]] Result<Response> get(const std::string& target);
  [[nodiscard]] Result<Response> post(const std::string& target, const std::string& content_type,
                                      const std::string& body);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace daybook::http
