// Port: the read tables of one partition, with the checkpoint that says how far they are.
//
// Rows and checkpoint are written in one transaction. Whoever claims the tables raises the owner
// epoch; a writer with an older one is refused, so a projector that was thought dead cannot write.
// Used by one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/core/position.h"
#include "domain/core/result.h"
#include "schemas/options.pb.h"

namespace daybook::projections {

// What a checkpoint says: everything up to this position is in the tables.
struct Checkpoint {
  Position position;              // of the last outcome applied; nowhere for empty tables
  std::uint64_t next_offset = 0;  // where reading goes on
  std::int64_t decided_at = 0;
};

// The newest state of one row: its column values in the order of columns_of(entity)
// (domain/state/columns.h), or none when it is to be removed.
struct RowChange {
  Entity entity = ENTITY_UNSPECIFIED;
  std::string organization_id;
  std::string id;
  std::optional<std::vector<std::optional<std::string>>> values;
};

struct ParkedRow {
  Entity entity = ENTITY_UNSPECIFIED;
  std::string organization_id;
  std::string id;
};

enum class Refused {
  kFail,  // a row that is refused fails the whole write
  kPark,  // it is parked, the others are written
};

class ReadTables {
 public:
  ReadTables() = default;
  ReadTables(const ReadTables&) = delete;
  ReadTables& operator=(const ReadTables&) = delete;
  virtual ~ReadTables() = default;

  // Takes the tables over and reads the checkpoint. `log_id` is the log's: kCorrupt if the tables
  // are of another log.
  [[nodiscard]] virtual Result<Checkpoint> claim(std::uint32_t partition,
                                                 const std::string& log_id) = 0;
  // The rows parked now.
  [[nodiscard]] virtual Result<std::vector<ParkedRow>> parked() = 0;
  // Writes rows and checkpoint in one transaction and gives how many rows were parked. Rows that
  // were parked and can be written now are no longer parked. Errors: kRejected if a row is refused
  // (kFail only), kConflict if somebody else has claimed the tables, kUnavailable and
  // kUnknownOutcome: claim again and compare.
  [[nodiscard]] virtual Result<std::size_t> write(const std::vector<RowChange>& rows,
                                                  const Checkpoint& checkpoint,
                                                  Refused refused) = 0;
  // kConflict if the tables do not stand where this object left them: somebody else has claimed
  // them, or they were made anew.
  [[nodiscard]] virtual Result<void> check() = 0;
  // Returns when what was written survives a crash of the database. Errors as of write.
  [[nodiscard]] virtual Result<void> make_durable() = 0;
};

}  // namespace daybook::projections
