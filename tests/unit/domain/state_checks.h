// What must hold for the content of a state store, whatever happened: checked from the records
// alone.
#pragma once

#include <string>
#include <vector>

#include "tests/support/memory_state_store.h"

namespace daybook::test {

// Faults found, as sentences: index entries and counts other than those that follow from the
// records, two live primary contacts of one company, a user's e-mail or an external id held twice,
// a live deal in a removed stage, a record without organization, version or times.
[[nodiscard]] std::vector<std::string> faults_of(const MemoryStateStore::Content& content);

}  // namespace daybook::test
