// The committed files of this folder, as lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace daybook::test {

// The lines of a file of this folder that are not comments; none if there is no such file.
[[nodiscard]] std::vector<std::string> golden_lines(const std::string& name);
// Writes one, in place of what it held: a comment, then the lines.
void write_golden(const std::string& name, const std::string& comment,
                  const std::vector<std::string>& lines);
// Whether the environment asks for additions to be written: DAYBOOK_UPDATE_LOCK=1.
[[nodiscard]] bool may_update();

[[nodiscard]] std::vector<std::string> split(const std::string& line, char separator);
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string from_hex(std::string_view text);

}  // namespace daybook::test
