// A state store that writes on a thread of its own, where records become bytes too, so that whoever
// decides or projects goes on meanwhile. What is not written yet is read from memory.
//
// Batches are gathered for a moment and written together: a key that changes often is written once,
// and among many keys each finds its place near the last one's. Whoever writes faster than the
// inner store waits for it.
//
// Used by one thread, as every store. A write that fails is told once, by the next function that is
// called: from then on the store is as it was before the first batch that was lost, and whoever
// uses it reads again what it knows of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "domain/state/state.h"

namespace daybook::state {

class BackgroundStateStore final : public StateStore {
 public:
  // The inner one has to bear being read while it is written.
  explicit BackgroundStateStore(std::unique_ptr<StateStore> inner);
  ~BackgroundStateStore() override;  // after everything is written

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override;
  [[nodiscard]] Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] Result<void> write_all(const Batches& batches) override;
  [[nodiscard]] Result<void> clear() override;
  [[nodiscard]] Result<void> recover() override;
  // Returns when everything is in the inner store.
  [[nodiscard]] Result<void> settle();

 private:
  // Batches that are written together, with the last word on each of their keys.
  struct Gathered {
    Batches batches;
    std::size_t changes = 0;  // in them
    std::unordered_map<std::string_view, const Value*> values;
  };

  void run();
  void write_gathered(std::unique_lock<std::mutex>& lock);
  // The failure that has not been told yet; after that nothing that was lost is seen any more.
  [[nodiscard]] Result<void> told() const;
  // The last word of what is not in the inner store yet; null if that has it.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] Result<std::map<std::string, std::optional<std::string>>> not_written(
      std::string_view prefix) const;

  const std::unique_ptr<StateStore> inner_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Gathered gathered_;  // while the earlier ones are written
  Gathered writing_;
  mutable std::optional<Error> failure_;
  bool hurry_ = false;  // somebody waits for everything to be written
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::state
