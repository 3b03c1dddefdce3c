// docs/commands.md, made from the schemas: the reference of every command.
#pragma once

#include <string>

namespace daybook::codec {

// The whole document, in Markdown. Always the same for the same schemas.
[[nodiscard]] std::string command_reference();

}  // namespace daybook::codec
