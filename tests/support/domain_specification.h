// Given what happened, when a command is sent, then these are its events, or its refusal.
//
//   given(organization(), admin("U1"), company("C1")).as("U1")
//       .when(patch("C1", "industry: 'Retail'"))
//       .then(changed("C1", "industry: 'Retail'"));
//
// What is given is decided like everything else, a day before, so that the state is a real one.
// Beside what a test says, every `when` checks that a refused command changes nothing at all, that
// an accepted one raises the versions of its records one by one, and that the same command with
// another id, sent once more, has no event, unless the act says that it counts again. Faults are
// reported at the line of the `when`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/result.h"
#include "domain/state/state.h"
#include "tests/support/domain_language.h"
#include "tests/support/memory_state_store.h"

namespace daybook::test {

struct ExpectedViolation {
  std::string code;
  ErrorKind kind = ErrorKind::kInvalid;
  std::string path;
};

class Specification {
 public:
  explicit Specification(const std::vector<Act>& givens);

  // Who sends the next commands: "integration", a name like "U1", or any text in quotes of its own
  // ("'nobody'").
  Specification& as(std::string_view actor);
  // To which organization, and when.
  Specification& in(std::string_view organization);
  Specification& at(std::int64_t now);

  Specification& when(const Act& act, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE());
  Specification& when_batch(const std::vector<Act>& members, const char* file = __builtin_FILE(),
                            int line = __builtin_LINE());
  // A command as it is; one without an id gets the next.
  Specification& when_command(Command command, const char* file = __builtin_FILE(),
                              int line = __builtin_LINE());
  // Sends it and demands that it is accepted: one more thing that is given.
  Specification& after(const Act& act, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE());

  // Accepted with exactly these events in this order.
  template <class... Events>
  Specification& then(const Events&... events) {
    return then_events({events...});
  }
  Specification& then_events(const std::vector<ExpectedEvent>& expected);
  Specification& then_nothing() { return then_events({}); }
  Specification& then_accepted();
  // Refused, for exactly this reason; or for exactly these, in this order.
  Specification& then_rejected(std::string_view code, ErrorKind kind, std::string_view path = "");
  Specification& then_rejected(const std::vector<ExpectedViolation>& expected);
  Specification& then_notice(std::string_view code);
  Specification& then_no_notice();
  // The record's state has at least what the text says, and none of the fields in `absent`
  // ("fields.industry").
  Specification& then_record(std::string_view name, std::string_view text,
                             const std::vector<std::string>& absent = {});

  [[nodiscard]] const log::Outcome& outcome() const { return outcome_; }
  [[nodiscard]] State& state() { return *state_; }
  [[nodiscard]] const MemoryStateStore& store() const { return *store_; }
  [[nodiscard]] std::unique_ptr<View> view() const { return state_->view(organization_); }
  [[nodiscard]] std::uint64_t version(std::string_view name) const;
  // The last command's id.
  [[nodiscard]] const std::string& command_id() const { return outcome_.command_id(); }

 private:
  Command command_for(const std::string& actor) const;
  void give(const Act& act);
  void run(Command command, bool again_has_no_event);
  void settle();
  void check_versions();
  void check_nothing_changed(const MemoryStateStore::Content& before);
  void check_idempotent(Command command);
  void fault(const std::string& what) const;
  [[nodiscard]] std::string next_command_id();

  std::unique_ptr<MemoryStateStore> store_ = std::make_unique<MemoryStateStore>();
  std::unique_ptr<State> state_ = std::make_unique<State>(*store_);
  std::string actor_ = "integration";
  std::string organization_{kOrganization};
  std::int64_t now_ = kNow;
  int commands_ = 0;
  log::Outcome outcome_;
  const char* file_ = __FILE__;
  int line_ = __LINE__;
};

// The acts are done one after the other, a day before, by the integration unless an act names
// another.
template <class... Acts>
[[nodiscard]] Specification given(const Acts&... acts) {
  return Specification({acts...});
}

// Outcomes and violations as a person reads them.
[[nodiscard]] std::string describe(const log::Outcome& outcome);

}  // namespace daybook::test
