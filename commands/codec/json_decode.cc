// The one file that knows the JSON tokenizer (nlohmann's SAX parser: iterative, strict about UTF-8
// and surrogates).
#include <nlohmann/json.hpp>

#include "commands/codec/json.h"
#include "commands/codec/json_builder.h"
#include "commands/codec/json_position.h"
#include "commands/codec/path.h"

namespace daybook::codec {
namespace {

// Numbers outside of what a double holds have this id; they are well-formed all the same.
constexpr int kNumberOverflow = 406;

// What the tokenizer complains about, without its own prefix and without the text that it repeats.
std::string complaint(std::string_view what) {
  static constexpr std::string_view kAfter = " - ";
  const auto start = what.find(kAfter);
  if (start == std::string_view::npos) return "syntax error";
  what.remove_prefix(start + kAfter.size());
  const auto repeated = what.find("; last read");
  if (repeated != std::string_view::npos) return std::string(what.substr(0, repeated));
  static constexpr std::size_t kLongest = 120;
  return std::string(what.substr(0, kLongest));
}

class Tokens {
 public:
  Tokens(std::string_view text, JsonBuilder& builder) : text_(text), builder_(builder) {}

  bool null() { return builder_.null(); }
  bool boolean(bool value) { return builder_.scalar(Scalar{Scalar::Kind::kBool, {}, value}, 0); }
  bool number_integer(std::int64_t value) {
    return number(std::to_string(value), static_cast<double>(value));
  }
  bool number_unsigned(std::uint64_t value) {
    return number(std::to_string(value), static_cast<double>(value));
  }
  bool number_float(double value, const std::string& text) { return number(text, value); }
  bool string(const std::string& value) {
    return builder_.scalar(Scalar{Scalar::Kind::kText, value, false}, 0);
  }
  bool binary(const std::vector<std::uint8_t>& /*value*/) { return false; }
  bool start_object(std::size_t /*size*/) { return builder_.start_object(); }
  bool key(const std::string& name) { return builder_.key(name); }
  bool end_object() { return builder_.end(); }
  bool start_array(std::size_t /*size*/) { return builder_.start_list(); }
  bool end_array() { return builder_.end(); }

  bool parse_error(std::size_t byte, const std::string& /*last*/,
                   const nlohmann::detail::exception& error) {
    const std::string what = complaint(error.what());
    const std::string where = position_text(text_, byte);
    if (error.id == kNumberOverflow) {
      builder_.refuse(builder_.current_path(), "number.out_of_range",
                      "the number at " + where + " is too large");
    } else if (what.find("UTF-8") != std::string::npos ||
               what.find("surrogate") != std::string::npos) {
      builder_.refuse(builder_.current_path(), "text.not_utf8",
                      "text must be valid UTF-8: " + where + ": " + what);
    } else {
      builder_.refuse(builder_.current_path(), "json.malformed",
                      "this is not JSON: " + where + ": " + what);
    }
    return false;
  }

 private:
  bool number(const std::string& text, double value) {
    return builder_.scalar(Scalar{Scalar::Kind::kNumber, text, false}, value);
  }

  std::string_view text_;
  JsonBuilder& builder_;
};

}  // namespace

Violations decode_json(std::string_view text, google::protobuf::Message& out) {
  JsonBuilder builder(out, text);
  Tokens tokens(text, builder);
  nlohmann::json::sax_parse(text.begin(), text.end(), &tokens);
  return builder.take_violations();
}

}  // namespace daybook::codec
