// The text of demo.ndjson as it was when the binary was built.
#pragma once

#include <string_view>

namespace daybook::demo {

[[nodiscard]] std::string_view command_template();

}  // namespace daybook::demo
