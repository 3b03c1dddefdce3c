#include "bench/commands/mix.h"

#include <fmt/format.h>

#include <array>

#include "bench/must.h"
#include "domain/core/uuid.h"

namespace daybook::bench {
namespace {

constexpr std::string_view kNamespace = "bench";
constexpr std::size_t kMembersPerBatch = 200;  // of the preload
constexpr std::int32_t kSomeDay = 20'454;      // days since 1970

enum class Kind { kCreate, kPatch, kMove, kSwitch, kBatch, kRefused, kDuplicate };

// One round; each of its commands is 5 % of the mix.
constexpr std::array kRound{
    Kind::kCreate, Kind::kPatch,  Kind::kMove,   Kind::kCreate, Kind::kPatch,
    Kind::kCreate, Kind::kSwitch, Kind::kPatch,  Kind::kMove,   Kind::kCreate,
    Kind::kPatch,  Kind::kBatch,  Kind::kCreate, Kind::kPatch,  Kind::kRefused,
    Kind::kMove,   Kind::kCreate, Kind::kPatch,  Kind::kCreate, Kind::kDuplicate,
};
static_assert(kRound.size() == kRoundSize);
// A duplicate is of the create that begins a round: of one 50 rounds ago, that has been answered.
constexpr std::size_t kToFirstOfRound = kRound.size() - 1;
constexpr std::size_t kToAnswered = kToFirstOfRound + 50 * kRound.size();

// The numbers of the commands of a kind, without gaps: how many came before it, of all rounds.
std::size_t turn_of(std::size_t number) {
  const std::size_t in_round = number % kRound.size();
  std::size_t of_kind = 0;
  std::size_t before = 0;
  for (std::size_t i = 0; i < kRound.size(); ++i) {
    if (kRound[i] != kRound[in_round]) continue;
    ++of_kind;
    if (i < in_round) ++before;
  }
  return number / kRound.size() * of_kind + before;
}

// Evenly spread and each as often as the others: a step that has no divisor in common with any
// count here.
std::size_t spread(std::size_t turn, std::size_t count) { return turn * 7'919 % count; }

// A new record's external id; those of the preload are their numbers.
std::string fresh(std::size_t number) { return fmt::format("n{}", number); }

// The records of one organization, by the ids that follow from their external ids.
class Ids {
 public:
  Ids(std::size_t organizations, std::size_t company)
      : number_(company % organizations),
        organization_(fmt::format("0be00000-0000-4000-8000-{:012x}", number_)) {}

  [[nodiscard]] const std::string& organization() const { return organization_; }
  [[nodiscard]] std::string of(std::string_view entity, const std::string& external) const {
    return external_record_id(organization_, entity, kNamespace, external);
  }
  [[nodiscard]] std::string of(std::string_view entity, std::size_t number) const {
    return of(entity, std::to_string(number));
  }
  [[nodiscard]] std::string user(std::size_t number) const { return of("user", number % kUsers); }
  [[nodiscard]] std::string stage(std::size_t number) const {
    return of("pipeline_stage", number % kStages);
  }

 private:
  std::size_t number_;
  std::string organization_;
};

void name(Identity& identity, std::string id) {
  ExternalId& external = *identity.add_external_ids();
  external.set_namespace_(std::string(kNamespace));
  external.set_id(std::move(id));
}

// ---- creates: the same of the preload and of the mix -----------------------------------------

void create_company(Action& action, const std::string& external, std::size_t number) {
  auto& create = *action.mutable_create_company();
  name(*create.mutable_identity(), external);
  auto& fields = *create.mutable_fields();
  fields.set_name(fmt::format("Company {}", external));
  fields.set_industry(fmt::format("Industry {}", number % 40));
  fields.set_website(fmt::format("https://company-{}.example.com", number));
  fields.set_phone(fmt::format("+41-44-{:07}", number));
  fields.set_city("Zurich");
  fields.set_country("Switzerland");
  fields.set_employee_count(static_cast<std::int64_t>(number % 500 + 1));
}

void create_contact(Action& action, const std::string& external, std::size_t number,
                    std::string company_id) {
  auto& create = *action.mutable_create_contact();
  name(*create.mutable_identity(), external);
  create.set_company_id(std::move(company_id));
  auto& fields = *create.mutable_fields();
  fields.set_first_name(fmt::format("First{}", number % 1'000));
  fields.set_last_name(fmt::format("Last{}", number));
  fields.set_email(fmt::format("contact-{}@example.com", external));
  fields.set_phone(fmt::format("+41-79-{:07}", number));
  fields.set_job_title("Buyer");
}

void open_deal(Action& action, const std::string& external, std::size_t number, const Ids& ids,
               std::string company_id, std::string contact_id) {
  auto& open = *action.mutable_open_deal();
  name(*open.mutable_identity(), external);
  open.set_stage_id(ids.stage(number));
  open.set_company_id(std::move(company_id));
  open.set_contact_id(std::move(contact_id));
  auto& fields = *open.mutable_fields();
  fields.set_title(fmt::format("Deal {}", external));
  fields.set_value(static_cast<std::int64_t>(number % 100'000 + 1) * 100);
  fields.set_currency("EUR");
  fields.set_expected_close_date(kSomeDay + static_cast<std::int32_t>(number % 365));
}

void schedule_activity(Action& action, const std::string& external, std::size_t number,
                       std::string deal_id) {
  auto& schedule = *action.mutable_schedule_activity();
  name(*schedule.mutable_identity(), external);
  schedule.mutable_links()->set_deal_id(std::move(deal_id));
  auto& fields = *schedule.mutable_fields();
  fields.set_type(activity::ACTIVITY_TYPE_CALL);
  fields.set_subject(fmt::format("Call {}", number));
  fields.set_due_date((kSomeDay + static_cast<std::int64_t>(number % 365)) * 86'400'000);
  fields.set_duration(30);
}

// ---- the mix ---------------------------------------------------------------------------------

void create(Action& action, std::size_t number, std::size_t deal, const Ids& ids) {
  const std::size_t company = deal / 2;
  switch (turn_of(number) % 7) {
    case 0:
      return create_company(action, fresh(number), number);
    case 1:
    case 2:
      return create_contact(action, fresh(number), number, ids.of("company", company));
    case 3:
    case 4:
      return open_deal(action, fresh(number), number, ids, ids.of("company", company),
                       ids.of("contact", deal));
    default:
      return schedule_activity(action, fresh(number), number, ids.of("deal", deal));
  }
}

void patch(Action& action, std::size_t number, std::size_t deal, const Ids& ids) {
  switch (turn_of(number) % 3) {
    case 0: {
      auto& patch = *action.mutable_patch_company();
      patch.set_id(ids.of("company", deal / 2));
      patch.mutable_set()->set_phone(fmt::format("+41-43-{:07}", number));
      patch.mutable_set()->set_address(fmt::format("Street {}", number));
      return;
    }
    case 1: {
      auto& patch = *action.mutable_patch_contact();
      patch.set_id(ids.of("contact", deal));
      patch.mutable_set()->set_job_title(fmt::format("Head of {}", number));
      return;
    }
    default: {
      auto& patch = *action.mutable_patch_deal();
      patch.set_id(ids.of("deal", deal));
      patch.mutable_set()->set_value(static_cast<std::int64_t>(number + 1) * 100);
      patch.mutable_set()->set_expected_close_date(kSomeDay +
                                                   static_cast<std::int32_t>(number % 365));
      return;
    }
  }
}

// From stage to stage, all deals in turn.
void move(Action& action, std::size_t number, std::size_t deal, std::size_t deals, const Ids& ids) {
  auto& move = *action.mutable_move_deal();
  move.set_id(ids.of("deal", deal));
  move.set_stage_id(ids.stage(deal + 1 + turn_of(number) / deals));
}

// A company's primary contact is the other one of its two each time; or a deal gets an owner.
void switch_or_assign(Action& action, std::size_t number, std::size_t deal, std::size_t deals,
                      const Ids& ids) {
  const std::size_t turn = turn_of(number) / 2;
  if (turn_of(number) % 2 == 0) {
    const std::size_t contact = deal / 2 * 2 + turn / (deals / 2) % 2;
    action.mutable_make_primary_contact()->set_id(ids.of("contact", contact));
    return;
  }
  auto& assign = *action.mutable_assign_deal();
  assign.set_id(ids.of("deal", deal));
  assign.set_owner_id(ids.user(1 + turn / deals));
}

// A new customer: company, contact and deal, each naming the one before.
void batch(Batch& batch, std::size_t number, const Ids& ids) {
  const std::string external = fresh(number);
  create_company(*batch.add_members(), external, number);
  create_contact(*batch.add_members(), external, number, ids.of("company", external));
  open_deal(*batch.add_members(), external, number, ids, ids.of("company", external),
            ids.of("contact", external));
}

bool makes_nothing(Kind kind) {
  return kind == Kind::kPatch || kind == Kind::kMove || kind == Kind::kSwitch;
}

// Which deal (and with it contact, company and organization) a command is about.
std::size_t deal_of(std::size_t number, std::size_t deals) {
  if (kRound[number % kRound.size()] != Kind::kSwitch) return spread(turn_of(number), deals);
  const std::size_t turn = turn_of(number) / 2;
  return turn_of(number) % 2 == 0 ? spread(turn, deals / 2) * 2 : spread(turn, deals);
}

Command addressed(const Ids& ids, const std::string& id) {
  Command command;
  command.set_command_id(uuid_v5(ids.organization(), "command/" + id));
  command.set_organization_id(ids.organization());
  command.set_actor("integration");
  return command;
}

// ---- the preload -----------------------------------------------------------------------------

Command organization_command(const Ids& ids) {
  Command command = addressed(ids, "organization");
  command.mutable_action()->mutable_create_organization()->mutable_fields()->set_name("Bench");
  return command;
}

// Users and stages of an organization.
Command staff_command(const Ids& ids) {
  Command command = addressed(ids, "staff");
  for (std::size_t i = 0; i < kUsers; ++i) {
    auto& user = *command.mutable_batch()->add_members()->mutable_create_user();
    name(*user.mutable_identity(), std::to_string(i));
    user.mutable_fields()->set_email(fmt::format("user-{}@example.com", i));
    user.mutable_fields()->set_first_name("User");
    user.mutable_fields()->set_last_name(std::to_string(i));
    user.set_role(user::USER_ROLE_MANAGER);
  }
  for (std::size_t i = 0; i < kStages; ++i) {
    auto& stage = *command.mutable_batch()->add_members()->mutable_create_pipeline_stage();
    name(*stage.mutable_identity(), std::to_string(i));
    stage.mutable_fields()->set_name(fmt::format("Stage {}", i));
    stage.mutable_fields()->set_probability(static_cast<std::int32_t>(10 + 10 * i));
    stage.set_position(static_cast<std::int32_t>(i));
  }
  return command;
}

void add_company(Batch& batch, std::size_t company, const Ids& ids) {
  const std::string company_id = ids.of("company", company);
  create_company(*batch.add_members(), std::to_string(company), company);
  for (const std::size_t each : {2 * company, 2 * company + 1}) {
    create_contact(*batch.add_members(), std::to_string(each), each, company_id);
    open_deal(*batch.add_members(), std::to_string(each), each, ids, company_id,
              ids.of("contact", each));
  }
}

}  // namespace

std::vector<Command> Mix::preload() const {
  std::vector<Command> all;
  for (std::size_t organization = 0; organization < organizations_; ++organization) {
    const Ids ids(organizations_, organization);
    all.push_back(organization_command(ids));
    all.push_back(staff_command(ids));
    std::size_t batches = 0;
    for (std::size_t company = organization; company < companies_; company += organizations_) {
      Command& last = all.back();
      const bool room = batches > 0 && last.batch().members_size() < int{kMembersPerBatch};
      if (!room) all.push_back(addressed(ids, fmt::format("preload/{}", batches++)));
      add_company(*all.back().mutable_batch(), company, ids);
    }
  }
  return all;
}

std::vector<Command> Mix::commands(std::size_t first, std::size_t count) const {
  std::vector<Command> all;
  all.reserve(count);
  for (std::size_t number = first; number < first + count; ++number) all.push_back(command(number));
  return all;
}

std::vector<Command> Mix::changes(std::size_t first, std::size_t count) const {
  std::vector<Command> all;
  for (std::size_t number = first; number < first + count; ++number) {
    if (makes_nothing(kRound[number % kRound.size()])) all.push_back(command(number));
  }
  return all;
}

Command Mix::command(std::size_t number) const {
  const Kind kind = kRound[number % kRound.size()];
  if (kind == Kind::kDuplicate)
    return command(number - (number >= kToAnswered ? kToAnswered : kToFirstOfRound));
  const std::size_t deals = 2 * companies_;
  const std::size_t deal = deal_of(number, deals);
  const Ids ids(organizations_, deal / 2);
  Command command = addressed(ids, std::to_string(number));
  if (kind == Kind::kBatch) {
    batch(*command.mutable_batch(), number, ids);
    return command;
  }
  Action& action = *command.mutable_action();
  command.set_actor(ids.user(0));
  if (kind == Kind::kCreate) create(action, number, deal, ids);
  if (kind == Kind::kPatch) patch(action, number, deal, ids);
  if (kind == Kind::kMove) move(action, number, deal, deals, ids);
  if (kind == Kind::kSwitch) switch_or_assign(action, number, deal, deals, ids);
  if (kind == Kind::kRefused) action.mutable_win_deal()->set_id(ids.of("deal", fresh(number)));
  return command;
}

void require_mix(const Answered& answered) {
  // One of each in a round.
  const std::size_t meant = answered.answered() / kRoundSize;
  if (answered.rejected == meant && answered.repeated == meant) return;
  give_up({ErrorKind::kUnavailable, "bench.mix",
           fmt::format("of {} commands {} were refused and {} repeated, {} of each were meant",
                       answered.answered(), answered.rejected, answered.repeated, meant),
           ""});
}

}  // namespace daybook::bench
