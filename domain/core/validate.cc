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
using schema::FieldPlan;

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

  void visit(Message& message, const Place& place) {
    if (!message.GetReflection()->GetUnknownFields(message).empty()) refuse_unknown(place);
    const schema::TypePlan& plan = schema::plan(*message.GetDescriptor());
    for (const FieldPlan& field : plan.fields) visit_field(message, field, place);
    if (plan.clear != nullptr && plan.set != nullptr)
      visit_clear(message, *plan.set, *plan.clear, place);
  }

 private:
  void refuse(const Place& place, std::string code, std::string detail) {
    violations_.push_back(
        Error{ErrorKind::kInvalid, std::move(code), std::move(detail), place.path()});
  }

  void refuse_unknown(const Place& place) {
    refuse(place, "field.unknown",
           "the message has fields that this version does not know; remove them");
  }

  // In a patch nothing is required: what is absent stays. It is the `fields` of a new record that
  // must be complete.
  [[nodiscard]] bool is_required(const FieldPlan& plan) const {
    return plan.rule->required() && !in_patch_;
  }

  void visit_field(Message& message, const FieldPlan& plan, const Place& outer) {
    const FieldDescriptor& field = *plan.field;
    const Place member(outer, field.json_name());
    const Place& here = plan.is_wrapper ? outer : member;
    if (field.is_repeated()) return visit_repeated(message, plan, here);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      return visit_message(message, plan, here);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && !normalize_text(message, plan, here))
      return;
    const bool present =
        field.has_presence() ? plan.reflection->HasField(message, &field) : !is_zero(message, plan);
    if (present) {
      check_value(message, plan, here);
    } else if (is_required(plan)) {
      refuse(here, "field.required", "this field is required");
    }
  }

  void visit_message(Message& message, const FieldPlan& plan, const Place& here) {
    const FieldDescriptor& field = *plan.field;
    const Reflection& reflection = *plan.reflection;
    if (plan.is_foreign) {
      if (has_unknown_fields(reflection.GetMessage(message, &field))) refuse_unknown(here);
      return;
    }
    const bool present = reflection.HasField(message, &field);
    // The fields of a new record are required even if the member that holds them is missing
    // altogether.
    if (!present && field.name() != "fields" && !is_required(plan)) return;
    if (!present && !plan.is_wrapper) {
      refuse(here, "field.required", "this field is required");
      return;
    }
    const bool outer = in_patch_;
    in_patch_ = in_patch_ || field.name() == "set";
    visit(*reflection.MutableMessage(&message, &field), here);
    in_patch_ = outer;
  }

  void visit_repeated(Message& message, const FieldPlan& plan, const Place& here) {
    if (plan.field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    const Reflection& reflection = *plan.reflection;
    for (int i = 0; i < reflection.FieldSize(message, plan.field); ++i)
      visit(*reflection.MutableRepeatedMessage(&message, plan.field, i), Place(here, i));
  }

  static bool is_zero(const Message& message, const FieldPlan& plan) {
    const FieldDescriptor& field = *plan.field;
    const Reflection& reflection = *plan.reflection;
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

  // Returns false if the text was refused. What is in normal form is not copied.
  bool normalize_text(Message& message, const FieldPlan& plan, const Place& here) {
    const FieldDescriptor& field = *plan.field;
    if (field.type() == FieldDescriptor::TYPE_BYTES) return true;
    const Reflection& reflection = *plan.reflection;
    if (field.has_presence() && !reflection.HasField(message, &field)) return true;
    std::string copy;
    const std::string& given = reflection.GetStringReference(message, &field, &copy);
    if (given.find('\0') != std::string::npos) {
      violations_.push_back(nul_in_text(here.path()));
      return false;
    }
    if (!character_count(given)) {
      refuse(here, "text.not_utf8", "text must be valid UTF-8");
      return false;
    }
    std::string text(trimmed(given));
    if (plan.rule->format() == FORMAT_EMAIL) lower(text);
    if (plan.rule->format() == FORMAT_CURRENCY) upper(text);
    if (text.empty() && field.has_presence()) {
      // An empty text is "no value", which in a patch means clear.
      if (in_patch_) emptied_.push_back(&field);
      reflection.ClearField(&message, &field);
    } else if (text != given) {
      reflection.SetString(&message, &field, std::move(text));
    }
    return true;
  }

  void check_value(Message& message, const FieldPlan& plan, const Place& here) {
    const FieldDescriptor& field = *plan.field;
    const Reflection& reflection = *plan.reflection;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field.type() == FieldDescriptor::TYPE_STRING) check_text(message, plan, here);
        return;
      case FieldDescriptor::CPPTYPE_ENUM:
        check_enum(reflection.GetEnumValue(message, &field), field, here);
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        check_number(reflection.GetInt32(message, &field), *plan.rule, here);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        check_number(reflection.GetInt64(message, &field), *plan.rule, here);
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

  void check_text(Message& message, const FieldPlan& plan, const Place& here) {
    const Reflection& reflection = *plan.reflection;
    const FieldRule& rule = *plan.rule;
    std::string copy;
    const std::string& given = reflection.GetStringReference(message, plan.field, &copy);
    // There are never more characters than bytes.
    const bool may_be_long = rule.max_length() != 0 && given.size() > rule.max_length();
    const std::size_t length = may_be_long ? character_count(given).value_or(0) : 0;
    if (may_be_long && length > rule.max_length()) {
      refuse(here, "text.too_long",
             "at most " + std::to_string(rule.max_length()) + " characters are allowed, this has " +
                 std::to_string(length));
      return;
    }
    if (!plan.is_reference && rule.format() == FORMAT_UNSPECIFIED) return;
    std::string text = given;
    if (plan.is_reference && !is_record_reference(text)) {
      refuse(here, "id.malformed", "give a UUID, or \"namespace/external id\"");
      return;
    }
    check_format(text, rule.format(), here);
    if (text != given) reflection.SetString(&message, plan.field, std::move(text));
  }

  void check_format(std::string& text, Format format, const Place& here) {
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

  void check_enum(int number, const FieldDescriptor& field, const Place& here) {
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

  void check_number(std::int64_t number, const FieldRule& rule, const Place& here) {
    if ((rule.format() == FORMAT_TIMESTAMP && (number < kTimestampMin || number > kTimestampMax)) ||
        (rule.format() == FORMAT_DATE && (number < kDateMin || number > kDateMax))) {
      violations_.push_back(time_out_of_range(rule.format(), here.path()));
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
  void visit_clear(Message& message, const FieldDescriptor& set_field, const FieldDescriptor& clear,
                   const Place& place) {
    const Reflection& reflection = *message.GetReflection();
    std::vector<std::string> names;
    for (const FieldDescriptor* field : emptied_) {
      if (field->containing_type() == set_field.message_type()) names.push_back(field->name());
    }
    emptied_.clear();
    for (int i = 0; i < reflection.FieldSize(message, &clear); ++i) {
      names.push_back(reflection.GetRepeatedString(message, &clear, i));
    }
    reflection.ClearField(&message, &clear);
    const Message& set = reflection.GetMessage(message, &set_field);
    std::vector<std::string> accepted;
    for (const std::string& name : names) {
      const FieldDescriptor* field = field_named(*set_field.message_type(), name);
      const Place here(place, field == nullptr ? "clear" : std::string_view(field->json_name()));
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
  Normalizer(violations).visit(message, Place(path));
  return violations;
}

Error time_out_of_range(Format format, std::string path) {
  const std::string what = format == FORMAT_DATE ? "date" : "time";
  return {ErrorKind::kInvalid, "time.out_of_range",
          "give a " + what + " from 0001-01-01 to 9999-12-31", std::move(path)};
}

Error nul_in_text(std::string path) {
  return {ErrorKind::kInvalid, "text.nul", "text must not contain NUL characters; remove them",
          std::move(path)};
}

Error nul_in_name(std::string path) {
  return {ErrorKind::kInvalid, "text.nul", "names must not contain NUL characters; remove them",
          std::move(path)};
}

}  // namespace daybook
