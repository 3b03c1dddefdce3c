#include "bench/kafka/load.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "domain/core/uuid.h"
#include "infra/topics/topic_setup.h"
#include "schemas/command.pb.h"

namespace daybook::bench {
namespace {

constexpr std::size_t kOrganizations = 10;

std::string organization_id(std::size_t number) {
  return fmt::format("0be00000-0000-4000-8000-{:012x}", number);
}

Command addressed(std::size_t organization, std::size_t number) {
  Command command;
  command.set_command_id(fmt::format("0bec0000-0000-4000-8000-{:012x}", number));
  command.set_organization_id(organization_id(organization));
  command.set_actor("integration");
  return command;
}

Record record_of(const Command& command) {
  return {command.organization_id(), command.SerializeAsString()};
}

void name(ExternalId& id, std::size_t number) {
  id.set_namespace_("bench");
  id.set_id(std::to_string(number));
}

}  // namespace

topics::TopicNames Cluster::names(const std::string& part) const {
  const std::string start = prefix + "-" + part;
  return {start + ".commands", start + ".events", start + ".results",
          start + ".commands.dead-letter"};
}

Cluster open_cluster(const std::string& brokers) {
  Cluster cluster;
  cluster.connection.brokers = brokers;
  cluster.connection.client_id = "daybook-bench";
  cluster.prefix = fmt::format("bench-{}", ::getpid());
  cluster.admin = must(kafka::Admin::open(cluster.connection));
  return cluster;
}

app::Settings engine_settings(const Cluster& cluster, const std::string& part) {
  app::Settings settings;
  settings.log = "kafka";
  settings.brokers = cluster.connection.brokers;
  settings.topic_prefix = cluster.prefix + "-" + part;
  settings.data_folder =
      std::filesystem::temp_directory_path() / (cluster.prefix + "-" + part + "-data");
  return settings;
}

void make_topics(const Cluster& cluster, const topics::TopicNames& names) {
  topics::TopicsSpec spec;
  spec.names = names;
  (void)must(topics::create_topics(*cluster.admin, cluster.connection, spec));
}

// The first ones make the organizations; then a company and a change of it in turn.
Record command(std::size_t number) {
  const std::size_t organization = number % kOrganizations;
  Command command = addressed(organization, number);
  Action& action = *command.mutable_action();
  if (number < kOrganizations) {
    action.mutable_create_organization()->mutable_fields()->set_name("Bench");
    return record_of(command);
  }
  const std::size_t round = number / kOrganizations;
  const std::size_t company = (round - 1) / 2 * kOrganizations + organization;
  if (round % 2 == 1) {
    auto& create = *action.mutable_create_company();
    name(*create.mutable_identity()->add_external_ids(), company);
    create.mutable_fields()->set_name(fmt::format("Company {}", company));
    create.mutable_fields()->set_city("Zurich");
    create.mutable_fields()->set_industry("Benchmarking");
  } else {
    auto& patch = *action.mutable_patch_company();
    patch.set_id(fmt::format("bench/{}", company));
    patch.mutable_set()->set_phone(fmt::format("+41-44-{:07}", number));
  }
  return record_of(command);
}

std::vector<Record> commands(std::size_t count) {
  std::vector<Record> records;
  records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) records.push_back(command(i));
  return records;
}

void fill(const Cluster& cluster, const std::string& topic, const std::vector<Record>& records) {
  kafka::ProducerOptions options;
  options.connection = cluster.connection;
  const auto producer = must(kafka::Producer::open(options));
  for (const Record& record : records) {
    must(producer->produce(topic, 0, {record.key, record.value, {}}, [](const auto& delivered) {
      if (!delivered) give_up(delivered.error());
    }));
  }
  if (!producer->flush(std::chrono::seconds(60)))
    give_up({ErrorKind::kUnavailable, "bench.fill", "the commands could not be published", ""});
}

std::uint64_t end_of(const Cluster& cluster, const std::string& topic) {
  return must(cluster.admin->end_offset(topic, 0, std::chrono::seconds(10)));
}

}  // namespace daybook::bench
