#include "domain/company/company.h"

#include "domain/core/access.h"
#include "domain/core/lifecycle.h"
#include "domain/core/patch.h"
#include "domain/core/schema.h"
#include "domain/core/steps.h"

namespace daybook::company {
namespace {

// CO-2: a second live company of the same name and owner is allowed; the sender is told.
void warn_of_namesake(Decision& decision, const View& view, const std::string& name,
                      const std::string& owner_id, std::int64_t known) {
  if (view.count(Counter::kCompanyNameAndOwner, {name, owner_id}) > known) {
    decision.notice("company.duplicate_name", "another live company has the same name and owner");
  }
}

Decision change(const CompanyFields& set, const FieldNames& clear, const Company& company,
                const View& view) {
  Decision decision;
  Event event;
  if (!changes(company.fields(), set, clear, *event.mutable_changed())) return decision;
  if (event.changed().set().has_name()) {
    warn_of_namesake(decision, view, event.changed().set().name(), company.ownership().owner_id(),
                     0);
  }
  decision.add(company.record().id(), std::move(event));
  return decision;
}

}  // namespace

Result<Decision> decide(const CreateCompany& command, const std::string& id, const View& view,
                        const Context& context) {
  DAYBOOK_ASSIGN(owner, new_owner(context, command.has_owner_id(), command.owner_id()));
  Decision decision;
  Event event;
  CompanyCreated& created = *event.mutable_created();
  *created.mutable_fields() = command.fields();
  schema::set_defaults(*created.mutable_fields());
  if (owner) created.set_owner_id(*owner);
  warn_of_namesake(decision, view, created.fields().name(), created.owner_id(), 0);
  decision.add(id, std::move(event));
  return decision;
}

Result<Decision> decide(const CreateCompany& command, const Company& company, const View& view,
                        const Context& context) {
  Steps<Company> steps(
      company, [](Company& state, const log::Event& event) { evolve(state, event.company(), 0); });
  steps.then(change(command.fields(), {}, company, view));
  if (names_new_owner(command, company))
    steps.then(lifecycle::assign_owner<Event>(owner_of(command), company, context));
  return std::move(steps).decision();
}

Result<Decision> decide(const PatchCompany& command, const Company& company, const View& view,
                        const Context&) {
  return change(command.set(), command.clear(), company, view);
}

Result<Decision> decide(const AssignOwner& command, const Company& company, const View&,
                        const Context& context) {
  return lifecycle::assign_owner<Event>(command, company, context);
}

// CO-5: what points at the company is not touched; the answer counts it.
Result<Decision> decide(const DeleteRecord&, const Company& company, const View& view,
                        const Context&) {
  DAYBOOK_ASSIGN(decision, lifecycle::remove<Event>(company));
  const std::string& id = company.record().id();
  decision.notice("company.still_referenced", "live records keep pointing at the deleted company");
  auto& counts = *decision.notices.back().mutable_counts();
  counts["contacts"] = view.count(Counter::kCompanyContacts, {id});
  counts["openDeals"] = view.count(Counter::kCompanyOpenDeals, {id});
  counts["openActivities"] = view.count(Counter::kCompanyOpenActivities, {id});
  return decision;
}

Result<Decision> decide(const RestoreRecord&, const Company& company, const View&, const Context&) {
  return lifecycle::restore<Event>(company);
}

void evolve(Company& company, const Event& event, std::int64_t at) {
  switch (event.event_case()) {
    case Event::kCreated:
      *company.mutable_fields() = event.created().fields();
      if (event.created().has_owner_id())
        company.mutable_ownership()->set_owner_id(event.created().owner_id());
      return;
    case Event::kChanged:
      patch::apply(*company.mutable_fields(), event.changed().set(), event.changed().clear());
      return;
    case Event::kOwnerAssigned:
      return lifecycle::evolve(company, event.owner_assigned());
    case Event::kDeleted:
      return lifecycle::evolve(company, event.deleted(), at);
    case Event::kRestored:
      return lifecycle::evolve(company, event.restored());
    case Event::kExternalIdsAdded:
      return lifecycle::evolve(company, event.external_ids_added());
    case Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace daybook::company
