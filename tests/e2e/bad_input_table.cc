// The rows: every bad kind of input and its answer.
#include <cstdint>
#include <functional>
#include <limits>

#include "domain/core/time.h"
#include "schemas/command.pb.h"
#include "tests/e2e/bad_input.h"

namespace daybook::testing {
namespace {

constexpr int kFirstNumber = 9'000;
constexpr int kNumbersOfASeries = 1'000;  // half of them for what is good

constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

class Collection {
 public:
  explicit Collection(int series) : first_number_(kFirstNumber + series * kNumbersOfASeries) {}

  // Only in JSON.
  void json(const std::string& name, const std::string& bytes, const Refusal& refusal,
            const std::string& organization = kAcme) {
    all_.push_back({name, false, bytes, refusal, organization, good(organization).dump()});
  }
  void protobuf(const std::string& name, const std::string& bytes, const Refusal& refusal,
                const std::string& organization = kAcme) {
    all_.push_back({name, true, bytes, refusal, organization, in_protobuf(good(organization))});
  }
  // An action that either encoding can say.
  void action(const std::string& name, const Json& action, const Refusal& refusal,
              const std::string& organization = kAcme) {
    json(name, next(action, organization).dump(), refusal, organization);
    protobuf(name, in_protobuf(next(action, organization)), refusal, organization);
  }
  // An action that only JSON can say.
  void json_action(const std::string& name, const Json& action, const Refusal& refusal) {
    json(name, next(action).dump(), refusal);
  }
  // The same where even the JSON library cannot: `text` stands where the action has "~".
  void json_action(const std::string& name, const Json& action, const std::string& text,
                   const Refusal& refusal) {
    std::string bytes = next(action).dump();
    json(name, bytes.replace(bytes.find("\"~\""), 3, text), refusal);
  }
  // An action that becomes one that only protobuf can say.
  void protobuf_action(const std::string& name, const Json& action,
                       const std::function<void(Action&)>& spoil, const Refusal& refusal) {
    Command command;
    (void)command.ParseFromString(in_protobuf(next(action)));
    spoil(*command.mutable_action());
    protobuf(name, command.SerializeAsString(), refusal);
  }
  void batch(const std::string& name, std::size_t members, const Refusal& refusal) {
    const Json member = patch_company("known", {{"name", "Renamed"}});
    Json whole = next(Json::object());
    whole.erase("action");
    whole["batch"]["members"] = std::vector<Json>(members, member);
    json(name, whole.dump(), refusal);
    whole["commandId"] = next(Json::object())["commandId"];
    protobuf(name, in_protobuf(whole), refusal);
  }
  [[nodiscard]] Json next(const Json& action, const std::string& organization = kAcme) {
    return command(first_number_ + static_cast<int>(all_.size()), action, organization);
  }
  [[nodiscard]] std::vector<BadInput> take() { return std::move(all_); }

 private:
  [[nodiscard]] Json good(const std::string& organization) const {
    const int number = first_number_ + kNumbersOfASeries / 2 + static_cast<int>(all_.size());
    return command(number, create_company("after" + std::to_string(number), "Good"),
                   organization == kBeta ? kBeta : kAcme);
  }

  int first_number_;
  std::vector<BadInput> all_;
};

Json company(const Json& fields) { return {{"createCompany", {{"fields", fields}}}}; }
Json contact(const Json& fields) { return {{"createContact", {{"fields", fields}}}}; }
Json deal(const Json& fields) { return {{"openDeal", {{"fields", fields}}}}; }
Json priced(const Json& value, const std::string& currency = "EUR") {
  return deal({{"title", "Deal"}, {"value", value}, {"currency", currency}});
}
Json closing(const Json& day) {
  return deal({{"title", "Deal"}, {"value", "1"}, {"expectedCloseDate", day}});
}
Json due(const Json& time) {
  const Json fields{{"type", "CALL"}, {"subject", "Call"}, {"dueDate", time}};
  return {{"scheduleActivity", {{"fields", fields}}}};
}
Json person(const Json& status) {
  return contact({{"firstName", "A"}, {"lastName", "B"}, {"status", status}});
}
// Its value is what takes any JSON.
Json filter(const Json& value) {
  const Json condition{{"field", "value"}, {"operator", "equals"}, {"value", value}};
  const Json group{{"conditions", Json::array({condition})}};
  const Json fields{{"name", "Filter"},
                    {"entity", "DEALS"},
                    {"filterConfig", {{"groups", Json::array({group})}}}};
  return {{"saveFilter", {{"fields", fields}}}};
}
constexpr const char* kFilterValue = "filterConfig.groups[0].conditions[0].value";

void become_unknown(Action& action) {
  action.Clear();
  action.GetReflection()->MutableUnknownFields(&action)->AddLengthDelimited(1'000, "x");
}

void add_encodings(Collection& all) {
  all.json("nothing", "", {"command.empty", "", "send one"});
  all.protobuf("nothing", "", {"command.empty", "", "send one"});
  all.json("cut JSON", "{\"commandId\":", {"json.malformed", "commandId", "line 1, column"});
  all.json("null", "null", {"json.wrong_type", "", "give an object"});
  all.json("a list", "[]", {"json.wrong_type", "", "give an object"});
  all.json("a key twice", R"({"actor":"a","actor":"b"})",
           {"json.duplicate_key", "actor", "give it once"});
  all.json("a lone surrogate", R"({"actor":"\ud800"})", {"text.not_utf8", "actor", "UTF-8"});
  all.json("JSON that is not UTF-8", "{\"actor\":\"\xff\xfe\"}",
           {"text.not_utf8", "actor", "UTF-8"});
  all.protobuf("cut protobuf", "\x0a\x24xyz", {"protobuf.malformed", "", "application/json"});
  all.protobuf("a length beyond the end", "\x0a\xff\xff\xff\xff\x0f",
               {"protobuf.malformed", "", "application/json"});
  all.protobuf("groups in groups", std::string(10'000, '\x0b'),
               {"protobuf.malformed", "", "application/json"});
  all.protobuf("an unknown field", "\xfa\x3f\x01x", {"field.unknown", "", "remove it"});
  all.protobuf_action("an action of a newer client", company({{"name", "X"}}), become_unknown,
                      {"field.unknown", "", "field 1000 of daybook.Action is not known"});
  all.protobuf("a field of another type", "\x08\x01", {"field.unknown", "", "remove it"});
  all.protobuf("protobuf that is not UTF-8", "\x0a\x02\xff\xfe",
               {"text.not_utf8", "commandId", "UTF-8"});
}

void nest_lists(Action& action, int count) {
  auto& config = *action.mutable_save_filter()->mutable_fields()->mutable_filter_config();
  auto* value = config.mutable_groups(0)->mutable_conditions(0)->mutable_value();
  for (int i = 0; i < count; ++i) value = value->mutable_list_value()->add_values();
}

// Small as they are sent, and large, or deep, in memory.
void add_bombs(Collection& all) {
  all.json("deep JSON", repeated("{\"action\":", 10'000), {"field.unknown", "action", "not known"});
  all.json_action("lists in lists", filter("~"), repeated("[", 10'000),
                  {"json.too_deep", kFilterValue, "at most 32"});
  all.protobuf_action("lists in lists", filter("x"),
                      [](Action& action) { nest_lists(action, 1'000); },
                      {"protobuf.too_deep", kFilterValue, "at most 90"});
  all.json("too many members to be read",
           "{\"batch\":{\"members\":[" + repeated("{},", 150'000) + "{}]}}",
           {"json.too_large", "members[99997]", "line 1, column "});
  Command members;
  for (int i = 0; i < 150'000; ++i) members.mutable_batch()->add_members();
  all.protobuf("too many members to be read", members.SerializeAsString(),
               {"protobuf.too_large", "members[99999]", "send several"});
  all.batch("a batch of one too many", 1'001, {"batch.size", "members", "1 to 1000"});
  all.batch("a batch of nothing", 0, {"batch.size", "members", "1 to 1000"});
}

void add_texts(Collection& all) {
  all.json_action("NUL in a text", company({{"name", std::string("a\0b", 3)}}),
                  {"text.nul", "name", "remove them"});
  std::string with_nul = in_protobuf(all.next(company({{"name", "a~b"}})));
  with_nul[with_nul.find('~')] = '\0';
  all.protobuf("NUL in a text", with_nul, {"text.nul", "name", "remove them"});
  all.action("a long text", company({{"name", std::string(256, 'x')}}),
             {"text.too_long", "name", "at most 255"});
  for (const char* const blank : {"", "\n\r\n"})
    all.action("an empty name", company({{"name", blank}}), {"field.required", "name", "required"});
  all.json_action("an unknown member", company({{"name", "X"}, {"colour", "red"}}),
                  {"field.unknown", "colour", "remove it"});
}

void add_enums(Collection& all) {
  const Refusal statuses{"enum.unknown", "status", "ACTIVE, INACTIVE, BOUNCED"};
  all.json_action("an unknown word of a list", person("DEADLY"), statuses);
  all.json_action("a number for a word", person(1),
                  {"json.wrong_type", "status", "ACTIVE, INACTIVE, BOUNCED"});
  for (const int number : {99, 0, -1, std::numeric_limits<int>::max()}) {
    all.protobuf_action(
        "number " + std::to_string(number) + " of a list", person("ACTIVE"),
        [&](Action& action) {
          action.mutable_create_contact()->mutable_fields()->set_status(
              static_cast<contact::ContactStatus>(number));
        },
        statuses);
  }
  all.protobuf_action("an unknown number for what exists", company({{"name", "X"}}),
                      [](Action& action) {
                        action.mutable_create_company()->mutable_identity()->set_if_exists(
                            static_cast<IfExists>(99));
                      },
                      {"enum.unknown", "ifExists", "REFUSE, UPDATE"});
}

void add_numbers(Collection& all) {
  all.action("a number out of range", company({{"name", "X"}, {"employeeCount", 2'000'000'000}}),
             {"number.too_large", "employeeCount", "10000000"});
  all.json_action("a number beyond 64 bits",
                  company({{"name", "X"}, {"employeeCount", std::uint64_t{kInt64Max} + 1}}),
                  {"number.out_of_range", "employeeCount", "can hold"});
  all.json_action("a number beyond all", company({{"name", "X"}, {"employeeCount", "~"}}), "1e400",
                  {"number.out_of_range", "employeeCount", "too large"});
  all.json_action("money beyond all", priced("~"), "1e400",
                  {"number.out_of_range", "value", "too large"});
  all.json_action("money beyond 64 bits", priced("92233720368547758.08"),
                  {"number.out_of_range", "value", "can hold"});
  all.json_action("money as a number beyond 64 bits", priced(std::uint64_t{kInt64Max} + 1),
                  {"number.out_of_range", "value", "can hold"});
  all.action("the most money of 64 bits", priced("92233720368547758.07"),
             {"number.too_large", "value", "9999999999.99"});
  all.json_action("too many digits of money", priced("1.234"),
                  {"number.too_precise", "value", "two digits"});
  all.json_action("no amount", priced("abc"), {"number.malformed", "value", "85000.00"});
  all.action("negative money", priced("-1.00"), {"number.too_small", "value", "0.01"});
  all.action("a short currency", priced("1.00", "EU"),
             {"currency.malformed", "currency", "three letters"});
  all.action("a currency of digits", priced("1.00", "12A"),
             {"currency.malformed", "currency", "three letters"});
}

void add_times(Collection& all) {
  const Refusal beyond_days{"time.out_of_range", "expectedCloseDate", "0001-01-01 to 9999-12-31"};
  const Refusal beyond_times{"time.out_of_range", "dueDate", "0001-01-01 to 9999-12-31"};
  all.json_action("a day that is none", closing("2026-02-30"),
                  {"time.malformed", "expectedCloseDate", "2025-03-15"});
  all.json_action("a day after the last", closing("10000-01-01"), beyond_days);
  all.json_action("a day before the first", closing("0000-12-31"), beyond_days);
  all.json_action("a time after the last", due("9999-12-31T23:30:00-01:00"), beyond_times);
  all.json_action("a time as a number", due(kTimestampMax + 1),
                  {"json.wrong_type", "dueDate", "2025-03-15T10:00:00Z"});
  for (const std::int64_t time : {kTimestampMin - 1, kTimestampMax + 1, kInt64Min, kInt64Max}) {
    all.protobuf_action(
        "time " + std::to_string(time), due("2026-01-01T00:00:00Z"),
        [&](Action& action) {
          action.mutable_schedule_activity()->mutable_fields()->set_due_date(time);
        },
        beyond_times);
  }
  for (const std::int64_t each : {kDateMin - 1, kDateMax + 1}) {
    all.protobuf_action(
        "day " + std::to_string(each), closing("2026-01-01"),
        [&](Action& action) {
          action.mutable_open_deal()->mutable_fields()->set_expected_close_date(
              static_cast<std::int32_t>(each));
        },
        beyond_days);
  }
}

void add_meanings(Collection& all) {
  const Json patch{{"name", "Renamed"}};
  const auto patched = [&](const std::string& id) {
    return Json{{"patchCompany", {{"id", id}, {"set", patch}}}};
  };
  all.action("an id that is none", patched("123"), {"id.malformed", "id", "UUID"});
  all.action("another organization's record", patched(company_id("known")),
             {"company.not_found", "id", "no live company"}, kBeta);
  all.action("another organization's name of a record", patched("e2e/foreign"),
             {"company.not_found", "id", "no live company"});
  all.action("an organization that is none", company({{"name", "X"}}),
             {"id.malformed", "organizationId", "UUID"}, "acme");
  Json versioned = patched("e2e/known");
  versioned["expectedVersion"] = 7;
  all.action("another version", versioned,
             {"VERSION_CONFLICT", "expectedVersion", "read it again"});
  all.json_action("an unknown action", {{"sellCompany", Json::object()}},
                  {"field.unknown", "sellCompany", "not known"});
  all.action("no action in the action", Json::object(),
             {"action.missing", "action", "createCompany"});
  Json idless = all.next(company({{"name", "X"}}));
  idless["commandId"] = "1";
  all.json("a command id that is none", idless.dump(), {"id.malformed", "commandId", "UUID"});
}

}  // namespace

std::vector<BadInput> bad_inputs(int series) {
  Collection all(series);
  add_encodings(all);
  add_bombs(all);
  add_texts(all);
  add_enums(all);
  add_numbers(all);
  add_times(all);
  add_meanings(all);
  return all.take();
}

}  // namespace daybook::testing
