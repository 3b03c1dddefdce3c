#include "tests/support/memory_state_store.h"

namespace daybook::test {
namespace {

tl::unexpected<Error> broken() {
  return fail(ErrorKind::kUnavailable, "store.broken", "the test broke the store");
}

}  // namespace

Result<std::optional<std::string>> MemoryStateStore::get(std::string_view key) const {
  if (reads_fail_) return broken();
  return state::MemoryStateStore::get(key);
}

Result<void> MemoryStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  if (reads_fail_) return broken();
  return state::MemoryStateStore::scan(prefix, visit);
}

Result<void> MemoryStateStore::write_all(const Batches& batches) {
  if (writes_fail_) return broken();
  ++writes_;
  return state::MemoryStateStore::write_all(batches);
}

Result<void> MemoryStateStore::clear() {
  if (writes_fail_) return broken();
  return state::MemoryStateStore::clear();
}

}  // namespace daybook::test
