// Single commands, receipts and pages.
#include "tests/integration/http/fixture.h"

namespace daybook::http {
namespace {

using testing::HasSubstr;

TEST_F(HttpTest, AnswersAJsonCommandWithItsReceipt) {
  const Reply reply = ask(request("POST", "/v1/commands", command_json(7)));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.headers.at("content-type"), "application/json");
  EXPECT_EQ(reply.body, "{\"outcome\":\"accepted\",\"commandId\":\"c7\",\"token\":\"log:0:7\"}\n");
}

TEST_F(HttpTest, AnswersAProtobufCommand) {
  Command command;
  ASSERT_TRUE(codec::decode_json(command_json(3), command).empty());
  const std::string type = "Content-Type: application/x-protobuf\r\n";
  const Reply json = ask(request("POST", "/v1/commands", command.SerializeAsString(), type));
  EXPECT_EQ(json.status, 200);
  EXPECT_THAT(json.body, HasSubstr("\"commandId\":\"c3\""));

  const Reply protobuf = ask(request("POST", "/v1/commands", command.SerializeAsString(),
                                     type + "Accept: application/x-protobuf\r\n"));
  EXPECT_EQ(protobuf.headers.at("content-type"), "application/x-protobuf");
  Receipt receipt;
  ASSERT_TRUE(receipt.ParseFromString(protobuf.body));
  EXPECT_EQ(receipt.command_id(), "c3");
}

TEST_F(HttpTest, ABatchIsOneCommand) {
  const std::string batch =
      R"({"commandId":"b","batch":{"members":[{"winDeal":{}},{"loseDeal":{}}]}})";
  EXPECT_EQ(ask(request("POST", "/v1/commands", batch)).status, 200);
  EXPECT_EQ(door_.submitted(), 1u);
}

TEST_F(HttpTest, MapsOutcomesToStatus) {
  const std::pair<const char*, int> cases[] = {
      {"invalid", 400},  {"rejected", 400},    {"not_allowed", 403}, {"not_found", 404},
      {"conflict", 409}, {"unavailable", 503}, {"corrupt", 500},     {"unheard_of", 400}};
  for (const auto& [kind, status] : cases) {
    door_.decide_with([kind = std::string(kind)](const Command&) { return rejected(kind, "x.y"); });
    const Reply reply = ask(request("POST", "/v1/commands", command_json()));
    EXPECT_EQ(reply.status, status) << kind;
    EXPECT_THAT(reply.body, HasSubstr("\"outcome\":\"rejected\"")) << kind;
  }
}

TEST_F(HttpTest, MapsErrorsToStatus) {
  const std::pair<ErrorKind, int> cases[] = {{ErrorKind::kUnavailable, 503},
                                             {ErrorKind::kUnknownOutcome, 500},
                                             {ErrorKind::kCorrupt, 500},
                                             {ErrorKind::kConflict, 409}};
  for (const auto& [kind, status] : cases) {
    door_.decide_with([kind = kind](const Command&) -> Result<Receipt> {
      return fail(kind, "some.fault", "say \"why\"");
    });
    const Reply reply = ask(request("POST", "/v1/commands", command_json()));
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.body, R"({"error":{"kind":")" + std::string(to_string(kind)) +
                              R"(","code":"some.fault","message":"say \"why\""}})" + "\n");
    EXPECT_EQ(reply.headers.count("retry-after"), status == 503 ? 1u : 0u);
  }
}

TEST_F(HttpTest, AnswersUndecodableCommandsWithTheirViolations) {
  const Reply reply = ask(
      request("POST", "/v1/commands", R"({"actr":1,"batch":{"members":[{"winDeal":{"id":2}}]}})"));
  EXPECT_EQ(reply.status, 400);
  Receipt receipt;
  ASSERT_TRUE(codec::decode_json(reply.body, receipt).empty()) << reply.body;
  EXPECT_EQ(receipt.outcome(), "rejected");
  ASSERT_EQ(receipt.violations_size(), 2);
  EXPECT_EQ(receipt.violations(0).code(), "field.unknown");
  EXPECT_EQ(receipt.violations(1).path(), "members[0].id");
  EXPECT_EQ(receipt.violations(1).kind(), "invalid");
  EXPECT_EQ(door_.submitted(), 0u);
  EXPECT_EQ(
      ask(request("POST", "/v1/commands", "\xff\xff", "Content-Type: application/x-protobuf\r\n"))
          .status,
      400);
  EXPECT_EQ(ask(request("POST", "/v1/commands", "")).status, 400);
}

TEST_F(HttpTest, ServesReceipts) {
  door_.receipts[std::string(kOrganization) + "/" + kCommand] =
      rejected("conflict", "version.conflict");
  const std::string base = "/v1/organizations/" + std::string(kOrganization) + "/commands/";
  const Reply found = ask(get(base + kCommand));
  EXPECT_EQ(found.status, 200);
  EXPECT_THAT(found.body, HasSubstr("version.conflict"));
  // Ids are taken in any letter case.
  EXPECT_EQ(ask(get(base + "6F1C2A34-0B5D-4E8E-9A55-1F0F3C7D2B10")).status, 200);
  const Reply missing = ask(get(base + kOrganization));
  EXPECT_EQ(missing.status, 404);
  EXPECT_THAT(missing.body, HasSubstr("receipt.not_found"));
  EXPECT_EQ(ask(get(base + "nonsense")).status, 400);
  EXPECT_EQ(ask(get(base)).status, 404);
  EXPECT_EQ(ask(request("DELETE", base + kCommand)).status, 405);
}

TEST_F(HttpTest, ServesPages) {
  pages_.readiness = [] { return Report{false, R"({"status":"behind","lag":12})"}; };
  pages_.status = [] { return std::string("{\"up\":true}\n"); };
  EXPECT_EQ(ask(get("/healthz")).body, "{\"status\":\"ok\"}\n");
  EXPECT_EQ(ask(get("/readyz")).status, 503);
  EXPECT_THAT(ask(get("/readyz")).body, HasSubstr("\"lag\":12"));
  EXPECT_EQ(ask(get("/v1/status?pretty")).body, "{\"up\":true}\n");
  const Reply metrics = ask(get("/metrics"));
  EXPECT_EQ(metrics.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(metrics.body,
              HasSubstr("daybook_http_requests_total{endpoint=\"health\",status=\"200\"} 1"));
}

TEST_F(HttpTest, AnswersHeadWithoutABody) {
  const auto connection = client();
  connection->send("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/healthz"));
  const auto head = connection->receive_head();
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_EQ(head->headers.at("content-length"), "16");
  EXPECT_EQ(connection->receive().value_or(Reply{}).body, "{\"status\":\"ok\"}\n");
}

TEST_F(HttpTest, RefusesWrongPathsMethodsAndTypes) {
  EXPECT_EQ(ask(get("/")).status, 404);
  EXPECT_EQ(ask(get("/v1/nothing")).status, 404);
  EXPECT_EQ(ask(get("/v1/commands/x")).status, 404);
  const Reply method = ask(get("/v1/commands"));
  EXPECT_EQ(method.status, 405);
  EXPECT_EQ(method.headers.at("allow"), "POST");
  const Reply page = ask(request("POST", "/healthz", "{}"));
  EXPECT_EQ(page.status, 405);
  EXPECT_EQ(page.headers.at("allow"), "GET, HEAD");
  for (const char* type : {"Content-Type: text/plain\r\n",
                           "Content-Type: application/x-www-form-urlencoded\r\n", ""}) {
    const Reply reply = ask(request("POST", "/v1/commands", command_json(), type));
    EXPECT_EQ(reply.status, 415) << type;
    EXPECT_THAT(reply.body, HasSubstr("application/json"));
  }
  EXPECT_EQ(door_.submitted(), 0u);
}

TEST_F(HttpTest, AnswersOnlyToLocalNamesWithoutTokens) {
  const auto with_host = [](const std::string& host) {
    return "GET /v1/status HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  };
  EXPECT_EQ(ask(with_host("evil.example")).status, 403);
  EXPECT_EQ(ask(with_host("evil.example:7420")).status, 403);
  EXPECT_EQ(ask(with_host("127.0.0.1.evil.example")).status, 403);
  EXPECT_EQ(ask(with_host("127.0.0.1:7420")).status, 200);
  EXPECT_EQ(ask(with_host("[::1]:7420")).status, 200);
  EXPECT_EQ(ask(with_host("localhost")).status, 200);
  EXPECT_EQ(ask("GET /v1/status HTTP/1.0\r\n\r\n").status, 200);
}

TEST_F(HttpTest, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  const auto connection = client();
  std::string all;
  for (int i = 0; i < 50; ++i) {
    all += i % 5 == 4 ? get("/healthz") : request("POST", "/v1/commands", command_json(i));
  }
  connection->send(all);
  for (int i = 0; i < 50; ++i) {
    const auto reply = connection->receive();
    ASSERT_TRUE(reply) << i;
    EXPECT_EQ(reply->status, 200);
    EXPECT_THAT(reply->body, HasSubstr(i % 5 == 4 ? "ok" : "\"c" + std::to_string(i) + "\""));
  }
  connection->send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(connection->receive().value_or(Reply{}).headers["connection"], "close");
  EXPECT_TRUE(connection->ended());
}

TEST_F(HttpTest, PipelinedRubbishIsAnsweredAfterTheGoodRequests) {
  const auto connection = client();
  connection->send(request("POST", "/v1/commands", command_json(1)) +
                   "\x16\x03\x01 rubbish\r\n\r\n" + get("/healthz"));
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 200);
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 400);
  EXPECT_TRUE(connection->ended());
}

TEST_F(HttpTest, ReadsChunkedBodiesInPieces) {
  const auto connection = client();
  connection->send(
      "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
  connection->send("Transfer-Encoding: chunked\r\n\r\n");
  const std::string json = command_json(5);
  for (const char c : json) connection->send(chunk(std::string(1, c)));
  connection->send("0\r\n\r\n");
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 200);
}

TEST_F(HttpTest, GivesPermissionToContinue) {
  const auto connection = client();
  const std::string json = command_json(5);
  const std::string all = request("POST", "/v1/commands", json,
                                  "Content-Type: application/json\r\nExpect: 100-continue\r\n");
  connection->send(all.substr(0, all.size() - json.size()));
  EXPECT_EQ(connection->receive_head().value_or(Reply{}).status, 100);
  connection->send(json);
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 200);
}

TEST_F(HttpTest, AnswersAClientThatHasClosedItsSendingHalf) {
  door_.hold();
  const auto connection = client();
  connection->send(request("POST", "/v1/commands", command_json(5)));
  connection->finish_sending();
  ASSERT_TRUE(door_.wait_for_submitted(1));
  door_.answer_all_held_and_go_on();
  EXPECT_EQ(connection->receive().value_or(Reply{}).status, 200);
  EXPECT_TRUE(connection->ended());
}

TEST_F(HttpTest, SurvivesAClientThatLeavesBeforeItsAnswer) {
  door_.hold();
  {
    const auto connection = client();
    connection->send(request("POST", "/v1/commands", command_json(5)));
    ASSERT_TRUE(door_.wait_for_submitted(1));
  }
  door_.answer_all_held_and_go_on();
  EXPECT_EQ(ask(request("POST", "/v1/commands", command_json(6))).status, 200);
}

}  // namespace
}  // namespace daybook::http
