#include "tests/support/domain_language.h"

#include <google/protobuf/stubs/strutil.h>
#include <google/protobuf/text_format.h>

#include <cctype>
#include <stdexcept>

#include "domain/core/schema.h"
#include "domain/core/uuid.h"

namespace daybook::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The command inside an action.
Message& command_of(Action& action) {
  const FieldDescriptor* field = schema::action_info(action.action_case()).field;
  return *action.GetReflection()->MutableMessage(&action, field);
}

void merge(Message& message, const std::string& text) {
  if (google::protobuf::TextFormat::MergeFromString(text, &message)) return;
  throw std::invalid_argument(message.GetTypeName() + " cannot be: " + text);
}

bool has_field(const Act& act, const std::string& field) {
  const FieldDescriptor* command = schema::action_info(act.action.action_case()).field;
  return command->message_type()->FindFieldByName(field) != nullptr;
}

// A link stands in `links` where the command has them.
Act linked(const Act& act, const std::string& link) {
  return has_field(act, "links") ? act.with("links { " + link + " }") : act.with(link);
}

std::string quoted(std::string_view text) {
  return "'" + google::protobuf::CEscape(std::string(text)) + "'";
}

std::string named(std::string_view field, std::string_view name) {
  return std::string(field) + ": '@" + std::string(name) + "' ";
}

std::string identity(std::string_view name) {
  return " identity { external_ids { namespace: 'spec' id: " + quoted(name) + " } } ";
}

std::string set_and_clear(std::string_view set, const std::vector<std::string>& clear) {
  std::string text = "set { " + std::string(set) + " }";
  for (const std::string& field : clear) text += " clear: '" + field + "'";
  return text;
}

std::string action_for(std::string_view verb, std::string_view name) {
  return std::string(verb) + "_" + schema::entity_rule(entity_of(name)).name();
}

}  // namespace

Entity entity_of(std::string_view name) {
  static constexpr std::pair<std::string_view, Entity> kPrefixes[] = {
      {"XC", ENTITY_COMPANY_CUSTOM_FIELD},
      {"XK", ENTITY_CONTACT_CUSTOM_FIELD},
      {"XD", ENTITY_DEAL_CUSTOM_FIELD},
      {"U", ENTITY_USER},
      {"C", ENTITY_COMPANY},
      {"K", ENTITY_CONTACT},
      {"S", ENTITY_PIPELINE_STAGE},
      {"D", ENTITY_DEAL},
      {"A", ENTITY_ACTIVITY},
      {"F", ENTITY_SAVED_FILTER}};
  for (const auto& [prefix, entity] : kPrefixes) {
    if (name.substr(0, prefix.size()) == prefix) return entity;
  }
  throw std::invalid_argument("no kind of record begins with " + std::string(name));
}

std::string id(std::string_view name, std::string_view organization) {
  if (name == "ORG") return std::string(organization);
  return external_record_id(organization, schema::entity_rule(entity_of(name)).name(), "spec",
                            name);
}

std::string with_ids(std::string_view text, std::string_view organization) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const bool other = text.substr(i, 2) == "@@";
    const std::size_t begin = i + (other ? 2 : 1);
    const auto is_upper = [&](std::size_t at) {
      return at < text.size() && std::isupper(static_cast<unsigned char>(text[at])) != 0;
    };
    const bool quoted_name = i > 0 && text[i - 1] == '\'' && text[i] == '@' && is_upper(begin);
    if (!quoted_name) {
      result.push_back(text[i++]);
      continue;
    }
    std::size_t end = begin;
    while (end < text.size() && std::isalnum(static_cast<unsigned char>(text[end])) != 0) ++end;
    result += id(text.substr(begin, end - begin), other ? kOtherOrganization : organization);
    i = end;
  }
  return result;
}

Act act(std::string_view action, std::string_view text, std::string_view organization) {
  const FieldDescriptor* field = Action::descriptor()->FindFieldByName(std::string(action));
  if (field == nullptr) throw std::invalid_argument("no such action: " + std::string(action));
  Act made;
  made.organization = organization;
  merge(*made.action.GetReflection()->MutableMessage(&made.action, field),
        with_ids(text, organization));
  return made;
}

Act Act::with(std::string_view text) const {
  Act more = *this;
  merge(command_of(more.action), with_ids(text, organization));
  return more;
}
Act Act::owned_by(std::string_view user) const { return with(named("owner_id", user)); }
Act Act::assigned_to(std::string_view user) const { return with(named("assigned_to_id", user)); }
Act Act::at(std::string_view company) const { return linked(*this, named("company_id", company)); }
Act Act::about(std::string_view contact) const {
  return linked(*this, named("contact_id", contact));
}
Act Act::for_deal(std::string_view deal) const { return linked(*this, named("deal_id", deal)); }
Act Act::in_stage(std::string_view stage) const { return with(named("stage_id", stage)); }

Act Act::expecting(std::uint64_t version) const {
  Act more = *this;
  more.action.set_expected_version(version);
  return more;
}
Act Act::imported(std::string_view facts) const {
  Act more = *this;
  merge(*more.action.mutable_import(), std::string(facts));
  return more;
}
Act Act::or_restore() const { return with("identity { if_exists: IF_EXISTS_UPDATE_OR_RESTORE }"); }
Act Act::known_as(std::string_view name_space, std::string_view external_id) const {
  const std::string external =
      "external_ids { namespace: " + quoted(name_space) + " id: " + quoted(external_id) + " }";
  return with(has_field(*this, "identity") ? "identity { " + external + " }" : external);
}
Act Act::without_external_ids() const {
  Act more = *this;
  Message& command = command_of(more.action);
  const char* field = has_field(*this, "identity") ? "identity" : "external_ids";
  command.GetReflection()->ClearField(&command, command.GetDescriptor()->FindFieldByName(field));
  more.counts_again = true;
  return more;
}
Act Act::by(std::string_view user) const {
  Act more = *this;
  more.actor = id(user, organization);
  return more;
}
Act Act::in_other_organization() const {
  // The ids in the text so far are those of this organization.
  Act more = *this;
  more.organization = kOtherOrganization;
  return more;
}

Act organization() { return act("create_organization", "fields { name: 'Acme Sales' }"); }
Act user(std::string_view name, std::string_view role) {
  std::string email(name);
  for (char& c : email) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return act("create_user",
             "fields { email: '" + email + "@example.com' first_name: " + quoted(name) +
                 " last_name: 'User' } role: USER_ROLE_" + std::string(role) + identity(name));
}
Act company(std::string_view name) {
  return act("create_company",
             "fields { name: 'Company " + std::string(name) + "' }" + identity(name));
}
Act contact(std::string_view name) {
  return act("create_contact",
             "fields { first_name: " + quoted(name) + " last_name: 'Contact' }" + identity(name));
}
Act stage(std::string_view name, std::string_view type) {
  return act("create_pipeline_stage", "fields { name: 'Stage " + std::string(name) +
                                          "' stage_type: STAGE_TYPE_" + std::string(type) +
                                          " } position: " + std::string(name.substr(1)) +
                                          identity(name));
}
Act deal(std::string_view name, std::string_view stage) {
  return act("open_deal", "fields { title: 'Deal " + std::string(name) + "' }" +
                              named("stage_id", stage) + identity(name));
}
Act activity(std::string_view name) {
  return act("schedule_activity", "fields { type: ACTIVITY_TYPE_TASK subject: 'Activity " +
                                      std::string(name) + "' }" + identity(name));
}
Act logged(std::string_view name) {
  return act("log_activity", "fields { type: ACTIVITY_TYPE_CALL subject: 'Activity " +
                                 std::string(name) + "' }" + identity(name));
}
Act filter(std::string_view name) {
  return act("save_filter",
             "fields { name: 'Filter " + std::string(name) +
                 "' entity: FILTER_ENTITY_DEALS filter_config { groups { conditions { "
                 "field: 'value' operator: 'greater_than' value { number_value: 10000 } "
                 "} } } }" +
                 identity(name));
}
Act field(std::string_view name, std::string_view parent, std::string_view field_name,
          std::string_view value, std::string_view type) {
  return act(action_for("set", name),
             named("parent_id", parent) + "fields { field_name: " + quoted(field_name) +
                 " field_value: " + quoted(value) + " field_type: CUSTOM_FIELD_TYPE_" +
                 std::string(type) + " } external_ids { namespace: 'spec' id: " + quoted(name) +
                 " }");
}

Act patch(std::string_view name, std::string_view set, const std::vector<std::string>& clear) {
  return act(action_for("patch", name), named("id", name) + set_and_clear(set, clear));
}
Act relink(std::string_view name, std::string_view set, const std::vector<std::string>& clear) {
  return act(action_for("relink", name), named("id", name) + set_and_clear(set, clear));
}
Act assign(std::string_view name, std::string_view owner) {
  return act(action_for("assign", name),
             named("id", name) + (owner.empty() ? "" : named("owner_id", owner)));
}
Act remove(std::string_view name) { return simply(action_for("delete", name), name); }
Act restore(std::string_view name) { return simply(action_for("restore", name), name); }
Act cancel(std::string_view name) { return simply(action_for("cancel", name), name); }
Act reopen(std::string_view name, std::string_view stage) {
  return act(action_for("reopen", name),
             named("id", name) + (stage.empty() ? "" : named("stage_id", stage)));
}
Act add_external_id(std::string_view name, std::string_view name_space,
                    std::string_view external_id) {
  return act("add_external_ids",
             "entity: " + Entity_Name(entity_of(name)) + " " + named("id", name))
      .known_as(name_space, external_id);
}
Act simply(std::string_view action, std::string_view name) {
  return act(action, named("id", name));
}

Act join(std::string_view contact, std::string_view company) {
  return act("join_company", named("id", contact) + named("company_id", company));
}
Act move(std::string_view deal, std::string_view stage, std::string_view more) {
  return act("move_deal", named("id", deal) + named("stage_id", stage) + std::string(more));
}
Act move_stage(std::string_view stage, int position) {
  return act("move_pipeline_stage", named("id", stage) + "position: " + std::to_string(position));
}
Act reassign(std::string_view activity, std::string_view user) {
  return act("reassign_activity",
             named("id", activity) + (user.empty() ? "" : named("assigned_to_id", user)));
}
Act remove_field(std::string_view name, std::string_view parent, std::string_view field_name) {
  return act(action_for("remove", name),
             named("parent_id", parent) + "field_name: " + quoted(field_name));
}
Act use(std::string_view filter, std::string_view more) {
  Act used = act("use_saved_filter", named("id", filter) + std::string(more));
  used.counts_again = true;
  return used;
}
Act purge_uses(std::int64_t used_before) {
  return act("purge_filter_uses", "used_before: " + std::to_string(used_before));
}

ExpectedEvent event(std::string_view name, std::string_view kind, std::string_view text) {
  return {std::string(name), std::string(kind), with_ids(text)};
}
ExpectedEvent changed(std::string_view name, std::string_view set,
                      const std::vector<std::string>& clear) {
  return event(name, "changed", set_and_clear(set, clear));
}
ExpectedEvent owner_assigned(std::string_view name, std::string_view owner) {
  return event(name, "owner_assigned", owner.empty() ? "" : named("owner_id", owner));
}

}  // namespace daybook::test
