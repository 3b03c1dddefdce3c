#include "infra/http/connection.h"

#include <utility>

namespace daybook::http {

Connection::Connection(Socket accepted)
    : socket(std::move(accepted)), timer_(socket.get_executor()) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
}

void Connection::arm(std::chrono::milliseconds delay, std::function<void()> expired) {
  const std::uint64_t armed = ++armed_;
  timer_.expires_after(delay);
  timer_.async_wait([this, armed, expired = std::move(expired)](boost::system::error_code error) {
    // `expired` holds the owner, and so this connection, alive.
    if (!error && armed == armed_) expired();
  });
}

void Connection::disarm() {
  ++armed_;
  timer_.cancel();
}

void Connection::cancel() {
  boost::system::error_code ignored;
  socket.cancel(ignored);
}

void Connection::close() {
  boost::system::error_code ignored;
  socket.close(ignored);
}

void Connection::finish_sending() {
  boost::system::error_code ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
}

}  // namespace daybook::http
