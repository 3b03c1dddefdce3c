// One connection: reads requests one after the other, answers each before it reads the next, and
// closes the socket when the client is too slow, too many, or the server stops. Internal: includes
// Boost.
//
// Everything but the constructor runs on the connection's strand; start(), stop(), give_way() and
// abort() may be called from any thread and only post. The session table owns a session;
// asynchronous calls hold it too.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "infra/http/command_stream.h"
#include "infra/http/connection.h"
#include "infra/http/gateway.h"
#include "infra/http/session_table.h"

namespace daybook::http {

// What all sessions of a server share.
struct ServerCore {
  HttpConfig config;
  std::shared_ptr<Gateway> gateway;
  SessionTable sessions;
  std::shared_ptr<AnswerGate> gate = std::make_shared<AnswerGate>();
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // `core` must outlive the session.
  Session(Connection::Socket socket, ServerCore& core);

  void start();
  // Answers 503 whatever is asked, and closes: there is no room.
  void start_refused();
  // Ends as soon as what was fully received is answered; what was not is answered "not taken".
  void stop();
  // Ends if it is idle, in favour of a new connection.
  void give_way();
  // Ends at once.
  void abort();

 private:
  using ErrorCode = boost::system::error_code;
  using HeadParser = CommandStream::HeadParser;
  using BodyParser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class State { kIdle, kReading, kAnswering, kStreaming, kWriting, kLingering, kEnded };

  void idle();
  void on_first_byte(ErrorCode error);
  void read_head();
  void on_head(ErrorCode error);
  void follow_route();
  [[nodiscard]] RequestHead request_head() const;
  void continue_then(void (Session::*next)());
  void read_body();
  void on_body(ErrorCode error);
  void submit();
  void look_up();
  void start_stream();
  void on_stream_finished(bool complete);
  // The answer to a request that could not be read to its end; nothing if there is nobody to
  // answer.
  [[nodiscard]] std::optional<Answer> reading_fault(ErrorCode error) const;
  void reply(Answer answer, bool keep_alive);
  void on_written(ErrorCode error);
  void linger();
  void arm_linger();
  void drain(std::size_t drained);
  void end();
  void reading_too_long();
  // Runs `then` on the strand if this session and its server are still there when it is called,
  // from any thread.
  template <class Then>
  auto from_any_thread(Then then);

  ServerCore& core_;
  Connection connection_;
  State state_ = State::kIdle;
  Route route_;
  std::optional<HeadParser> head_;
  std::optional<BodyParser> body_;
  std::optional<CommandStream> stream_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool keep_alive_ = true;  // as the client asked, of the present request
  unsigned version_ = 11;
  bool head_only_ = false;
  bool timed_out_ = false;
  bool stopping_ = false;
};

}  // namespace daybook::http
