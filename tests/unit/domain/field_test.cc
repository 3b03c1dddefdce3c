// Every field of every aggregate against what the documentation says about it: one set of checks
// per field.
//
// The checks go through `normalize`, the one place where fields are validated, with a create
// command and a patch around the field; that creating really applies defaults and that patching
// really clears is checked through whole commands in field_command_test.cc.
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <set>

#include "domain/core/schema.h"
#include "domain/core/time.h"
#include "domain/core/validate.h"
#include "tests/unit/domain/field_expectations.h"

namespace daybook::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::Reflection;

std::unique_ptr<Message> make(const std::string& type) {
  const Descriptor* descriptor =
      DescriptorPool::generated_pool()->FindMessageTypeByName("daybook." + type);
  if (descriptor == nullptr) throw std::invalid_argument("no message " + type);
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

// The command that changes these fields: the one of their package with a `set` of their type.
std::unique_ptr<Message> patch_of(const Descriptor& fields) {
  for (int i = 0; i < fields.file()->message_type_count(); ++i) {
    const Descriptor* message = fields.file()->message_type(i);
    const FieldDescriptor* set = message->FindFieldByName("set");
    const bool is_patch =
        message->name().starts_with("Patch") || message->name().starts_with("Relink");
    if (is_patch && set != nullptr && set->message_type() == &fields)
      return make(message->full_name().substr(8));
  }
  return nullptr;
}

class Field : public testing::TestWithParam<FieldExpectation> {
 protected:
  Field() : fields_(make(GetParam().fields)) {
    field_ = fields_->GetDescriptor()->FindFieldByName(GetParam().name);
    if (field_ == nullptr) throw std::invalid_argument("no field " + GetParam().name);
  }

  void set_text(const std::string& text) {
    fields_->GetReflection()->SetString(fields_.get(), field_, text);
  }
  void set_number(std::int64_t number) {
    if (field_->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      fields_->GetReflection()->SetInt32(fields_.get(), field_, static_cast<std::int32_t>(number));
    } else {
      fields_->GetReflection()->SetInt64(fields_.get(), field_, number);
    }
  }
  void set_enum(int number) {
    fields_->GetReflection()->SetEnumValue(fields_.get(), field_, number);
  }
  [[nodiscard]] std::string text() const {
    return fields_->GetReflection()->GetString(*fields_, field_);
  }
  [[nodiscard]] bool is_set() const {
    const Reflection& reflection = *fields_->GetReflection();
    return field_->is_repeated() ? reflection.FieldSize(*fields_, field_) != 0
                                 : reflection.HasField(*fields_, field_);
  }

  // Codes of the violations at the field itself.
  std::multiset<std::string> codes() {
    std::multiset<std::string> found;
    for (const Error& error : normalize(*fields_)) {
      if (error.path == field_->json_name()) found.insert(error.code);
    }
    return found;
  }
  // What a text becomes, or the code of its refusal in brackets.
  std::string becomes(const std::string& given) {
    set_text(given);
    const auto refused = codes();
    if (!refused.empty()) return "(" + *refused.begin() + ")";
    return is_set() ? text() : "NULL";
  }
  std::string number_becomes(std::int64_t given) {
    set_number(given);
    const auto refused = codes();
    return refused.empty() ? "ok" : *refused.begin();
  }
  // A patch of the field's record: its violations at the field, and whether the field ends up in
  // `clear`.
  struct Patched {
    std::multiset<std::string> codes;
    bool clears = false;
    bool sets = false;
  };
  Patched patched(const std::vector<std::string>& clear, bool with_set) {
    std::unique_ptr<Message> patch = patch_of(*fields_->GetDescriptor());
    if (patch == nullptr) throw std::invalid_argument("no patch");
    const FieldDescriptor* set = patch->GetDescriptor()->FindFieldByName("set");
    const FieldDescriptor* cleared = patch->GetDescriptor()->FindFieldByName("clear");
    if (with_set) patch->GetReflection()->MutableMessage(patch.get(), set)->CopyFrom(*fields_);
    for (const std::string& name : clear)
      patch->GetReflection()->AddString(patch.get(), cleared, name);
    Patched result;
    for (const Error& error : normalize(*patch)) {
      if (error.path == field_->json_name()) result.codes.insert(error.code);
    }
    for (int i = 0; i < patch->GetReflection()->FieldSize(*patch, cleared); ++i) {
      if (patch->GetReflection()->GetRepeatedString(*patch, cleared, i) == field_->name())
        result.clears = true;
    }
    const Message& set_message = patch->GetReflection()->GetMessage(*patch, set);
    result.sets = set_message.GetReflection()->HasField(set_message, field_);
    return result;
  }
  [[nodiscard]] bool has_patch() const { return patch_of(*fields_->GetDescriptor()) != nullptr; }
  [[nodiscard]] bool is_text() const {
    const Kind kind = GetParam().kind;
    return kind == Kind::kText || kind == Kind::kEmail || kind == Kind::kUrl ||
           kind == Kind::kColor || kind == Kind::kCurrency || kind == Kind::kNamespace;
  }
  // The longest text that is tried.
  [[nodiscard]] std::size_t longest() const {
    return GetParam().max_length == 0 ? 20'000 : GetParam().max_length;
  }
  // A text of `length` characters of the field's form.
  [[nodiscard]] std::string text_of(std::size_t length) const {
    if (GetParam().kind == Kind::kEmail) return std::string(length - 6, 'a') + "@ab.io";
    if (GetParam().kind == Kind::kUrl) return "https://a.io/" + std::string(length - 13, 'x');
    if (GetParam().kind == Kind::kColor) return "#" + std::string(length - 1, 'a');
    return std::string(length, GetParam().kind == Kind::kNamespace ? 'a' : 'A');
  }
  // A value that is accepted.
  void set_good() {
    switch (GetParam().kind) {
      case Kind::kText:
      case Kind::kEmail:
      case Kind::kUrl:
      case Kind::kColor:
      case Kind::kCurrency:
      case Kind::kNamespace:
        return set_text(text_of(std::min<std::size_t>(longest(), 20)));
      case Kind::kReference:
        return set_text("erp/4711");
      case Kind::kNumber:
        return set_number(*GetParam().max);
      case Kind::kTimestamp:
      case Kind::kDate:
        return set_number(0);
      case Kind::kEnum:
        return set_enum(1);
      case Kind::kBool:
        return fields_->GetReflection()->SetBool(fields_.get(), field_, true);
      case Kind::kMessage:
        fields_->GetReflection()->MutableMessage(fields_.get(), field_);
        return;
      case Kind::kMessages:
        fields_->GetReflection()->AddMessage(fields_.get(), field_);
    }
  }

  std::unique_ptr<Message> fields_;
  const FieldDescriptor* field_ = nullptr;
};

TEST_P(Field, IsRequiredIfDocumentedSo) {
  EXPECT_EQ(codes().count("field.required"), GetParam().required ? 1U : 0U);
  if (is_text() || GetParam().kind == Kind::kReference) {
    EXPECT_EQ(becomes(" \t\r\n "), GetParam().required ? "(field.required)" : "NULL");
  }
  set_good();
  EXPECT_TRUE(codes().empty());
}

TEST_P(Field, TextIsTrimmedAndMeasuredInCharacters) {
  if (!is_text()) return;
  const std::size_t max = longest();
  EXPECT_EQ(becomes("  " + text_of(max) + " \n"), text_of(max));
  if (GetParam().max_length == 0) return;
  if (GetParam().kind == Kind::kColor || GetParam().kind == Kind::kCurrency) {
    EXPECT_NE(becomes(text_of(max + 1)).front(), text_of(max + 1).front());
  } else {
    EXPECT_EQ(becomes(text_of(max + 1)), "(text.too_long)");
  }
  if (GetParam().kind != Kind::kText) return;
  std::string umlauts;
  for (std::size_t i = 0; i < max; ++i) umlauts += "\xC3\xBC";
  EXPECT_EQ(becomes(umlauts), umlauts);
  EXPECT_EQ(becomes(umlauts + "\xF0\x9F\x98\x80"), "(text.too_long)");
  if (max < 50) return;
  const std::string hostile = "<b>'; DROP TABLE x; -- \\. \t =1+1";
  EXPECT_EQ(becomes(hostile), hostile);
}

TEST_P(Field, TextIsValidUtf8WithoutNul) {
  if (!is_text()) return;
  EXPECT_EQ(becomes(std::string("a\0b", 3)), "(text.nul)");
  for (const char* bad : {"\xFF", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
    EXPECT_EQ(becomes(bad), "(text.not_utf8)");
  }
}

TEST_P(Field, EmailsFollowThePatternOfTheTable) {
  if (GetParam().kind != Kind::kEmail) return;
  EXPECT_EQ(becomes(" Ada.LOVELACE+crm@Mail.Example.COM "), "ada.lovelace+crm@mail.example.com");
  for (const char* good : {"a@b.co", "a..b@c.io", "1_%+-.@x-y.museum", "a@b.c.de"})
    EXPECT_EQ(becomes(good), good);
  for (const char* bad : {"a", "@b.co", "a@b", "a@b.c", "a b@c.de", "o'neill@b.co", "a@b@c.de",
                          "a@.co", "a@b.c1", "a@b_c.de", "a@b.co.", "\xC3\xBC@b.co", "a@b\n.co"}) {
    EXPECT_EQ(becomes(bad), "(email.malformed)") << bad;
  }
}

TEST_P(Field, UrlsAreAbsoluteAndHttp) {
  if (GetParam().kind != Kind::kUrl) return;
  for (const char* good :
       {"http://a", "https://techflow.com", "HTTPS://Example.com/A?b=c#d", "http://a:8080/x"}) {
    EXPECT_EQ(becomes(good), good);
  }
  for (const char* bad :
       {"ftp://a.io", "javascript:alert(1)", "a.io", "//a.io", "http://", "https:///x", "http:a.io",
        "https://a b.io", "mailto:a@b.co", "https://a.io/\"x"}) {
    EXPECT_EQ(becomes(bad), "(url.malformed)") << bad;
  }
}

TEST_P(Field, ColorsAreSixHexDigits) {
  if (GetParam().kind != Kind::kColor) return;
  for (const char* good : {"#3B82F6", "#ef4444", "#000000"}) EXPECT_EQ(becomes(good), good);
  for (const char* bad : {"#FFF", "3B82F6", "#3B82FG", "#3B82F", "red", "3B82F6#"}) {
    EXPECT_EQ(becomes(bad), "(color.malformed)") << bad;
  }
}

TEST_P(Field, CurrenciesAreThreeLetters) {
  if (GetParam().kind != Kind::kCurrency) return;
  EXPECT_EQ(becomes(" eur "), "EUR");
  EXPECT_EQ(becomes("XXX"), "XXX");
  for (const char* bad : {"EU", "E1R", "\xE2\x82\xAC", "U D"})
    EXPECT_EQ(becomes(bad), "(currency.malformed)") << bad;
}

TEST_P(Field, NamespacesAreLowerCaseWords) {
  if (GetParam().kind != Kind::kNamespace) return;
  for (const char* good : {"erp", "a", "0", "old_crm-2", "-", "_"}) EXPECT_EQ(becomes(good), good);
  for (const char* bad : {"ERP", "a b", "a/b", "a.b", "a:b", "\xC3\xBC"})
    EXPECT_EQ(becomes(bad), "(namespace.malformed)") << bad;
}

TEST_P(Field, ReferencesAreIdsOrExternalIds) {
  if (GetParam().kind != Kind::kReference) return;
  const std::string id = "0a000000-0000-4000-8000-00000000000f";
  EXPECT_EQ(becomes(" 0A000000-0000-4000-8000-00000000000F "), id);
  const std::string longest_external_id(255, 'x');
  for (const std::string& good :
       {id, std::string("erp/4711"), std::string("erp/A b/c"), "erp/" + longest_external_id})
    EXPECT_EQ(becomes(good), good);
  for (const std::string& bad : {std::string("4711"), std::string("ERP/4711"), std::string("/4711"),
                                 std::string("erp/"), id + "0", "erp/" + longest_external_id + "x"})
    EXPECT_EQ(becomes(bad), "(id.malformed)") << bad;
  EXPECT_EQ(becomes(std::string("a\0b", 3)), "(text.nul)");
  EXPECT_EQ(becomes("erp/\xFF"), "(text.not_utf8)");
}

TEST_P(Field, NumbersAreBetweenTheirBounds) {
  if (GetParam().kind != Kind::kNumber) return;
  EXPECT_EQ(number_becomes(*GetParam().min), "ok");
  EXPECT_EQ(number_becomes(*GetParam().max), "ok");
  EXPECT_EQ(number_becomes(*GetParam().min - 1), "number.too_small");
  EXPECT_EQ(number_becomes(*GetParam().max + 1), "number.too_large");
  EXPECT_EQ(number_becomes(-1), "number.too_small");
}

TEST_P(Field, TimesAreBetweenYearsOneAnd9999) {
  const Kind kind = GetParam().kind;
  if (kind != Kind::kTimestamp && kind != Kind::kDate) return;
  // 0001-01-01 and 9999-12-31T23:59:59.999, in days and milliseconds (computed with Python's
  // datetime).
  const bool date = kind == Kind::kDate;
  const std::int64_t first = date ? -719162 : -62135596800000;
  const std::int64_t last = date ? 2932896 : 253402300799999;
  EXPECT_EQ(number_becomes(first), "ok");
  EXPECT_EQ(number_becomes(last), "ok");
  EXPECT_EQ(number_becomes(first - 1), "time.out_of_range");
  EXPECT_EQ(number_becomes(last + 1), "time.out_of_range");
}

TEST_P(Field, UnknownEnumNumbersAreRefused) {
  if (GetParam().kind != Kind::kEnum) return;
  for (int i = 0; i < field_->enum_type()->value_count(); ++i) {
    const int number = field_->enum_type()->value(i)->number();
    set_enum(number);
    // Where nothing tells the unspecified value from none, it is none.
    EXPECT_EQ(codes().count("enum.unknown"), number == 0 && field_->has_presence() ? 1U : 0U);
  }
  for (const int unknown : {99, -1}) {
    set_enum(unknown);
    EXPECT_EQ(codes().count("enum.unknown"), 1U);
  }
}

TEST_P(Field, HasItsDocumentedDefault) {
  schema::set_defaults(*fields_);
  EXPECT_EQ(is_set(), !GetParam().default_text.empty());
  if (!is_set()) return;
  std::string printed;
  google::protobuf::TextFormat::PrintFieldValueToString(*fields_, field_, -1, &printed);
  std::string expected = GetParam().default_text;
  for (char& c : expected) c = c == '\'' ? '"' : c;
  EXPECT_EQ(printed, expected);
}

TEST_P(Field, InAPatchWhatIsAbsentStays) {
  if (!has_patch()) return;
  const Patched result = patched({}, false);
  EXPECT_TRUE(result.codes.empty());
  EXPECT_FALSE(result.clears);
  EXPECT_FALSE(result.sets);
}

TEST_P(Field, InAPatchItIsClearedIfNothingForbidsIt) {
  if (!has_patch()) return;
  const bool clearable =
      !GetParam().required && (GetParam().default_text.empty() || GetParam().clearable_default);
  for (const std::string& name : {field_->name(), field_->json_name()}) {
    const Patched result = patched({name}, false);
    EXPECT_EQ(result.clears, clearable);
    EXPECT_EQ(result.codes.count("field.required"), clearable ? 0U : 1U);
  }
  if (!is_text()) return;
  set_text("  ");
  const Patched emptied = patched({}, true);
  EXPECT_EQ(emptied.clears, clearable);
  EXPECT_EQ(emptied.codes.count("field.required"), clearable ? 0U : 1U);
  EXPECT_FALSE(emptied.sets);
}

TEST_P(Field, InAPatchItIsNotSetAndClearedAtOnce) {
  if (!has_patch()) return;
  set_good();
  const Patched both = patched({field_->name()}, true);
  EXPECT_EQ(both.codes.size(), 1U);
  const Patched set = patched({}, true);
  EXPECT_TRUE(set.codes.empty());
  EXPECT_TRUE(set.sets);
  EXPECT_EQ(both.codes.count("field.required") + both.codes.count("clear.also_set"), 1U);
}

TEST_P(Field, TheMessageHasNoUnknownFields) {
  fields_->GetReflection()->MutableUnknownFields(fields_.get())->AddVarint(999, 1);
  std::multiset<std::string> found;
  for (const Error& error : normalize(*fields_)) found.insert(error.code);
  EXPECT_EQ(found.count("field.unknown"), 1U);
}

INSTANTIATE_TEST_SUITE_P(Documented, Field, testing::ValuesIn(field_expectations()),
                         [](const auto& test) {
                           std::string name =
                               test.param.fields.substr(test.param.fields.find('.') + 1) + "_" +
                               test.param.name;
                           return name;
                         });

std::string short_name(const std::string& full_name) {
  return full_name.substr(std::string("daybook.").size());
}

// Everything that a sender can give in a message, its parts included: "company.CompanyFields.name".
// Members that only group others (`fields`, `identity`, `links`) are given by what is in them.
void add_members(const Descriptor& type, std::set<std::string>& members) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!schema::is_path_wrapper(field))
      members.insert(short_name(type.full_name()) + "." + field.name());
    const Descriptor* part = field.message_type();
    if (part != nullptr && part->file()->package() != "google.protobuf")
      add_members(*part, members);
  }
}

TEST(Fields, ThoseOfAllCreatingCommandsAreInTheTable) {
  std::set<std::string> given;
  for (const schema::ActionInfo& action : schema::actions()) {
    if (action.rule.creates()) add_members(*action.field->message_type(), given);
  }
  std::set<std::string> expected;
  for (const FieldExpectation& each : field_expectations()) {
    EXPECT_TRUE(expected.insert(each.fields + "." + each.name).second) << each.name << " twice";
  }
  for (const std::string& member : given)
    EXPECT_EQ(expected.count(member), 1U) << member << " has no row in field_expectations.cc";
  for (const std::string& member : expected)
    EXPECT_EQ(given.count(member), 1U) << member << " can no longer be given";
}

TEST(Fields, AClearOfNoFieldIsRefused) {
  company::PatchCompany patch;
  patch.set_id("0a000000-0000-4000-8000-000000000001");
  patch.add_clear("nick_name");
  patch.add_clear("id");
  const Violations violations = normalize(patch);
  ASSERT_EQ(violations.size(), 2U);
  for (const Error& error : violations) {
    EXPECT_EQ(error.code, "clear.unknown_field");
    EXPECT_EQ(error.path, "clear");
  }
}

}  // namespace
}  // namespace daybook::test
