// The state store on RocksDB: folded records, indexes, receipts and progress of one partition.
//
// Writes are atomic and stay in memory until enough of them have come or the store is closed: after
// a crash it stands at an earlier progress and the tail of the log is folded again. Used by one
// thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "domain/state/state.h"

namespace daybook::state {

class RocksDbStateStore final : public StateStore {
 public:
  // A store that is damaged is emptied, because the log has everything; `damage` then tells.
  [[nodiscard]] static Result<std::unique_ptr<RocksDbStateStore>> open(
      const std::filesystem::path& folder);
  ~RocksDbStateStore() override;

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override;
  [[nodiscard]] Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] Result<void> write_all(const Batches& batches) override;
  [[nodiscard]] Result<void> clear() override;
  [[nodiscard]] Result<void> recover() override;
  // What RocksDB found wrong when it was opened, which mostly names the file and the place; empty:
  // nothing.
  [[nodiscard]] const std::string& damage() const { return damage_; }

 private:
  struct Database;
  explicit RocksDbStateStore(std::filesystem::path folder);
  [[nodiscard]] Result<void> open_or_empty();
  [[nodiscard]] Result<void> open_database();

  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  std::string damage_;
  bool failed_ = false;  // a write did since it was opened, and RocksDB takes no more of them
};

}  // namespace daybook::state
