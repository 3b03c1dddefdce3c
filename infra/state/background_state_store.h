// A state store that writes on a thread of its own, where records become bytes too, so that whoever
// decides or projects goes on meanwhile. What is being written is read from memory.
//
// Used by one thread, as every store. One write is under way at a time: the next one waits for it.
// A write that fails is told once, by the next function that is called: from then on the store is
// as it was before that write, and whoever uses it reads again what it knows of it.
#pragma once

#include <condition_variable>
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
  ~BackgroundStateStore() override;  // after the write that is under way

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override;
  [[nodiscard]] Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] Result<void> write_shared(std::shared_ptr<const Batch> batch) override;
  [[nodiscard]] Result<void> clear() override;

 private:
  // A batch with the last word on each of its keys.
  struct Pending {
    explicit Pending(std::shared_ptr<const Batch> written);
    std::shared_ptr<const Batch> batch;
    std::unordered_map<std::string_view, const Value*> values;
  };

  void run();
  // What is being written, nothing if that is done; or the failure.
  [[nodiscard]] Result<std::shared_ptr<const Pending>> pending() const;
  // Waits for it.
  [[nodiscard]] Result<void> settle() const;

  const std::unique_ptr<StateStore> inner_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::shared_ptr<const Pending> pending_;
  mutable std::optional<Error> failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::state
