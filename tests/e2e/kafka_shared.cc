#include "tests/e2e/kafka_shared.h"

#include <chrono>
#include <sstream>
#include <stdexcept>

#include "infra/log/random_id.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

constexpr std::chrono::seconds kLimit{30};

std::string kcat(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(),
                   {"/usr/bin/env", "kcat", "-q", "-b", shared_broker().bootstrap()});
  const ProgramResult result = run_program(arguments, {}, input);
  if (result.exit_code != 0) throw std::runtime_error("kcat: " + result.out + result.err);
  return result.out;
}

std::string text_of(const Json& json) { return json.is_string() ? json.get<std::string>() : ""; }

SeenRecord seen(const Json& json) {
  SeenRecord record;
  record.partition = json.value("partition", -1);
  record.offset = json.value("offset", std::int64_t{-1});
  record.key = text_of(json["key"]);
  record.value = text_of(json["payload"]);
  const Json headers = json.value("headers", Json::array());
  for (std::size_t i = 0; i + 1 < headers.size(); i += 2)
    record.headers[text_of(headers[i])] = text_of(headers[i + 1]);
  return record;
}

}  // namespace

std::vector<std::string> kafka_environment(const std::string& prefix) {
  return {"DAYBOOK_LOG=kafka", "DAYBOOK_BROKERS=" + shared_broker().bootstrap(),
          "DAYBOOK_TOPIC_PREFIX=" + prefix, "DATABASE_URL=" + create_database("kafka").owner_url};
}

void create_topics(const Installation& daybook) {
  const ProgramResult made =
      daybook.run({"topics", "create", "--partitions", std::to_string(kPartitions)});
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
}

void await(const std::string& what, const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("not within " + std::to_string(kLimit.count()) + " s: " + what);
  }
}

std::vector<SeenRecord> read_topic(const std::string& topic) {
  std::vector<SeenRecord> records;
  std::istringstream lines(kcat({"-C", "-t", topic, "-o", "beginning", "-e", "-J"}));
  for (std::string line; std::getline(lines, line);) records.push_back(seen(Json::parse(line)));
  return records;
}

std::vector<SeenRecord> await_results(const std::string& prefix, const std::string& header,
                                      const std::string& value, std::size_t count) {
  std::vector<SeenRecord> found;
  await("results with " + header + " " + value, [&] {
    found.clear();
    for (SeenRecord& record : read_topic(prefix + ".results")) {
      if (record.headers[header] == value) found.push_back(std::move(record));
    }
    return found.size() >= count;
  });
  return found;
}

void publish(const std::string& prefix, const std::string& line,
             const std::vector<std::string>& options) {
  std::vector<std::string> arguments{"-P", "-t", prefix + ".commands"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  (void)kcat(arguments, line + "\n");
}

SeenRecord ask_by_kcat(const std::string& prefix, const Json& command,
                       const std::vector<std::string>& options) {
  const std::string reply_to = log::random_uuid_text();
  std::vector<std::string> all{"-k", command["organizationId"], "-H", "reply-to=" + reply_to};
  all.insert(all.end(), options.begin(), options.end());
  publish(prefix, command.dump(), all);
  return await_results(prefix, "reply-to", reply_to).front();
}

}  // namespace daybook::testing
