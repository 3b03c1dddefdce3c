#include "infra/state/memory_state_store.h"

namespace daybook::state {

Result<std::optional<std::string>> MemoryStateStore::get(std::string_view key) const {
  const auto found = content_.find(key);
  return found == content_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  for (auto it = content_.lower_bound(prefix); it != content_.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    if (!visit(it->first, it->second)) break;
  }
  return {};
}

Result<void> MemoryStateStore::write_all(const Batches& batches) {
  for (const auto& batch : batches) {
    for (const auto& [key, value] : *batch) {
      if (auto bytes = bytes_of(value)) {
        content_[key] = *std::move(bytes);
      } else {
        content_.erase(key);
      }
    }
  }
  return {};
}

Result<void> MemoryStateStore::clear() {
  content_.clear();
  return {};
}

}  // namespace daybook::state
