// Subcommands about the topics of an installation on Kafka.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "apps/daybook/kafka_backend.h"
#include "apps/daybook/subcommands.h"
#include "infra/log/genesis.h"
#include "infra/log/kafka/kafka_event_log.h"
#include "infra/log/partition_journal.h"
#include "infra/log/random_id.h"
#include "infra/topics/kafka_command_topic.h"
#include "infra/topics/topic_setup.h"

namespace daybook::app {
namespace {

constexpr std::chrono::milliseconds kReadBackWait{100};
constexpr int kReadBacksMax = 300;
constexpr std::size_t kOutcomesPerRead = 4'096;

Result<void> create(const Settings& settings, const topics::TopicsSpec& wanted) {
  DAYBOOK_ASSIGN(cluster, open_cluster(settings));
  topics::TopicsSpec spec = wanted;
  spec.names = cluster.names;
  DAYBOOK_ASSIGN(made, topics::create_topics(*cluster.admin, cluster.connection, spec));
  if (settings.json) {
    fmt::print("{}\n",
               nlohmann::ordered_json{
                   {"log", made.log_id}, {"partitions", made.partitions}, {"made", made.made}}
                   .dump());
    return {};
  }
  for (const std::string& name : cluster.names.all()) {
    const bool fresh = std::find(made.made.begin(), made.made.end(), name) != made.made.end();
    fmt::print("{:26} {}\n", name, fresh ? "made" : "was there");
  }
  fmt::print("log {}, {} partition{}\n", made.log_id, made.partitions,
             made.partitions == 1 ? "" : "s");
  return {};
}

// Where the valid records of a partition end.
Result<log::Progress> read_progress(log::EventLog& log, std::uint32_t partition) {
  log::ValidReader reader(log, partition);
  DAYBOOK_TRY(reader.start(nullptr));
  DAYBOOK_ASSIGN(end, log.end_offset(partition));
  while (reader.progress().next_offset() < end)
    DAYBOOK_TRY(reader.read(kOutcomesPerRead, kReadBackWait));
  return reader.progress();
}

// One partition: 0 if there was nothing to accept.
Result<std::uint64_t> accept_commands(const Cluster& cluster, log::EventLog& log,
                                      std::uint32_t partition) {
  log::PartitionJournal journal(log, partition, log::random_uuid_bytes);
  const auto fold = [](const ReadOutcome&) -> Result<void> { return {}; };
  const auto rest = []() -> Result<void> { return {}; };
  topics::KafkaCommandTopic topic(
      *cluster.admin, {cluster.connection, cluster.names, partition, log.partition_count()});
  // Nobody is disturbed where there is nothing to accept.
  DAYBOOK_ASSIGN(known, read_progress(log, partition));
  if (!known.has_source()) return 0;
  const auto started = topic.start(&known.source());
  if (started) return 0;
  if (started.error().code != "commands.other_topic") return fail(started.error());
  DAYBOOK_TRY(journal.claim(nullptr, fold, rest));
  const log::Progress& progress = journal.progress();
  log::Outcome accepted;
  accepted.set_kind(log::OUTCOME_KIND_COMMANDS_ACCEPTED);
  accepted.set_decided_at(system_clock().wall_ms());
  log::Envelope envelope;
  envelope.set_answered_up_to(progress.answered_up_to());
  *envelope.mutable_source() = progress.source();
  const std::uint64_t generation = progress.source().generation() + 1;
  envelope.mutable_source()->set_generation(generation);
  envelope.mutable_source()->set_offset(-1);
  envelope.mutable_source()->clear_record_hash();
  DAYBOOK_TRY(journal.append({{&accepted, envelope}}));
  for (int tries = 0; tries < kReadBacksMax; ++tries) {
    DAYBOOK_ASSIGN(positions, journal.read_back(kReadBackWait));
    if (!positions.empty()) return generation;
  }
  return fail(ErrorKind::kUnknownOutcome, "log.stalled", "it did not become durable in time");
}

Result<void> accept_all(const Settings& settings) {
  DAYBOOK_ASSIGN(cluster, open_cluster(settings));
  DAYBOOK_ASSIGN(log, log::KafkaEventLog::open({cluster.connection, cluster.names.events}));
  DAYBOOK_TRY(log::read_log_id(*log));
  for (std::uint32_t partition = 0; partition < log->partition_count(); ++partition) {
    DAYBOOK_ASSIGN(generation, accept_commands(cluster, *log, partition));
    if (generation == 0) {
      fmt::print("partition {}: the topic is the one that the log knows; nothing to accept\n",
                 partition);
    } else {
      fmt::print(
          "partition {}: accepted; its commands are read from the beginning, as generation "
          "{}\n",
          partition, generation);
    }
  }
  return {};
}

}  // namespace

int run_topics_create(const Settings& settings, std::uint32_t partitions, int replication) {
  topics::TopicsSpec spec;
  spec.partitions = partitions;
  if (replication > 0) spec.replication = replication;
  const auto created = create(settings, spec);
  return created ? kOk : report(settings, created.error());
}

int run_topics_check(const Settings& settings) {
  auto cluster = open_cluster(settings);
  if (!cluster) return report(settings, cluster.error());
  const auto findings = topics::check_topics(*cluster->admin, cluster->connection, cluster->names);
  if (!findings) return report(settings, findings.error());
  auto list = nlohmann::ordered_json::array();
  for (const topics::TopicFinding& finding : *findings) {
    list.push_back({{"finding", finding.text}, {"passes", finding.passes}});
    if (!settings.json) fmt::print("problem  {}\n", finding.text);
  }
  if (settings.json) fmt::print("{}\n", list.dump());
  if (!settings.json && findings->empty()) fmt::print("the topics are as they should be\n");
  return findings->empty() ? kOk : kRefused;
}

int run_topics_accept_commands(const Settings& settings) {
  const auto accepted = accept_all(settings);
  return accepted ? kOk : report(settings, accepted.error());
}

}  // namespace daybook::app
