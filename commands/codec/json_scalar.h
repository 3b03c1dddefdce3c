// Single JSON values into single protobuf fields: the only place that knows the field formats' JSON
// forms.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/core/result.h"

namespace daybook::codec {

// A JSON scalar. A number is its text, exactly as it stands in the document.
struct Scalar {
  enum class Kind { kText, kNumber, kBool };
  Kind kind = Kind::kText;
  std::string_view text;
  bool boolean = false;
};

// Sets `field` of `message` (appends, if it is repeated) to `scalar`. Returns the fault, without a
// path, if it does not fit; then nothing is changed. The field must not be a message.
[[nodiscard]] std::optional<Error> set_scalar(google::protobuf::Message& message,
                                              const google::protobuf::FieldDescriptor& field,
                                              const Scalar& scalar);

// What a field takes, for messages and for the reference: "text", "a whole number", "one of LOW,
// HIGH" ...
[[nodiscard]] std::string expected_text(const google::protobuf::FieldDescriptor& field);

// The allowed texts of an enum, separated by ", ".
[[nodiscard]] std::string allowed_texts(const google::protobuf::EnumDescriptor& type);

}  // namespace daybook::codec
