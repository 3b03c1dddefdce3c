#include "infra/http/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <optional>

namespace daybook::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;
using Request = beast::http::request<beast::http::string_body>;
using Reply = beast::http::response<beast::http::string_body>;

constexpr std::uint64_t kReplyBytesMax = 256U << 20U;

}  // namespace

struct Client::Implementation {
  std::string address;
  std::string token;
  asio::io_context context;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;

  ErrorCode connect() {
    const auto colon = address.rfind(':');
    std::string host = address.substr(0, colon);
    if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
    const std::string port = colon == std::string::npos ? "7420" : address.substr(colon + 1);
    ErrorCode error;
    asio::ip::tcp::resolver resolver(context);
    const auto endpoints = resolver.resolve(host, port, error);
    if (error) return error;
    stream.emplace(context);
    buffer.clear();
    stream->connect(endpoints, error);
    return error;
  }

  ErrorCode exchange(const Request& request, Reply& reply) {
    ErrorCode error;
    beast::http::write(*stream, request, error);
    if (error) return error;
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(kReplyBytesMax);
    beast::http::read(*stream, buffer, parser, error);
    if (error) return error;
    reply = parser.release();
    if (!reply.keep_alive()) stream.reset();
    return {};
  }

  // A connection kept open may have been closed by the server meanwhile: then once more on a new
  // one. That is safe, because a command that is sent twice has one effect.
  Result<Response> send(const Request& request) {
    Reply reply;
    ErrorCode error;
    const bool kept = stream.has_value();
    if (!kept) error = connect();
    if (!error) error = exchange(request, reply);
    if (error && kept) {
      error = connect();
      if (!error) error = exchange(request, reply);
    }
    if (!error) return Response{static_cast<int>(reply.result_int()), std::move(reply.body())};
    stream.reset();
    return fail(
        ErrorKind::kUnavailable, "http.unreachable",
        "no answer from " + address + ": " + error.message() + "; is `daybook up` running?");
  }

  [[nodiscard]] Request request(beast::http::verb verb, const std::string& target) const {
    Request message{verb, target, 11};
    message.set(beast::http::field::host, address);
    message.set(beast::http::field::user_agent, "daybook");
    if (!token.empty()) message.set(beast::http::field::authorization, "Bearer " + token);
    return message;
  }
};

Client::Client(std::string address, std::string token)
    : implementation_(std::make_unique<Implementation>()) {
  implementation_->address = std::move(address);
  implementation_->token = std::move(token);
}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<Response> Client::get(const std::string& target) {
  return implementation_->send(implementation_->request(beast::http::verb::get, target));
}

Result<Response> Client::post(const std::string& target, const std::string& content_type,
                              const std::string& body) {
  Request message = implementation_->request(beast::http::verb::post, target);
  message.set(beast::http::field::content_type, content_type);
  message.body() = body;
  message.prepare_payload();
  return implementation_->send(message);
}

}  // namespace daybook::http
