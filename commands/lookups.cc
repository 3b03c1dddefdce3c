#include "commands/lookups.h"

#include <future>

#include "commands/history.h"
#include "commands/receipts.h"
#include "commands/routing.h"
#include "domain/core/uuid.h"
#include "domain/decide/actor.h"
#include "domain/state/keys.h"

namespace daybook::commands {
namespace {

constexpr std::size_t kQuestionsMax = 1'000;
constexpr std::size_t kVersionsPerPortion = 500;
constexpr std::chrono::seconds kPortionWait{10};

Error no_answer() {
  return {ErrorKind::kUnavailable, "handler.unavailable",
          "the partition's handler does not answer now; try again", ""};
}

// Asks on the handler's thread and waits. What the handler drops is answered too.
template <class T, class Ask>
Result<T> ask_handler(PartitionHandler& handler, Ask ask) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  const bool taken = handler.query([promise, ask](const State& state, Journal& journal) {
    Result<T> found = ask(state, journal);
    // What the state could not read looks absent: no answer then.
    if (auto health = state.health(); !health) found = fail(std::move(health).error());
    promise->set_value(std::move(found));
  });
  promise.reset();  // the query alone holds it now: dropped with it, it breaks
  if (!taken && !handler.status().assigned) return fail(elsewhere_error());
  if (!taken || answer.wait_for(kPortionWait) != std::future_status::ready)
    return fail(no_answer());
  try {
    return answer.get();
  } catch (const std::future_error&) {
    return fail(no_answer());
  }
}

tl::unexpected<Error> no_receipt() {
  return fail(ErrorKind::kNotFound, "receipt.not_found",
              "no command with this id has been answered");
}

struct Place {
  log::ReceiptEntry entry;
  Position position;
  Actor viewer;
};

Result<Place> place_of(const ReceiptQuestion& question, const State& state, Journal& journal) {
  Place place;
  DAYBOOK_ASSIGN(viewer, find_actor(question.viewer, *state.view(question.organization_id)));
  const auto stored = state.text(keys::receipt(question.organization_id, question.command_id));
  if (!stored) return no_receipt();
  place.viewer = std::move(viewer);
  place.entry.ParseFromString(*stored);
  const log::Progress& progress = journal.progress();
  place.position = position_of(place.entry, progress.log_id(), progress.partition());
  return place;
}

}  // namespace

Lookups::Lookups(const std::vector<std::unique_ptr<PartitionHandler>>& handlers)
    : handlers_(handlers) {}

Lookups::~Lookups() { stop(); }

void Lookups::start() {
  thread_ = std::thread([this] { run(); });
}

void Lookups::stop() {
  std::deque<Job> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(jobs_);
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (const Job& job : left) job.refuse();
}

void Lookups::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job.answer();
  }
}

template <class Question, class Answer>
void Lookups::enqueue(Question question, std::function<void(Result<Answer>)> answer) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && jobs_.size() < kQuestionsMax) {
      jobs_.push_back({[this, question = std::move(question), answer] { answer(find(question)); },
                       [answer] { answer(fail(no_answer())); }});
      wake_.notify_one();
      return;
    }
  }
  answer(fail(no_answer()));
}

void Lookups::ask(ReceiptQuestion question, std::function<void(Result<Receipt>)> answer) {
  enqueue(std::move(question), std::move(answer));
}

void Lookups::ask(HistoryQuestion question, std::function<void(Result<History>)> answer) {
  enqueue(std::move(question), std::move(answer));
}

PartitionHandler& Lookups::handler_of(const std::string& organization_id) const {
  return *handlers_[partition_of(organization_id, static_cast<std::uint32_t>(handlers_.size()))];
}

Result<Receipt> Lookups::find(ReceiptQuestion question) {
  const auto organization = canonical_uuid(question.organization_id);
  const auto command = canonical_uuid(question.command_id);
  if (!organization || !command) return fail(ErrorKind::kInvalid, "id.malformed", "give UUIDs");
  question.organization_id = *organization;
  question.command_id = *command;
  PartitionHandler& handler = handler_of(*organization);
  // By value, also below: a portion that nobody waits for any more may still run.
  DAYBOOK_ASSIGN(place,
                 ask_handler<Place>(handler, [question](const State& state, Journal& journal) {
                   return place_of(question, state, journal);
                 }));
  DAYBOOK_ASSIGN(recorded, handler.recorded_at(place.entry.offset()));
  const log::Outcome& outcome = recorded.outcome;
  const Actor& viewer = place.viewer;
  // What was refused before its actor was looked up names it as it was sent.
  const bool own = outcome.actor() == viewer.user_id || outcome.actor() == question.viewer;
  const bool sees = viewer.manages() || viewer.only_reads() || own;
  if (!sees) return no_receipt();
  return receipt_of(outcome, place.position, false);
}

Result<History> Lookups::find(HistoryQuestion question) {
  const auto organization = canonical_uuid(question.organization_id);
  if (!organization) return fail(ErrorKind::kInvalid, "id.malformed", "give UUIDs");
  question.organization_id = *organization;
  PartitionHandler& handler = handler_of(*organization);
  DAYBOOK_ASSIGN(id, ask_handler<std::string>(handler, [question](const State& state, Journal&) {
                   return find_record(state, question);
                 }));
  HistoryFold fold(question, id);
  for (;;) {
    using Offsets = std::vector<std::uint64_t>;
    const std::uint64_t first = fold.next_version();
    DAYBOOK_ASSIGN(offsets, ask_handler<Offsets>(handler, [=](const State& state, Journal&) {
                     return version_offsets(state, question, id, first, kVersionsPerPortion);
                   }));
    for (std::size_t i = 0; i < offsets.size() && !fold.full(); ++i) {
      if (i > 0 && offsets[i] == offsets[i - 1]) continue;  // of the same command
      DAYBOOK_ASSIGN(recorded, handler.recorded_at(offsets[i]));
      fold.take(recorded.outcome);
    }
    if (fold.full() || offsets.size() < kVersionsPerPortion) return fold.finish();
    if (fold.next_version() == first) {
      return fail(ErrorKind::kCorrupt, "state.damaged",
                  "the state names outcomes that do not hold the record's versions");
    }
  }
}

}  // namespace daybook::commands
