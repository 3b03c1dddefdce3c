#include "domain/deal/deal.h"

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"
#include "domain/core/time.h"
#include "domain/pipeline_stage/pipeline_stage.h"
#include "schemas/contact.pb.h"

namespace daybook::deal {
namespace {

using pipeline_stage::PipelineStage;

const PipelineStage& stage_of(const View& view, const std::string& stage_id) {
  const auto* stage = view.find<PipelineStage>(ENTITY_PIPELINE_STAGE, stage_id);
  return stage == nullptr ? PipelineStage::default_instance() : *stage;
}

// DE-1: a deal enters active stages only; the one that it is in may have been retired meanwhile.
Result<void> check_active(const View& view, const std::string& stage_id) {
  if (stage_of(view, stage_id).is_active()) return {};
  return fail(ErrorKind::kInvalid, "pipeline_stage.retired",
              "the stage is retired; name an active one", "stageId");
}

// What was closed is not opened again inside a closed stage.
tl::unexpected<Error> open_stage_required() {
  return fail(ErrorKind::kRejected, "deal.open_stage_required",
              "the deal would stay in a closed stage; name an open stage to reopen it in",
              "stageId");
}

bool is_won_or_lost(DealStatus status) {
  return status == DEAL_STATUS_WON || status == DEAL_STATUS_LOST;
}

// DE-8: what the type of a stage says about the deals in it.
DealStatus implied_by(pipeline_stage::StageType type) {
  if (type == pipeline_stage::STAGE_TYPE_CLOSED_WON) return DEAL_STATUS_WON;
  if (type == pipeline_stage::STAGE_TYPE_CLOSED_LOST) return DEAL_STATUS_LOST;
  return DEAL_STATUS_OPEN;
}

// DE-8: a closed stage wins or loses; an open one reopens what was won, lost or in a closed stage,
// and leaves a postponed or cancelled deal as it is.
DealStatus status_after_move(const Deal& deal, const PipelineStage& from, const PipelineStage& to) {
  const DealStatus implied = implied_by(to.fields().stage_type());
  if (implied != DEAL_STATUS_OPEN) return implied;
  const bool was_closed =
      is_won_or_lost(deal.status()) || pipeline_stage::is_closed(from.fields().stage_type());
  return was_closed ? DEAL_STATUS_OPEN : deal.status();
}

// DE-3: when both are known, the contact must belong to the company.
Result<void> check_pair(const View& view, const std::string& company_id,
                        const std::string& contact_id) {
  if (company_id.empty() || contact_id.empty()) return {};
  const auto* contact = view.find<contact::Contact>(ENTITY_CONTACT, contact_id);
  if (contact != nullptr && contact->company_id() == company_id) return {};
  return fail(
      ErrorKind::kRejected, "deal.contact_of_other_company",
      "the contact does not belong to the deal's company; name a contact of that company, or none",
      "contactId");
}

// A status is entered only by a real transition; WON and LOST date it (DE-6), OPEN clears the date
// (DE-7).
Decision enter(DealStatus status, const Deal& deal, const Context& context) {
  Decision decision;
  if (deal.status() == status) return decision;
  Event event;
  switch (status) {
    case DEAL_STATUS_WON:
      event.mutable_won()->set_actual_close_date(day_of(context.now));
      break;
    case DEAL_STATUS_LOST:
      event.mutable_lost()->set_actual_close_date(day_of(context.now));
      break;
    case DEAL_STATUS_POSTPONED:
      event.mutable_postponed();
      break;
    case DEAL_STATUS_CANCELLED:
      event.mutable_cancelled();
      break;
    case DEAL_STATUS_OPEN:
    case DEAL_STATUS_UNSPECIFIED:
    case DealStatus_INT_MIN_SENTINEL_DO_NOT_USE_:
    case DealStatus_INT_MAX_SENTINEL_DO_NOT_USE_:
      event.mutable_reopened();
      break;
  }
  decision.add(deal.record().id(), std::move(event));
  return decision;
}

Decision change(const DealFields& set, const FieldNames& clear, const Deal& deal) {
  Decision decision;
  Event event;
  if (changes(deal.fields(), set, clear, *event.mutable_changed()))
    decision.add(deal.record().id(), std::move(event));
  return decision;
}

void evolve_entry(Deal& deal, const log::Event& event) { evolve(deal, event.deal(), 0); }

// DE-5: the probability is the new stage's unless one is named.
Decision move(const std::string& stage_id, const std::int32_t* probability, const Deal& deal,
              const View& view) {
  Decision decision;
  if (deal.stage_id() == stage_id) {
    if (probability == nullptr) return decision;
    DealFields fields;
    fields.set_probability(*probability);
    return change(fields, {}, deal);
  }
  Event event;
  DealMoved& moved = *event.mutable_moved();
  moved.set_stage_id(stage_id);
  moved.set_probability(probability != nullptr ? *probability
                                               : stage_of(view, stage_id).fields().probability());
  decision.add(deal.record().id(), std::move(event));
  return decision;
}

Result<Decision> relink(const DealLinks& set, const FieldNames& clear, const Deal& deal,
                        const View& view) {
  Decision decision;
  DealLinks links;
  if (deal.has_company_id()) links.set_company_id(deal.company_id());
  if (deal.has_contact_id()) links.set_contact_id(deal.contact_id());
  Event event;
  if (!changes(links, set, clear, *event.mutable_relinked())) return decision;
  patch::apply(links, set, clear);
  DAYBOOK_TRY(check_pair(view, links.company_id(), links.contact_id()));
  decision.add(deal.record().id(), std::move(event));
  return decision;
}

Result<Decision> move_and_follow(const MoveDeal& command, const Deal& deal, const View& view,
                                 const Context& context) {
  const std::int32_t probability = command.probability();
  const bool moves = deal.stage_id() != command.stage_id();
  if (moves) DAYBOOK_TRY(check_active(view, command.stage_id()));
  DealStatus status = deal.status();
  if (command.has_status()) {
    status = command.status();
  } else if (moves) {
    status = status_after_move(deal, stage_of(view, deal.stage_id()),
                               stage_of(view, command.stage_id()));
  }
  const auto type = stage_of(view, command.stage_id()).fields().stage_type();
  const bool reopens = status == DEAL_STATUS_OPEN && deal.status() != DEAL_STATUS_OPEN;
  if (reopens && pipeline_stage::is_closed(type)) return open_stage_required();
  Steps<Deal> steps(deal, evolve_entry);
  steps.then(
      move(command.stage_id(), command.has_probability() ? &probability : nullptr, deal, view));
  steps.then(enter(status, deal, context));
  return std::move(steps).decision();
}

}  // namespace

Result<Decision> decide(const OpenDeal& command, const std::string& id, const View& view,
                        const Context& context) {
  DAYBOOK_ASSIGN(owner, new_owner(context, command.has_owner_id(), command.owner_id()));
  DAYBOOK_TRY(check_active(view, command.stage_id()));
  const PipelineStage& stage = stage_of(view, command.stage_id());
  Decision decision;
  Event event;
  DealOpened& opened = *event.mutable_opened();
  *opened.mutable_fields() = command.fields();
  schema::set_defaults(*opened.mutable_fields());
  if (!opened.fields().has_probability())
    opened.mutable_fields()->set_probability(stage.fields().probability());
  opened.set_stage_id(command.stage_id());
  if (command.has_contact_id()) opened.set_contact_id(command.contact_id());
  if (command.has_company_id()) {
    opened.set_company_id(command.company_id());
  } else if (const auto* contact =
                 view.find<contact::Contact>(ENTITY_CONTACT, command.contact_id());
             contact != nullptr && contact->has_company_id()) {
    opened.set_company_id(contact->company_id());  // DE-4
  }
  if (owner) opened.set_owner_id(*owner);
  opened.set_status(command.has_status() ? command.status()
                                         : implied_by(stage.fields().stage_type()));
  if (context.import != nullptr) {
    if (context.import->has_actual_close_date())
      opened.set_actual_close_date(context.import->actual_close_date());
  } else {
    DAYBOOK_TRY(check_pair(view, opened.company_id(), opened.contact_id()));
    if (is_won_or_lost(opened.status())) opened.set_actual_close_date(day_of(context.now));  // DE-9
  }
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const OpenDeal& command, const Deal& deal, const View& view,
                        const Context& context) {
  Steps<Deal> steps(deal, evolve_entry);
  steps.then(change(command.fields(), {}, deal));
  DealLinks links;
  if (command.has_company_id()) links.set_company_id(command.company_id());
  if (command.has_contact_id()) links.set_contact_id(command.contact_id());
  steps.then(relink(links, {}, deal, view));
  MoveDeal move_command;
  move_command.set_stage_id(command.stage_id().empty() ? deal.stage_id() : command.stage_id());
  if (command.has_status()) move_command.set_status(command.status());
  if (command.fields().has_probability())
    move_command.set_probability(command.fields().probability());
  steps.then(move_and_follow(move_command, steps.state(), view, context));
  if (names_new_owner(command, deal))
    steps.then(lifecycle::assign_owner<Event>(owner_of(command), deal, context));
  return std::move(steps).decision();
}

Result<Decision> decide(const PatchDeal& command, const Deal& deal, const View&, const Context&) {
  return change(command.set(), command.clear(), deal);
}

Result<Decision> decide(const RelinkDeal& command, const Deal& deal, const View& view,
                        const Context&) {
  return relink(command.set(), command.clear(), deal, view);
}

Result<Decision> decide(const MoveDeal& command, const Deal& deal, const View& view,
                        const Context& context) {
  return move_and_follow(command, deal, view, context);
}

Result<Decision> decide(const WinDeal&, const Deal& deal, const View&, const Context& context) {
  return enter(DEAL_STATUS_WON, deal, context);
}
Result<Decision> decide(const LoseDeal&, const Deal& deal, const View&, const Context& context) {
  return enter(DEAL_STATUS_LOST, deal, context);
}
Result<Decision> decide(const PostponeDeal&, const Deal& deal, const View&,
                        const Context& context) {
  return enter(DEAL_STATUS_POSTPONED, deal, context);
}
Result<Decision> decide(const CancelDeal&, const Deal& deal, const View&, const Context& context) {
  return enter(DEAL_STATUS_CANCELLED, deal, context);
}

Result<Decision> decide(const ReopenDeal& command, const Deal& deal, const View& view,
                        const Context& context) {
  const std::string& stage_id = command.has_stage_id() ? command.stage_id() : deal.stage_id();
  const bool stays_closed =
      pipeline_stage::is_closed(stage_of(view, stage_id).fields().stage_type());
  if (stays_closed && (command.has_stage_id() || deal.status() != DEAL_STATUS_OPEN))
    return open_stage_required();
  if (stage_id != deal.stage_id()) DAYBOOK_TRY(check_active(view, stage_id));
  Steps<Deal> steps(deal, evolve_entry);
  steps.then(move(stage_id, nullptr, deal, view));
  steps.then(enter(DEAL_STATUS_OPEN, deal, context));
  return std::move(steps).decision();
}

Result<Decision> decide(const AssignOwner& command, const Deal& deal, const View&,
                        const Context& context) {
  return lifecycle::assign_owner<Event>(command, deal, context);
}

// DE-10: activities are not touched.
Result<Decision> decide(const DeleteRecord&, const Deal& deal, const View&, const Context&) {
  return lifecycle::remove<Event>(deal);
}

Result<Decision> decide(const RestoreRecord&, const Deal& deal, const View&, const Context&) {
  return lifecycle::restore<Event>(deal);
}

namespace {

void open(Deal& deal, const DealOpened& opened) {
  *deal.mutable_fields() = opened.fields();
  deal.set_stage_id(opened.stage_id());
  deal.set_status(opened.status());
  if (opened.has_company_id()) deal.set_company_id(opened.company_id());
  if (opened.has_contact_id()) deal.set_contact_id(opened.contact_id());
  if (opened.has_owner_id()) deal.mutable_ownership()->set_owner_id(opened.owner_id());
  if (opened.has_actual_close_date()) deal.set_actual_close_date(opened.actual_close_date());
}

void close(Deal& deal, DealStatus status, std::int32_t date) {
  deal.set_status(status);
  deal.set_actual_close_date(date);
}

}  // namespace

void evolve(Deal& deal, const Event& event, std::int64_t at) {
  switch (event.event_case()) {
    case Event::kOpened:
      return open(deal, event.opened());
    case Event::kChanged:
      patch::apply(*deal.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kRelinked:
      // The links are fields of the deal itself under the same names.
      if (event.relinked().set().has_company_id())
        deal.set_company_id(event.relinked().set().company_id());
      if (event.relinked().set().has_contact_id())
        deal.set_contact_id(event.relinked().set().contact_id());
      patch::apply(deal, Deal::default_instance(), event.relinked().clear());
      return;
    case Event::kMoved:
      deal.set_stage_id(event.moved().stage_id());
      deal.mutable_fields()->set_probability(event.moved().probability());
      return;
    case Event::kWon:
      return close(deal, DEAL_STATUS_WON, event.won().actual_close_date());
    case Event::kLost:
      return close(deal, DEAL_STATUS_LOST, event.lost().actual_close_date());
    case Event::kPostponed:
      deal.set_status(DEAL_STATUS_POSTPONED);
      return;
    case Event::kCancelled:
      deal.set_status(DEAL_STATUS_CANCELLED);
      return;
    case Event::kReopened:
      deal.set_status(DEAL_STATUS_OPEN);
      deal.clear_actual_close_date();
      return;
    case Event::kOwnerAssigned:
      return lifecycle::evolve(deal, event.owner_assigned());
    case Event::kDeleted:
      return lifecycle::evolve(deal, event.deleted(), at);
    case Event::kRestored:
      return lifecycle::evolve(deal, event.restored());
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(deal, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::deal
