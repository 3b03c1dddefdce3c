#include "domain/state/indexes.h"

#include "domain/core/schema.h"
#include "domain/custom_field/custom_field.h"
#include "domain/state/keys.h"
#include "schemas/activity.pb.h"
#include "schemas/company.pb.h"
#include "schemas/contact.pb.h"
#include "schemas/deal.pb.h"
#include "schemas/pipeline_stage.pb.h"
#include "schemas/saved_filter.pb.h"
#include "schemas/user.pb.h"

namespace daybook {
namespace {

class Collector {
 public:
  Collector(Entity entity, std::string_view organization_id)
      : entity_(entity), organization_id_(organization_id) {}

  void external_ids(const Record& record) {
    const std::string entity = std::to_string(entity_);
    for (const ExternalId& external : record.external_ids()) {
      lead(Index::kExternalId, {entity, external.namespace_(), external.id()}, record.id());
    }
  }
  void lead(Index index, const KeyParts& parts, const std::string& id) {
    entries_.push_back({keys::index(organization_id_, index, parts), id});
  }
  void count(Counter counter, const KeyParts& parts) {
    entries_.push_back({keys::counter(organization_id_, counter, parts), {}});
  }
  [[nodiscard]] std::vector<IndexEntry> take() { return std::move(entries_); }

 private:
  Entity entity_;
  std::string_view organization_id_;
  std::vector<IndexEntry> entries_;
};

void collect(Collector& out, const user::User& user) {
  out.lead(Index::kUserEmail, {user.fields().email()}, user.record().id());
}

void collect(Collector& out, const company::Company& company) {
  if (company.deletion().is_deleted()) return;
  out.count(Counter::kCompanyNameAndOwner,
            {company.fields().name(), company.ownership().owner_id()});
}

void collect(Collector& out, const contact::Contact& contact) {
  if (contact.deletion().is_deleted()) return;
  if (contact.fields().has_email()) out.count(Counter::kContactEmail, {contact.fields().email()});
  if (!contact.has_company_id()) return;
  out.count(Counter::kCompanyContacts, {contact.company_id()});
  if (contact.is_primary())
    out.lead(Index::kPrimaryContact, {contact.company_id()}, contact.record().id());
}

void collect(Collector& out, const pipeline_stage::PipelineStage& stage) {
  if (stage.record().removed()) return;
  const std::string position = keys::ordered(stage.position());
  out.lead(Index::kStagePosition, {position, stage.record().id()}, stage.record().id());
}

void collect(Collector& out, const deal::Deal& deal) {
  out.count(Counter::kStageDeals, {deal.stage_id()});
  const bool open = !deal.deletion().is_deleted() && deal.status() == deal::DEAL_STATUS_OPEN;
  if (open && deal.has_company_id()) out.count(Counter::kCompanyOpenDeals, {deal.company_id()});
}

void collect(Collector& out, const activity::Activity& activity) {
  const bool open = activity.status() == activity::ACTIVITY_STATUS_PENDING ||
                    activity.status() == activity::ACTIVITY_STATUS_IN_PROGRESS;
  if (activity.deletion().is_deleted() || !open || !activity.links().has_company_id()) return;
  out.count(Counter::kCompanyOpenActivities, {activity.links().company_id()});
}

void collect(Collector& out, const custom_field::CustomField& field, Entity entity) {
  const std::string kind = std::to_string(entity);
  out.lead(Index::kCustomField, {kind, custom_field::parent_id(field), field.fields().field_name()},
           field.record().id());
}

void collect(Collector& out, const saved_filter::SavedFilter& filter) {
  if (filter.record().removed()) return;
  const std::string entity = std::to_string(filter.fields().entity());
  out.lead(Index::kFilterName, {filter.ownership().owner_id(), entity, filter.fields().name()},
           filter.record().id());
}

void collect(Collector& out, const saved_filter::FilterUse& use) {
  const std::string time = keys::ordered(use.used_at());
  out.lead(Index::kFilterUseByTime, {time, use.id()}, use.id());
  out.lead(Index::kFilterUseByFilter, {use.saved_filter_id(), use.id()}, use.id());
}

template <class State>
void collect_record(Collector& out, const google::protobuf::Message& message) {
  const auto& state = static_cast<const State&>(message);
  out.external_ids(state.record());
  collect(out, state);
}

}  // namespace

std::vector<IndexEntry> index_entries(Entity entity, std::string_view organization_id,
                                      const google::protobuf::Message* state) {
  if (state == nullptr) return {};
  Collector out(entity, organization_id);
  switch (entity) {
    case ENTITY_USER:
      collect_record<user::User>(out, *state);
      break;
    case ENTITY_COMPANY:
      collect_record<company::Company>(out, *state);
      break;
    case ENTITY_CONTACT:
      collect_record<contact::Contact>(out, *state);
      break;
    case ENTITY_PIPELINE_STAGE:
      collect_record<pipeline_stage::PipelineStage>(out, *state);
      break;
    case ENTITY_DEAL:
      collect_record<deal::Deal>(out, *state);
      break;
    case ENTITY_ACTIVITY:
      collect_record<activity::Activity>(out, *state);
      break;
    case ENTITY_COMPANY_CUSTOM_FIELD:
    case ENTITY_CONTACT_CUSTOM_FIELD:
    case ENTITY_DEAL_CUSTOM_FIELD: {
      const auto& field = static_cast<const custom_field::CustomField&>(*state);
      out.external_ids(field.record());
      collect(out, field, entity);
      break;
    }
    case ENTITY_SAVED_FILTER:
      collect_record<saved_filter::SavedFilter>(out, *state);
      break;
    case ENTITY_SAVED_FILTER_USE:
      collect(out, static_cast<const saved_filter::FilterUse&>(*state));
      break;
    case ENTITY_UNSPECIFIED:
    case ENTITY_ORGANIZATION:
    case Entity_INT_MIN_SENTINEL_DO_NOT_USE_:
    case Entity_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return out.take();
}

}  // namespace daybook
