// What happens to the engine's process.
#include <signal.h>

#include <array>

#include "apps/daybook/settings.h"
#include "apps/daybook/torture/fault.h"

namespace daybook::torture {
namespace {

constexpr std::chrono::seconds kStrikeLimit{60};
constexpr int kKilled = 128 + SIGKILL;
constexpr std::chrono::milliseconds kStandstill{500};  // no command in 500 ms, where hundreds came

class KillAnywhere final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "kill"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    (void)site.driver.await_answers(dice.below(300), kStrikeLimit);
    site.engine.kill();
    return {};
  }
  [[nodiscard]] Result<void> mend(Site& site) override { return site.engine.start(); }
};

struct Point {
  const char* name;
  int count_max;  // the how-manieth time, at most
};
// before-state comes once for many commands.
constexpr std::array kPoints{Point{"before-append", 40},    Point{"after-append", 40},
                             Point{"before-read-back", 40}, Point{"before-answer", 400},
                             Point{"before-commit", 10},    Point{"after-commit", 10},
                             Point{"before-state", 2}};

class KillAtPoint final : public Fault {
 public:
  explicit KillAtPoint(Point point) : point_(point) {}

  [[nodiscard]] std::string name() const override { return std::string("kill-") + point_.name; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    DAYBOOK_TRY(site.engine.tell(std::string("kill ") + point_.name + " " +
                                 std::to_string(dice.between(1, point_.count_max))));
    DAYBOOK_ASSIGN(code, site.engine.await_end(kStrikeLimit));
    if (code == kKilled) return {};
    return fail(ErrorKind::kUnavailable, "torture.other_end",
                "the engine ended with code " + std::to_string(code));
  }
  [[nodiscard]] Result<void> mend(Site& site) override { return site.engine.start(); }

 private:
  Point point_;
};

class Freeze final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "stop-continue"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    site.engine.signal(SIGSTOP);
    // Some shorter, some longer than what the engine takes for a standstill.
    let_pass(std::chrono::milliseconds(dice.one_in(3) ? dice.between(5'000, 7'000)
                                                      : dice.between(50, 1'500)));
    return {};
  }
  [[nodiscard]] Result<void> mend(Site& site) override {
    site.engine.signal(SIGCONT);
    return {};
  }
};

class SecondEngine final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "second-engine"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice&) override {
    EngineUnderTest::Place place = site.engine.place();
    place.address = "127.0.0.1:0";
    EngineUnderTest second(place);
    DAYBOOK_TRY(second.start());
    DAYBOOK_ASSIGN(code, second.await_end(kStrikeLimit));
    if (code != app::kUnavailable || !site.engine.runs())
      return fail(ErrorKind::kCorrupt, "torture.two_engines",
                  "a second engine on the data folder was not refused, or the first one ended; the "
                  "second one ended with code " +
                      std::to_string(code));
    return {};
  }
  [[nodiscard]] Result<void> mend(Site&) override { return {}; }
};

class ClockJump final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "clock-jump"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    const int shift = dice.between(6'000, 3'600'000) * (dice.one_in(2) ? 1 : -1);
    site.driver.forget_refusals();
    DAYBOOK_TRY(site.engine.tell("clock " + std::to_string(shift)));
    if (site.driver.await_refusal("clock.off", kStrikeLimit) &&
        await([&] { return stands_still(site.driver); }, kStrikeLimit))
      return {};
    return fail(ErrorKind::kCorrupt, "torture.clock_believed",
                "commands are decided by a clock that is " + std::to_string(shift) + " ms off");
  }
  [[nodiscard]] Result<void> mend(Site& site) override { return site.engine.tell("clock 0"); }

 private:
  // What was decided before, or is a repeat of it, may be told yet; after that nothing is.
  static bool stands_still(const Driver& driver) {
    const std::size_t answered = driver.answered();
    let_pass(kStandstill);
    return driver.answered() == answered;
  }
};

}  // namespace

void add_engine_faults(std::vector<std::unique_ptr<Fault>>& all) {
  all.push_back(std::make_unique<KillAnywhere>());
  for (const Point& point : kPoints) all.push_back(std::make_unique<KillAtPoint>(point));
  all.push_back(std::make_unique<Freeze>());
  all.push_back(std::make_unique<SecondEngine>());
  all.push_back(std::make_unique<ClockJump>());
}

}  // namespace daybook::torture
