#include "tests/faults/faulty_backend.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "apps/daybook/faults/faulty_log.h"
#include "apps/daybook/kafka_backend.h"
#include "infra/log/kafka/kafka_event_log.h"

namespace daybook::faults {
namespace {

constexpr std::chrono::seconds kDurableWait{10};

// ---- the topics ---------------------------------------------------------------------------------

class FaultyTopic final : public commands::CommandTopic {
 public:
  FaultyTopic(std::unique_ptr<commands::CommandTopic> inner, Faults& faults, int drop_answer)
      : inner_(std::move(inner)), faults_(faults), drop_answer_(drop_answer) {}

  [[nodiscard]] std::uint32_t partition_count() const override { return inner_->partition_count(); }
  [[nodiscard]] Result<std::optional<Range>> start(const log::Source* last) override {
    dropped_.reset();
    return inner_->start(last);
  }
  [[nodiscard]] Result<std::vector<commands::CommandRecord>> read(
      std::size_t records_max, std::chrono::milliseconds wait) override {
    return inner_->read(records_max, wait);
  }
  [[nodiscard]] Result<std::optional<commands::CommandRecord>> record_at(
      std::int64_t offset) override {
    return inner_->record_at(offset);
  }
  [[nodiscard]] Result<Refusals> forward(std::vector<Copy> copies,
                                         const std::atomic<bool>& stopping) override {
    return inner_->forward(std::move(copies), stopping);
  }

  [[nodiscard]] Result<void> publish(commands::Answer answer) override {
    faults_.at("before-answer");
    if (++answers_ == drop_answer_) {
      dropped_ = answer.outcome_offset;
      return {};
    }
    auto published = inner_->publish(std::move(answer));
    faults_.at("after-answer", [this] { inner_->await_acknowledged(kDurableWait); });
    return published;
  }
  [[nodiscard]] std::optional<Error> fault() const override { return inner_->fault(); }
  [[nodiscard]] std::vector<std::uint64_t> unacknowledged() const override {
    auto offsets = inner_->unacknowledged();
    if (dropped_) offsets.insert(std::ranges::lower_bound(offsets, *dropped_), *dropped_);
    return offsets;
  }
  [[nodiscard]] std::size_t unacknowledged_count() const override {
    return inner_->unacknowledged_count() + (dropped_ ? 1 : 0);
  }
  [[nodiscard]] std::optional<std::uint64_t> first_unacknowledged() const override {
    const auto first = inner_->first_unacknowledged();
    if (!dropped_) return first;
    return std::min(first.value_or(*dropped_), *dropped_);
  }
  void await_acknowledged(std::chrono::milliseconds wait) override {
    inner_->await_acknowledged(wait);
  }

 private:
  std::unique_ptr<commands::CommandTopic> inner_;
  Faults& faults_;
  const int drop_answer_;
  // Of the handler's thread, as all that has to do with answers:
  int answers_ = 0;
  std::optional<std::uint64_t> dropped_;
};

class HandMembership final : public app::Membership {
 public:
  [[nodiscard]] bool settled() const override { return true; }
  [[nodiscard]] std::string trouble() const override { return ""; }
  void note_progress(std::uint32_t, std::uint64_t) override {}
};

}  // namespace

FaultyBackend::FaultyBackend(std::unique_ptr<app::Backend> inner, const app::Settings& settings,
                             Faults& faults, BackendOptions options)
    : BackendAround(std::move(inner)),
      faults_(faults),
      lost_append_(options.drop_append),
      options_(options) {
  if (options_.append_timeout) {
    const app::Cluster cluster = app::open_cluster(settings).value();
    log::KafkaEventLogOptions log_options{cluster.connection, cluster.names.events};
    log_options.append_timeout = *options_.append_timeout;
    own_log_ = log::KafkaEventLog::open(log_options).value();
  }
  log_ = faulty_log(own_log_ ? *own_log_ : BackendAround::log(), faults_, lost_append_);
}

std::unique_ptr<commands::CommandTopic> FaultyBackend::open_topic(std::uint32_t partition) {
  return std::make_unique<FaultyTopic>(BackendAround::open_topic(partition), faults_,
                                       options_.drop_answer);
}

Result<std::unique_ptr<app::Membership>> FaultyBackend::join(app::Role role, app::Shares shares) {
  if (!options_.by_hand) return BackendAround::join(role, std::move(shares));
  std::vector<std::uint32_t> all(log_->partition_count());
  std::iota(all.begin(), all.end(), 0U);
  shares.give(all);
  return std::make_unique<HandMembership>();
}

}  // namespace daybook::faults
