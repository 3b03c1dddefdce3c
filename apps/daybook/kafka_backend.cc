#include "apps/daybook/kafka_backend.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <mutex>

#include "apps/daybook/backend.h"
#include "apps/daybook/group_view.h"
#include "infra/kafka/group_member.h"
#include "infra/log/genesis.h"
#include "infra/log/kafka/kafka_event_log.h"
#include "infra/topics/kafka_command_topic.h"
#include "infra/topics/topic_door.h"
#include "infra/topics/topic_setup.h"

namespace daybook::app {
namespace {

// A look at one record is followed by a fetch that finds nothing, which the next look waits for.
constexpr std::chrono::milliseconds kLookWait{1};
constexpr std::chrono::seconds kLeaveWait{3};
constexpr const char* kSessionTimeout = "session.timeout.ms";

// One consumer group for each role, named after what it works on.
std::string group_of(Role role, const topics::TopicNames& names) {
  return role == Role::kCommands ? names.commands + ".handlers" : names.events + ".projectors";
}

std::string topic_of(Role role, const topics::TopicNames& names) {
  return role == Role::kCommands ? names.commands : names.events;
}

std::optional<std::chrono::milliseconds> milliseconds_in(const std::string& text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number <= 0) return std::nullopt;
  return std::chrono::milliseconds(number);
}

class KafkaMembership final : public Membership {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Membership>> join(
      const kafka::GroupMemberOptions& options, Shares shares) {
    auto membership = std::make_unique<KafkaMembership>();
    kafka::GroupCallbacks callbacks;
    KafkaMembership* self = membership.get();
    callbacks.assigned = [self, give = std::move(shares.give)](const auto& partitions) {
      give(partitions);
      self->settled_ = true;
    };
    callbacks.revoked = [self, take_away = std::move(shares.take_away)](const auto& partitions,
                                                                        bool lost) {
      self->settled_ = false;
      if (lost) spdlog::warn("partitions were given to another process, which took this for dead");
      take_away(partitions);
    };
    callbacks.failed = [self](const Error& error) {
      const std::lock_guard lock(self->mutex_);
      self->trouble_ = error.code + ": " + error.detail;
    };
    DAYBOOK_ASSIGN(member, kafka::GroupMember::join(options, std::move(callbacks)));
    membership->member_ = std::move(member);
    return membership;
  }
  ~KafkaMembership() override { (void)member_->stop(kLeaveWait); }

  [[nodiscard]] bool settled() const override { return settled_; }
  [[nodiscard]] std::string trouble() const override {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }
  void note_progress(std::uint32_t partition, std::uint64_t next_offset) override {
    if (auto noted = member_->commit(partition, next_offset); !noted)
      spdlog::debug("{}", noted.error().detail);
  }

 private:
  std::atomic<bool> settled_ = false;
  mutable std::mutex mutex_;
  std::string trouble_;
  std::unique_ptr<kafka::GroupMember> member_;
};

topics::TopicNames topic_names(const Settings& settings) {
  const std::string& prefix = settings.topic_prefix;
  return {prefix + ".commands", prefix + ".events", prefix + ".results",
          prefix + ".commands.dead-letter"};
}

Result<kafka::Options> kafka_options(const Settings& settings) {
  std::array<char, 256> host{};
  (void)::gethostname(host.data(), host.size() - 1);
  kafka::Options options;
  options.brokers = settings.brokers;
  // Who owns what is shown by this name.
  options.client_id = fmt::format("daybook-{}-{}", host.data(), ::getpid());
  options.extra = settings.kafka;
  options.extra.erase(kSessionTimeout);  // of memberships alone
  const auto session = settings.kafka.find(kSessionTimeout);
  if (session != settings.kafka.end() && !milliseconds_in(session->second)) {
    return fail(ErrorKind::kInvalid, "config.invalid",
                "session.timeout.ms: give a number of milliseconds", kSessionTimeout);
  }
  DAYBOOK_TRY(kafka::check(options));
  return options;
}

class KafkaBackend final : public Backend {
 public:
  KafkaBackend(Cluster cluster, const Settings& settings)
      : cluster_(std::move(cluster)), folder_(settings.data_folder) {
    if (const auto given = settings.kafka.find(kSessionTimeout); given != settings.kafka.end())
      session_timeout_ = milliseconds_in(given->second);
  }

  Result<void> open(std::optional<std::uint32_t> partitions) {
    DAYBOOK_TRY(check());
    DAYBOOK_ASSIGN(log, log::KafkaEventLog::open({cluster_.connection, cluster_.names.events}));
    log_ = std::move(log);
    if (partitions && *partitions != log_->partition_count()) {
      return fail(ErrorKind::kInvalid, "log.other_partition_count",
                  fmt::format("the log on Kafka has {} partitions, fixed when it was made: leave "
                              "--partitions away",
                              log_->partition_count()));
    }
    DAYBOOK_ASSIGN(log_id, log::read_log_id(*log_));
    log_id_ = std::move(log_id);
    return {};
  }

  [[nodiscard]] std::string kind() const override { return "kafka"; }
  [[nodiscard]] bool is_shared() const override { return true; }
  [[nodiscard]] std::string log_id() const override { return log_id_; }
  [[nodiscard]] log::EventLog& log() override { return *log_; }
  [[nodiscard]] std::filesystem::path state_folder() const override {
    return folder_ / "state" / log_id_;
  }
  [[nodiscard]] std::unique_ptr<commands::CommandTopic> open_topic(
      std::uint32_t partition) override {
    return std::make_unique<topics::KafkaCommandTopic>(
        *cluster_.admin, topics::KafkaCommandTopic::Place{cluster_.connection, cluster_.names,
                                                          partition, log_->partition_count()});
  }
  [[nodiscard]] Result<std::unique_ptr<Membership>> join(Role role, Shares shares) override {
    kafka::GroupMemberOptions options;
    options.connection = cluster_.connection;
    options.group = group_of(role, cluster_.names);
    options.topic = topic_of(role, cluster_.names);
    if (session_timeout_) {
      options.session_timeout = *session_timeout_;
      options.heartbeat = *session_timeout_ / 5;
    }
    return KafkaMembership::join(options, std::move(shares));
  }
  [[nodiscard]] Result<std::unique_ptr<commands::CommandDoor>> open_door(
      commands::CommandEngine* engine) override {
    topics::TopicDoorOptions options;
    options.connection = cluster_.connection;
    options.names = cluster_.names;
    options.partition_count = log_->partition_count();
    return topics::TopicDoor::open(*cluster_.admin, options, system_clock(), engine);
  }

  [[nodiscard]] std::vector<PartitionStanding> standings(
      Role role, const std::vector<std::optional<std::uint64_t>>& known) override {
    return view_of(role).ask(known, system_clock().wall_ms());
  }

 private:
  GroupView& view_of(Role role) { return role == Role::kCommands ? handlers_ : projectors_; }

  // As the role itself reads its topic.
  GroupView view(Role role) {
    kafka::ConsumerOptions reading;
    reading.connection = cluster_.connection;
    reading.fetch_wait = kLookWait;
    reading.committed_only = role == Role::kCommands;
    return {*cluster_.admin, reading, group_of(role, cluster_.names),
            topic_of(role, cluster_.names)};
  }

  Result<void> check() {
    DAYBOOK_ASSIGN(findings,
                   topics::check_topics(*cluster_.admin, cluster_.connection, cluster_.names));
    std::string unfit;
    for (const topics::TopicFinding& finding : findings) {
      if (finding.passes) spdlog::warn("{}", finding.text);
      if (!finding.passes) unfit += (unfit.empty() ? "" : "; ") + finding.text;
    }
    if (unfit.empty()) return {};
    return fail(ErrorKind::kInvalid, "topics.unfit", unfit);
  }

  const Cluster cluster_;
  const std::filesystem::path folder_;
  std::optional<std::chrono::milliseconds> session_timeout_;
  std::unique_ptr<log::KafkaEventLog> log_;
  std::string log_id_;
  GroupView handlers_ = view(Role::kCommands);
  GroupView projectors_ = view(Role::kProjections);
};

}  // namespace

Result<Cluster> open_cluster(const Settings& settings) {
  DAYBOOK_ASSIGN(connection, kafka_options(settings));
  DAYBOOK_ASSIGN(admin, kafka::Admin::open(connection));
  return Cluster{std::move(connection), topic_names(settings), std::move(admin)};
}

Result<std::unique_ptr<Backend>> open_kafka_backend(const Settings& settings,
                                                    std::optional<std::uint32_t> partitions) {
  DAYBOOK_ASSIGN(cluster, open_cluster(settings));
  auto backend = std::make_unique<KafkaBackend>(std::move(cluster), settings);
  DAYBOOK_TRY(backend->open(partitions));
  return backend;
}

}  // namespace daybook::app
