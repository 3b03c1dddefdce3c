// What the documentation says about the fields of commands, written down from it (read-model
// reference, section 4 with the decisions that win over it) and on purpose not from the schemas'
// options, so that a wrong option is found.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace daybook::test {

enum class Kind {
  kText,       // trimmed, empty is NULL
  kEmail,      // the same, lower-cased, the pattern of the e-mail check
  kUrl,        // absolute, http or https
  kColor,      // # and six hex digits
  kCurrency,   // three letters, upper-cased
  kNamespace,  // of an external id: a-z, 0-9, _ and -
  kReference,  // an id, or "namespace/external id"
  kNumber,     // whole, between min and max
  kTimestamp,  // years 1 to 9999
  kDate,
  kEnum,
  kBool,
  kMessage,
  kMessages,  // a list
};

struct FieldExpectation {
  std::string fields;  // the message: "company.CompanyFields"
  std::string name;    // "annual_revenue"
  Kind kind = Kind::kText;
  std::size_t max_length = 0;      // characters, inclusive; 0: as long as the command may be
  bool required = false;           // when the record is created; cannot be cleared
  std::string default_text = "";   // on creation only
  bool clearable_default = false;  // may be cleared although it has a default
  std::optional<std::int64_t> min = std::nullopt;
  std::optional<std::int64_t> max = std::nullopt;
};

inline void PrintTo(const FieldExpectation& expectation, std::ostream* out) {
  *out << expectation.fields << "." << expectation.name;
}

[[nodiscard]] const std::vector<FieldExpectation>& field_expectations();

}  // namespace daybook::test
