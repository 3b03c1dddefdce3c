#include "tests/unit/domain/random_commands.h"

#include "tests/support/domain_language.h"

namespace daybook::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// The letters that the names of a kind of record begin with (domain_language.h).
std::string prefix_of(Entity entity) {
  static const std::vector<std::string> prefixes{"",  "",   "U",  "C",  "K", "S", "D",
                                                 "A", "XC", "XK", "XD", "F", ""};
  return prefixes.at(static_cast<std::size_t>(entity));
}

}  // namespace

Command RandomCommands::next(std::int64_t now) {
  now_ = now;
  organization_ = chance(75) ? kOrganization : kOtherOrganization;
  Command command;
  const std::string number = std::to_string(++commands_);
  command.set_command_id("d0000000-0000-4000-8000-" + std::string(12 - number.size(), '0') +
                         number);
  command.set_organization_id(organization_);
  command.set_actor(actor());
  if (!chance(12)) {
    fill_action(*command.mutable_action(), now);
    return command;
  }
  command.mutable_batch();
  for (std::uint64_t i = 0, size = 1 + below(5); i < size; ++i) {
    fill_action(*command.mutable_batch()->add_members(), now);
  }
  return command;
}

void RandomCommands::learn(const log::Outcome& outcome) {
  for (const log::Event& event : outcome.events()) {
    if (event.version() == 1)
      made_.push_back({outcome.organization_id(), event.entity(), event.id()});
  }
}

void RandomCommands::fill_action(Action& action, std::int64_t now) {
  const schema::ActionInfo* chosen = &any(schema::actions());
  while (!chosen->rule.creates() && chance(20)) chosen = &any(schema::actions());
  const schema::ActionInfo& info = *chosen;
  entity_ = info.rule.entity();
  if (entity_ == ENTITY_UNSPECIFIED) entity_ = static_cast<Entity>(below(13));
  Message& command = *action.GetReflection()->MutableMessage(&action, info.field);
  fill(command, false);
  if (action.has_add_external_ids()) action.mutable_add_external_ids()->set_entity(entity_);
  if (chance(8)) action.set_expected_version(below(5));
  if (!chance(info.rule.creates() ? 8 : 1)) return;
  Import& import = *action.mutable_import();
  if (chance(60)) import.set_created_at(now - static_cast<std::int64_t>(below(2000)));
  if (chance(40)) import.set_updated_at(now - static_cast<std::int64_t>(below(1000)) + 10);
  if (chance(30)) import.set_completed_at(now - static_cast<std::int64_t>(below(5000)));
  if (chance(30)) import.set_actual_close_date(kToday - static_cast<std::int32_t>(below(30)));
}

void RandomCommands::fill(Message& message, bool in_patch) {
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.name() == "clear") {
      if (chance(25)) add_clear(message);
      continue;
    }
    const FieldRule& rule = schema::rule(field);
    const bool essential =
        rule.target() || rule.parent_reference() || (rule.required() && !in_patch);
    const bool wrapper = schema::is_path_wrapper(field) || field.is_repeated();
    if (chance(essential || wrapper ? 98 : 25)) fill_field(message, field, in_patch);
  }
}

void RandomCommands::fill_field(Message& message, const FieldDescriptor& field, bool in_patch) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return fill_message(message, field, in_patch || field.name() == "set");
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&message, &field, text(field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, chance(50));
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto count = static_cast<std::uint64_t>(field.enum_type()->value_count());
      return reflection.SetEnumValue(
          &message, &field, static_cast<int>(chance(97) ? 1 + below(count - 1) : below(50)));
    }
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, static_cast<std::int32_t>(number(field)));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, number(field));
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return;
  }
}

void RandomCommands::fill_message(Message& message, const FieldDescriptor& field, bool in_patch) {
  const Reflection& reflection = *message.GetReflection();
  if (field.is_repeated()) {
    auto& external = static_cast<ExternalId&>(*reflection.AddMessage(&message, &field));
    external.set_namespace_(chance(80) ? "erp" : "crm");
    external.set_id(std::to_string(below(12)));
    return;
  }
  Message& inner = *reflection.MutableMessage(&message, &field);
  if (auto* identity = dynamic_cast<Identity*>(&inner)) return fill_identity(*identity);
  if (auto* config = dynamic_cast<saved_filter::FilterConfig*>(&inner)) return fill_config(*config);
  fill(inner, in_patch);
}

void RandomCommands::fill_identity(Identity& identity) {
  if (chance(80)) {
    auto& external = *identity.add_external_ids();
    external.set_namespace_("spec");
    external.set_id(name_of(entity_));
  }
  if (chance(15)) {
    auto& external = *identity.add_external_ids();
    external.set_namespace_("erp");
    external.set_id(std::to_string(below(12)));
  }
  if (chance(50)) identity.set_if_exists(static_cast<IfExists>(1 + below(3)));
}

void RandomCommands::fill_config(saved_filter::FilterConfig& config) {
  // Fields that several entities have, and one that only deals have.
  static const std::vector<std::string> fields{"status", "status", "company.name", "title",
                                               "nonsense"};
  auto& condition = *config.add_groups()->add_conditions();
  condition.set_field(any(fields));
  condition.set_operator_("equals");
  condition.mutable_value()->set_string_value("x");
}

void RandomCommands::add_clear(Message& message) {
  const FieldDescriptor* set = message.GetDescriptor()->FindFieldByName("set");
  if (set == nullptr) return;
  const auto count = static_cast<std::uint64_t>(set->message_type()->field_count());
  const FieldDescriptor* chosen = set->message_type()->field(static_cast<int>(below(count)));
  const FieldDescriptor* clear = message.GetDescriptor()->FindFieldByName("clear");
  message.GetReflection()->AddString(&message, clear, chosen->name());
}

std::string RandomCommands::name_of(Entity entity) {
  const std::string prefix = prefix_of(entity);
  return prefix.empty() ? "C1" : prefix + std::to_string(1 + below(4));
}

std::string RandomCommands::reference(Entity entity) {
  if (chance(20) && !made_.empty()) {
    for (int attempt = 0; attempt < 30; ++attempt) {
      const Made& one = any(made_);
      if (one.entity == entity && one.organization_id == organization_) return one.id;
    }
  }
  const std::string name = name_of(entity);
  if (chance(10)) return "spec/" + name;
  if (chance(3)) return chance(50) ? "" : "nonsense";
  if (chance(3))
    return id(name, organization_ == kOrganization ? kOtherOrganization : kOrganization);
  return id(name, organization_);
}

std::string RandomCommands::actor() {
  if (chance(45)) return "integration";
  return chance(95) ? reference(ENTITY_USER) : "nobody";
}

std::string RandomCommands::text(const FieldDescriptor& field) {
  static const std::vector<std::string> emails{"a@b.io",  "B@c.IO ", "x@y.co",
                                               "w@z.org", "q@r.st",  "nobody"};
  static const std::vector<std::string> urls{"https://a.io", "http://b.io/c", "https://c.io",
                                             "ftp://x"};
  static const std::vector<std::string> colors{"#3B82F6", "#ffffff", "#000000", "red"};
  static const std::vector<std::string> currencies{"eur", "USD", "gbp", "CAD", "E1"};
  static const std::vector<std::string> field_values{"1", "x", "2025-03-15", "true", "a@b.io"};
  static const std::vector<std::string> texts{"Alpha", " Beta ",           "Gamma",
                                              "Delta", "\xC3\xBC\xC3\x9F", "Alpha Beta"};
  const FieldRule& rule = schema::rule(field);
  if (rule.target()) return reference(entity_);
  if (rule.parent_reference()) return reference(schema::entity_rule(entity_).parent());
  if (rule.reference() != ENTITY_UNSPECIFIED) return reference(rule.reference());
  if (rule.format() == FORMAT_EMAIL) return any(emails);
  if (rule.format() == FORMAT_URL) return any(urls);
  if (rule.format() == FORMAT_COLOR) return any(colors);
  if (rule.format() == FORMAT_CURRENCY) return any(currencies);
  if (field.name() == "field_value") return any(field_values);
  if (chance(1)) return std::string(rule.max_length() + 1, 'x');
  if (chance(1)) return std::string("a\0b", 3);
  if (chance(2)) return " ";
  return any(texts).substr(0, rule.max_length());
}

std::int64_t RandomCommands::number(const FieldDescriptor& field) {
  const FieldRule& rule = schema::rule(field);
  if (rule.format() == FORMAT_TIMESTAMP) return now_ - static_cast<std::int64_t>(below(4000)) + 100;
  if (rule.format() == FORMAT_DATE) return kToday + static_cast<std::int64_t>(below(90));
  const std::int64_t small = rule.min() + static_cast<std::int64_t>(below(5));
  if (chance(96)) return small;
  return chance(50) ? rule.max() : rule.min() - 1;
}

}  // namespace daybook::test
