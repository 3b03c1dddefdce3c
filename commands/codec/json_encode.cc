#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "commands/codec/base64.h"
#include "commands/codec/json.h"
#include "domain/core/schema.h"
#include "domain/core/time.h"

namespace daybook::codec {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Value;

// One scalar field of a message, or one element of it if the field is repeated (index >= 0).
struct Place {
  const Message& message;
  const FieldDescriptor& field;
  int index;
};

std::int64_t signed_number(const Place& at) {
  const Reflection& reflection = *at.message.GetReflection();
  if (at.field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    return at.index < 0 ? reflection.GetInt32(at.message, &at.field)
                        : reflection.GetRepeatedInt32(at.message, &at.field, at.index);
  }
  return at.index < 0 ? reflection.GetInt64(at.message, &at.field)
                      : reflection.GetRepeatedInt64(at.message, &at.field, at.index);
}

std::uint64_t unsigned_number(const Place& at) {
  const Reflection& reflection = *at.message.GetReflection();
  if (at.field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32) {
    return at.index < 0 ? reflection.GetUInt32(at.message, &at.field)
                        : reflection.GetRepeatedUInt32(at.message, &at.field, at.index);
  }
  return at.index < 0 ? reflection.GetUInt64(at.message, &at.field)
                      : reflection.GetRepeatedUInt64(at.message, &at.field, at.index);
}

double real_number(const Place& at) {
  const Reflection& reflection = *at.message.GetReflection();
  if (at.field.cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    return at.index < 0 ? reflection.GetFloat(at.message, &at.field)
                        : reflection.GetRepeatedFloat(at.message, &at.field, at.index);
  }
  return at.index < 0 ? reflection.GetDouble(at.message, &at.field)
                      : reflection.GetRepeatedDouble(at.message, &at.field, at.index);
}

class Writer {
 public:
  explicit Writer(bool indented) : indented_(indented) {}

  std::string take() { return std::move(out_); }

  void message(const Message& message) {
    if (message.GetDescriptor() == Value::descriptor())
      return value(static_cast<const Value&>(message));
    if (message.GetDescriptor() == Struct::descriptor())
      return object(static_cast<const Struct&>(message));
    if (message.GetDescriptor() == ListValue::descriptor())
      return list(static_cast<const ListValue&>(message));
    const Reflection& reflection = *message.GetReflection();
    open('{');
    const auto& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      const bool present = field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                                               : reflection.HasField(message, &field);
      if (!present) continue;
      name(field.json_name());
      member(message, field);
    }
    close('}');
  }

 private:
  void open(char bracket) {
    out_.push_back(bracket);
    ++depth_;
    first_ = true;
  }
  void close(char bracket) {
    --depth_;
    if (!first_) new_line();
    out_.push_back(bracket);
    first_ = false;
  }
  void next() {
    if (!first_) out_.push_back(',');
    first_ = false;
    new_line();
  }
  void new_line() {
    if (indented_) out_.append("\n").append(2 * depth_, ' ');
  }
  void name(std::string_view text) {
    next();
    append_json_text(out_, text);
    out_.append(indented_ ? ": " : ":");
  }

  void member(const Message& message, const FieldDescriptor& field) {
    if (field.is_map()) return map(message, field);
    if (!field.is_repeated()) return element(Place{message, field, -1});
    open('[');
    for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
      next();
      element(Place{message, field, i});
    }
    close(']');
  }

  // Sorted by key: protobuf's own order is arbitrary.
  void map(const Message& owner, const FieldDescriptor& field) {
    const Reflection& reflection = *owner.GetReflection();
    std::map<std::string, const Message*> entries;
    for (int i = 0; i < reflection.FieldSize(owner, &field); ++i) {
      const Message& entry = reflection.GetRepeatedMessage(owner, &field, i);
      entries[key_text(Place{entry, *field.message_type()->map_key(), -1})] = &entry;
    }
    open('{');
    for (const auto& [key, entry] : entries) {
      name(key);
      element(Place{*entry, *field.message_type()->map_value(), -1});
    }
    close('}');
  }

  static std::string key_text(const Place& at) {
    if (at.field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return at.message.GetReflection()->GetString(at.message, &at.field);
    }
    Writer writer(false);
    writer.element(at);
    return writer.take();
  }

  void element(const Place& at) {
    const Reflection& reflection = *at.message.GetReflection();
    switch (at.field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
        return number(signed_number(at), schema::rule(at.field).format());
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
        out_.append(std::to_string(unsigned_number(at)));
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        return real(real_number(at));
      case FieldDescriptor::CPPTYPE_BOOL:
        return boolean(at.index < 0 ? reflection.GetBool(at.message, &at.field)
                                    : reflection.GetRepeatedBool(at.message, &at.field, at.index));
      case FieldDescriptor::CPPTYPE_ENUM:
        return enumerator(at);
      case FieldDescriptor::CPPTYPE_STRING:
        return text(at);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return message(at.index < 0
                           ? reflection.GetMessage(at.message, &at.field)
                           : reflection.GetRepeatedMessage(at.message, &at.field, at.index));
    }
  }

  void number(std::int64_t value, Format format) {
    if (format == FORMAT_HUNDREDTHS) return append_json_text(out_, hundredths_text(value));
    if (format == FORMAT_TIMESTAMP) return append_json_text(out_, timestamp_text(value));
    if (format == FORMAT_DATE) return append_json_text(out_, date_text(value));
    out_.append(std::to_string(value));
  }
  void boolean(bool value) { out_.append(value ? "true" : "false"); }

  // The shortest text that reads back as the same number; JSON has no infinities.
  void real(double value) {
    if (!std::isfinite(value)) {
      out_.append("null");
      return;
    }
    std::array<char, 32> buffer{};
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out_.append(buffer.data(), result.ptr);
  }

  void enumerator(const Place& at) {
    const Reflection& reflection = *at.message.GetReflection();
    const int number = at.index < 0
                           ? reflection.GetEnumValue(at.message, &at.field)
                           : reflection.GetRepeatedEnumValue(at.message, &at.field, at.index);
    const auto* value = at.field.enum_type()->FindValueByNumber(number);
    if (value == nullptr) {
      out_.append(std::to_string(number));
    } else {
      append_json_text(out_, schema::enum_text(*value));
    }
  }

  void text(const Place& at) {
    const Reflection& reflection = *at.message.GetReflection();
    std::string scratch;
    const std::string& value =
        at.index < 0
            ? reflection.GetStringReference(at.message, &at.field, &scratch)
            : reflection.GetRepeatedStringReference(at.message, &at.field, at.index, &scratch);
    append_json_text(out_, at.field.type() == FieldDescriptor::TYPE_BYTES ? base64(value) : value);
  }

  void value(const Value& value) {
    switch (value.kind_case()) {
      case Value::kNumberValue:
        return real(value.number_value());
      case Value::kStringValue:
        return append_json_text(out_, value.string_value());
      case Value::kBoolValue:
        return boolean(value.bool_value());
      case Value::kStructValue:
        return object(value.struct_value());
      case Value::kListValue:
        return list(value.list_value());
      case Value::kNullValue:
      case Value::KIND_NOT_SET:
        out_.append("null");
        return;
    }
  }
  void object(const Struct& object) {
    const std::map<std::string_view, const Value*> members = [&] {
      std::map<std::string_view, const Value*> sorted;
      for (const auto& [key, member] : object.fields()) sorted.emplace(key, &member);
      return sorted;
    }();
    open('{');
    for (const auto& [key, member] : members) {
      name(key);
      value(*member);
    }
    close('}');
  }
  void list(const ListValue& list) {
    open('[');
    for (const Value& each : list.values()) {
      next();
      value(each);
    }
    close(']');
  }

  std::string out_;
  std::size_t depth_ = 0;
  bool indented_;
  bool first_ = true;
};

std::string_view short_escape(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {};
  }
}

}  // namespace

std::string encode_json(const Message& message) {
  Writer writer(false);
  writer.message(message);
  return writer.take();
}

std::string encode_json_indented(const Message& message) {
  Writer writer(true);
  writer.message(message);
  return writer.take();
}

void append_json_text(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::string_view escape = short_escape(c); !escape.empty()) {
      out.append(escape);
    } else if (byte < 0x20) {
      out.append("\\u00").push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 0xF]);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace daybook::codec
