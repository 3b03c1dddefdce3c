#include "domain/contact/contact.h"

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"

namespace daybook::contact {
namespace {

// CT-3: at most one live primary contact in a company, so the present one steps back for
// `contact_id`.
void step_back(Decision& decision, const View& view, const std::string& company_id,
               const std::string& contact_id) {
  if (company_id.empty()) return;
  const auto primary = view.lookup(Index::kPrimaryContact, {company_id});
  if (!primary || *primary == contact_id) return;
  Event event;
  event.mutable_primary_cleared();
  decision.add(*primary, std::move(event));
}

// CT-2: a second live contact with the same e-mail is allowed; the sender is told.
void warn_of_namesake(Decision& decision, const View& view, const std::string& email) {
  if (email.empty() || view.count(Counter::kContactEmail, {email}) == 0) return;
  decision.notice("contact.duplicate_email", "another live contact has the same e-mail address");
}

Decision change(const ContactFields& set, const FieldNames& clear, const Contact& contact,
                const View& view) {
  Decision decision;
  Event event;
  if (!changes(contact.fields(), set, clear, *event.mutable_changed())) return decision;
  warn_of_namesake(decision, view, event.changed().set().email());
  decision.add(contact.record().id(), std::move(event));
  return decision;
}

// CT-4: the flag counts in the resulting company, so a primary contact that moves takes the place
// of the primary there.
Decision join(const std::string& company_id, const Contact& contact, const View& view) {
  Decision decision;
  if (contact.company_id() == company_id) return decision;
  if (contact.is_primary()) step_back(decision, view, company_id, contact.record().id());
  Event event;
  event.mutable_joined_company()->set_company_id(company_id);
  decision.add(contact.record().id(), std::move(event));
  return decision;
}

Decision make_primary(const std::string& company_id, const Contact& contact, const View& view) {
  Decision decision;
  if (contact.is_primary()) return decision;
  step_back(decision, view, company_id, contact.record().id());
  Event event;
  event.mutable_made_primary();
  decision.add(contact.record().id(), std::move(event));
  return decision;
}

// CT-5: nobody is promoted.
Decision clear_primary(const Contact& contact) {
  Decision decision;
  if (!contact.is_primary()) return decision;
  Event event;
  event.mutable_primary_cleared();
  decision.add(contact.record().id(), std::move(event));
  return decision;
}

}  // namespace

Result<Decision> decide(const CreateContact& command, const std::string& id, const View& view,
                        const Context& context) {
  DAYBOOK_ASSIGN(owner, new_owner(context, command.has_owner_id(), command.owner_id()));
  Decision decision;
  Event event;
  ContactCreated& created = *event.mutable_created();
  *created.mutable_fields() = command.fields();
  schema::set_defaults(*created.mutable_fields());
  if (command.has_company_id()) created.set_company_id(command.company_id());
  created.set_is_primary(command.is_primary());
  if (owner) created.set_owner_id(*owner);
  warn_of_namesake(decision, view, created.fields().email());
  if (created.is_primary()) step_back(decision, view, created.company_id(), id);
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const CreateContact& command, const Contact& contact, const View& view,
                        const Context& context) {
  Steps<Contact> steps(
      contact, [](Contact& state, const log::Event& event) { evolve(state, event.contact(), 0); });
  steps.then(change(command.fields(), {}, contact, view));
  if (command.has_is_primary() && !command.is_primary()) steps.then(clear_primary(contact));
  if (command.has_company_id()) steps.then(join(command.company_id(), steps.state(), view));
  if (command.is_primary())
    steps.then(make_primary(steps.state().company_id(), steps.state(), view));
  if (names_new_owner(command, contact))
    steps.then(lifecycle::assign_owner<Event>(owner_of(command), contact, context));
  return std::move(steps).decision();
}

Result<Decision> decide(const PatchContact& command, const Contact& contact, const View& view,
                        const Context&) {
  return change(command.set(), command.clear(), contact, view);
}

Result<Decision> decide(const JoinCompany& command, const Contact& contact, const View& view,
                        const Context&) {
  return join(command.company_id(), contact, view);
}

Result<Decision> decide(const LeaveCompany&, const Contact& contact, const View&, const Context&) {
  Decision decision;
  if (!contact.has_company_id()) return decision;
  Event event;
  event.mutable_left_company();
  decision.add(contact.record().id(), std::move(event));
  return decision;
}

Result<Decision> decide(const MakePrimaryContact&, const Contact& contact, const View& view,
                        const Context&) {
  return make_primary(contact.company_id(), contact, view);
}

Result<Decision> decide(const ClearPrimaryContact&, const Contact& contact, const View&,
                        const Context&) {
  return clear_primary(contact);
}

Result<Decision> decide(const AssignOwner& command, const Contact& contact, const View&,
                        const Context& context) {
  return lifecycle::assign_owner<Event>(command, contact, context);
}

// CT-6: deals and activities are not touched, and the flag stays as it is.
Result<Decision> decide(const DeleteRecord&, const Contact& contact, const View&, const Context&) {
  return lifecycle::remove<Event>(contact);
}

// A restored contact keeps its primary flag only if its company has no live primary by now.
Result<Decision> decide(const RestoreRecord&, const Contact& contact, const View& view,
                        const Context&) {
  DAYBOOK_ASSIGN(restored, lifecycle::restore<Event>(contact));
  Decision decision;
  const bool another_leads =
      contact.has_company_id() && view.lookup(Index::kPrimaryContact, {contact.company_id()});
  if (!restored.events.empty() && another_leads) decision = clear_primary(contact);
  decision.append(std::move(restored));
  return decision;
}

void evolve(Contact& contact, const Event& event, std::int64_t at) {
  switch (event.event_case()) {
    case Event::kCreated: {
      const ContactCreated& created = event.created();
      *contact.mutable_fields() = created.fields();
      if (created.has_company_id()) contact.set_company_id(created.company_id());
      contact.set_is_primary(created.is_primary());
      if (created.has_owner_id()) contact.mutable_ownership()->set_owner_id(created.owner_id());
      return;
    }
    case Event::kChanged:
      patch::apply(*contact.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kJoinedCompany:
      contact.set_company_id(event.joined_company().company_id());
      return;
    case Event::kLeftCompany:
      contact.clear_company_id();
      return;
    case Event::kMadePrimary:
      contact.set_is_primary(true);
      return;
    case Event::kPrimaryCleared:
      contact.set_is_primary(false);
      return;
    case Event::kOwnerAssigned:
      return lifecycle::evolve(contact, event.owner_assigned());
    case Event::kDeleted:
      return lifecycle::evolve(contact, event.deleted(), at);
    case Event::kRestored:
      return lifecycle::evolve(contact, event.restored());
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(contact, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::contact
