// The two halves of an engine over an open log: what decides commands, and what keeps the read
// tables. A process has one of them or both.
//
// Only wiring. The parts depend on each other in the order of the members; they are stopped in the
// opposite order. Threading: one thread opens and stops; questions come from any.
#pragma once

#include <memory>
#include <vector>

#include "apps/daybook/backend.h"
#include "apps/daybook/wiring.h"
#include "commands/engine.h"
#include "infra/log/valid_reader.h"
#include "infra/read_tables/postgres_read_tables.h"
#include "projections/projector.h"

namespace daybook::app {

// The command side alone: state and handlers of every partition of an open log. Which of them work
// is the backend's business.
class CommandSide {
 public:
  [[nodiscard]] static Result<std::unique_ptr<CommandSide>> open(Backend& backend,
                                                                 const Wiring& wiring = {});
  ~CommandSide();

  [[nodiscard]] commands::CommandEngine& engine() { return *engine_; }
  // Returns when every handler has folded its partition and decides, or says why one does not.
  [[nodiscard]] Result<void> await_owned() const;
  // Null where all partitions belong to this process.
  [[nodiscard]] Membership* membership() const { return membership_.get(); }
  void stop();

 private:
  CommandSide() = default;
  [[nodiscard]] Result<void> join(Backend& backend);

  std::vector<std::unique_ptr<StateStore>> stores_;
  std::vector<std::unique_ptr<commands::CommandTopic>> topics_;  // null ones if there are none
  std::vector<std::unique_ptr<commands::Journal>> journals_;
  std::unique_ptr<commands::CommandEngine> engine_;
  std::unique_ptr<Membership> membership_;
};

// The projection side: one projector for each partition of an open log.
class ProjectionSide {
 public:
  [[nodiscard]] static Result<std::unique_ptr<ProjectionSide>> open(
      Backend& backend, const read_tables::PostgresReadTables::Url& database_url,
      read_tables::Tidying tidying, const Wiring& wiring = {});
  ~ProjectionSide();

  [[nodiscard]] std::vector<projections::ProjectorStatus> status() const;
  [[nodiscard]] Membership* membership() const { return membership_.get(); }
  void retry_parked();
  void stop();

 private:
  ProjectionSide() = default;
  [[nodiscard]] Result<void> join(Backend& backend);

  std::vector<std::unique_ptr<StateStore>> stores_;
  std::vector<std::unique_ptr<log::ValidReader>> sources_;
  std::unique_ptr<read_tables::SearchIndexTidier> search_indexes_;  // of all tables
  std::vector<std::unique_ptr<projections::ReadTables>> tables_;
  std::vector<std::unique_ptr<projections::Projector>> projectors_;
  std::unique_ptr<Membership> membership_;
};

}  // namespace daybook::app
