#include "domain/state/state.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "domain/core/schema.h"
#include "domain/state/evolve.h"
#include "domain/state/indexes.h"
#include "domain/state/keys.h"
#include "schemas/saved_filter.pb.h"

namespace daybook {
namespace {

using google::protobuf::Message;

std::int64_t parse_count(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

State::Value text_value(std::string text) {
  State::Value value;
  value.text = std::make_shared<const std::string>(std::move(text));
  return value;
}

class OrganizationView final : public View {
 public:
  OrganizationView(const State& state, std::string organization_id)
      : state_(state), organization_id_(std::move(organization_id)) {}

  [[nodiscard]] const Message* find(Entity entity, std::string_view id) const override {
    return id.empty() ? nullptr : state_.find(organization_id_, entity, id);
  }
  [[nodiscard]] std::optional<std::string> lookup(Index index, const KeyParts& key) const override {
    return state_.text(keys::index(organization_id_, index, key));
  }
  [[nodiscard]] std::int64_t count(Counter counter, const KeyParts& key) const override {
    const auto text = state_.text(keys::counter(organization_id_, counter, key));
    return text ? parse_count(*text) : 0;
  }
  [[nodiscard]] std::vector<std::string> scan(Index index, const KeyParts& prefix,
                                              std::size_t limit) const override {
    return state_.scan(keys::index(organization_id_, index, prefix), limit);
  }

 private:
  const State& state_;
  std::string organization_id_;
};

}  // namespace

State::State(StateStore& store, std::size_t cached_entries_max, Indexes indexes)
    : store_(store), cached_entries_max_(cached_entries_max), indexes_(indexes) {}

std::unique_ptr<View> State::view(std::string organization_id) const {
  return std::make_unique<OrganizationView>(*this, std::move(organization_id));
}

Result<void> State::health() const {
  if (failure_) return fail(*failure_);
  return {};
}

State::Slot& State::slot(const std::string& key) const {
  const auto find = [&](auto& entries) -> std::pair<Slot&, bool> {
    const auto [found, fresh] = entries.try_emplace(key);
    if (fresh) load(*found);
    found->second.used = true;
    return {*found, fresh};
  };
  if (keys::is_ordered(key)) return find(ordered_entries_).first;
  auto [slot, fresh] = find(entries_[std::hash<std::string>()(key) % kParts]);
  if (fresh) ++entries_count_;
  return slot;
}

void State::load(Slot& fresh) const {
  auto& [key, entry] = fresh;
  auto stored = store_.get(key);
  if (!stored) {
    if (!failure_) failure_ = std::move(stored).error();
    return;
  }
  if (!*stored) return;
  if (!keys::is_record(key)) {
    entry.value = text_value(**std::move(stored));
    return;
  }
  std::shared_ptr<Message> record(schema::state_prototype(keys::parse_record(key).entity).New());
  if (!record->ParseFromString(**stored)) {
    failure_ = Error{ErrorKind::kCorrupt, "state.damaged",
                     "a record in the state store does not parse; remove the state "
                     "folder, it is folded again from the log",
                     ""};
    return;
  }
  entry.value.record = std::move(record);
}

const Message* State::find(const std::string& organization_id, Entity entity,
                           std::string_view id) const {
  return slot(keys::record(organization_id, entity, id)).second.value.record.get();
}

std::optional<std::string> State::text(const std::string& key) const {
  if (keys::is_lasting(key)) return lasting_text(key);
  const Value& value = slot(key).second.value;
  return value.text == nullptr ? std::nullopt : std::optional(*value.text);
}

std::optional<std::string> State::lasting_text(const std::string& key) const {
  if (const auto noted = noted_.find(key); noted != noted_.end()) return noted->second;
  auto stored = store_.get(key);
  if (stored) return *std::move(stored);
  if (!failure_) failure_ = std::move(stored).error();
  return std::nullopt;
}

std::vector<std::string> State::scan(const std::string& prefix, std::size_t limit) const {
  std::map<std::string, std::string> found;
  auto scanned = store_.scan(prefix, [&](std::string_view key, std::string_view value) {
    if (ordered_entries_.find(std::string(key)) == ordered_entries_.end())
      found.emplace(key, value);
    return found.size() < limit;
  });
  if (!scanned && !failure_) failure_ = std::move(scanned).error();
  for (auto it = ordered_entries_.lower_bound(prefix); it != ordered_entries_.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    if (it->second.value.text != nullptr) found.emplace(it->first, *it->second.value.text);
  }
  std::vector<std::string> values;
  for (auto& [key, value] : found) {
    if (values.size() == limit) break;
    values.push_back(std::move(value));
  }
  return values;
}

void State::begin() { undo_.clear(); }

void State::set(Slot& slot, Value value) {
  undo_.push_back({slot, std::exchange(slot.second.value, std::move(value))});
}

State::ChangeSet State::commit() {
  std::sort(undo_.begin(), undo_.end(),
            [](const Change& a, const Change& b) { return a.key() < b.key(); });
  ChangeSet changes;
  changes.reserve(undo_.size());
  for (const Change& change : undo_) {
    if (!changes.empty() && changes.back().slot_ == change.slot_) continue;
    Entry& entry = change.slot_->second;
    ++entry.pending;
    changes.push_back({*change.slot_, entry.value});
  }
  undo_.clear();
  return changes;
}

void State::rollback() {
  for (auto change = undo_.rbegin(); change != undo_.rend(); ++change)
    change->slot_->second.value = std::move(change->value_);
  undo_.clear();
}

Result<void> State::apply(const std::string& organization_id, log::Event& event, std::int64_t at) {
  Slot& slot = this->slot(keys::record(organization_id, event.entity(), event.id()));
  const Message* before = slot.second.value.record.get();
  const std::uint64_t next_version =
      before == nullptr ? 1 : record_of(event.entity(), *before)->version() + 1;
  if (event.version() == 0) event.set_version(next_version);
  if (event.version() != next_version) {
    return fail(ErrorKind::kCorrupt, "log.version_gap",
                schema::entity_rule(event.entity()).name() + " " + event.id() + " is at version " +
                    std::to_string(next_version - 1) + ", the log goes on with " +
                    std::to_string(event.version()));
  }
  std::shared_ptr<Message> after(schema::state_prototype(event.entity()).New());
  if (before != nullptr) after->CopyFrom(*before);
  evolve(*after, organization_id, event, at);
  put_record(organization_id, event.entity(), slot, std::move(after));
  fold_filter_uses(organization_id, event, at);
  return {};
}

void State::put_record(const std::string& organization_id, Entity entity, Slot& slot,
                       std::shared_ptr<Message> state) {
  reindex(organization_id, entity, slot.second.value.record.get(), state.get());
  Value value;
  value.record = std::move(state);
  set(slot, std::move(value));
}

void State::reindex(const std::string& organization_id, Entity entity, const Message* before,
                    const Message* after) {
  // Filters are removed together with their uses.
  if (indexes_ == Indexes::kForFolding && entity != ENTITY_SAVED_FILTER_USE) return;
  const auto old_entries = index_entries(entity, organization_id, before);
  const auto new_entries = index_entries(entity, organization_id, after);
  const auto in = [](const std::vector<IndexEntry>& list, const IndexEntry& entry) {
    return std::find(list.begin(), list.end(), entry) != list.end();
  };
  for (const IndexEntry& old_entry : old_entries) {
    if (in(new_entries, old_entry)) continue;
    if (old_entry.id.empty()) {
      add_to_count(old_entry.key, -1);
    } else if (Slot& held = slot(old_entry.key);
               held.second.value.text != nullptr && *held.second.value.text == old_entry.id) {
      set(held, {});
    }
  }
  for (const IndexEntry& new_entry : new_entries) {
    if (in(old_entries, new_entry)) continue;
    if (new_entry.id.empty()) {
      add_to_count(new_entry.key, 1);
    } else {
      set(slot(new_entry.key), text_value(new_entry.id));
    }
  }
}

void State::add_to_count(const std::string& key, std::int64_t difference) {
  Slot& slot = this->slot(key);
  const auto& current = slot.second.value.text;
  const std::int64_t count = (current != nullptr ? parse_count(*current) : 0) + difference;
  set(slot, count == 0 ? Value() : text_value(std::to_string(count)));
}

// Uses of saved filters are records of their own, made and removed by events of other records.
void State::fold_filter_uses(const std::string& organization_id, const log::Event& event,
                             std::int64_t at) {
  if (event.saved_filter().has_used()) {
    const saved_filter::FilterUsed& used = event.saved_filter().used();
    auto use = std::make_shared<saved_filter::FilterUse>();
    use->set_id(used.use_id());
    use->set_organization_id(organization_id);
    use->set_saved_filter_id(event.id());
    use->set_used_at(at);
    if (used.has_user_id()) use->set_user_id(used.user_id());
    if (used.has_execution_time()) use->set_execution_time(used.execution_time());
    if (used.has_result_count()) use->set_result_count(used.result_count());
    Slot& slot = this->slot(keys::record(organization_id, ENTITY_SAVED_FILTER_USE, used.use_id()));
    put_record(organization_id, ENTITY_SAVED_FILTER_USE, slot, std::move(use));
  } else if (event.saved_filter().has_removed()) {
    for (const std::string& id :
         scan(keys::index(organization_id, Index::kFilterUseByFilter, {event.id()}), SIZE_MAX)) {
      remove_use(organization_id, id);
    }
  } else if (event.organization().has_filter_uses_purged()) {
    purge_uses(organization_id, event.organization().filter_uses_purged().used_before());
  }
}

void State::purge_uses(const std::string& organization_id, std::int64_t used_before) {
  constexpr std::size_t kPortion = 1'000;
  const std::string by_time = keys::index(organization_id, Index::kFilterUseByTime, {});
  for (;;) {
    const auto ids = scan(by_time, kPortion);
    for (const std::string& id : ids) {
      const auto* use = static_cast<const saved_filter::FilterUse*>(
          find(organization_id, ENTITY_SAVED_FILTER_USE, id));
      if (use == nullptr || use->used_at() >= used_before) return;
      remove_use(organization_id, id);
    }
    if (ids.size() < kPortion) return;
  }
}

void State::remove_use(const std::string& organization_id, const std::string& use_id) {
  Slot& slot = this->slot(keys::record(organization_id, ENTITY_SAVED_FILTER_USE, use_id));
  reindex(organization_id, ENTITY_SAVED_FILTER_USE, slot.second.value.record.get(), nullptr);
  set(slot, {});
}

}  // namespace daybook
