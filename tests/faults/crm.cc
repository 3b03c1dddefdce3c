#include "tests/faults/crm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <stdexcept>

#include "infra/log/random_id.h"
#include "infra/topics/topic_setup.h"

namespace daybook::testing {
namespace {

constexpr std::chrono::seconds kAnswersLimit{90};
constexpr std::size_t kFaultsShown = 10;

topics::TopicNames names_of(const std::string& prefix) {
  return {prefix + ".commands", prefix + ".events", prefix + ".results",
          prefix + ".commands.dead-letter"};
}

kafka::Options connection_to(const KafkaBroker& broker) {
  kafka::Options options;
  options.brokers = broker.bootstrap();
  return options;
}

void make_topics(const kafka::Options& connection, const topics::TopicNames& names,
                 std::uint32_t partitions) {
  auto admin = kafka::Admin::open(connection);
  if (!admin) throw std::runtime_error(admin.error().detail);
  topics::TopicsSpec spec;
  spec.names = names;
  spec.partitions = partitions;
  const auto made = topics::create_topics(**admin, connection, spec);
  if (!made) throw std::runtime_error(made.error().detail);
}

std::string first_of(const std::vector<std::string>& lines) {
  std::string text = std::to_string(lines.size()) + " in all";
  for (std::size_t i = 0; i < std::min(lines.size(), kFaultsShown); ++i) text += "\n  " + lines[i];
  return text;
}

}  // namespace

unsigned seed() {
  static const unsigned chosen = [] {
    const char* given = std::getenv("DAYBOOK_TEST_SEED");
    const unsigned number = given != nullptr ? static_cast<unsigned>(std::atoi(given))
                                             : std::random_device{}() % 1'000'000U;
    std::cout << "DAYBOOK_TEST_SEED=" << number << std::endl;
    return number;
  }();
  return chosen;
}

// What the processes have said, for whoever looks into a failure.
Crm::~Crm() {
  if (::testing::Test::HasFailure() || std::getenv("DAYBOOK_TEST_SHOW") != nullptr) {
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
      if (file.path().extension() != ".log") continue;
      std::cout << file.path().filename() << ":\n" << std::ifstream(file.path()).rdbuf() << "\n";
    }
  }
}

Crm::Crm(std::uint32_t partitions)
    : partitions_(partitions),
      prefix_("t" + log::random_uuid_text().substr(0, 8)),
      connection_(connection_to(shared_broker())),
      names_(names_of(prefix_)),
      older_(partitions) {
  if (partitions == 0) return;
  make_topics(connection_, names_, partitions);
  client_ = std::make_unique<CommandClient>(connection_, names_, partitions, seed());
  begin_generation(0);
}

void Crm::begin_generation(std::uint64_t generation) {
  for (std::uint32_t i = 0; topics_ && i < partitions_; ++i)
    older_[i].insert(topics_->contents()[i].commands.begin(),
                     topics_->contents()[i].commands.end());
  topics_ = std::make_unique<TopicContentsReader>(connection_, names_, partitions_, generation);
}

std::vector<std::string> Crm::environment(const std::string& folder) const {
  return {"DAYBOOK_LOG=kafka",
          "DAYBOOK_BROKERS=" + connection_.brokers,
          "DAYBOOK_TOPIC_PREFIX=" + prefix_,
          "DAYBOOK_KAFKA_SESSION_TIMEOUT_MS=1500",
          "DAYBOOK_KAFKA_SOCKET_TIMEOUT_MS=3000",
          "DAYBOOK_DATA=" + (folder_.path() / folder).string()};
}

std::unique_ptr<ChildProcess> Crm::start(const std::string& name,
                                         std::vector<std::string> arguments,
                                         std::vector<std::string> environment) {
  const std::string output = name + "-" + std::to_string(++processes_) + ".log";
  return std::make_unique<ChildProcess>(std::move(arguments), std::move(environment),
                                        folder_.path() / output);
}

std::unique_ptr<ChildProcess> Crm::handler(const std::vector<std::string>& options) {
  std::vector<std::string> arguments{DAYBOOK_FAULT_ENGINE, "commands"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return start("handler", std::move(arguments),
               environment("handler-" + std::to_string(processes_)));
}

std::unique_ptr<ChildProcess> Crm::projector(const std::string& database_url,
                                             const std::vector<std::string>& options) {
  std::vector<std::string> arguments{DAYBOOK_FAULT_ENGINE, "projections"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  auto lines = environment("projector");
  lines.push_back("DATABASE_URL=" + database_url);
  return start("projector", std::move(arguments), std::move(lines));
}

std::unique_ptr<ChildProcess> Crm::daybook(const std::string& name,
                                           std::vector<std::string> arguments,
                                           std::vector<std::string> environment) {
  arguments.insert(arguments.begin(), DAYBOOK_PROGRAM);
  const auto common = this->environment(name);
  environment.insert(environment.end(), common.begin(), common.end());
  return start(name, std::move(arguments), std::move(environment));
}

std::string Crm::run_daybook(std::vector<std::string> arguments) {
  const auto process = daybook("cli", std::move(arguments));
  const int exit_code = process->await_end();
  return std::to_string(exit_code) + " " + process->said();
}

bool Crm::owns(const ChildProcess& process, std::uint32_t partition) {
  const std::string said = process.said();
  const std::string place = "partition " + std::to_string(partition) + " ";
  const auto last = said.rfind(place);
  return last != std::string::npos && said.compare(last + place.size(), 5, "owned") == 0;
}

void Crm::await_owned(const std::vector<ChildProcess*>& processes) {
  const auto all_owned = [&] {
    std::set<const ChildProcess*> owners;
    for (std::uint32_t i = 0; i < partitions_; ++i) {
      const auto owner = std::find_if(processes.begin(), processes.end(),
                                      [&](const ChildProcess* each) { return owns(*each, i); });
      if (owner == processes.end()) return false;
      owners.insert(*owner);
    }
    return owners.size() == std::min<std::size_t>(processes.size(), partitions_);
  };
  if (await_condition(all_owned)) return;
  std::string said;
  for (const ChildProcess* each : processes) said += each->said() + "\n";
  throw std::runtime_error("nobody owns every partition: " + said);
}

void Crm::await_answered() {
  std::vector<std::string> open;
  const auto answered = [&] {
    return topics_->update() && (open = open_ends(topics_->contents())).empty();
  };
  if (!await_condition(answered, kAnswersLimit))
    throw std::runtime_error("not everything was answered: " + first_of(open));
}

void Crm::await_results(std::size_t count) {
  const auto enough = [&] {
    std::size_t results = 0;
    if (!topics_->update()) return false;
    for (const PartitionContents& partition : topics_->contents())
      results += partition.results.size();
    return results >= count;
  };
  if (!await_condition(enough, kAnswersLimit))
    throw std::runtime_error("there are not " + std::to_string(count) + " results");
}

TopicVerdict Crm::check() {
  await_answered();
  TopicContents contents = topics_->contents();
  for (std::uint32_t i = 0; i < partitions_; ++i)
    contents[i].commands.insert(older_[i].begin(), older_[i].end());
  TopicVerdict verdict = check_topics(contents);
  for (std::string& fault : order_faults(verdict.folded, client_->sent()))
    verdict.faults.push_back(std::move(fault));
  std::cout << verdict.outcomes << " outcomes (" << verdict.repeated << " repeats, "
            << verdict.forwarded << " forwarded), " << verdict.fences << " fences, "
            << verdict.voids << " void, " << verdict.foreign << " foreign, " << verdict.told_again
            << " told again" << std::endl;
  return verdict;
}

TopicVerdict Crm::expect_sound() {
  TopicVerdict verdict = check();
  EXPECT_TRUE(verdict.faults.empty()) << first_of(verdict.faults);
  return verdict;
}

}  // namespace daybook::testing
