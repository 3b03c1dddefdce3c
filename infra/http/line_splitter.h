// Cuts a byte stream into lines that may arrive in any pieces. Not thread-safe; one per stream.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::http {

struct Line {
  std::string text;       // without its end ("\n" or "\r\n"); empty if too long
  bool too_long = false;  // the line is passed over, whatever its length, in bounded memory
};

class LineSplitter {
 public:
  explicit LineSplitter(std::size_t length_max) : length_max_(length_max) {}

  // Takes bytes from the front of `input` up to the end of the next line that is not blank, and
  // returns that line; nothing if the input ends first (all of it is taken then).
  std::optional<Line> next(std::string_view& input);

  // The last line, if the stream ends without a line end.
  std::optional<Line> finish();

 private:
  void take(std::string_view piece);
  std::optional<Line> complete();

  std::size_t length_max_;
  std::string partial_;
  bool too_long_ = false;
};

}  // namespace daybook::http
