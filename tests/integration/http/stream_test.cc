// Streams of commands: one answer for each line, in order, while the stream is still arriving.
#include "tests/integration/http/fixture.h"

namespace daybook::http {
namespace {

using testing::HasSubstr;

const std::string kStreamHead =
    "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    "Transfer-Encoding: chunked\r\n\r\n";
const std::string kEnd = "0\r\n\r\n";

class StreamTest : public HttpTest {
 protected:
  static std::string line(int number) { return command_json(number) + "\n"; }
  static void expect_answer(RawClient& connection, int number) {
    const auto answer = connection.receive_line();
    ASSERT_TRUE(answer) << number;
    EXPECT_THAT(*answer, HasSubstr("\"commandId\":\"c" + std::to_string(number) + "\""));
  }
};

TEST_F(StreamTest, AnswersEachLineWhileTheNextHaveNotBeenSent) {
  const auto connection = client();
  connection->send(kStreamHead);
  for (int i = 0; i < 3; ++i) {
    connection->send(chunk(line(i)));
    if (i == 0) {
      const auto head = connection->receive_head();
      ASSERT_TRUE(head);
      EXPECT_EQ(head->status, 200);
      EXPECT_EQ(head->headers.at("content-type"), "application/x-ndjson");
    }
    expect_answer(*connection, i);
  }
  connection->send(kEnd);
  EXPECT_FALSE(connection->receive_line());
  // The connection goes on.
  connection->send(get("/healthz"));
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 200);
}

TEST_F(StreamTest, KeepsTheOrderOfTheLines) {
  door_.hold();
  const auto connection = client();
  connection->send(kStreamHead + chunk(line(0) + line(1) + line(2)) + kEnd);
  ASSERT_TRUE(door_.wait_for_submitted(3));
  for (const std::size_t place : {2u, 1u, 0u}) door_.answer_held(place);
  ASSERT_TRUE(connection->receive_head());
  for (int i = 0; i < 3; ++i) expect_answer(*connection, i);
  EXPECT_FALSE(connection->receive_line());
}

TEST_F(StreamTest, TakesLinesInAnyPieces) {
  const auto connection = client();
  std::string body = "\n\r\n  \n" + line(0) + "\n" + command_json(1) + "\r\n" +
                     command_json(2);  // no end at the end
  connection->send(kStreamHead);
  for (const char c : body) connection->send(chunk(std::string(1, c)));
  connection->send(kEnd);
  ASSERT_TRUE(connection->receive_head());
  for (int i = 0; i < 3; ++i) expect_answer(*connection, i);
  EXPECT_FALSE(connection->receive_line());
}

TEST_F(StreamTest, TakesABodyOfKnownLengthAndAnEmptyOne) {
  std::string body;
  for (int i = 0; i < 500; ++i) body += line(i);
  const auto connection = client();
  connection->send(request("POST", "/v1/commands", body, "Content-Type: application/x-ndjson\r\n"));
  ASSERT_TRUE(connection->receive_head());
  for (int i = 0; i < 500; ++i) expect_answer(*connection, i);
  EXPECT_FALSE(connection->receive_line());
  connection->send(request("POST", "/v1/commands", "", "Content-Type: application/x-ndjson\r\n"));
  const auto empty = connection->receive();
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->status, 200);
  EXPECT_EQ(empty->body, "");
}

TEST_F(StreamTest, AnswersBadLinesAndGoesOn) {
  config_.body_bytes_max = 2048;
  const auto connection = client();
  const std::string long_line(5000, 'x');
  connection->send(kStreamHead +
                   chunk("rubbish\n" + line(1) + long_line + "\n" + line(2) + "[]\n" + line(3)) +
                   kEnd);
  ASSERT_TRUE(connection->receive_head());
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("json.malformed"));
  expect_answer(*connection, 1);
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("http.line_too_long"));
  expect_answer(*connection, 2);
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("json.wrong_type"));
  expect_answer(*connection, 3);
  EXPECT_FALSE(connection->receive_line());
}

TEST_F(StreamTest, SkipsAnEndlessLineInBoundedMemory) {
  config_.body_bytes_max = 2048;
  const auto connection = client();
  connection->send(kStreamHead);
  const std::string piece = chunk(std::string(60'000, 'x'));
  for (int i = 0; i < 200; ++i) connection->send(piece);
  connection->send(chunk("\n" + line(1)) + kEnd);
  ASSERT_TRUE(connection->receive_head());
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("http.line_too_long"));
  expect_answer(*connection, 1);
}

TEST_F(StreamTest, SubmitsNoMoreThanTheWindow) {
  config_.stream_window = 8;
  door_.hold();
  const auto connection = client();
  std::string body;
  for (int i = 0; i < 100; ++i) body += line(i);
  connection->send(kStreamHead + chunk(body) + kEnd);
  ASSERT_TRUE(door_.wait_for_submitted(8));
  door_.answer_held(7);  // not the first: nothing can be written, so nothing more is taken
  EXPECT_EQ(ask(get("/healthz")).status, 200);
  EXPECT_EQ(door_.submitted(), 8u);
  door_.answer_all_held_and_go_on();
  ASSERT_TRUE(connection->receive_head());
  for (int i = 0; i < 100; ++i) expect_answer(*connection, i);
}

TEST_F(StreamTest, StopsReadingWhenTheClientDoesNotRead) {
  config_.stream_window = 16;
  door_.decide_with([](const Command& command) {
    Receipt receipt = accepted(command);
    receipt.set_correlation_id(std::string(100'000, 'z'));
    return receipt;
  });
  const auto connection = client();
  connection->send(kStreamHead);
  const std::string lines = chunk([] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += line(i);
    return text;
  }());
  // The answers are ~700 times as large as the lines: without the window this would go on until
  // memory ends.
  bool taken = true;
  for (int i = 0; i < 400 && taken; ++i) taken = connection->try_send(lines);
  EXPECT_FALSE(taken);
  EXPECT_LT(door_.submitted(), 5000u);
}

TEST_F(StreamTest, AnswersWhatCameBeforeACut) {
  const auto connection = client();
  connection->send(kStreamHead + chunk(line(0) + line(1) + R"({"commandId":)"));
  connection->finish_sending();
  ASSERT_TRUE(connection->receive_head());
  expect_answer(*connection, 0);
  expect_answer(*connection, 1);
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("http.incomplete"));
  EXPECT_FALSE(connection->receive_line());
  EXPECT_TRUE(connection->ended());
}

TEST_F(StreamTest, EndsWhenNothingComes) {
  config_.stream_timeout = std::chrono::milliseconds(50);
  const auto connection = client();
  connection->send(kStreamHead + chunk(line(0)));
  ASSERT_TRUE(connection->receive_head());
  expect_answer(*connection, 0);
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("http.timeout"));
  EXPECT_FALSE(connection->receive_line());
}

TEST_F(StreamTest, DoesNotEndWhileAnswersAreOwed) {
  config_.stream_timeout = std::chrono::milliseconds(20);
  config_.idle_timeout = std::chrono::milliseconds(100);
  door_.hold();
  const auto connection = client();
  connection->send(kStreamHead + chunk(line(0)));
  ASSERT_TRUE(door_.wait_for_submitted(1));
  EXPECT_TRUE(client()->ended());  // an idle connection has meanwhile been closed: several stream
                                   // time-outs have passed
  door_.answer_all_held_and_go_on();
  ASSERT_TRUE(connection->receive_head());
  expect_answer(*connection, 0);
}

TEST_F(StreamTest, RefusesBrokenChunks) {
  const auto connection = client();
  connection->send(kStreamHead + chunk(line(0)) + "nonsense\r\n");
  ASSERT_TRUE(connection->receive_head());
  expect_answer(*connection, 0);
  EXPECT_THAT(connection->receive_line().value_or(""), HasSubstr("http.malformed"));
  EXPECT_FALSE(connection->receive_line());
}

TEST_F(StreamTest, ServesOldClientsWithoutChunks) {
  const auto connection = client();
  const std::string body = line(0) + line(1);
  connection->send(
      "POST /v1/commands HTTP/1.0\r\nContent-Type: application/x-ndjson\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto head = connection->receive_head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->headers.count("transfer-encoding"), 0u);
}

}  // namespace
}  // namespace daybook::http
