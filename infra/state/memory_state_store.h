// A state store in memory: for folding a log once, and the base of the tests' one. Used by one
// thread; reads and writes cannot fail.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "domain/state/state.h"

namespace daybook::state {

class MemoryStateStore : public StateStore {
 public:
  using Content = std::map<std::string, std::string, std::less<>>;

  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override;
  [[nodiscard]] Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] Result<void> write_all(const Batches& batches) override;
  [[nodiscard]] Result<void> clear() override;

 protected:
  Content content_;
};

}  // namespace daybook::state
