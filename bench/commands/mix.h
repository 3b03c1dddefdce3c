// The mix of commands that the engine is measured with: creates 35 %, patches 30 %, deal moves
// 15 %, primary switches and assignments 5 %, batches 5 %, refusals 5 %, duplicates 5 %.
//
// All of it follows from the command's number, so that two runs are given the same. What is
// changed was there before the measurement (`preload`), is spread evenly, and really changes. The
// baseline does the same in SQL (crud/*.sql): whoever changes one changes the other.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/commands/in_flight.h"
#include "schemas/command.pb.h"

namespace daybook::bench {

// What is there before the measurement, unless said otherwise: contact n works for company n / 2,
// deal n is with contact n; the records of a company are its organization's.
inline constexpr std::size_t kCompanies = 5'000;
inline constexpr std::size_t kContacts = 2 * kCompanies;
inline constexpr std::size_t kDeals = kContacts;
inline constexpr std::size_t kUsers = 5;   // of each organization
inline constexpr std::size_t kStages = 5;  // of each organization

// After so many commands the kinds come again in the same order, each as often as it is to be.
inline constexpr std::size_t kRoundSize = 20;
constexpr std::size_t whole_rounds(std::size_t commands) {
  return commands / kRoundSize * kRoundSize;
}

class Mix {
 public:
  explicit Mix(std::size_t organizations, std::size_t companies = kCompanies)
      : organizations_(organizations), companies_(companies) {}

  // Makes everything that the mix changes.
  [[nodiscard]] std::vector<Command> preload() const;

  // `count` commands from number `first` on. Numbers may be used once.
  [[nodiscard]] std::vector<Command> commands(std::size_t first, std::size_t count) const;
  // Those of them that change what is there, and make nothing: half of them.
  [[nodiscard]] std::vector<Command> changes(std::size_t first, std::size_t count) const;

 private:
  [[nodiscard]] Command command(std::size_t number) const;

  std::size_t organizations_;
  std::size_t companies_;
};

// Ends the program unless of whole rounds, given in their order, just those were refused and
// repeated that are meant to be: others would be a lighter load.
void require_mix(const Answered& answered);

}  // namespace daybook::bench
