// What must hold after every fault, computed from the whole log, what clients were told, and the
// read tables. Each fault that it finds is a line that begins with the invariant
// (docs/architecture.md) and names command, record or row.
//
// - I1, I15: every answered command has one valid outcome; once the load has ended every command
//   that was sent is answered; an answer is the receipt of its outcome
// - I2: no command has two outcomes; none is there that nobody sent; answers agree with each other
// - I3, I4: versions without gap; what an answer says of records is what its events made of them
// - I5, I10: void records count nowhere: no answer tells of one, no row comes from one, the engine
//   has counted them, and owners are as fences say
// - I6, I7: the rows are the fold of the log up to the checkpoint, which stands in this log, is not
//   ahead of them, and does not go back from one check to the next
// - I9: no record is of two organizations or names one of another; no answer is another's
// - I13: refusals are in the log with the reasons that were told and in the engine's figures; no
//   row is parked
// - I14: the tables have got to every token that was answered, once they have caught up
// Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "apps/daybook/check/fold.h"
#include "apps/daybook/torture/answers.h"

namespace daybook::torture {

struct Verdict {
  std::vector<std::string> faults;
  std::size_t outcomes = 0;  // valid ones
  std::size_t fences = 0;
  std::size_t voids = 0;
  std::size_t rows = 0;
};

// What the load and the tables have come to.
enum class Stage {
  kUnderWay,  // commands may be unanswered, the tables behind
  kAtRest,    // all commands are answered, the tables are at the log's end
};

// Of /metrics, by name and labels as they stand there.
using Figures = std::map<std::string, double>;

// What else is known of the installation.
struct Seen {
  // Of the checkpoints at the last check, by partition. None may go back behind it: even an older
  // copy of the tables that is restored was made after that check.
  std::map<std::uint32_t, std::uint64_t> sequences;
  Figures figures;  // what the engine has said at rest, before it ended; empty: it was not asked
};

// The log of an installation whose engine does not run.
[[nodiscard]] Verdict check(log::EventLog& log, const Answers::All& answers,
                            const std::string& owner_url, Stage stage, Seen& seen);

// ---- its parts, for its own tests ---------------------------------------------------------------

[[nodiscard]] std::vector<std::string> answer_faults(const std::vector<check::Judgement>& log,
                                                     const check::FoldedLog& folded,
                                                     const Answers::All& answers, Stage stage);
[[nodiscard]] std::vector<std::string> isolation_faults(const check::FoldedLog& folded);
[[nodiscard]] std::vector<std::string> table_faults(const std::vector<check::Judgement>& log,
                                                    const check::FoldedLog& folded,
                                                    const std::string& owner_url, Stage stage,
                                                    Seen& seen);
// Whether the engine has shown what has to be visible, as far as it had read the log.
[[nodiscard]] std::vector<std::string> visibility_faults(const std::vector<check::Judgement>& log,
                                                         std::size_t parked,
                                                         const Figures& figures);

}  // namespace daybook::torture
