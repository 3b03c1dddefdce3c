#include "commands/codec/json_scalar.h"

#include <charconv>

#include "commands/codec/base64.h"
#include "commands/codec/decimal.h"
#include "commands/codec/path.h"
#include "domain/core/schema.h"
#include "domain/core/time.h"
#include "domain/core/validate.h"

namespace daybook::codec {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

using Fault = std::optional<Error>;

Error fault(std::string code, std::string detail) {
  return Error{ErrorKind::kInvalid, std::move(code), std::move(detail), {}};
}
Error wrong_type(const FieldDescriptor& field) {
  return fault("json.wrong_type", "give " + expected_text(field));
}
Error out_of_range(std::string_view text) {
  return fault("number.out_of_range", quoted(text) + " is outside of what this field can hold");
}

template <class Set, class Add>
Fault store(const FieldDescriptor& field, Set set, Add add) {
  field.is_repeated() ? add() : set();
  return std::nullopt;
}

// Reads a whole number of the type; the text is a JSON number or decimal text.
template <class Integer>
tl::expected<Integer, Error> whole_number(const FieldDescriptor& field, const Scalar& scalar) {
  if (scalar.kind == Scalar::Kind::kBool) return tl::unexpected(wrong_type(field));
  const auto decimal = parse_decimal(scalar.text);
  if (!decimal) return tl::unexpected(wrong_type(field));
  if (decimal->scale > 0) return tl::unexpected(fault("number.fractional", "give a whole number"));
  const auto digits = decimal->whole_digits();
  if (!digits) return tl::unexpected(out_of_range(scalar.text));
  const std::string text = (decimal->negative && *digits != "0" ? "-" : "") + *digits;
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return tl::unexpected(out_of_range(scalar.text));
  return value;
}

tl::expected<std::int64_t, Error> hundredths(const FieldDescriptor& field, const Scalar& scalar) {
  if (scalar.kind == Scalar::Kind::kBool) return tl::unexpected(wrong_type(field));
  if (const auto value = parse_hundredths(scalar.text)) return *value;
  const auto decimal = parse_decimal(scalar.text);
  if (!decimal) return tl::unexpected(fault("number.malformed", "give " + expected_text(field)));
  if (decimal->scale > 2) {
    return tl::unexpected(
        fault("number.too_precise", "at most two digits after the decimal point are allowed"));
  }
  return tl::unexpected(out_of_range(scalar.text));
}

template <class Value>
tl::expected<std::int64_t, Error> parsed_time(const FieldDescriptor& field, const Scalar& scalar,
                                              ParsedTime<Value> (*parse)(std::string_view)) {
  if (scalar.kind != Scalar::Kind::kText) return tl::unexpected(wrong_type(field));
  const auto value = parse(scalar.text);
  if (value) return std::int64_t{*value};
  if (value.error() == TimeFault::kOutOfRange)
    return tl::unexpected(time_out_of_range(schema::rule(field).format()));
  return tl::unexpected(fault("time.malformed", "give " + expected_text(field)));
}

tl::expected<std::int64_t, Error> signed_number(const FieldDescriptor& field,
                                                const Scalar& scalar) {
  switch (schema::rule(field).format()) {
    case FORMAT_HUNDREDTHS:
      return hundredths(field, scalar);
    case FORMAT_TIMESTAMP:
      return parsed_time(field, scalar, &parse_timestamp);
    case FORMAT_DATE:
      return parsed_time(field, scalar, &parse_date);
    case FORMAT_UNSPECIFIED:
    case FORMAT_EMAIL:
    case FORMAT_URL:
    case FORMAT_COLOR:
    case FORMAT_CURRENCY:
    case FORMAT_NAMESPACE:
    case FORMAT_UUID:
    case FORMAT_ACTOR:
    case Format_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Format_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return whole_number<std::int64_t>(field, scalar);
}

Fault set_int64(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  const auto value = signed_number(field, scalar);
  if (!value) return value.error();
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetInt64(&message, &field, *value); },
      [&] { reflection.AddInt64(&message, &field, *value); });
}

Fault set_int32(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  const auto value = signed_number(field, scalar);
  if (!value) return value.error();
  const auto narrow = static_cast<std::int32_t>(*value);
  if (narrow != *value) return out_of_range(scalar.text);
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetInt32(&message, &field, narrow); },
      [&] { reflection.AddInt32(&message, &field, narrow); });
}

Fault set_uint64(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  const auto value = whole_number<std::uint64_t>(field, scalar);
  if (!value) return value.error();
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetUInt64(&message, &field, *value); },
      [&] { reflection.AddUInt64(&message, &field, *value); });
}

Fault set_uint32(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  const auto value = whole_number<std::uint32_t>(field, scalar);
  if (!value) return value.error();
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetUInt32(&message, &field, *value); },
      [&] { reflection.AddUInt32(&message, &field, *value); });
}

Fault set_bool(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  if (scalar.kind != Scalar::Kind::kBool) return wrong_type(field);
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetBool(&message, &field, scalar.boolean); },
      [&] { reflection.AddBool(&message, &field, scalar.boolean); });
}

Fault set_enum(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  if (scalar.kind != Scalar::Kind::kText) return wrong_type(field);
  const EnumValueDescriptor* value = schema::enum_value(*field.enum_type(), scalar.text);
  if (value == nullptr) {
    return fault("enum.unknown",
                 quoted(scalar.text) + " is not known; give " + expected_text(field));
  }
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetEnum(&message, &field, value); },
      [&] { reflection.AddEnum(&message, &field, value); });
}

Fault set_text(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  if (scalar.kind != Scalar::Kind::kText) return wrong_type(field);
  std::string text(scalar.text);
  if (field.type() == FieldDescriptor::TYPE_BYTES) {
    auto bytes = parse_base64(scalar.text);
    if (!bytes) return fault("bytes.malformed", "give " + expected_text(field));
    text = std::move(*bytes);
  } else if (text.find('\0') != std::string::npos) {
    return nul_in_text();
  }
  const Reflection& reflection = *message.GetReflection();
  return store(
      field, [&] { reflection.SetString(&message, &field, text); },
      [&] { reflection.AddString(&message, &field, text); });
}

}  // namespace

Fault set_scalar(Message& message, const FieldDescriptor& field, const Scalar& scalar) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return set_int32(message, field, scalar);
    case FieldDescriptor::CPPTYPE_INT64:
      return set_int64(message, field, scalar);
    case FieldDescriptor::CPPTYPE_UINT32:
      return set_uint32(message, field, scalar);
    case FieldDescriptor::CPPTYPE_UINT64:
      return set_uint64(message, field, scalar);
    case FieldDescriptor::CPPTYPE_BOOL:
      return set_bool(message, field, scalar);
    case FieldDescriptor::CPPTYPE_ENUM:
      return set_enum(message, field, scalar);
    case FieldDescriptor::CPPTYPE_STRING:
      return set_text(message, field, scalar);
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  return wrong_type(field);
}

std::string allowed_texts(const EnumDescriptor& type) {
  std::string allowed;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    allowed.append(allowed.empty() ? "" : ", ").append(schema::enum_text(*type.value(i)));
  }
  return allowed;
}

std::string expected_text(const FieldDescriptor& field) {
  const Format format = schema::rule(field).format();
  if (format == FORMAT_HUNDREDTHS)
    return "a decimal number with at most two digits after the point, like \"85000.00\"";
  if (format == FORMAT_TIMESTAMP) return "an ISO 8601 time, like \"2025-03-15T10:00:00Z\"";
  if (format == FORMAT_DATE) return "an ISO 8601 date, like \"2025-03-15\"";
  switch (field.type()) {
    case FieldDescriptor::TYPE_BOOL:
      return "true or false";
    case FieldDescriptor::TYPE_ENUM:
      return "one of " + allowed_texts(*field.enum_type());
    case FieldDescriptor::TYPE_STRING:
      return "text in quotes";
    case FieldDescriptor::TYPE_BYTES:
      return "base64 in quotes";
    case FieldDescriptor::TYPE_MESSAGE:
    case FieldDescriptor::TYPE_GROUP:
      return "an object";
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FLOAT:
      return "a number";
    case FieldDescriptor::TYPE_INT64:
    case FieldDescriptor::TYPE_UINT64:
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_SFIXED32:
    case FieldDescriptor::TYPE_SFIXED64:
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
      break;
  }
  return "a whole number";
}

}  // namespace daybook::codec
