#include "domain/state/evolve.h"

#include <type_traits>

#include "domain/activity/activity.h"
#include "domain/company/company.h"
#include "domain/contact/contact.h"
#include "domain/custom_field/custom_field.h"
#include "domain/deal/deal.h"
#include "domain/organization/organization.h"
#include "domain/pipeline_stage/pipeline_stage.h"
#include "domain/saved_filter/saved_filter.h"
#include "domain/user/user.h"

namespace daybook {
namespace {

using google::protobuf::Message;

// Calls `use` with the state as its own type.
template <class Use>
auto with_state(Entity entity, const Message& state, Use use) {
  switch (entity) {
    case ENTITY_ORGANIZATION:
      return use(static_cast<const organization::Organization&>(state));
    case ENTITY_USER:
      return use(static_cast<const user::User&>(state));
    case ENTITY_COMPANY:
      return use(static_cast<const company::Company&>(state));
    case ENTITY_CONTACT:
      return use(static_cast<const contact::Contact&>(state));
    case ENTITY_PIPELINE_STAGE:
      return use(static_cast<const pipeline_stage::PipelineStage&>(state));
    case ENTITY_DEAL:
      return use(static_cast<const deal::Deal&>(state));
    case ENTITY_ACTIVITY:
      return use(static_cast<const activity::Activity&>(state));
    case ENTITY_COMPANY_CUSTOM_FIELD:
    case ENTITY_CONTACT_CUSTOM_FIELD:
    case ENTITY_DEAL_CUSTOM_FIELD:
      return use(static_cast<const custom_field::CustomField&>(state));
    case ENTITY_SAVED_FILTER:
      return use(static_cast<const saved_filter::SavedFilter&>(state));
    case ENTITY_SAVED_FILTER_USE:
    case ENTITY_UNSPECIFIED:
    case Entity_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Entity_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return use(static_cast<const saved_filter::FilterUse&>(state));
}

void evolve_typed(Message& state, const log::Event& event, std::int64_t at) {
  switch (event.event_case()) {
    case log::Event::kOrganization:
      return organization::evolve(static_cast<organization::Organization&>(state),
                                  event.organization(), at);
    case log::Event::kUser:
      return user::evolve(static_cast<user::User&>(state), event.user(), at);
    case log::Event::kCompany:
      return company::evolve(static_cast<company::Company&>(state), event.company(), at);
    case log::Event::kContact:
      return contact::evolve(static_cast<contact::Contact&>(state), event.contact(), at);
    case log::Event::kPipelineStage:
      return pipeline_stage::evolve(static_cast<pipeline_stage::PipelineStage&>(state),
                                    event.pipeline_stage(), at);
    case log::Event::kDeal:
      return deal::evolve(static_cast<deal::Deal&>(state), event.deal(), at);
    case log::Event::kActivity:
      return activity::evolve(static_cast<activity::Activity&>(state), event.activity(), at);
    case log::Event::kCustomField:
      return custom_field::evolve(static_cast<custom_field::CustomField&>(state),
                                  event.custom_field(), at);
    case log::Event::kSavedFilter:
      return saved_filter::evolve(static_cast<saved_filter::SavedFilter&>(state),
                                  event.saved_filter(), at);
    case log::Event::EVENT_NOT_SET:
      return;
  }
}

// The part that every record's state has, made if it is not there yet; null for saved-filter uses.
Record* mutable_record(Entity entity, Message& state) {
  return with_state(entity, state, [](const auto& typed) -> Record* {
    if constexpr (requires { typed.record(); }) {
      // `state` itself is not const.
      return const_cast<std::remove_cvref_t<decltype(typed)>&>(typed).mutable_record();
    } else {
      return nullptr;
    }
  });
}

// every change sets updated_at, except that a use of a filter (SF-2) is not a change of it.
bool is_change(const log::Event& event) {
  return event.event_case() != log::Event::kSavedFilter ||
         event.saved_filter().event_case() != saved_filter::Event::kUsed;
}

}  // namespace

const Record* record_of(Entity entity, const Message& state) {
  return with_state(entity, state, [](const auto& typed) -> const Record* {
    if constexpr (requires { typed.record(); }) {
      return &typed.record();
    } else {
      return nullptr;
    }
  });
}

void evolve(Message& state, std::string_view organization_id, const log::Event& event,
            std::int64_t at) {
  Record* found = mutable_record(event.entity(), state);
  if (found == nullptr) return;
  Record& record = *found;
  if (record.version() == 0) {
    record.set_id(event.id());
    record.set_organization_id(std::string(organization_id));
    record.set_created_at(event.has_created_at() ? event.created_at() : at);
    record.set_updated_at(event.has_updated_at() ? event.updated_at() : at);
    *record.mutable_external_ids() = event.external_ids();
  } else if (is_change(event)) {
    record.set_updated_at(at);
  }
  record.set_version(event.version());
  evolve_typed(state, event, at);
}

Holders holders_of(Entity entity, const Message& state) {
  return with_state(entity, state, [](const auto& typed) {
    Holders holders;
    if constexpr (requires { typed.ownership(); }) holders.owner_id = typed.ownership().owner_id();
    if constexpr (requires { typed.assigned_to_id(); })
      holders.assignee_id = typed.assigned_to_id();
    return holders;
  });
}

bool is_soft_deleted(Entity entity, const Message& state) {
  return with_state(entity, state, [](const auto& typed) {
    if constexpr (requires { typed.deletion(); }) return typed.deletion().is_deleted();
    return false;
  });
}

bool is_live(Entity entity, const Message& state) {
  const Record* record = record_of(entity, state);
  return record != nullptr && record->version() > 0 && !record->removed() &&
         !is_soft_deleted(entity, state);
}

std::uint32_t fold_version(Entity) { return 1; }

}  // namespace daybook
