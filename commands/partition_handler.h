// The command handler of one partition: deduplicate, decide ahead, append, read back, apply,
// answer.
//
// One thread owns the state and the journal; submissions and queries come from any thread through a
// bounded queue. Many commands share one durable append, and the next group is decided while the
// last one becomes durable. Nobody is told an outcome before it has been read back from the log as
// valid. Whatever goes wrong with an append (void, unknown), the handler forgets what it decided
// ahead, takes the partition over again and decides again; commands that became valid meanwhile are
// found by their receipts.
//
// With a commands topic every record of it gets an outcome, in their order, and the log says where
// to go on after a take-over; what it decided ahead and lost is simply read again. Without one,
// commands come through `submit`; repeats and what cannot be decided are then answered without a
// record.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "commands/clock_guard.h"
#include "commands/inbox.h"
#include "commands/ports/clock.h"
#include "commands/ports/command_topic.h"
#include "commands/ports/journal.h"
#include "commands/submission.h"
#include "commands/topic_answers.h"
#include "commands/topic_reader.h"
#include "domain/state/state.h"

namespace daybook::commands {

struct HandlerOptions {
  // Commands decided for one append, at most: few, so that the log writes some while the next are
  // decided.
  std::size_t group_max = 64;
  std::size_t in_flight_max = 4096;              // outcomes appended and not yet read back
  std::size_t in_flight_bytes_max = 64U << 20U;  // of them, encoded; one group more may be decided
  std::size_t queue_max = 20'000;    // submissions waiting; more are refused as unavailable
  std::size_t queries_max = 1'000;   // queries waiting
  std::size_t answers_max = 20'000;  // published on the topic and not yet acknowledged
  // Confirmed changes before the state is written: few, so that this holds nothing up for long.
  std::size_t flush_changes_max = 500;
  std::size_t outcome_bytes_max =
      900'000;  // encoded outcome; fits a Kafka record of the default size
  std::size_t cached_entries_max = 400'000;
  std::chrono::milliseconds flush_idle{200};
  std::chrono::milliseconds clock_bound{5'000};
  std::chrono::milliseconds stall_max{
      30'000};  // without reading anything back; the fate is then unknown
};

// Figures of a handler, for status and metrics.
struct HandlerStatus {
  std::uint64_t accepted = 0;
  std::uint64_t rejected = 0;
  std::uint64_t repeated = 0;
  std::uint64_t unavailable = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t lost = 0;  // commands that were removed from the topic before they were read
  std::uint64_t dead_letters = 0;
  std::uint64_t unacknowledged = 0;  // answers on their way
  std::uint64_t groups = 0;
  std::uint64_t claims = 0;
  std::uint64_t queue = 0;
  std::chrono::milliseconds waiting{0};  // how long the oldest one from the topic has been
  bool assigned = true;                  // is to own the partition
  bool owns = false;                     // has fenced and may decide
  bool decides = false;                  // and has begun to read its commands
  std::string trouble;                   // why not, if it does not
  log::Progress progress;
};

// What a process is told that asks one which does not own the partition.
[[nodiscard]] Error elsewhere_error();

class PartitionHandler {
 public:
  // Journal, store, clock and topic must outlive the handler. One with a topic is not assigned at
  // first.
  PartitionHandler(Journal& journal, StateStore& store, const Clock& clock,
                   HandlerOptions options = {}, CommandTopic* topic = nullptr);
  ~PartitionHandler();  // stops
  PartitionHandler(const PartitionHandler&) = delete;
  PartitionHandler& operator=(const PartitionHandler&) = delete;

  void start();
  // Takes nothing more; returns at once, so that several can be closed before one is waited for.
  void close();
  // Takes nothing more, decides and answers what was taken, writes the state. Idempotent.
  void stop();

  // Whether the partition is this handler's to take over. Thread-safe; returns at once. One that
  // gives its partition up finishes what it has appended, as `status().owns` tells.
  void assign(bool assigned);

  // Thread-safe. The answer may come before this returns. What a handler still has when it stops is
  // answered too.
  void submit(Submission submission);
  // False if the query was not taken; one that is dropped later was not answered either.
  [[nodiscard]] bool query(Query query);

  // A valid outcome that the state names. From any thread.
  [[nodiscard]] Result<Journal::Recorded> recorded_at(std::uint64_t offset) {
    return journal_.recorded_at(offset);
  }

  [[nodiscard]] HandlerStatus status() const;

 private:
  struct Waiting {
    Submission submission;
    bool maybe_recorded = false;  // had been handed to the log before the partition was lost
    bool repeat = false;          // came while the same command was in flight
    bool conflict = false;        // or one of the same id and another payload
  };
  struct InFlight {
    std::vector<Waiting> waiting;  // the first one and repeats that came meanwhile
    std::string receipt_key;       // empty: not what becomes of a command id
    log::Outcome outcome;
    log::Envelope envelope;
    State::ChangeSet changes;
    std::size_t bytes = 0;  // of the outcome, encoded
  };
  enum class Turn { kDone, kAfterReadBack };

  // partition_handler.cc: taking over, holding, giving up
  void run();
  [[nodiscard]] bool wait_for_work();
  void work();
  void stand_by();
  void release();
  [[nodiscard]] Result<void> claim();
  [[nodiscard]] Result<void> begin_topic();
  [[nodiscard]] std::optional<Error> topic_fault() const;
  void leave_topic(const Error& fault);
  void await_topic(const Error& error);
  [[nodiscard]] Result<void> rest();
  [[nodiscard]] Result<void> fold(const ReadOutcome& read);
  void lose(const Error& error);
  void forget_flights();
  void back_off(std::uint32_t tries);
  void note_trouble(const Error& error);
  [[nodiscard]] std::uint32_t count_state_loss();
  void give_up(const Error& error);
  void refuse_all(const Error& error);
  [[nodiscard]] Result<void> flush_if_large();
  [[nodiscard]] Result<void> flush();
  [[nodiscard]] Result<void> finish_inbox();
  void publish_status();
  void look_for_trouble();

  // partition_decisions.cc: from commands to answers
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] std::size_t group_size() const;
  [[nodiscard]] Result<void> decide_group();
  [[nodiscard]] Result<void> append_decided();
  [[nodiscard]] Result<Turn> decide_one(Waiting& waiting);
  [[nodiscard]] bool settle_undecidable(Waiting& waiting);
  [[nodiscard]] std::optional<Turn> settle_known(Waiting& waiting, const std::string& key,
                                                 const std::string& hash);
  void answer_known(Waiting& waiting, const log::ReceiptEntry& first);
  void settle_conflict(Waiting& waiting, const std::string& hash);
  void settle_unavailable(Waiting& waiting, const std::string& hash);
  void refuse_conflict(Submission& submission, const std::string& hash);
  void decide_now(Waiting& waiting, std::string key, const std::string& hash);
  void record(Waiting& waiting, log::Outcome outcome);
  void take_flight(InFlight flight);
  void record_lost(CommandTopic::Range range);
  [[nodiscard]] std::int64_t decision_time();
  [[nodiscard]] Result<void> read_back(std::chrono::milliseconds wait);
  [[nodiscard]] Result<void> settle(InFlight& flight, const Position& position);
  void count(const log::Outcome& outcome);
  void remember(const log::Outcome& outcome, const Position& position);
  void answer(Submission& submission, Result<Receipt> result);

  Journal& journal_;
  const Clock& clock_;
  HandlerOptions options_;
  CommandTopic* topic_;
  Inbox inbox_;
  State state_;
  std::optional<TopicAnswers> answers_;  // these two if there is a topic
  std::optional<TopicReader> reader_;
  std::atomic<bool> assigned_;

  mutable std::mutex mutex_;
  HandlerStatus published_;

  // Of the handler's thread alone:
  std::deque<Waiting> again_;  // to be decided again, before the queue
  std::deque<InFlight> in_flight_;
  std::unordered_map<std::string, InFlight*> pending_;  // by receipt key
  std::size_t in_flight_bytes_ = 0;
  std::size_t appended_ = 0;  // how many of in_flight_ have been handed to the journal
  bool owns_ = false;
  bool topic_begun_ = false;
  bool awaits_read_back_ = false;  // the next command waits for what is in flight
  std::uint32_t failed_claims_ = 0;
  std::uint32_t losses_ = 0;  // since something was last read back, but for those of the state
  std::uint32_t state_losses_ = 0;  // that followed one another closely
  std::int64_t state_lost_at_ = 0;  // steady, the last of them
  std::minstd_rand jitter_{std::random_device{}()};
  std::int64_t newest_decision_ = 0;
  std::optional<std::uint64_t> oldest_answer_;  // that is not acknowledged
  std::int64_t oldest_answer_since_ = 0;        // steady
  ClockGuard clock_guard_;
  std::int64_t progressed_at_ = 0;  // steady time when something was read back, or first in flight
  bool state_damaged_ = false;      // found out; emptied and folded again with the next claim
  HandlerStatus figures_;
  std::thread thread_;
};

}  // namespace daybook::commands
