#include "infra/postgres/embedded_files.h"

#include <algorithm>
#include <cassert>

namespace daybook::postgres {

std::string_view embedded_text(std::string_view name) {
  const auto files = embedded_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const EmbeddedFile& file) { return file.name == name; });
  assert(found != files.end());
  return found->text;
}

}  // namespace daybook::postgres
