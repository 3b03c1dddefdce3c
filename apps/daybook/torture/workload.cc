#include "apps/daybook/torture/workload.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "apps/daybook/torture/dice.h"
#include "domain/core/uuid.h"

namespace daybook::torture {
namespace {

constexpr const char* kNamespace = "torture";
constexpr std::size_t kUsers = 4;  // of each organization, as all below
constexpr std::size_t kStages = 5;
constexpr std::size_t kCompanies = 12;  // each with two contacts and two deals
constexpr std::size_t kContacts = 2 * kCompanies;
constexpr std::size_t kHot = 2;  // companies, contacts or deals that are changed most
constexpr std::size_t kDuplicateReach = 400;
constexpr std::int32_t kSomeDay = 20'454;  // days since 1970

enum class Kind { kCreate, kPatch, kMove, kSwitch, kBatch, kRefused, kDuplicate };

// In 5 %.
constexpr std::array<std::pair<Kind, std::size_t>, 7> kShares{{{Kind::kCreate, 7},
                                                               {Kind::kPatch, 6},
                                                               {Kind::kMove, 3},
                                                               {Kind::kSwitch, 1},
                                                               {Kind::kBatch, 1},
                                                               {Kind::kRefused, 1},
                                                               {Kind::kDuplicate, 1}}};

Kind kind_of(Dice& dice) {
  std::size_t roll = dice.below(20);
  for (const auto& [kind, share] : kShares) {
    if (roll < share) return kind;
    roll -= share;
  }
  return Kind::kCreate;
}

// One organization's records, by the ids that follow from their external ids.
class Ids {
 public:
  explicit Ids(std::size_t number) : organization_(Workload::organization(number)) {}

  [[nodiscard]] const std::string& organization() const { return organization_; }
  [[nodiscard]] std::string of(std::string_view entity, const std::string& external) const {
    return external_record_id(organization_, entity, kNamespace, external);
  }
  [[nodiscard]] std::string of(std::string_view entity, std::size_t number) const {
    return of(entity, std::to_string(number));
  }

 private:
  std::string organization_;
};

void name(Identity& identity, const std::string& external) {
  ExternalId& id = *identity.add_external_ids();
  id.set_namespace_(kNamespace);
  id.set_id(external);
}

void create_company(Action& action, const std::string& external) {
  auto& create = *action.mutable_create_company();
  name(*create.mutable_identity(), external);
  create.mutable_fields()->set_name("Company " + external);
  create.mutable_fields()->set_industry("Glass\t& \\sand");  // hard for COPY
  create.mutable_fields()->set_city("Kraków");
}

void create_contact(Action& action, const std::string& external, std::string company_id,
                    bool primary) {
  auto& create = *action.mutable_create_contact();
  name(*create.mutable_identity(), external);
  create.set_company_id(std::move(company_id));
  create.set_is_primary(primary);
  create.mutable_fields()->set_first_name("Ada");
  create.mutable_fields()->set_last_name("Number " + external);
  create.mutable_fields()->set_email(external + "@example.com");
}

void open_deal(Action& action, const std::string& external, const Ids& ids, std::size_t stage,
               std::string company_id) {
  auto& open = *action.mutable_open_deal();
  name(*open.mutable_identity(), external);
  open.set_stage_id(ids.of("pipeline_stage", stage % kStages));
  open.set_company_id(std::move(company_id));
  open.mutable_fields()->set_title("Deal " + external);
  open.mutable_fields()->set_value(static_cast<std::int64_t>(stage) * 1'000 + 50);
  open.mutable_fields()->set_currency("EUR");
}

void schedule_activity(Action& action, const std::string& external, std::string deal_id) {
  auto& schedule = *action.mutable_schedule_activity();
  name(*schedule.mutable_identity(), external);
  schedule.mutable_links()->set_deal_id(std::move(deal_id));
  schedule.mutable_fields()->set_type(activity::ACTIVITY_TYPE_CALL);
  schedule.mutable_fields()->set_subject("Call " + external);
  schedule.mutable_fields()->set_due_date(std::int64_t{kSomeDay} * 86'400'000);
}

// Makes one command out of its number's dice.
class Maker {
 public:
  Maker(Dice& dice, std::size_t number)
      : dice_(dice),
        ids_(dice.one_in(2) ? 0 : 1 + dice.below(kOrganizations - 1)),
        number_(number),
        fresh_(fmt::format("n{}", number)) {}

  [[nodiscard]] Command make(Kind kind) {
    Command command;
    command.set_organization_id(ids_.organization());
    command.set_command_id(uuid_v5(ids_.organization(), fmt::format("command/{}", number_)));
    command.set_actor(ids_.of("user", std::size_t{0}));
    if (kind == Kind::kBatch) {
      batch(*command.mutable_batch());
      return command;
    }
    Action& action = *command.mutable_action();
    if (kind == Kind::kCreate) create(action);
    if (kind == Kind::kPatch) patch(action);
    if (kind == Kind::kMove) move(action);
    if (kind == Kind::kSwitch) switch_or_assign(action);
    if (kind == Kind::kRefused) refused(action);
    return command;
  }

 private:
  std::size_t one_of(std::size_t count) { return dice_.below(dice_.one_in(3) ? kHot : count); }
  std::string company() { return ids_.of("company", one_of(kCompanies)); }
  std::string contact() { return ids_.of("contact", one_of(kContacts)); }
  std::string deal() { return ids_.of("deal", one_of(kContacts)); }

  void create(Action& action) {
    switch (dice_.below(4)) {
      case 0:
        return create_company(action, fresh_);
      case 1:
        return create_contact(action, fresh_, company(), dice_.one_in(4));
      case 2:
        return open_deal(action, fresh_, ids_, dice_.below(100), company());
      default:
        return schedule_activity(action, fresh_, deal());
    }
  }
  void patch(Action& action) {
    switch (dice_.below(3)) {
      case 0: {
        auto& patch = *action.mutable_patch_company();
        patch.set_id(company());
        patch.mutable_set()->set_phone(fmt::format("+41-43-{:07}", number_));
        return;
      }
      case 1: {
        auto& patch = *action.mutable_patch_contact();
        patch.set_id(contact());
        patch.mutable_set()->set_job_title(fmt::format("Head of {}", number_));
        return;
      }
      default: {
        auto& patch = *action.mutable_patch_deal();
        patch.set_id(deal());
        patch.mutable_set()->set_value(static_cast<std::int64_t>(number_) * 100);
        return;
      }
    }
  }
  void move(Action& action) {
    auto& move = *action.mutable_move_deal();
    move.set_id(deal());
    move.set_stage_id(ids_.of("pipeline_stage", dice_.below(kStages)));
  }
  void switch_or_assign(Action& action) {
    if (dice_.one_in(2)) {
      action.mutable_make_primary_contact()->set_id(contact());
      return;
    }
    auto& assign = *action.mutable_assign_deal();
    assign.set_id(deal());
    assign.set_owner_id(ids_.of("user", dice_.below(kUsers)));
  }
  // A new customer; some of them with a member that refuses all.
  void batch(Batch& batch) {
    const std::string company_id = ids_.of("company", fresh_);
    create_company(*batch.add_members(), fresh_);
    create_contact(*batch.add_members(), fresh_, company_id, true);
    open_deal(*batch.add_members(), fresh_, ids_, dice_.below(100), company_id);
    if (dice_.one_in(4)) refused(*batch.add_members());
  }
  void refused(Action& action) {
    if (dice_.one_in(2)) {
      action.mutable_win_deal()->set_id(ids_.of("deal", "nowhere"));
    } else {
      create_company(action, fresh_ + "-refused");
      action.mutable_create_company()->mutable_fields()->set_name("   ");
    }
  }

  Dice& dice_;
  Ids ids_;
  std::size_t number_;
  std::string fresh_;
};

Command addressed(const Ids& ids, const std::string& id) {
  Command command;
  command.set_command_id(uuid_v5(ids.organization(), "preload/" + id));
  command.set_organization_id(ids.organization());
  command.set_actor("integration");
  return command;
}

// Users, stages, companies with their contacts and deals.
Command staff_and_customers(const Ids& ids) {
  Command command = addressed(ids, "records");
  Batch& batch = *command.mutable_batch();
  for (std::size_t i = 0; i < kUsers; ++i) {
    auto& user = *batch.add_members()->mutable_create_user();
    name(*user.mutable_identity(), std::to_string(i));
    user.mutable_fields()->set_email(fmt::format("user-{}@example.com", i));
    user.mutable_fields()->set_first_name("User");
    user.mutable_fields()->set_last_name(std::to_string(i));
    user.set_role(user::USER_ROLE_MANAGER);
  }
  for (std::size_t i = 0; i < kStages; ++i) {
    auto& stage = *batch.add_members()->mutable_create_pipeline_stage();
    name(*stage.mutable_identity(), std::to_string(i));
    stage.mutable_fields()->set_name(fmt::format("Stage {}", i));
    stage.mutable_fields()->set_probability(static_cast<std::int32_t>(10 + 10 * i));
    stage.set_position(static_cast<std::int32_t>(i));
  }
  for (std::size_t i = 0; i < kCompanies; ++i)
    create_company(*batch.add_members(), std::to_string(i));
  for (std::size_t i = 0; i < kContacts; ++i) {
    const std::string company_id = ids.of("company", i / 2);
    create_contact(*batch.add_members(), std::to_string(i), company_id, false);
    open_deal(*batch.add_members(), std::to_string(i), ids, i, company_id);
  }
  return command;
}

}  // namespace

std::string Workload::organization(std::size_t number) {
  return fmt::format("70d70000-0000-4000-8000-{:012x}", number);
}

std::vector<Command> Workload::preload() const {
  std::vector<Command> all;
  for (std::size_t i = 0; i < kOrganizations; ++i) {
    const Ids ids(i);
    Command organization = addressed(ids, "organization");
    organization.mutable_action()->mutable_create_organization()->mutable_fields()->set_name(
        fmt::format("Tortured {}", i));
    all.push_back(std::move(organization));
    all.push_back(staff_and_customers(ids));
  }
  return all;
}

Command Workload::command(std::size_t number) const {
  for (;;) {
    Dice dice(seed_, number);
    const Kind kind = kind_of(dice);
    if (kind != Kind::kDuplicate) return Maker(dice, number).make(kind);
    if (number == 0) return Maker(dice, number).make(Kind::kCreate);
    number -= 1 + dice.below(std::min(number, kDuplicateReach));
  }
}

}  // namespace daybook::torture
