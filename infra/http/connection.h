// One accepted socket with its read buffer and its one timer. Internal: includes Boost.
//
// All members are used on the connection's strand only. The owner (a session) keeps it alive
// through every asynchronous call by capturing itself in the handlers.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>

namespace daybook::http {

class Connection {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  // The socket's executor must be a strand.
  explicit Connection(Socket accepted);

  // Calls `expired` on the strand after `delay`, unless armed again or disarmed before. `expired`
  // must keep the owner alive.
  void arm(std::chrono::milliseconds delay, std::function<void()> expired);
  void disarm();

  // Ends the asynchronous operations that are under way: their handlers see operation_aborted.
  void cancel();
  void close();
  // No more bytes from us; the client may still send.
  void finish_sending();

  Socket socket;
  boost::beast::flat_buffer buffer;

 private:
  boost::asio::steady_timer timer_;
  std::uint64_t armed_ = 0;  // tells a stale expiry from the present one
};

}  // namespace daybook::http
