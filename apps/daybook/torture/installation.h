// One installation under torture: a folder, an engine on it, a load, and what the clients were
// told.
//
// Used by one thread; its end kills the engine and stops PostgreSQL.
#pragma once

#include <cstddef>
#include <cstdint>

#include "apps/daybook/torture/answers.h"
#include "apps/daybook/torture/checker.h"
#include "apps/daybook/torture/driver.h"
#include "apps/daybook/torture/engine_under_test.h"
#include "apps/daybook/torture/fault.h"
#include "apps/daybook/torture/report.h"
#include "apps/daybook/torture/token_reader.h"
#include "apps/daybook/torture/torture.h"
#include "apps/daybook/torture/work_folder.h"

namespace daybook::torture {

class Installation {
 public:
  // `folder` must outlive it. It listens at the port.
  Installation(const Options& options, std::uint64_t seed, const WorkFolder& folder, int port);
  ~Installation();
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // Until the engine decides and has what the load is about.
  [[nodiscard]] Result<void> begin();
  // One fault under load, the healing, and the check of everything; the engine is dead then, and
  // begins again with the next one.
  [[nodiscard]] Blow strike(std::size_t number, Fault& fault);
  [[nodiscard]] LoadFigures load() const;

 private:
  [[nodiscard]] Result<void> hurt(std::size_t number, Fault& fault, Blow& blow);
  [[nodiscard]] Result<void> await_healed(Blow& blow);
  [[nodiscard]] Verdict examine(Stage stage);

  const std::uint64_t seed_;
  const WorkFolder& folder_;
  Workload workload_;
  Answers answers_;
  Seen seen_;  // by the checks
  Database database_;
  EngineUnderTest engine_;
  Driver driver_;
  TokenReader reader_{database_, answers_};
  Site site_{engine_, driver_, database_, folder_.disk()};
};

}  // namespace daybook::torture
