// The part of docs/commands.md on the filter tree of saved filters, made from the tables that
// commands are checked against.
#pragma once

#include <string>

namespace daybook::codec {

// Markdown, ending with an empty line. Always the same.
[[nodiscard]] std::string filter_reference();

}  // namespace daybook::codec
