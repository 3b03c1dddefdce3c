// Slow, large and many clients: each gets an answer or an end, and none disturbs the others.
#include <sys/resource.h>

#include "tests/integration/http/fixture.h"
#include "tests/support/wait_until.h"

namespace daybook::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

const std::string kHead =
    "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

// Both ends of every connection are handles of this process.
bool allow_handles(rlim_t count) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  if (limit.rlim_cur >= count) return true;
  limit.rlim_cur = count;
  return limit.rlim_max >= count && ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

double figure_of(metrics::Registry& registry, const std::string& name) {
  const std::string text = registry.text();
  const std::string line = "\n" + name + " ";
  const auto found = text.find(line);
  return found == std::string::npos ? -1 : std::stod(text.substr(found + line.size()));
}

TEST_F(HttpTest, RefusesABodyThatIsAnnouncedTooLarge) {
  config_.body_bytes_max = 1024;
  const auto connection = client();
  connection->send(kHead + "Content-Length: 1025\r\n\r\n");
  const auto reply = connection->receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 413);
  EXPECT_THAT(reply->body, HasSubstr("1024"));
  EXPECT_EQ(ask(kHead + "Content-Length: 18446744073709551615\r\n\r\n").status, 413);
}

TEST_F(HttpTest, RefusesABodyThatGrowsTooLarge) {
  config_.body_bytes_max = 1024;
  const auto connection = client();
  connection->send(kHead + "Transfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) connection->send(chunk(std::string(100, ' ')));
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 413);
}

TEST_F(HttpTest, AnswersAClientThatIsStillSendingItsRefusedBody) {
  config_.body_bytes_max = 1024;
  const auto connection = client();
  connection->send(kHead + "Content-Length: 3000000\r\n\r\n" + std::string(3'000'000, ' '));
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 413);
}

TEST_F(HttpTest, TakesABodyOfExactlyTheLimit) {
  config_.body_bytes_max = 1024;
  std::string json = command_json(1);
  json.resize(1024, ' ');
  EXPECT_EQ(ask(request("POST", "/v1/commands", json)).status, 200);
}

TEST_F(HttpTest, RefusesLongHeaders) {
  EXPECT_EQ(ask(get("/healthz", "X-Long: " + std::string(40'000, 'x') + "\r\n")).status, 431);
  EXPECT_EQ(ask(get("/" + std::string(40'000, 'x'))).status, 431);
}

TEST_F(HttpTest, RefusesRubbish) {
  EXPECT_EQ(ask("rubbish\r\n\r\n").status, 400);
  EXPECT_EQ(ask(std::string("\0\1\2\3\r\n\r\n", 8)).status, 400);
  EXPECT_EQ(ask("GET /healthz HTTP/9.9\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\n").status, 400);
  EXPECT_EQ(ask(kHead + "Content-Length: 10\r\nContent-Length: 20\r\n\r\n").status, 400);
  EXPECT_EQ(ask(kHead + "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status,
            400);
}

TEST_F(HttpTest, TellsASlowClientThatItsHeadersDidNotCome) {
  config_.header_timeout = milliseconds(50);
  const auto connection = client();
  connection->send("GET /heal");
  const auto reply = connection->receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408);
  EXPECT_EQ(reply->headers.at("connection"), "close");
  EXPECT_TRUE(connection->ended());
}

TEST_F(HttpTest, TellsASlowClientThatItsBodyDidNotCome) {
  config_.body_timeout = milliseconds(50);
  const auto connection = client();
  connection->send(kHead + "Content-Length: 100\r\n\r\n{");
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 408);
  EXPECT_EQ(door_.submitted(), 0u);
}

TEST_F(HttpTest, TellsAClientThatItsBodyWasCut) {
  const auto connection = client();
  connection->send(kHead + "Content-Length: 100\r\n\r\n{");
  connection->finish_sending();
  const auto reply = connection->receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400);
  EXPECT_THAT(reply->body, HasSubstr("http.incomplete"));
}

TEST_F(HttpTest, ClosesIdleConnectionsAfterAWhile) {
  config_.idle_timeout = milliseconds(50);
  const auto connection = client();
  connection->send(get("/healthz"));
  ASSERT_TRUE(connection->receive());
  EXPECT_TRUE(connection->ended());
  EXPECT_TRUE(client()->ended());
}

TEST_F(HttpTest, ManyIdleConnectionsDoNotKeepOthersOut) {
  config_.connections_max = 50;
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 400; ++i) idle.push_back(client());
  EXPECT_EQ(ask(request("POST", "/v1/commands", command_json())).status, 200);
  // The longest idle one was closed; the newest goes on.
  EXPECT_TRUE(idle.front()->ended());
  idle.back()->send(get("/healthz"));
  EXPECT_EQ(idle.back()->receive().value_or(Reply{}).status, 200);
}

TEST_F(HttpTest, ThreeThousandIdleConnectionsDoNotKeepOthersOutEither) {
  constexpr std::size_t kIdle = 3'000;
  ASSERT_LT(config_.connections_max, kIdle) << "by default";
  if (!allow_handles(8'192)) GTEST_SKIP() << "the system allows no 8192 open files (ulimit -Hn)";
  const std::string command = request("POST", "/v1/commands", command_json());
  std::vector<std::unique_ptr<RawClient>> idle;
  for (std::size_t i = 1; i <= kIdle; ++i) {
    idle.push_back(client());
    if (i % 500 != 0) continue;
    EXPECT_EQ(ask(command).status, 200) << "beside " << i << " others";
  }
  EXPECT_TRUE(idle.front()->ended());
  idle.back()->send(command);
  EXPECT_EQ(idle.back()->receive().value_or(Reply{}).status, 200);
  const auto is_bounded = [&] {
    const double open = figure_of(registry_, "daybook_http_connections");
    return open > 0 && open <= static_cast<double>(config_.connections_max);
  };
  EXPECT_TRUE(test::wait_until(is_bounded)) << registry_.text();
  EXPECT_EQ(figure_of(registry_, "daybook_http_connections_refused_total"), 0);
}

TEST_F(HttpTest, SaysSoWhenAllConnectionsAreBusy) {
  config_.connections_max = 2;
  door_.hold();
  std::vector<std::unique_ptr<RawClient>> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(client());
    busy.back()->send(request("POST", "/v1/commands", command_json(i)));
  }
  ASSERT_TRUE(door_.wait_for_submitted(2));
  const auto reply = client()->receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->headers.at("retry-after"), "1");
  EXPECT_THAT(reply->body, HasSubstr("server.overloaded"));
  door_.answer_all_held_and_go_on();
  for (auto& connection : busy) EXPECT_EQ(connection->receive().value_or(Reply{}).status, 200);
}

TEST_F(HttpTest, BoundsTheCommandsInFlight) {
  config_.commands_in_flight_max = 1;
  door_.hold();
  const auto first = client();
  first->send(request("POST", "/v1/commands", command_json(1)));
  ASSERT_TRUE(door_.wait_for_submitted(1));
  const Reply second = ask(request("POST", "/v1/commands", command_json(2)));
  EXPECT_EQ(second.status, 503);
  EXPECT_THAT(second.body, HasSubstr("server.overloaded"));
  door_.answer_all_held_and_go_on();
  EXPECT_EQ(first->receive().value_or(Reply{}).status, 200);
  EXPECT_EQ(ask(request("POST", "/v1/commands", command_json(3))).status, 200);
}

TEST_F(HttpTest, CountsWhatItDoes) {
  (void)ask(request("POST", "/v1/commands", "{"));
  (void)ask(request("POST", "/v1/commands", command_json()));
  const std::string text = ask(get("/metrics")).body;
  EXPECT_THAT(text, HasSubstr("daybook_http_undecodable_total 1"));
  EXPECT_THAT(text,
              HasSubstr("daybook_http_requests_total{endpoint=\"commands\",status=\"200\"} 1"));
  EXPECT_THAT(text,
              HasSubstr("daybook_http_requests_total{endpoint=\"commands\",status=\"400\"} 1"));
  EXPECT_THAT(text, HasSubstr("daybook_http_command_seconds_count 1"));
  EXPECT_THAT(text, HasSubstr("daybook_http_commands_in_flight 0"));
}

}  // namespace
}  // namespace daybook::http
