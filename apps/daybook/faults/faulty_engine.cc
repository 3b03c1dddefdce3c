#include "apps/daybook/faults/faulty_engine.h"

#include <utility>

#include "apps/daybook/faults/backend_around.h"
#include "apps/daybook/faults/faulty_log.h"
#include "apps/daybook/faults/faulty_tables.h"

namespace daybook::faults {
namespace {

class FaultyJournal final : public commands::Journal {
 public:
  FaultyJournal(std::unique_ptr<commands::Journal> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  [[nodiscard]] Result<void> claim(const Progress* from, const Fold& fold,
                                   const Rest& rest) override {
    return inner_->claim(from, fold, rest);
  }
  [[nodiscard]] Result<void> append(const std::vector<Entry>& entries) override {
    return inner_->append(entries);
  }
  [[nodiscard]] Result<std::vector<Position>> read_back(std::chrono::milliseconds wait) override {
    auto positions = inner_->read_back(wait);
    if (positions && !positions->empty()) faults_.at("before-read-back");
    return positions;
  }
  [[nodiscard]] std::optional<LogTime> log_time() const override { return inner_->log_time(); }
  [[nodiscard]] const Progress& progress() const override { return inner_->progress(); }
  [[nodiscard]] Result<Recorded> recorded_at(std::uint64_t offset) override {
    return inner_->recorded_at(offset);
  }

 private:
  std::unique_ptr<commands::Journal> inner_;
  Faults& faults_;
};

class FaultyDoor final : public commands::CommandDoor {
 public:
  FaultyDoor(commands::CommandDoor& inner, Faults& faults) : inner_(inner), faults_(faults) {}

  void submit(commands::Submission submission) override {
    // The last answers come after the door is gone.
    submission.answer = [&faults = faults_,
                         answer = std::move(submission.answer)](Result<Receipt> result) {
      faults.at("before-answer");
      answer(std::move(result));
      faults.at("after-answer");
    };
    inner_.submit(std::move(submission));
  }
  void receipt(commands::ReceiptQuestion question,
               std::function<void(Result<Receipt>)> answer) override {
    inner_.receipt(std::move(question), std::move(answer));
  }
  void history(commands::HistoryQuestion question,
               std::function<void(Result<History>)> answer) override {
    inner_.history(std::move(question), std::move(answer));
  }

 private:
  commands::CommandDoor& inner_;
  Faults& faults_;
};

// The log of the data folder alone; topics and shares are as the inner one has them.
class HurtBackend final : public BackendAround {
 public:
  HurtBackend(std::unique_ptr<app::Backend> inner, Faults& faults)
      : BackendAround(std::move(inner)),
        faults_(faults),
        log_(faulty_log(BackendAround::log(), faults, lost_)) {}

  [[nodiscard]] log::EventLog& log() override { return *log_; }
  [[nodiscard]] Result<std::unique_ptr<commands::CommandDoor>> open_door(
      commands::CommandEngine* engine) override {
    if (engine == nullptr) return BackendAround::open_door(engine);
    return std::make_unique<FaultyDoor>(*engine, faults_);
  }

 private:
  Faults& faults_;
  Countdown lost_{0};
  std::unique_ptr<log::EventLog> log_;
};

}  // namespace

app::Wiring faulty_wiring(Faults& faults) {
  app::Wiring wiring;
  wiring.around_backend = [&faults](std::unique_ptr<app::Backend> backend) {
    return std::make_unique<HurtBackend>(std::move(backend), faults);
  };
  wiring.around_journal = [&faults](std::unique_ptr<commands::Journal> journal) {
    return std::make_unique<FaultyJournal>(std::move(journal), faults);
  };
  put_around_tables(wiring, faults);
  return wiring;
}

}  // namespace daybook::faults
