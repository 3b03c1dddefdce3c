#include "domain/core/validate.h"

#include <algorithm>

#include "domain/core/text.h"
#include "domain/core/time.h"
#include "domain/core/uuid.h"

namespace daybook {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Also inside the messages that protobuf itself defines, which have no rules of ours.
bool has_unknown_fields(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const FieldDescriptor*> given;
  reflection.ListFields(message, &given);
  return std::any_of(given.begin(), given.end(), [&](const FieldDescriptor* field) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return false;
    if (!field->is_repeated()) return has_unknown_fields(reflection.GetMessage(message, field));
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (has_unknown_fields(reflection.GetRepeatedMessage(message, field, i))) return true;
    }
    return false;
  });
}

class Normalizer {
 public:
  explicit Normalizer(Violations& violations) : violations_(violations) {}

  void visit(Message& message, const std::string& path) {
    if (!message.GetReflection()->GetUnknownFields(message).empty()) {
      refuse_unknown(path);
    }
    const Descriptor& type = *message.GetDescriptor();
    for (int i = 0; i < type.field_count(); ++i) visit_field(message, *type.field(i), path);
    if (const FieldDescriptor* clear = type.FindFieldByName("clear"))
      visit_clear(message, *clear, path);
  }

 private:
  void refuse(std::string path, std::string code, std::string detail) {
    violations_.push_back(
        Error{ErrorKind::kInvalid, std::move(code), std::move(detail), std::move(path)});
  }

  void refuse_unknown(const std::string& path) {
    refuse(path, "field.unknown",
           "the message has fields that this version does not know; remove them");
  }

  // In a patch nothing is required: what is absent stays. It is the `fields` of a new record that
  // must be complete.
  static bool is_required(const FieldDescriptor& field, bool in_patch) {
    return schema::rule(field).required() && !in_patch;
  }

  void visit_field(Message& message, const FieldDescriptor& field, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    const bool wrapper = schema::is_path_wrapper(field);
    const std::string here = wrapper ? path : member_path(path, field.json_name());
    if (field.is_repeated()) {
      visit_repeated(message, field, here);
      return;
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      visit_message(message, field, here, wrapper);
      return;
    }
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        !normalize_text(message, field, here))
      return;
    const bool present =
        field.has_presence() ? reflection.HasField(message, &field) : !is_zero(message, field);
    if (present) {
      check_value(message, field, here);
    } else if (is_required(field, in_patch_)) {
      refuse(here, "field.required", "this field is required");
    }
  }

  void visit_message(Message& message, const FieldDescriptor& field, const std::string& here,
                     bool wrapper) {
    if (field.message_type()->file()->package() == "google.protobuf") {
      const Message& value = message.GetReflection()->GetMessage(message, &field);
      if (has_unknown_fields(value)) refuse_unknown(here);
      return;
    }
    const bool present = message.GetReflection()->HasField(message, &field);
    // The fields of a new record are required even if the member that holds them is missing
    // altogether.
    if (!present && field.name() != "fields" && !is_required(field, in_patch_)) return;
    if (!present && !wrapper) {
      refuse(here, "field.required", "this field is required");
      return;
    }
    const bool outer = in_patch_;
    in_patch_ = in_patch_ || field.name() == "set";
    visit(*message.GetReflection()->MutableMessage(&message, &field), here);
    in_patch_ = outer;
  }

  void visit_repeated(Message& message, const FieldDescriptor& field, const std::string& here) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const Reflection& reflection = *message.GetReflection();
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      visit(*reflection.MutableRepeatedMessage(&message, &field, i),
            here + "[" + std::to_string(i) + "]");
    }
  }

  static bool is_zero(const Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection.GetString(message, &field).empty();
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.GetEnumValue(message, &field) == 0;
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_BOOL:
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return !reflection.HasField(message, &field);
    }
    return true;
  }

  // Returns false if the text was refused.
  bool normalize_text(Message& message, const FieldDescriptor& field, const std::string& here) {
    if (field.type() == FieldDescriptor::TYPE_BYTES) return true;
    const Reflection& reflection = *message.GetReflection();
    if (field.has_presence() && !reflection.HasField(message, &field)) return true;
    std::string text = reflection.GetString(message, &field);
    if (text.find('\0') != std::string::npos) {
      refuse(here, "text.nul", "text must not contain NUL characters");
      return false;
    }
    if (!character_count(text)) {
      refuse(here, "text.not_utf8", "text must be valid UTF-8");
      return false;
    }
    text = std::string(trimmed(text));
    const Format format = schema::rule(field).format();
    if (format == FORMAT_EMAIL) lower(text);
    if (format == FORMAT_CURRENCY) upper(text);
    if (text.empty() && field.has_presence()) {
      // An empty text is "no value", which in a patch means clear.
      if (in_patch_) emptied_.push_back(&field);
      reflection.ClearField(&message, &field);
    } else {
      reflection.SetString(&message, &field, text);
    }
    return true;
  }

  void check_value(Message& message, const FieldDescriptor& field, const std::string& here) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field.type() == FieldDescriptor::TYPE_STRING) check_text(message, field, here);
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        check_enum(reflection.GetEnumValue(message, &field), field, here);
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        check_number(reflection.GetInt32(message, &field), field, here);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        check_number(reflection.GetInt64(message, &field), field, here);
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
      case FieldDescriptor::CPPTYPE_UINT64:
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_BOOL:
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return;
    }
  }

  void check_text(Message& message, const FieldDescriptor& field, const std::string& here) {
    const Reflection& reflection = *message.GetReflection();
    const FieldRule& rule = schema::rule(field);
    std::string text = reflection.GetString(message, &field);
    const std::size_t length = character_count(text).value_or(0);
    if (rule.max_length() != 0 && length > rule.max_length()) {
      refuse(here, "text.too_long",
             "at most " + std::to_string(rule.max_length()) + " characters are allowed, this has " +
                 std::to_string(length));
      return;
    }
    const bool reference =
        rule.target() || rule.parent_reference() || rule.reference() != ENTITY_UNSPECIFIED;
    if (reference && !is_record_reference(text)) {
      refuse(here, "id.malformed", "give a UUID, or \"namespace/external id\"");
      return;
    }
    check_format(text, rule.format(), here);
    reflection.SetString(&message, &field, text);
  }

  void check_format(std::string& text, Format format, const std::string& here) {
    switch (format) {
      case FORMAT_EMAIL:
        if (!is_email(text))
          refuse(here, "email.malformed", "give an e-mail address like name@example.com");
        return;
      case FORMAT_URL:
        if (!is_http_url(text))
          refuse(here, "url.malformed",
                 "give an absolute URL that begins with http:// or https://");
        return;
      case FORMAT_COLOR:
        if (!is_color(text))
          refuse(here, "color.malformed", "give # and six hex digits, like #3B82F6");
        return;
      case FORMAT_CURRENCY:
        if (!is_currency(text)) refuse(here, "currency.malformed", "give three letters, like USD");
        return;
      case FORMAT_NAMESPACE:
        if (!is_namespace(text))
          refuse(here, "namespace.malformed", "give 1 to 50 of a-z, 0-9, _ and -");
        return;
      case FORMAT_UUID:
        if (auto canonical = canonical_uuid(text)) {
          text = *canonical;
        } else {
          refuse(here, "id.malformed", "give a UUID");
        }
        return;
      case FORMAT_ACTOR:
        if (text != "integration" && !is_record_reference(text)) {
          refuse(here, "actor.malformed",
                 "give \"integration\", a user's id, or \"namespace/external id\"");
        }
        return;
      case FORMAT_UNSPECIFIED:
      case FORMAT_HUNDREDTHS:
      case FORMAT_TIMESTAMP:
      case FORMAT_DATE:
      case Format_INT_MIN_SENTINEL_DO_NOT_USE_:
      case Format_INT_MAX_SENTINEL_DO_NOT_USE_:
        return;
    }
  }

  void check_enum(int number, const FieldDescriptor& field, const std::string& here) {
    const EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
    if (value != nullptr && number != 0) return;
    std::string allowed;
    for (int i = 0; i < field.enum_type()->value_count(); ++i) {
      if (field.enum_type()->value(i)->number() == 0) continue;
      allowed.append(allowed.empty() ? "" : ", ")
          .append(schema::enum_text(*field.enum_type()->value(i)));
    }
    refuse(here, "enum.unknown", "give one of " + allowed);
  }

  void check_number(std::int64_t number, const FieldDescriptor& field, const std::string& here) {
    const FieldRule& rule = schema::rule(field);
    if (rule.format() == FORMAT_TIMESTAMP && (number < kTimestampMin || number > kTimestampMax)) {
      refuse(here, "time.out_of_range", "give a time from 0001-01-01 to 9999-12-31");
    }
    if (rule.format() == FORMAT_DATE && (number < kDateMin || number > kDateMax)) {
      refuse(here, "time.out_of_range", "give a date from 0001-01-01 to 9999-12-31");
    }
    const auto text = [&](std::int64_t bound) {
      return rule.format() == FORMAT_HUNDREDTHS ? hundredths_text(bound) : std::to_string(bound);
    };
    if (rule.has_min() && number < rule.min()) {
      refuse(here, "number.too_small", "the smallest allowed value is " + text(rule.min()));
    }
    if (rule.has_max() && number > rule.max()) {
      refuse(here, "number.too_large", "the largest allowed value is " + text(rule.max()));
    }
  }

  // The names in `clear` must be fields of `set` that may be cleared and are not given at once.
  void visit_clear(Message& message, const FieldDescriptor& clear, const std::string& path) {
    const Reflection& reflection = *message.GetReflection();
    const FieldDescriptor* set_field = message.GetDescriptor()->FindFieldByName("set");
    if (set_field == nullptr) return;
    std::vector<std::string> names;
    for (const FieldDescriptor* field : emptied_) {
      if (field->containing_type() == set_field->message_type()) names.push_back(field->name());
    }
    emptied_.clear();
    for (int i = 0; i < reflection.FieldSize(message, &clear); ++i) {
      names.push_back(reflection.GetRepeatedString(message, &clear, i));
    }
    reflection.ClearField(&message, &clear);
    const Message& set = reflection.GetMessage(message, set_field);
    std::vector<std::string> accepted;
    for (const std::string& name : names) {
      const FieldDescriptor* field = field_named(*set_field->message_type(), name);
      const std::string here = member_path(path, field == nullptr ? "clear" : field->json_name());
      if (field == nullptr) {
        refuse(here, "clear.unknown_field",
               "clear names \"" + name + "\", which is not a field of this record");
      } else if (!schema::clearable(*field)) {
        refuse(here, "field.required", "this field cannot be cleared");
      } else if (set.GetReflection()->HasField(set, field)) {
        refuse(here, "clear.also_set",
               "the field is given a value and cleared at once; do one of the two");
      } else {
        accepted.push_back(field->name());
      }
    }
    std::sort(accepted.begin(), accepted.end());
    accepted.erase(std::unique(accepted.begin(), accepted.end()), accepted.end());
    for (std::string& name : accepted) reflection.AddString(&message, &clear, std::move(name));
  }

  static const FieldDescriptor* field_named(const Descriptor& type, const std::string& name) {
    if (const FieldDescriptor* field = type.FindFieldByName(name)) return field;
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->json_name() == name) return type.field(i);
    }
    return nullptr;
  }

  Violations& violations_;
  bool in_patch_ = false;
  std::vector<const FieldDescriptor*> emptied_;
};

}  // namespace

Violations normalize(Message& message, const std::string& path) {
  Violations violations;
  Normalizer(violations).visit(message, path);
  return violations;
}

std::string member_path(const std::string& path, std::string_view member) {
  return path.empty() ? std::string(member) : path + "." + std::string(member);
}

}  // namespace daybook
