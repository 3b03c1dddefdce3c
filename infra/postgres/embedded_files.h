// The files of schemas/sql as they were when the binary was built. The texts live as long as the
// program.
#pragma once

#include <span>
#include <string_view>

namespace daybook::postgres {

struct EmbeddedFile {
  std::string_view name;  // without its folder: "0007_companies.up.sql"
  std::string_view text;
  std::string_view sha256;  // of the text, in hexadecimal
};

// In the order of their names.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

// The text of a file that is known to be there; asserts otherwise.
[[nodiscard]] std::string_view embedded_text(std::string_view name);

}  // namespace daybook::postgres
