#include "infra/topics/topic_setup.h"

#include <algorithm>

#include "infra/log/genesis.h"
#include "infra/log/kafka/kafka_event_log.h"
#include "infra/log/random_id.h"
#include "infra/log/record.h"
#include "infra/topics/waits.h"

namespace daybook::topics {
namespace {

using kafka::TopicDescription;

constexpr std::uint64_t kTailRecords = 1'000;
constexpr std::int64_t kDeadLetterRoom = 20'000;  // for the headers that say why

constexpr const char* kWeek = "604800000";
constexpr const char* kWithoutLimit = "-1";

std::map<std::string, std::string> config_of(const TopicNames& names, const std::string& topic,
                                             int replication) {
  std::map<std::string, std::string> config{{"cleanup.policy", "delete"},
                                            {"unclean.leader.election.enable", "false"},
                                            {"retention.bytes", kWithoutLimit}};
  const bool kept = topic == names.events || topic == names.dead_letters;
  config["retention.ms"] = kept ? kWithoutLimit : kWeek;
  const bool tells = topic == names.results || topic == names.dead_letters;
  config["max.message.bytes"] = tells ? "1200000" : "1064960";
  config["message.timestamp.type"] = "LogAppendTime";
  if (replication >= 3) config["min.insync.replicas"] = "2";
  return config;
}

std::string value_of(const TopicDescription& topic, const std::string& name) {
  const auto found = topic.config.find(name);
  return found == topic.config.end() ? "" : found->second;
}

std::int64_t number_of(const TopicDescription& topic, const std::string& name) {
  const std::string value = value_of(topic, name);
  return value.empty() ? -1 : std::strtoll(value.c_str(), nullptr, 10);
}

tl::unexpected<Error> other_count(const std::string& topic, std::size_t count,
                                  std::uint32_t wanted) {
  return fail(ErrorKind::kInvalid, "topics.partition_count",
              "the topic " + topic + " has " + std::to_string(count) + " partitions, not " +
                  std::to_string(wanted) +
                  "; commands, events, results and dead letters have the same number, which never "
                  "changes: give --partitions " +
                  std::to_string(count) + ", or other topics");
}

// ---- checks, each a sentence for each fault -----------------------------------------------------

class Checks {
 public:
  explicit Checks(const TopicNames& names) : names_(names) {}

  void look_at(const std::string& name, const TopicDescription& topic) {
    const std::string there = "topic " + name + ": ";
    if (value_of(topic, "cleanup.policy").find("compact") != std::string::npos) {
      add(there + "it is compacted, so records that count would go; set cleanup.policy=delete");
    }
    if (value_of(topic, "unclean.leader.election.enable") == "true") {
      add(there + "acknowledged records can get lost; set unclean.leader.election.enable=false");
    }
    look_at_replicas(there, topic);
    const bool expires =
        number_of(topic, "retention.ms") != -1 || number_of(topic, "retention.bytes") != -1;
    if (name == names_.events && expires) {
      add(there +
          "it expires, and it is the only truth; set retention.ms=-1 and "
          "retention.bytes=-1");
    }
    if (name == names_.events && value_of(topic, "message.timestamp.type") != "LogAppendTime") {
      add(there + "set message.timestamp.type=LogAppendTime");
    }
  }

  void look_at_counts(const std::map<std::string, TopicDescription>& topics) {
    const std::size_t events = topics.at(names_.events).partitions.size();
    for (const auto& [name, topic] : topics) {
      if (topic.partitions.size() == events) continue;
      add("topic " + name + ": it has " + std::to_string(topic.partitions.size()) +
          " partitions, the events topic " + std::to_string(events) +
          "; all four have the same number, which never changes");
    }
  }

  void look_at_sizes(const TopicDescription& commands, const TopicDescription& letters) {
    if (number_of(letters, "max.message.bytes") >=
        number_of(commands, "max.message.bytes") + kDeadLetterRoom)
      return;
    add("topic " + names_.dead_letters +
        ": it cannot hold every command with the reason beside it; set its max.message.bytes at "
        "least " +
        std::to_string(kDeadLetterRoom) + " higher than that of " + names_.commands);
  }

  void add(std::string text, bool passes = false) {
    findings_.push_back({std::move(text), passes});
  }
  [[nodiscard]] std::vector<TopicFinding> finish() { return std::move(findings_); }

 private:
  void look_at_replicas(const std::string& there, const TopicDescription& topic) {
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      const auto& partition = topic.partitions[i];
      if (partition.replicas < 3) continue;
      if (partition.in_sync < 2) {
        add(there + "partition " + std::to_string(i) +
                " has fewer than two in-sync replicas; look after the brokers",
            true);
      }
      if (i == 0 && number_of(topic, "min.insync.replicas") < 2) {
        add(there +
            "one broker's word is enough for an acknowledgement; set "
            "min.insync.replicas=2");
      }
    }
  }

  const TopicNames& names_;
  std::vector<TopicFinding> findings_;
};

std::pair<std::uint64_t, std::int64_t> age(const log::Source& source) {
  return {source.generation(), source.offset()};
}

// The newest source that the end of a partition of the log names; nothing if there is none.
Result<std::optional<log::Source>> newest_source(log::EventLog& log, std::uint32_t partition) {
  DAYBOOK_ASSIGN(end, log.end_offset(partition));
  const std::uint64_t first = end > kTailRecords ? end - kTailRecords : 0;
  DAYBOOK_ASSIGN(cursor, log.open_cursor(partition, first));
  std::optional<log::Source> newest;
  while (cursor->next_offset() < end) {
    DAYBOOK_ASSIGN(records, cursor->read(kTailRecords, kOperatorWait));
    if (records.empty() && cursor->next_offset() < end) break;
    for (const log::RawRecord& record : records) {
      const auto decoded = log::decode_record(record.bytes);
      log::Envelope envelope;
      const bool has =
          decoded && envelope.ParseFromString(decoded->envelope()) && envelope.has_source();
      if (has && (!newest || age(envelope.source()) > age(*newest))) newest = envelope.source();
    }
  }
  return newest;
}

Result<void> look_at_log(kafka::Admin& admin, const kafka::Options& connection,
                         const TopicNames& names, Checks& checks) {
  auto log = log::KafkaEventLog::open({connection, names.events});
  if (!log) {
    checks.add(log.error().detail);
    return {};
  }
  if (auto genesis = log::read_log_id(**log); !genesis) checks.add(genesis.error().detail);
  for (std::uint32_t partition = 0; partition < (*log)->partition_count(); ++partition) {
    auto source = newest_source(**log, partition);
    if (!source) return fail(std::move(source).error());
    if (!*source) continue;
    DAYBOOK_ASSIGN(end, admin.end_offset(names.commands, partition, kOperatorWait));
    if ((*source)->offset() < static_cast<std::int64_t>(end)) continue;
    checks.add("the log is ahead of its commands: in partition " + std::to_string(partition) +
               " it has the outcome of offset " + std::to_string((*source)->offset()) + ", but " +
               names.commands + " ends at " + std::to_string(end) +
               "; the topic was cut or made anew (if that was meant: daybook topics "
               "accept-commands)");
  }
  return {};
}

}  // namespace

Result<TopicsMade> create_topics(kafka::Admin& admin, const kafka::Options& connection,
                                 const TopicsSpec& spec) {
  DAYBOOK_ASSIGN(brokers, admin.broker_count(kOperatorWait));
  const int replication = spec.replication.value_or(
      static_cast<int>(std::min<std::size_t>(3, std::max<std::size_t>(1, brokers))));
  TopicsMade made;
  made.partitions = spec.partitions;
  for (const std::string& name : spec.names.all()) {
    DAYBOOK_ASSIGN(one, admin.create_topic({name, spec.partitions, replication,
                                            config_of(spec.names, name, replication)},
                                           kOperatorWait));
    if (one == kafka::TopicMade::kMade) made.made.push_back(name);
    DAYBOOK_ASSIGN(partitions, admin.partitions(name, kOperatorWait));
    if (partitions.size() != spec.partitions)
      return other_count(name, partitions.size(), spec.partitions);
  }
  DAYBOOK_ASSIGN(log, log::KafkaEventLog::open({connection, spec.names.events}));
  DAYBOOK_ASSIGN(log_id, log::ensure_genesis(*log, log::random_uuid_text()));
  made.log_id = std::move(log_id);
  return made;
}

Result<std::vector<TopicFinding>> check_topics(kafka::Admin& admin,
                                               const kafka::Options& connection,
                                               const TopicNames& names) {
  Checks checks(names);
  std::map<std::string, TopicDescription> topics;
  for (const std::string& name : names.all()) {
    auto topic = admin.describe_topic(name, kOperatorWait);
    if (!topic && topic.error().kind != ErrorKind::kNotFound) return fail(std::move(topic).error());
    if (!topic) {
      checks.add("topic " + name + ": it is not there; make it: daybook topics create");
      continue;
    }
    checks.look_at(name, *topic);
    topics.emplace(name, *std::move(topic));
  }
  if (topics.size() < names.all().size()) return checks.finish();
  checks.look_at_counts(topics);
  checks.look_at_sizes(topics.at(names.commands), topics.at(names.dead_letters));
  DAYBOOK_TRY(look_at_log(admin, connection, names, checks));
  return checks.finish();
}

}  // namespace daybook::topics
