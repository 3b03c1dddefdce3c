// A state store in memory, with switches for its faults.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "infra/state/memory_state_store.h"

namespace daybook::test {

// Used by one thread. What a test wants to know of the store's content it reads from `content`.
class MemoryStateStore final : public state::MemoryStateStore {
 public:
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override;
  [[nodiscard]] Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] Result<void> write_all(const Batches& batches) override;
  [[nodiscard]] Result<void> clear() override;

  // From now on reads, or writes, answer with an error; a failed write changes nothing. May be
  // called while another thread uses the store.
  void fail_reads(bool fail) { reads_fail_ = fail; }
  void fail_writes(bool fail) { writes_fail_ = fail; }

  [[nodiscard]] const Content& content() const { return content_; }
  // Damages a stored value.
  void overwrite(const std::string& key, std::string value) { content_[key] = std::move(value); }
  [[nodiscard]] std::size_t writes() const { return writes_; }

 private:
  std::atomic<bool> reads_fail_ = false;
  std::atomic<bool> writes_fail_ = false;
  std::size_t writes_ = 0;
};

}  // namespace daybook::test
