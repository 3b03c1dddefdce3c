// One kind of fault: what it does to an engine under load, and how the world is mended after it.
// Healing is the engine's own business.
//
// Used by one thread. Errors mean that the fault could not be done, or that what must hold while it
// lasts does not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/daybook/torture/database.h"
#include "apps/daybook/torture/dice.h"
#include "apps/daybook/torture/driver.h"
#include "apps/daybook/torture/engine_under_test.h"
#include "apps/daybook/torture/small_disk.h"

namespace daybook::torture {

// What is tortured.
struct Site {
  EngineUnderTest& engine;
  Driver& driver;
  Database& database;
  const SmallDisk* disk;  // null: the data folder is on a disk like any other
};

class Fault {
 public:
  Fault() = default;
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;
  virtual ~Fault() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  // The load runs.
  [[nodiscard]] virtual Result<void> strike(Site& site, Dice& dice) = 0;
  // Ends it: gives the disk room, starts what was killed as a supervisor would.
  [[nodiscard]] virtual Result<void> mend(Site& site) = 0;
  [[nodiscard]] virtual bool needs_disk() const { return false; }
};

// One of each kind.
[[nodiscard]] std::vector<std::unique_ptr<Fault>> all_faults();

// The kinds of `engine_faults.cc` and `world_faults.cc`.
void add_engine_faults(std::vector<std::unique_ptr<Fault>>& all);
void add_world_faults(std::vector<std::unique_ptr<Fault>>& all);

}  // namespace daybook::torture
