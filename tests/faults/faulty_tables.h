// The read tables, with a fault right before a transaction or right after its COMMIT.
#pragma once

#include <string>
#include <vector>

#include "infra/read_tables/postgres_read_tables.h"
#include "tests/faults/faults.h"

namespace daybook::faults {

class FaultyTables final : public projections::ReadTables {
 public:
  // `faults` must outlive it.
  FaultyTables(const std::string& url, Faults& faults) : inner_(url), faults_(faults) {}

  [[nodiscard]] Result<projections::Checkpoint> claim(std::uint32_t partition,
                                                      const std::string& log_id) override {
    return inner_.claim(partition, log_id);
  }
  [[nodiscard]] Result<std::vector<projections::ParkedRow>> parked() override {
    return inner_.parked();
  }
  [[nodiscard]] Result<std::size_t> write(const std::vector<projections::RowChange>& rows,
                                          const projections::Checkpoint& checkpoint,
                                          projections::Refused refused) override {
    faults_.at("before-commit");
    auto written = inner_.write(rows, checkpoint, refused);
    faults_.at("after-commit");
    return written;
  }
  [[nodiscard]] Result<void> check() override { return inner_.check(); }
  [[nodiscard]] Result<void> make_durable() override { return inner_.make_durable(); }

 private:
  read_tables::PostgresReadTables inner_;
  Faults& faults_;
};

}  // namespace daybook::faults
