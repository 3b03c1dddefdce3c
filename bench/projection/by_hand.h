// The baseline of the projector: somebody who knows the rows already and writes them as fast as one
// connection goes, by COPY into a staging table and one upsert for each table and batch.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "infra/log/event_log.h"
#include "schemas/options.pb.h"

namespace daybook::bench {

// The newest rows of so many outcomes, as lines for COPY.
struct RowBatch {
  struct Table {
    std::size_t rows = 0;
    std::string lines;
  };
  std::map<Entity, Table> tables;  // in the order in which they refer to each other
};

// What the first partition's outcomes give, as many in a batch as the projector takes.
[[nodiscard]] std::vector<RowBatch> batches_of(log::EventLog& log);

[[nodiscard]] std::size_t row_count(const std::vector<RowBatch>& batches);

// Seconds to write them into the read tables of this database, a transaction for each batch.
[[nodiscard]] double write_by_hand(const std::string& database_url,
                                   const std::vector<RowBatch>& batches);

}  // namespace daybook::bench
