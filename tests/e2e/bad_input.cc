#include "tests/e2e/bad_input.h"

#include <stdexcept>

#include "commands/codec/json.h"
#include "schemas/command.pb.h"
#include "tests/e2e/shared.h"

namespace daybook::testing {
namespace {

constexpr int kFirstNumber = 9'000;
constexpr std::size_t kReceiptBytesMax = 60'000;

class Collection {
 public:
  // Only in JSON.
  void json(const std::string& name, const std::string& bytes, const std::string& code,
            const std::string& path = "", const std::string& organization = kAcme) {
    all_.push_back({name, false, bytes, code, path, organization});
  }
  void protobuf(const std::string& name, const std::string& bytes, const std::string& code,
                const std::string& path = "", const std::string& organization = kAcme) {
    all_.push_back({name, true, bytes, code, path, organization});
  }
  // An action that either encoding can say.
  void action(const std::string& name, const Json& action, const std::string& code,
              const std::string& path, const std::string& organization = kAcme) {
    json(name, next(action, organization).dump(), code, path, organization);
    protobuf(name, in_protobuf(next(action, organization)), code, path, organization);
  }
  [[nodiscard]] static std::string in_protobuf(const Json& json) {
    Command command;
    if (!codec::decode_json(json.dump(), command).empty()) throw std::logic_error(json.dump());
    return command.SerializeAsString();
  }
  // An action that only JSON can say.
  void json_action(const std::string& name, const Json& action, const std::string& code,
                   const std::string& path) {
    json(name, next(action).dump(), code, path);
  }
  [[nodiscard]] Json next(const Json& action, const std::string& organization = kAcme) {
    return command(kFirstNumber + static_cast<int>(all_.size()), action, organization);
  }
  [[nodiscard]] std::vector<BadInput> take() { return std::move(all_); }

 private:
  std::vector<BadInput> all_;
};

Json company(const Json& fields) { return {{"createCompany", {{"fields", fields}}}}; }
Json contact(const Json& fields) { return {{"createContact", {{"fields", fields}}}}; }
Json deal(const Json& fields) { return {{"openDeal", {{"fields", fields}}}}; }
Json priced(const Json& value, const std::string& currency = "EUR") {
  return deal({{"title", "Deal"}, {"value", value}, {"currency", currency}});
}

void add_encodings(Collection& all) {
  all.json("cut JSON", "{\"commandId\":", "json.malformed", "commandId");
  all.json("null", "null", "json.wrong_type");
  all.json("a list", "[]", "json.wrong_type");
  all.json("a key twice", R"({"actor":"a","actor":"b"})", "json.duplicate_key", "actor");
  all.json("a lone surrogate", R"({"actor":"\ud800"})", "text.not_utf8", "actor");
  all.json("JSON that is not UTF-8", "{\"actor\":\"\xff\xfe\"}", "text.not_utf8", "actor");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"action\":";
  all.json("deep JSON", deep, "field.unknown", "action");
  all.protobuf("cut protobuf",
               "\x0a\x24"
               "abc",
               "protobuf.malformed");
  all.protobuf("a length beyond the end", "\x0a\xff\xff\xff\xff\x0f", "protobuf.malformed");
  all.protobuf("groups in groups", std::string(10'000, '\x0b'), "protobuf.malformed");
  all.protobuf("an unknown field", "\xfa\x3f\x01x", "field.unknown");
  all.protobuf("a field of another type", "\x08\x01", "field.unknown");
  all.protobuf("protobuf that is not UTF-8", "\x0a\x02\xff\xfe", "text.not_utf8", "commandId");
}

void add_texts_and_numbers(Collection& all) {
  all.json_action("NUL in a text", company({{"name", std::string("a\0b", 3)}}), "text.nul", "name");
  std::string with_nul = Collection::in_protobuf(all.next(company({{"name", "a~b"}})));
  with_nul[with_nul.find('~')] = '\0';
  all.protobuf("NUL in a text", with_nul, "text.nul", "name");
  all.action("a long text", company({{"name", std::string(256, 'x')}}), "text.too_long", "name");
  all.action("an empty name", company({{"name", ""}}), "field.required", "name");
  all.json_action("an unknown member", company({{"name", "X"}, {"colour", "red"}}), "field.unknown",
                  "colour");
  all.json_action("an unknown word of a list",
                  contact({{"firstName", "A"}, {"lastName", "B"}, {"status", "DEADLY"}}),
                  "enum.unknown", "status");
  all.action("a number out of range", company({{"name", "X"}, {"employeeCount", 2'000'000'000}}),
             "number.too_large", "employeeCount");
  all.json_action("too many digits of money", priced("1.234"), "number.too_precise", "value");
  all.json_action("no amount", priced("abc"), "number.malformed", "value");
  all.action("negative money", priced("-1.00"), "number.too_small", "value");
  all.action("a short currency", priced("1.00", "EU"), "currency.malformed", "currency");
  all.action("a currency of digits", priced("1.00", "12A"), "currency.malformed", "currency");
  all.json_action("a day that is none",
                  deal({{"title", "D"}, {"value", "1"}, {"expectedCloseDate", "2026-02-30"}}),
                  "time.malformed", "expectedCloseDate");
}

void add_meanings(Collection& all) {
  const Json patch{{"name", "Renamed"}};
  const auto patched = [&](const std::string& id) {
    return Json{{"patchCompany", {{"id", id}, {"set", patch}}}};
  };
  all.action("an id that is none", patched("123"), "id.malformed", "id");
  all.action("another organization's record", patched(company_id("known")), "company.not_found",
             "id", kBeta);
  all.action("another organization's name of a record", patched("e2e/foreign"), "company.not_found",
             "id");
  all.action("an organization that is none", company({{"name", "X"}}), "id.malformed",
             "organizationId", "acme");
  Json versioned = patched("e2e/known");
  versioned["expectedVersion"] = 7;
  all.action("another version", versioned, "VERSION_CONFLICT", "expectedVersion");
  all.json_action("an unknown action", {{"sellCompany", Json::object()}}, "field.unknown",
                  "sellCompany");
  all.action("no action in the action", Json::object(), "action.missing", "action");
  Json idless = all.next(company({{"name", "X"}}));
  idless["commandId"] = "1";
  all.json("a command id that is none", idless.dump(), "id.malformed", "commandId");
}

}  // namespace

std::vector<BadInput> bad_inputs() {
  Collection all;
  add_encodings(all);
  add_texts_and_numbers(all);
  add_meanings(all);
  return all.take();
}

std::string fault_of(const std::string& receipt, const BadInput& input) {
  const std::string there = input.name + (input.protobuf ? " in protobuf: " : " in JSON: ");
  const Json json = Json::parse(receipt, nullptr, false);
  if (!json.is_object() || json.value("outcome", "") != "rejected" || !json.contains("violations"))
    return there + "no refusal: " + receipt;
  const Json& violation = json["violations"][0];
  const bool same =
      violation.value("code", "") == input.code && violation.value("path", "") == input.path;
  if (!same) return there + "not " + input.code + " at '" + input.path + "': " + receipt;
  if (violation.value("message", "").size() < 10) return there + "no remedy: " + receipt;
  return receipt.size() < kReceiptBytesMax ? "" : there + "an endless answer";
}

std::vector<std::string> hostile_texts() {
  return {"a\tb\\.c\\N",        "'; DROP TABLE crm.companies; --",
          "=cmd|' /C calc'!A0", "<script>alert(1)</script>",
          "{\"$ne\": null}",    "\xF0\x9F\x98\x80 \xE2\x80\xAE"};
}

std::vector<std::string> bad_input_setting() {
  return {command(8'990, create_organization("Acme")).dump(),
          command(8'991, create_organization("Beta"), kBeta).dump(),
          command(8'992, create_company("known", "Known")).dump(),
          command(8'993, create_company("foreign", "Foreign"), kBeta).dump()};
}

}  // namespace daybook::testing
