#include "infra/http/session.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <shared_mutex>
#include <utility>

namespace daybook::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

constexpr std::size_t kDrainedMax =
    4 * 1024 * 1024;  // bytes of a refused request that are read before closing
// A stopping server does not wait long for clients that keep their end open.
constexpr std::chrono::milliseconds kLingerWhenStopping{300};
constexpr std::size_t kKeptBufferMax = 64 * 1024;  // read buffer that an idle connection may keep

const char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

std::string text_of(boost::beast::string_view view) { return {view.data(), view.size()}; }

bool has_body(const CommandStream::HeadParser& head) {
  return head.chunked() || head.content_length().value_or(0) != 0;
}

}  // namespace

Session::Session(Connection::Socket socket, ServerCore& core)
    : core_(core), connection_(std::move(socket)) {}

void Session::start() {
  asio::post(connection_.socket.get_executor(), [self = shared_from_this()] { self->idle(); });
}

void Session::start_refused() {
  asio::post(connection_.socket.get_executor(), [self = shared_from_this()] {
    self->reply(error_answer(503, overloaded_error("connections")), false);
  });
}

void Session::abort() {
  asio::post(connection_.socket.get_executor(), [self = shared_from_this()] { self->end(); });
}

void Session::give_way() {
  asio::post(connection_.socket.get_executor(), [self = shared_from_this()] {
    if (self->state_ != State::kIdle) return;
    self->core_.gateway->metrics().idle_connections_closed.add();
    self->end();
  });
}

void Session::stop() {
  asio::post(connection_.socket.get_executor(), [self = shared_from_this()] {
    self->stopping_ = true;
    if (self->state_ == State::kIdle) return self->end();
    if (self->state_ == State::kReading) return self->connection_.cancel();
    if (self->state_ == State::kLingering) return self->arm_linger();
    if (self->state_ == State::kStreaming) self->stream_->stop();
  });
}

void Session::idle() {
  if (state_ == State::kEnded) return;
  if (stopping_) return linger();
  state_ = State::kIdle;
  timed_out_ = false;
  if (connection_.buffer.size() != 0) return read_head();  // pipelined
  if (connection_.buffer.capacity() > kKeptBufferMax) connection_.buffer.shrink_to_fit();
  core_.sessions.mark_idle(this);
  connection_.arm(core_.config.idle_timeout, [self = shared_from_this()] {
    if (self->state_ == State::kIdle) self->end();
  });
  connection_.socket.async_wait(
      Connection::Socket::wait_read,
      [self = shared_from_this()](ErrorCode error) { self->on_first_byte(error); });
}

void Session::on_first_byte(ErrorCode error) {
  core_.sessions.mark_busy(this);
  if (state_ == State::kEnded) return;
  if (error) return end();
  read_head();
}

void Session::read_head() {
  state_ = State::kReading;
  head_.emplace();
  head_->header_limit(static_cast<std::uint32_t>(core_.config.header_bytes_max));
  head_->body_limit(kNoBodyLimit);  // follow_route checks it
  connection_.arm(core_.config.header_timeout,
                  [self = shared_from_this()] { self->reading_too_long(); });
  beast_http::async_read_header(
      connection_.socket, connection_.buffer, *head_,
      [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_head(error); });
}

void Session::reading_too_long() {
  if (state_ != State::kReading) return;
  timed_out_ = true;
  core_.gateway->metrics().timeouts.add();
  connection_.cancel();
}

std::optional<Answer> Session::reading_fault(ErrorCode error) const {
  if (stopping_) return error_answer(stopping_error());
  if (timed_out_)
    return error_answer(408, request_error("http.timeout", "the request did not come in time"));
  if (error == beast_http::error::header_limit) {
    return error_answer(
        431, request_error("http.headers_too_large",
                           "the headers may have at most " +
                               std::to_string(core_.config.header_bytes_max) + " bytes"));
  }
  if (error == beast_http::error::body_limit) {
    return error_answer(
        413, request_error("http.too_large", "a command may have at most " +
                                                 std::to_string(core_.config.body_bytes_max) +
                                                 " bytes"));
  }
  if (error == beast_http::error::partial_message) {
    return error_answer(400, request_error("http.incomplete", "the request was cut"));
  }
  if (error.category() == beast_http::make_error_code(beast_http::error::bad_method).category()) {
    return error_answer(
        400, request_error("http.malformed", "this is not HTTP/1.1: " + error.message()));
  }
  return std::nullopt;
}

void Session::on_head(ErrorCode error) {
  if (state_ == State::kEnded) return;
  connection_.disarm();
  if (error == beast_http::error::end_of_stream) return end();
  if (error || stopping_) {
    if (auto answer = reading_fault(error)) return reply(std::move(*answer), false);
    return end();
  }
  keep_alive_ = head_->keep_alive();
  version_ = head_->get().version();
  head_only_ = head_->get().method() == beast_http::verb::head;
  route_ = core_.gateway->route(request_head());
  follow_route();
}

RequestHead Session::request_head() const {
  const auto& fields = head_->get();
  RequestHead head;
  // HEAD is GET without the body of the answer.
  head.method = head_only_ ? "GET" : text_of(fields.method_string());
  head.target = text_of(fields.target());
  head.host = text_of(fields[beast_http::field::host]);
  head.content_type = text_of(fields[beast_http::field::content_type]);
  head.accept = text_of(fields[beast_http::field::accept]);
  head.authorization = text_of(fields[beast_http::field::authorization]);
  return head;
}

void Session::follow_route() {
  switch (route_.kind) {
    case Route::Kind::kAnswer:
      // A body that nobody wants is not read: the connection ends instead.
      return reply(std::move(route_.answer), keep_alive_ && !has_body(*head_));
    case Route::Kind::kLookup:
      return look_up();
    case Route::Kind::kCommand:
      if (head_->content_length().value_or(0) > core_.config.body_bytes_max) {
        return reply(*reading_fault(beast_http::error::body_limit), false);
      }
      return continue_then(&Session::read_body);
    case Route::Kind::kStream:
      return continue_then(&Session::start_stream);
  }
}

// A client that waits for permission to send the body gets it first.
void Session::continue_then(void (Session::*next)()) {
  const auto expect = head_->get()[beast_http::field::expect];
  if (!boost::beast::iequals(expect, "100-continue") || connection_.buffer.size() != 0)
    return (this->*next)();
  state_ = State::kWriting;
  connection_.arm(core_.config.write_timeout, [self = shared_from_this()] { self->end(); });
  asio::async_write(connection_.socket, asio::buffer(kContinue, sizeof kContinue - 1),
                    [self = shared_from_this(), next](ErrorCode error, std::size_t) {
                      if (self->state_ == State::kEnded) return;
                      if (error) return self->end();
                      if (self->stopping_)
                        return self->reply(error_answer(stopping_error()), false);
                      ((*self).*next)();
                    });
}

void Session::read_body() {
  state_ = State::kReading;
  body_.emplace(std::move(*head_));
  body_->body_limit(core_.config.body_bytes_max);
  connection_.arm(core_.config.body_timeout,
                  [self = shared_from_this()] { self->reading_too_long(); });
  beast_http::async_read(
      connection_.socket, connection_.buffer, *body_,
      [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_body(error); });
}

void Session::on_body(ErrorCode error) {
  if (state_ == State::kEnded) return;
  connection_.disarm();
  if (error) {
    if (auto answer = reading_fault(error)) return reply(std::move(*answer), false);
    return end();
  }
  submit();
}

template <class Then>
auto Session::from_any_thread(Then then) {
  // Only the gate is held: the answer may come when server and session are long gone.
  return [gate = core_.gate, weak = weak_from_this(), then = std::move(then)](auto answer) {
    const std::shared_lock lock(gate->mutex);
    if (!gate->open) return;
    const std::shared_ptr<Session> self = weak.lock();
    if (!self) return;
    asio::post(
        self->connection_.socket.get_executor(),
        [self, then, answer = std::move(answer)]() mutable { then(*self, std::move(answer)); });
  };
}

void Session::submit() {
  state_ = State::kAnswering;
  const std::string body = std::move(body_->get().body());
  body_.reset();
  core_.gateway->submit(route_, body, from_any_thread([](Session& self, Answer answer) {
                          if (self.state_ == State::kAnswering)
                            self.reply(std::move(answer), self.keep_alive_);
                        }));
}

void Session::look_up() {
  state_ = State::kAnswering;
  keep_alive_ = keep_alive_ && !has_body(*head_);
  // Moved out: the answer ends the route that it is part of.
  const auto look_up = std::move(route_.look_up);
  look_up(from_any_thread([](Session& self, Answer answer) {
    if (self.state_ == State::kAnswering) self.reply(std::move(answer), self.keep_alive_);
  }));
}

void Session::start_stream() {
  state_ = State::kStreaming;
  core_.gateway->metrics().answered(route_.endpoint, 200);
  CommandStream::Owner owner;
  owner.hold = [this] { return shared_from_this(); };
  owner.submit = [this](std::uint64_t number, const std::string& line) {
    core_.gateway->submit_line(route_, line,
                               from_any_thread([number](Session& self, std::string answer) {
                                 if (self.state_ == State::kStreaming) {
                                   self.stream_->take_answer(number, std::move(answer));
                                 }
                               }));
  };
  owner.finished = [this](bool complete) { on_stream_finished(complete); };
  stream_.emplace(connection_, core_.config, core_.gateway->metrics(), std::move(*head_),
                  std::move(owner));
  if (stopping_) stream_->stop();
  stream_->start();
}

void Session::on_stream_finished(bool complete) {
  if (state_ == State::kEnded) return;
  if (!complete) return end();
  if (!stream_->keep_alive()) return linger();
  // Posted: the stream is still on the stack.
  asio::post(connection_.socket.get_executor(), [self = shared_from_this()] {
    if (self->state_ != State::kStreaming) return;
    self->stream_.reset();
    self->idle();
  });
}

void Session::reply(Answer answer, bool keep_alive) {
  state_ = State::kWriting;
  core_.gateway->metrics().answered(route_.endpoint, answer.status);
  response_ = {};
  response_.version(version_);
  response_.result(static_cast<unsigned>(answer.status));
  response_.set(beast_http::field::content_type, answer.content_type);
  for (const auto& [name, value] : answer.headers) response_.set(name, value);
  response_.keep_alive(keep_alive && !stopping_);
  response_.body() = std::move(answer.body);
  response_.prepare_payload();
  if (head_only_) response_.body().clear();
  route_ = {};
  connection_.arm(core_.config.write_timeout, [self = shared_from_this()] {
    self->core_.gateway->metrics().timeouts.add();
    self->end();
  });
  beast_http::async_write(
      connection_.socket, response_,
      [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_written(error); });
}

void Session::on_written(ErrorCode error) {
  if (state_ == State::kEnded) return;
  connection_.disarm();
  if (error) return end();
  response_.keep_alive() ? idle() : linger();
}

// Closing with unread bytes would reset the connection, and the client might never see the answer.
// So the sending half is closed first, and what still comes is read, for a while and up to a bound.
void Session::linger() {
  state_ = State::kLingering;
  connection_.finish_sending();
  arm_linger();
  drain(0);
}

void Session::arm_linger() {
  const auto patience = core_.config.linger_timeout;
  connection_.arm(stopping_ ? std::min(patience, kLingerWhenStopping) : patience,
                  [self = shared_from_this()] { self->end(); });
}

void Session::drain(std::size_t drained) {
  if (drained > kDrainedMax) return end();
  connection_.buffer.clear();
  connection_.socket.async_read_some(
      connection_.buffer.prepare(16 * 1024),
      [self = shared_from_this(), drained](ErrorCode error, std::size_t bytes) {
        if (self->state_ == State::kEnded) return;
        if (error) return self->end();
        self->drain(drained + bytes);
      });
}

void Session::end() {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  connection_.disarm();
  connection_.close();
  core_.gateway->metrics().connections.add(-1);
  core_.sessions.remove(this);
}

}  // namespace daybook::http
