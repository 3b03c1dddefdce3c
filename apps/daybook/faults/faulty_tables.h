// The read tables, with a fault when a batch's rows are in their open transaction, right after its
// COMMIT, or once rows are durable and before the projector writes its own state.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/daybook/faults/faults.h"
#include "apps/daybook/wiring.h"
#include "projections/ports/read_tables.h"

namespace daybook::faults {

class FaultyTables final : public projections::ReadTables {
 public:
  // `faults` must outlive it.
  FaultyTables(std::unique_ptr<projections::ReadTables> inner, Faults& faults)
      : inner_(std::move(inner)), faults_(faults) {}

  [[nodiscard]] Result<projections::Checkpoint> claim(std::uint32_t partition,
                                                      const std::string& log_id) override {
    return inner_->claim(partition, log_id);
  }
  [[nodiscard]] Result<std::vector<projections::ParkedRow>> parked() override {
    return inner_->parked();
  }
  [[nodiscard]] Result<std::size_t> write(const std::vector<projections::RowChange>& rows,
                                          const projections::Checkpoint& checkpoint,
                                          projections::Refused refused) override {
    auto written = inner_->write(rows, checkpoint, refused);
    if (written) faults_.at("after-commit");
    return written;
  }
  [[nodiscard]] Result<void> check() override { return inner_->check(); }
  [[nodiscard]] Result<void> make_durable() override {
    auto durable = inner_->make_durable();
    faults_.at("before-state");
    return durable;
  }

 private:
  std::unique_ptr<projections::ReadTables> inner_;
  Faults& faults_;
};

// All of that, put into the wiring of an engine.
inline void put_around_tables(app::Wiring& wiring, Faults& faults) {
  wiring.before_commit = [&faults] { faults.at("before-commit"); };
  wiring.around_tables = [&faults](std::unique_ptr<projections::ReadTables> tables) {
    return std::make_unique<FaultyTables>(std::move(tables), faults);
  };
}

}  // namespace daybook::faults
