// Senders as integrators write them, against the commands topic: kcat, the Java client, HTTP and
// the command line in front of Kafka; and what becomes of rubbish.
#include <fstream>

#include "commands/codec/decode.h"
#include "commands/routing.h"
#include "infra/http/client.h"
#include "tests/e2e/kafka_shared.h"
#include "tests/support/kafka_broker.h"

namespace daybook::testing {
namespace {

constexpr const char* kPrefix = "crm";

class KafkaClients : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    daybook_ = std::make_unique<Installation>(kafka_environment(kPrefix));
    create_topics(*daybook_);
    daybook_->up();
    const SeenRecord created = ask_by_kcat(kPrefix, command(0, create_organization("Acme")));
    ASSERT_EQ(created.headers.at("outcome"), "accepted") << created.value;
  }
  static void TearDownTestSuite() { daybook_.reset(); }

  static std::string file_of(const std::string& name, const std::string& content) {
    const auto path = daybook_->folder() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }
  static Json letters() {
    return Json::parse(daybook_->run({"dead-letters", "list", "--json"}).out);
  }
  // Sends something that cannot be taken; the code in its result.
  static std::string code_of(const std::string& line, std::vector<std::string> options) {
    static int number = 0;
    const std::string reply_to = "rubbish-" + std::to_string(++number);
    options.insert(options.end(), {"-H", "reply-to=" + reply_to});
    publish(kPrefix, line, options);
    const SeenRecord result = await_results(kPrefix, "reply-to", reply_to).front();
    EXPECT_EQ(result.headers.at("outcome"), "rejected") << result.value;
    return result.json()["violations"][0]["code"];
  }

  static std::unique_ptr<Installation> daybook_;
};

std::unique_ptr<Installation> KafkaClients::daybook_;

// ---- senders ------------------------------------------------------------------------------------

TEST_F(KafkaClients, MaySendJsonToAnyPartition) {
  const auto right = static_cast<int>(commands::partition_of(kAcme, kPartitions));
  for (int partition = -1; partition < kPartitions; ++partition) {  // -1: kcat's own choice
    const std::string id = "any" + std::to_string(partition);
    std::vector<std::string> options{"-p", std::to_string(partition)};
    if (partition % 2 == 0) options.insert(options.end(), {"-H", "content-type=application/json"});
    Json sent = command(10 + partition, create_company(id, "Any partition"));
    sent["correlationId"] = "trip-" + id;
    sent["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const SeenRecord result = ask_by_kcat(kPrefix, sent, options);
    const auto& headers = result.headers;
    EXPECT_EQ(headers.at("outcome"), "accepted") << result.value;
    EXPECT_EQ(result.partition, right);
    EXPECT_EQ(result.key, kAcme);
    EXPECT_EQ(headers.at("content-type"), "application/json");
    EXPECT_EQ(headers.at("command-id"), sent["commandId"]);
    EXPECT_EQ(headers.at("correlation-id"), sent["correlationId"]);
    EXPECT_EQ(headers.at("traceparent"), sent["traceparent"]);
    EXPECT_GT(std::stoll(headers.at("outcome-offset")), 0);
    if (partition >= 0) {
      EXPECT_TRUE(headers.at("origin").starts_with(std::to_string(partition) + ":"));
    }
    EXPECT_EQ(result.json()["records"][0]["id"], company_id(id)) << result.value;
  }
}

TEST_F(KafkaClients, MaySendProtobufFromAFile) {
  for (const bool header : {true, false}) {
    const Json json = command(20 + header, create_company(header ? "p1" : "p2", "Protobuf"));
    const auto decoded = codec::decode_command(json.dump(), codec::ContentType::kJson);
    ASSERT_TRUE(decoded);
    std::vector<std::string> options{"-k", kAcme};
    if (header) options.insert(options.end(), {"-H", "content-type=application/x-protobuf"});
    options.push_back(file_of("command.bin", decoded->SerializeAsString()));
    publish(kPrefix, "", options);
    const SeenRecord result = await_results(kPrefix, "command-id", json["commandId"]).front();
    EXPECT_EQ(result.headers.at("outcome"), "accepted") << result.value;
  }
}

TEST_F(KafkaClients, GetTheFirstAnswerAgainForARepeat) {
  const Json sent = command(30, create_company("r1", "Repeat"));
  const Json first = ask_by_kcat(kPrefix, sent).json();
  const Json again = ask_by_kcat(kPrefix, sent).json();
  EXPECT_FALSE(first.contains("repeated")) << first;
  EXPECT_EQ(again["repeated"], true) << again;
  EXPECT_EQ(again["token"], first["token"]);
  Json other = sent;
  other["action"] = create_company("r1", "Another");
  const SeenRecord conflict = ask_by_kcat(kPrefix, other);
  EXPECT_EQ(conflict.headers.at("outcome"), "rejected");
  EXPECT_EQ(conflict.json()["violations"][0]["code"], "IDEMPOTENCY_CONFLICT") << conflict.value;
}

TEST_F(KafkaClients, GetOneReceiptByKafkaHttpAndCommandLine) {
  const Json sent = command(40, create_company("s1", "Same"));
  http::Client client(daybook_->address());
  const auto posted = client.post("/v1/commands", "application/json", sent.dump());
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 200) << posted->body;
  Json first = Json::parse(posted->body);
  EXPECT_EQ(first["outcome"], "accepted");
  const ProgramResult shown = daybook_->run({"receipt", kAcme, command_id(40), "--json"});
  EXPECT_EQ(Json::parse(shown.out), first) << shown.err;
  first["repeated"] = true;
  const ProgramResult line = daybook_->run({"send", sent.dump(), "--json"});
  EXPECT_EQ(line.exit_code, 0) << line.err;
  EXPECT_EQ(Json::parse(line.out), first);
  EXPECT_EQ(ask_by_kcat(kPrefix, sent).json(), first);
}

TEST_F(KafkaClients, FindTheJavaExampleWorking) {
  const std::string file = file_of("java.json", command(50, create_company("j1", "Java")).dump());
  const ProgramResult sent =
      run_program({"/usr/bin/env", "java", "-cp", (kafka_jars() / "*").string(),
                   std::string(DAYBOOK_SOURCE_DIR) + "/docs/examples/Send.java",
                   shared_broker().bootstrap(), kAcme, file});
  EXPECT_EQ(sent.exit_code, 0) << sent.out << sent.err;
  const Json receipt = Json::parse(sent.out, nullptr, false);
  EXPECT_EQ(receipt.value("outcome", ""), "accepted") << sent.out;
  EXPECT_EQ(receipt.value("commandId", ""), command_id(50));
}

// ---- rubbish ------------------------------------------------------------------------------------

TEST_F(KafkaClients, AreToldWhatIsWrongWithRubbish) {
  const std::string json = command(60, create_company("x1", "Rubbish")).dump();
  EXPECT_EQ(code_of(std::string(kAcme) + "|", {"-K", "|"}), "value.missing") << "empty";
  EXPECT_EQ(code_of(std::string(kAcme) + "|", {"-K", "|", "-Z"}), "value.missing") << "null";
  EXPECT_EQ(code_of(json, {}), "key.missing");
  EXPECT_EQ(code_of(json, {"-k", "acme"}), "key.not_the_organization");
  EXPECT_EQ(code_of(json, {"-k", kBeta}), "key.not_the_organization");
  EXPECT_EQ(code_of("{broken", {"-k", kAcme}), "json.malformed");
  EXPECT_EQ(code_of(json, {"-k", kAcme, "-H", "content-type=text/html"}), "content_type.unknown");
  EXPECT_EQ(letters().size(), 7U) << letters();
}

TEST_F(KafkaClients, LeaveDeadLettersThatAreShownRetriedAndDropped) {
  EXPECT_EQ(daybook_->run({"dead-letters", "drop", "all"}).exit_code, 0);
  EXPECT_EQ(code_of("{\"commandId\": \"" + command_id(70) + "\" broken",
                    {"-k", kAcme, "-H", "x-mine=kept", "-H", "content-type=application/json"}),
            "json.malformed");
  ASSERT_EQ(letters().size(), 1U);
  const std::string name = letters()[0]["name"];
  const ProgramResult list = daybook_->run({"dead-letters", "list"});
  EXPECT_TRUE(contains(list.out, name) && contains(list.out, "json.malformed")) << list.out;
  const Json shown = Json::parse(daybook_->run({"dead-letters", "show", name}).out);
  EXPECT_TRUE(contains(shown["value"], command_id(70))) << shown;
  EXPECT_TRUE(contains(shown["headers"].dump(), R"({"name":"x-mine","value":"kept"})")) << shown;

  const ProgramResult retried = daybook_->run({"dead-letters", "retry", name});
  EXPECT_EQ(retried.exit_code, 0) << retried.err;
  await("the broken one comes back as a new letter", [&] { return letters().size() == 1; });
  EXPECT_NE(letters()[0]["name"], name);
  EXPECT_EQ(letters()[0]["code"], "json.malformed");
  EXPECT_EQ(daybook_->run({"dead-letters", "show", name}).exit_code, 1) << "it is settled";

  const ProgramResult dropped = daybook_->run({"dead-letters", "drop", letters()[0]["name"]});
  EXPECT_EQ(dropped.exit_code, 0) << dropped.err;
  EXPECT_TRUE(contains(daybook_->run({"dead-letters", "list"}).out, "there are no dead letters"));
  const ProgramResult nothing = daybook_->run({"dead-letters", "drop", name});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_TRUE(contains(nothing.err, "dead_letter.not_found")) << nothing.err;
}

}  // namespace
}  // namespace daybook::testing
