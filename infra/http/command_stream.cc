#include "infra/http/command_stream.h"

#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <cstdio>
#include <utility>

namespace daybook::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kWriteBytesMax = 256 * 1024;  // collected into one write

std::string chunk_size_line(std::size_t size) {
  std::array<char, 24> text{};
  const int length = std::snprintf(text.data(), text.size(), "%zx\r\n", size);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

CommandStream::CommandStream(Connection& connection, const HttpConfig& config, HttpMetrics& metrics,
                             HeadParser&& head, Owner owner)
    : connection_(connection),
      config_(config),
      metrics_(metrics),
      parser_(std::move(head)),
      owner_(std::move(owner)),
      splitter_(config.body_bytes_max),
      chunk_(kReadBytes),
      chunked_(parser_.get().version() >= 11),
      keep_alive_(chunked_ && parser_.keep_alive()) {
  parser_.body_limit(kNoBodyLimit);
}

void CommandStream::start() {
  if (parser_.is_done()) end_input(std::nullopt);
  pump();
}

// Submits lines while the window has room, reads on when none is left, and writes what is ready.
void CommandStream::pump() {
  if (broken_) return;
  while (!input_ended_ && waiting() < config_.stream_window) {
    auto line = splitter_.next(input_);
    if (line) {
      accept(*line);
    } else if (parser_.is_done()) {
      end_input(std::nullopt);
    } else {
      read();
      break;
    }
  }
  write();
}

void CommandStream::accept(const Line& line) {
  const std::uint64_t number = first_slot_ + slots_.size();
  if (line.too_long) {
    slots_.emplace_back(error_json(request_error(
        "http.line_too_long", "a line may have at most " + std::to_string(config_.body_bytes_max) +
                                  " bytes; it is skipped")));
    return;
  }
  slots_.emplace_back(std::nullopt);
  owner_.submit(number, line.text);
}

void CommandStream::read() {
  if (reading_) return;
  reading_ = true;
  parser_.get().body().data = chunk_.data();
  parser_.get().body().size = chunk_.size();
  parser_.get().body().more = true;
  watch();
  beast_http::async_read_some(
      connection_.socket, connection_.buffer, parser_,
      [this, hold = owner_.hold()](ErrorCode error, std::size_t) { on_read(error); });
}

// Reading and writing go on side by side, so one timer watches both: it is armed anew by whatever
// moves.
void CommandStream::watch() {
  connection_.arm(writing_ ? config_.write_timeout : config_.stream_timeout,
                  [this, hold = owner_.hold()] { on_silence(); });
}

void CommandStream::on_silence() {
  if (broken_) return;
  if (!writing_ && !slots_.empty())
    return watch();  // the answers take long: not the client's fault
  metrics_.timeouts.add();
  if (writing_) return fail_connection();
  timed_out_ = true;
  connection_.cancel();
}

void CommandStream::on_read(ErrorCode error) {
  reading_ = false;
  if (broken_) return;
  if (input_ended_) return finish();  // it was given up
  if (error == beast_http::error::need_buffer) error = {};
  input_ = std::string_view(chunk_.data(), chunk_.size() - parser_.get().body().size);
  if (timed_out_) {
    end_input(request_error("http.timeout", "nothing came for too long; the stream ends here"));
  } else if (error == beast_http::error::partial_message ||
             error == beast_http::error::end_of_stream) {
    end_input(request_error("http.incomplete",
                            "the stream was cut; what came after the last answered line is lost"));
  } else if (error && error.category() ==
                          beast_http::make_error_code(beast_http::error::bad_chunk).category()) {
    end_input(request_error("http.malformed", "the stream breaks the rules of HTTP; it ends here"));
  } else if (error) {
    return fail_connection();
  }
  pump();
}

// With a fault, what has not been submitted yet is not taken, the fault is the last line, and the
// connection ends.
void CommandStream::end_input(std::optional<Error> fault) {
  if (input_ended_) return;
  if (!fault) {
    if (auto last = splitter_.finish()) accept(*last);
  } else {
    input_ = {};
    keep_alive_ = false;
    slots_.emplace_back(error_json(*fault));
  }
  input_ended_ = true;
}

void CommandStream::take_answer(std::uint64_t number, std::string text) {
  if (broken_) return;
  slots_.at(number - first_slot_) = std::move(text);
  write();
}

// Moves the answers that are next in order into one piece of output.
void CommandStream::collect() {
  std::string lines;
  while (!slots_.empty() && slots_.front() && lines.size() < kWriteBytesMax) {
    lines.append(*slots_.front()).push_back('\n');
    slots_.pop_front();
    ++first_slot_;
    ++being_written_;
  }
  if (!lines.empty())
    out_.append(chunked_ ? chunk_size_line(lines.size()) + lines + "\r\n" : lines);
}

void CommandStream::write() {
  if (writing_ || broken_ || end_written_) return;
  out_.clear();
  collect();
  const bool last = input_ended_ && slots_.empty();
  if (out_.empty() && !last) return;
  if (!head_written_) {
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n";
    head.append(chunked_ ? "Transfer-Encoding: chunked\r\n" : "");
    head.append(keep_alive_ ? "\r\n" : "Connection: close\r\n\r\n");
    out_.insert(0, head);
    head_written_ = true;
  }
  if (last && chunked_) out_.append("0\r\n\r\n");
  end_written_ = last;
  writing_ = true;
  watch();
  boost::asio::async_write(
      connection_.socket, boost::asio::buffer(out_),
      [this, hold = owner_.hold()](ErrorCode error, std::size_t) { on_written(error); });
}

void CommandStream::on_written(ErrorCode error) {
  writing_ = false;
  being_written_ = 0;
  if (broken_) return;
  if (error) return fail_connection();
  if (end_written_) return finish();
  watch();
  pump();
}

// A read that is under way is given up, not cancelled: that would end a write beside it too.
void CommandStream::stop() {
  if (broken_) return;
  keep_alive_ = false;
  if (input_ended_) return;
  end_input(stopping_error());
  write();
}

void CommandStream::finish() {
  if (!end_written_ || writing_) return;
  connection_.disarm();
  if (reading_) return connection_.cancel();  // and again, from on_read
  owner_.finished(true);
}

void CommandStream::fail_connection() {
  if (broken_) return;
  broken_ = true;
  connection_.disarm();
  owner_.finished(false);
}

}  // namespace daybook::http
