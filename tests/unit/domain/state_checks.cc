#include "tests/unit/domain/state_checks.h"

#include <map>
#include <memory>
#include <set>

#include "domain/core/position.h"
#include "domain/core/schema.h"
#include "domain/state/evolve.h"
#include "domain/state/indexes.h"
#include "domain/state/keys.h"
#include "schemas/contact.pb.h"
#include "schemas/deal.pb.h"
#include "schemas/pipeline_stage.pb.h"
#include "schemas/user.pb.h"

namespace daybook::test {
namespace {

using google::protobuf::Message;

std::string readable(const std::string& key) {
  return hex(reinterpret_cast<const std::uint8_t*>(key.data()), key.size());
}

class Checker {
 public:
  explicit Checker(const MemoryStateStore::Content& content) : content_(content) {}

  std::vector<std::string> run() {
    for (const auto& [key, bytes] : content_) {
      if (keys::is_record(key)) check_record(keys::parse_record(key), bytes);
    }
    for (const auto& [key, count] : counts_) expected_[key] = std::to_string(count);
    compare_indexes();
    return std::move(faults_);
  }

 private:
  void fault(const std::string& what) { faults_.push_back(what); }

  void check_record(const keys::RecordKey& key, const std::string& bytes) {
    const std::unique_ptr<Message> state(schema::state_prototype(key.entity).New());
    const std::string name = schema::entity_rule(key.entity).name() + " " + key.id;
    if (!state->ParseFromString(bytes)) return fault(name + " does not parse");
    if (const Record* record = record_of(key.entity, *state)) {
      const bool complete =
          record->id() == key.id && record->organization_id() == key.organization_id &&
          record->version() > 0 && record->created_at() != 0 && record->updated_at() != 0;
      if (!complete) fault(name + " is not complete: " + record->ShortDebugString());
      if (record->created_at() > record->updated_at())
        fault(name + " was changed before it was made");
    }
    for (const IndexEntry& entry : index_entries(key.entity, key.organization_id, state.get())) {
      if (entry.id.empty()) {
        ++counts_[entry.key];
      } else if (const auto [held, fresh] = expected_.emplace(entry.key, entry.id);
                 !fresh && held->second != entry.id) {
        fault("two records claim the index entry " + readable(entry.key));
      }
    }
    check_rules(key, *state);
  }

  void check_rules(const keys::RecordKey& key, const Message& state) {
    if (key.entity == ENTITY_CONTACT) {
      const auto& contact = static_cast<const contact::Contact&>(state);
      const bool leads =
          contact.is_primary() && contact.has_company_id() && is_live(key.entity, state);
      if (leads && !primaries_.insert(contact.company_id()).second) {
        fault("company " + contact.company_id() + " has two live primary contacts");
      }
    }
    if (key.entity == ENTITY_USER) {
      const auto& user = static_cast<const user::User&>(state);
      if (!emails_.insert(key.organization_id + user.fields().email()).second)
        fault("two users have one e-mail");
    }
    if (key.entity == ENTITY_DEAL) {
      const auto& deal = static_cast<const deal::Deal&>(state);
      const auto stage =
          content_.find(keys::record(key.organization_id, ENTITY_PIPELINE_STAGE, deal.stage_id()));
      pipeline_stage::PipelineStage parsed;
      const bool there = stage != content_.end() && parsed.ParseFromString(stage->second) &&
                         !parsed.record().removed();
      if (!there) fault("deal " + key.id + " is in a stage that is not there");
    }
  }

  void compare_indexes() {
    std::map<std::string, std::string> actual;
    for (const auto& [key, value] : content_) {
      if (!keys::is_record(key) && key.front() != '\0') actual.emplace(key, value);
    }
    for (const auto& [key, value] : expected_) {
      const auto found = actual.find(key);
      if (found == actual.end()) {
        fault("missing: " + readable(key) + " = " + value);
      } else if (found->second != value) {
        fault("wrong: " + readable(key) + " = " + found->second + ", it should be " + value);
      }
    }
    for (const auto& [key, value] : actual) {
      if (expected_.count(key) == 0) fault("left over: " + readable(key) + " = " + value);
    }
  }

  const MemoryStateStore::Content& content_;
  std::vector<std::string> faults_;
  std::map<std::string, std::string> expected_;
  std::map<std::string, std::int64_t> counts_;
  std::set<std::string> primaries_;
  std::set<std::string> emails_;
};

}  // namespace

std::vector<std::string> faults_of(const MemoryStateStore::Content& content) {
  return Checker(content).run();
}

}  // namespace daybook::test
