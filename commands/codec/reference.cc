#include "commands/codec/reference.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "commands/codec/example.h"
#include "commands/codec/filter_reference.h"
#include "commands/codec/json.h"
#include "commands/codec/json_scalar.h"
#include "domain/core/schema.h"
#include "domain/core/time.h"

namespace daybook::codec {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr const char* kIntroduction = R"(# Commands

<!-- Made from schemas/*.proto. Do not edit: run the codec's tests with DAYBOOK_UPDATE_DOCS=1 instead. -->

A command asks for one change and gets one answer. Over HTTP it is the body of `POST /v1/commands`: one JSON object
(`Content-Type: application/json`), its protobuf encoding (`application/x-protobuf`), or many, one JSON object on each
line (`application/x-ndjson`), each answered by one line in the same order.

```sh
curl -s http://127.0.0.1:7420/v1/commands -H 'Content-Type: application/json' --data @command.json
```

| HTTP status | What it means for the sender |
|---|---|
| 200 | accepted; `token` in the answer says from when on the read tables show it |
| 400 | malformed, or refused by a business rule: see `violations` |
| 401, 403 | no valid token; not allowed |
| 404 | the record does not exist, or the actor may not see it |
| 409 | something changed or is taken: reload and decide again |
| 503 | nothing happened: send the same command again, after `Retry-After` |
| 500 | the outcome is unknown: look it up at `GET /v1/organizations/{organization}/commands/{commandId}` before anything else |

[http.md](http.md) has the whole interface: answers, tokens, receipts, histories, limits, the other statuses, and when to
send again.

## How values are written

- Members are lowerCamelCase; the original snake_case names are read too. Unknown members and duplicate ones are refused.
- Amounts are decimals with at most two digits after the point, as text or number: `"85000.00"`, `85000`.
- Times are ISO 8601 with `Z` or an offset, cut to milliseconds; dates are `YYYY-MM-DD`.
- Enum values are written in any letter case.
- Text is trimmed, and empty text is no value. Lengths are counted in characters after trimming.
- A record is named by its id or by an external id: `"erp/4711"`.
- A patch changes what stands in `set`. `null` there clears the member; so does its name in the list `clear`. Anywhere else
  `null` is refused.
- A violation names the member without `action`, `batch`, the action's own name, `fields`, `set`, `identity` and `links`:
  `email`, `externalIds[0].namespace`, and in a batch `members[3].email`.

## The command

`commandId` is the sender's own: sent twice, a command has one effect and one answer. `action` holds exactly one of the
actions below; `batch` instead of it holds a list of them, `members`, at most 1,000: all are done or none.

)";

constexpr const char* kTableHead =
    "| Member | Type | Required | Rules | About |\n|---|---|---|---|---|\n";

// "pipeline stage"
std::string words_of(Entity entity) {
  std::string words = entity == ENTITY_UNSPECIFIED ? "record" : schema::entity_rule(entity).name();
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string title_of(Entity entity) {
  std::string title = entity == ENTITY_UNSPECIFIED ? "any record" : words_of(entity);
  title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title;
}

std::string with_commas(std::string digits) {
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  const std::size_t point = digits.find('.');
  std::size_t i = point == std::string::npos ? digits.size() : point;
  while (i > first + 3) {
    i -= 3;
    digits.insert(i, ",");
  }
  return digits;
}

Entity record_kind(const FieldDescriptor& field, const ActionRule& action) {
  const FieldRule& rule = schema::rule(field);
  if (rule.target()) return action.entity();
  if (rule.parent_reference()) return schema::entity_rule(action.entity()).parent();
  return rule.reference();
}

bool names_record(const FieldDescriptor& field) {
  const FieldRule& rule = schema::rule(field);
  return rule.target() || rule.parent_reference() || rule.reference() != ENTITY_UNSPECIFIED;
}

std::string format_type(Format format) {
  switch (format) {
    case FORMAT_HUNDREDTHS:
      return "decimal";
    case FORMAT_TIMESTAMP:
      return "time";
    case FORMAT_DATE:
      return "date";
    case FORMAT_EMAIL:
      return "e-mail address";
    case FORMAT_URL:
      return "URL, http or https";
    case FORMAT_COLOR:
      return "color, `#` and six hex digits";
    case FORMAT_CURRENCY:
      return "currency, three letters";
    case FORMAT_NAMESPACE:
      return "namespace: a-z, 0-9, `_`, `-`";
    case FORMAT_UUID:
      return "UUID";
    case FORMAT_ACTOR:
      return "`integration`, or id of a user";
    case FORMAT_UNSPECIFIED:
    case Format_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Format_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {};
}

std::string type_text(const FieldDescriptor& field, const ActionRule& action) {
  if (field.message_type() != nullptr)
    return field.is_repeated() ? "list of objects" : "any JSON value";
  if (names_record(field)) {
    const std::string kind = words_of(record_kind(field, action));
    return (kind[0] == 'a' || kind[0] == 'o' ? "id of an " : "id of a ") + kind;
  }
  if (field.enum_type() != nullptr) {
    std::string texts = allowed_texts(*field.enum_type());
    for (std::size_t i = 0; (i = texts.find(", ", i)) != std::string::npos; i += 4)
      texts.replace(i, 2, "`, `");
    return "`" + texts + "`";
  }
  if (field.is_repeated()) return "list of text";
  if (std::string format = format_type(schema::rule(field).format()); !format.empty())
    return format;
  if (field.type() == FieldDescriptor::TYPE_BOOL) return "true or false";
  return field.type() == FieldDescriptor::TYPE_STRING ? "text" : "whole number";
}

void add_rule(std::string& rules, const std::string& text) {
  rules.append(rules.empty() ? "" : "; ").append(text);
}

std::string rules_text(const FieldDescriptor& field, bool in_patch) {
  const FieldRule& rule = schema::rule(field);
  const auto number = [&](std::int64_t bound) {
    return with_commas(rule.format() == FORMAT_HUNDREDTHS ? hundredths_text(bound)
                                                          : std::to_string(bound));
  };
  std::string rules;
  if (rule.max_length() != 0)
    add_rule(rules, "at most " + with_commas(std::to_string(rule.max_length())) + " characters");
  if (rule.has_min()) add_rule(rules, "at least " + number(rule.min()));
  if (rule.has_max()) add_rule(rules, "at most " + number(rule.max()));
  if (!in_patch && !rule.default_value().empty())
    add_rule(rules, "default `" + rule.default_value() + "`");
  if (in_patch && !schema::clearable(field)) add_rule(rules, "cannot be cleared");
  if (rule.personal()) add_rule(rules, "personal data");
  return rules;
}

class Tables {
 public:
  explicit Tables(const ActionRule& action) : action_(action) {}

  // The rows of a message's members; `prefix` is the JSON path of the message.
  void rows(std::string& out, const Descriptor& type, const std::string& prefix,
            bool in_patch) const {
    for (int i = 0; i < type.field_count(); ++i) {
      if (type.field(i)->real_containing_oneof() == nullptr)
        row(out, *type.field(i), prefix, in_patch);
    }
  }

 private:
  void row(std::string& out, const FieldDescriptor& field, const std::string& prefix,
           bool in_patch) const {
    const std::string member = prefix + field.json_name();
    const FieldRule& rule = schema::rule(field);
    const bool object = field.message_type() != nullptr &&
                        field.message_type()->file()->package() != "google.protobuf";
    if (!object || field.is_repeated() || !rule.column().empty()) {
      const bool required = rule.required() && !in_patch;
      out += "| `" + member + "` | " +
             (object && !field.is_repeated() ? "object" : type_text(field, action_)) + " | " +
             (required ? "yes" : "") + " | " + rules_text(field, in_patch) + " | " + about(field) +
             " |\n";
    }
    if (object) {
      const std::string inner = member + (field.is_repeated() ? "[]." : ".");
      rows(out, *field.message_type(), inner, in_patch || field.name() == "set");
    }
  }

  static std::string about(const FieldDescriptor& field) {
    const FieldRule& rule = schema::rule(field);
    if (!rule.doc().empty()) return rule.doc();
    if (field.name() == "clear") return "Names of members of `set` to clear";
    if (field.name() == "external_ids") return "The record's ids in other systems";
    return {};
  }

  const ActionRule& action_;
};

void add_example(std::string& out, const Command& command) {
  out += "\n```json\n" + encode_json_indented(command) + "\n```\n\n";
}

void add_action(std::string& out, const schema::ActionInfo& action) {
  out += "### " + action.field->json_name() + "\n\n" + action.rule.doc() + "\n\n";
  std::string rows;
  Tables(action.rule).rows(rows, *action.field->message_type(), "", false);
  if (!rows.empty()) out += kTableHead + rows;
  add_example(out, example_command(action));
}

void add_entity(std::string& out, Entity entity) {
  bool first = true;
  for (const schema::ActionInfo& action : schema::actions()) {
    if (action.rule.entity() != entity) continue;
    if (first) out += "## " + title_of(entity) + "\n\n";
    if (first && entity == ENTITY_SAVED_FILTER) out += filter_reference();
    first = false;
    add_action(out, action);
  }
}

}  // namespace

std::string command_reference() {
  std::string out = kIntroduction;
  const Tables tables(ActionRule::default_instance());
  out += kTableHead;
  tables.rows(out, *Command::descriptor(), "", false);
  out += "\nBeside the action itself, `action` (and each member of a batch) may hold:\n\n";
  out += kTableHead;
  tables.rows(out, *Action::descriptor(), "", false);
  out +=
      "\n`expectedVersion` is refused with a conflict unless the record is at that version, before "
      "the batch in a batch.\n"
      "`import` takes facts of another system as given; only for MANAGER, ADMIN and integration, "
      "and only for new "
      "records.\n\nA batch:\n";
  add_example(out, example_batch());
  for (const Entity entity : schema::entities()) add_entity(out, entity);
  add_entity(out, ENTITY_UNSPECIFIED);
  out.pop_back();
  return out;
}

}  // namespace daybook::codec
