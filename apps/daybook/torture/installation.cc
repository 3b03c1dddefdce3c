#include "apps/daybook/torture/installation.h"

#include <chrono>

#include "infra/http/client.h"
#include "infra/log/embedded/embedded_log.h"

namespace daybook::torture {
namespace {

constexpr std::chrono::seconds kHealLimit{90};
constexpr std::chrono::seconds kAnswerLimit{60};
constexpr std::size_t kAnswersWhenHealed = 50;
// The purposes of the faults' dice beside those of the commands, whose numbers are small.
constexpr std::uint64_t kFaultDice = 1ULL << 61U;

using Clock = std::chrono::steady_clock;

}  // namespace

Installation::Installation(const Options& options, std::uint64_t seed, const WorkFolder& folder,
                           int port)
    : seed_(seed),
      folder_(folder),
      workload_(seed),
      database_(folder.data()),
      engine_({options.program, folder.data(), folder.engine_output(),
               "127.0.0.1:" + std::to_string(port)}),
      driver_(workload_, answers_, engine_.place().address, options.commands_in_flight) {}

Installation::~Installation() {
  engine_.kill();
  database_.stop();
}

LoadFigures Installation::load() const {
  return {driver_.answered(), reader_.looks(), driver_.refusals()};
}

Result<void> Installation::begin() {
  DAYBOOK_TRY(engine_.start());
  DAYBOOK_TRY(engine_.await_ready(kHealLimit));
  http::Client client(engine_.place().address);
  for (const Command& command : workload_.preload()) {
    answers_.sent(command);
    DAYBOOK_ASSIGN(response, client.post("/v1/commands", "application/x-protobuf",
                                         command.SerializeAsString()));
    auto receipt = receipt_in(response);
    if (!receipt || receipt->outcome() != "accepted")
      return fail(ErrorKind::kInvalid, "torture.preload", response.body);
    answers_.told(command, *std::move(receipt));
  }
  return {};
}

Blow Installation::strike(std::size_t number, Fault& fault) {
  Blow blow{number, fault.name(), {}, "", {}};
  auto done = hurt(number, fault, blow);
  auto mended = fault.mend(site_);
  if (done) done = std::move(mended);
  if (done && blow.verdict.faults.empty()) done = await_healed(blow);
  if (!done) blow.trouble = done.error().code + ": " + done.error().detail;
  // What is wrong with the data says more than what the engine could not do.
  engine_.kill();
  if (blow.verdict.faults.empty()) blow.verdict = examine(done ? Stage::kAtRest : Stage::kUnderWay);
  return blow;
}

// Under load. What a kill leaves is looked at half of the time, because a look opens the log as
// the next start would.
Result<void> Installation::hurt(std::size_t number, Fault& fault, Blow& blow) {
  Dice dice(seed_, kFaultDice + number);
  seen_.figures.clear();         // another process said so
  DAYBOOK_TRY(engine_.start());  // after the last one's check
  DAYBOOK_TRY(engine_.await_ready(kHealLimit));
  driver_.resume();
  if (!driver_.await_answers(100 + dice.below(400), kAnswerLimit))
    return fail(ErrorKind::kUnavailable, "torture.no_answers", "commands are not answered");
  DAYBOOK_TRY(fault.strike(site_, dice));
  if (!engine_.runs() && dice.one_in(2)) blow.verdict = examine(Stage::kUnderWay);
  return {};
}

// By itself: commands are decided under load, all of them are answered, the tables catch up.
Result<void> Installation::await_healed(Blow& blow) {
  const auto mended = Clock::now();
  if (!driver_.await_answers(kAnswersWhenHealed, kHealLimit))
    return fail(ErrorKind::kUnavailable, "torture.no_answers",
                "commands are not answered any more");
  if (!driver_.pause(kAnswerLimit))
    return fail(ErrorKind::kUnavailable, "torture.no_answers",
                std::to_string(driver_.in_flight()) + " commands were never answered");
  DAYBOOK_TRY(engine_.await_ready(kHealLimit));
  DAYBOOK_TRY(engine_.await_no_lag(kHealLimit));
  blow.healed_in = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - mended);
  DAYBOOK_ASSIGN(figures, engine_.figures());
  seen_.figures = std::move(figures);
  return {};
}

Verdict Installation::examine(Stage stage) {
  const Answers::All answers = answers_.all();  // before the log, which may only have more
  if (auto started = database_.start(); !started) return {{started.error().detail}};
  const auto url = database_.owner_url();
  const auto log = log::EmbeddedLog::open({folder_.data() / "log", 1, true});
  if (!url) return {{url.error().detail}};
  if (!log) return {{"I1: the log cannot be opened: " + log.error().detail}};
  return check(**log, answers, *url, stage, seen_);
}

}  // namespace daybook::torture
