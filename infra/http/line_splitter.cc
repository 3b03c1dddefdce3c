#include "infra/http/line_splitter.h"

#include <utility>

namespace daybook::http {

std::optional<Line> LineSplitter::next(std::string_view& input) {
  while (!input.empty()) {
    const auto end = input.find('\n');
    take(input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    if (end == std::string_view::npos) return std::nullopt;
    if (auto line = complete()) return line;
  }
  return std::nullopt;
}

std::optional<Line> LineSplitter::finish() { return complete(); }

void LineSplitter::take(std::string_view piece) {
  if (too_long_) return;
  if (partial_.size() + piece.size() > length_max_) {
    too_long_ = true;
    partial_ = {};
    return;
  }
  partial_.append(piece);
}

std::optional<Line> LineSplitter::complete() {
  Line line{std::exchange(partial_, {}), std::exchange(too_long_, false)};
  if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
  if (!line.too_long && line.text.find_first_not_of(" \t") == std::string::npos)
    return std::nullopt;
  return line;
}

}  // namespace daybook::http
