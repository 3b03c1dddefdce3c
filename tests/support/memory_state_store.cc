#include "tests/support/memory_state_store.h"

namespace daybook::test {
namespace {

tl::unexpected<Error> broken() {
  return fail(ErrorKind::kUnavailable, "store.broken", "the test broke the store");
}

}  // namespace

Result<std::optional<std::string>> MemoryStateStore::get(std::string_view key) const {
  if (reads_fail_) return broken();
  const auto found = content_.find(key);
  return found == content_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> MemoryStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  if (reads_fail_) return broken();
  for (auto it = content_.lower_bound(prefix); it != content_.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    if (!visit(it->first, it->second)) break;
  }
  return {};
}

Result<void> MemoryStateStore::write(const Batch& batch) {
  if (writes_fail_) return broken();
  for (const auto& [key, value] : batch) {
    if (value) {
      content_[key] = *value;
    } else {
      content_.erase(key);
    }
  }
  ++writes_;
  return {};
}

Result<void> MemoryStateStore::clear() {
  if (writes_fail_) return broken();
  content_.clear();
  return {};
}

}  // namespace daybook::test
