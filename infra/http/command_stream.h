// A stream of commands, one JSON object on each line, answered line by line while it is still
// arriving. Internal: includes Boost.
//
// The answers go out in the order of the lines. At most `stream_window` lines wait for their
// answers or for the client to take them; beyond that nothing more is read, so a client must read
// while it sends. All members are used on the connection's strand only; the session owns the stream
// and outlives it.
#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/http/connection.h"
#include "infra/http/gateway.h"
#include "infra/http/line_splitter.h"

namespace daybook::http {

// Not boost::none: Beast 1.74 takes that for a limit of zero when the request has a Content-Length.
inline constexpr std::uint64_t kNoBodyLimit = UINT64_MAX;

class CommandStream {
 public:
  using HeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

  struct Owner {
    std::function<std::shared_ptr<void>()> hold;  // keeps session and stream alive
    // Hands a line to the gateway; its answer comes back through take_answer on the strand.
    std::function<void(std::uint64_t number, const std::string& line)> submit;
    // All answers are out (true) or the connection is broken (false). The stream may be destroyed
    // after it.
    std::function<void(bool complete)> finished;
  };

  CommandStream(Connection& connection, const HttpConfig& config, HttpMetrics& metrics,
                HeadParser&& head, Owner owner);

  void start();
  void take_answer(std::uint64_t number, std::string text);
  // Takes no further lines; what is in flight is answered, then one line says that the server
  // stops.
  void stop();
  // True if the client may send another request on this connection.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }

 private:
  using Error = daybook::Error;
  using ErrorCode = boost::system::error_code;

  void pump();
  void accept(const Line& line);
  void read();
  void watch();
  void on_silence();
  void on_read(ErrorCode error);
  void end_input(std::optional<Error> fault);
  void write();
  void collect();
  void on_written(ErrorCode error);
  void finish();
  void fail_connection();
  [[nodiscard]] std::size_t waiting() const { return slots_.size() + being_written_; }

  Connection& connection_;
  const HttpConfig& config_;
  HttpMetrics& metrics_;
  boost::beast::http::request_parser<boost::beast::http::buffer_body> parser_;
  Owner owner_;
  LineSplitter splitter_;
  std::vector<char> chunk_;
  std::string_view input_;  // what is left of the chunk

  std::deque<std::optional<std::string>>
      slots_;                     // answers in the order of their lines; empty: not there yet
  std::uint64_t first_slot_ = 0;  // number of the line that slots_.front() belongs to
  std::size_t being_written_ = 0;
  std::string out_;

  bool chunked_;
  bool keep_alive_;
  bool head_written_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool input_ended_ = false;
  bool end_written_ = false;
  bool timed_out_ = false;
  bool broken_ = false;
};

}  // namespace daybook::http
