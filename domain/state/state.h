// The state of one partition: folded records, look-up indexes, receipts and history positions,
// cached over a store.
//
// Decisions are made ahead of the log, so changes come in transactions: begin, apply events, then
// commit (giving the change set that the outcome made) or roll back. A change set is confirmed when
// its outcome has been read back from the log as valid; only confirmed changes reach the store, in
// large coalesced batches. `resume` drops everything that is not in the store: the caller then
// folds the log again from the store's progress.
//
// A read error of the store sticks (see `health`); reads then answer "absent", and the caller must
// stop before it appends or answers anything. Used by one thread.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/log.pb.h"

namespace daybook {

// Port: an ordered key-value store that survives the process.
class StateStore {
 public:
  using Batch = std::vector<std::pair<std::string, std::optional<std::string>>>;  // nullopt: delete

  StateStore() = default;
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  virtual ~StateStore() = default;

  [[nodiscard]] virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  // Calls `visit` for the keys with this prefix in order until it returns false.
  [[nodiscard]] virtual Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const = 0;
  // All or nothing; need not be durable before it returns.
  [[nodiscard]] virtual Result<void> write(const Batch& batch) = 0;
  // Removes everything.
  [[nodiscard]] virtual Result<void> clear() = 0;
};

class State {
 public:
  struct Value {
    std::shared_ptr<const google::protobuf::Message> record;
    std::shared_ptr<const std::string> text;
    [[nodiscard]] bool present() const { return record != nullptr || text != nullptr; }
  };
  struct Change {
    std::string key;
    Value value;
  };
  using ChangeSet = std::vector<Change>;

  // `cached_entries_max` bounds the clean part of the cache.
  explicit State(StateStore& store, std::size_t cached_entries_max = 400'000);

  [[nodiscard]] std::unique_ptr<View> view(std::string organization_id) const;
  [[nodiscard]] Result<void> health() const;

  void begin();
  // Applies an event to its record and to the indexes. An event without a version gets the next
  // one; another version than the next one is corruption.
  [[nodiscard]] Result<void> apply(const std::string& organization_id, log::Event& event,
                                   std::int64_t at);
  // Stores a text under a key of domain/state/keys.h.
  void put(const std::string& key, std::string value);
  [[nodiscard]] ChangeSet commit();
  void rollback();

  void confirm(ChangeSet changes);
  // Writes all confirmed changes together with `progress`, which then stands for them and for the
  // fold versions.
  [[nodiscard]] Result<void> flush(log::Progress progress);
  [[nodiscard]] std::size_t confirmed_count() const { return confirmed_.size(); }
  // Gives memory back if the cache has grown over its bound; not inside a transaction.
  void trim();
  // Forgets everything that is not in the store and says where folding goes on: nothing if it
  // begins anew, because the store is empty, damaged or was folded by other rules (it is then
  // emptied).
  [[nodiscard]] Result<std::optional<log::Progress>> resume();
  // Forgets, and empties the store too.
  [[nodiscard]] Result<void> reset();

  [[nodiscard]] const google::protobuf::Message* find(const std::string& organization_id,
                                                      Entity entity, std::string_view id) const;
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  [[nodiscard]] std::vector<std::string> scan(const std::string& prefix, std::size_t limit) const;

 private:
  struct Entry {
    Value value;
    std::uint32_t unflushed = 0;  // change sets with this key that the store does not have yet
  };

  Entry& entry(const std::string& key) const;
  void set(const std::string& key, Value value);
  void add_to_count(const std::string& key, std::int64_t difference);
  void reindex(const std::string& organization_id, Entity entity,
               const google::protobuf::Message* before, const google::protobuf::Message* after);
  void put_record(const std::string& organization_id, Entity entity, const std::string& id,
                  std::shared_ptr<google::protobuf::Message> state);
  void fold_filter_uses(const std::string& organization_id, const log::Event& event,
                        std::int64_t at);
  void purge_uses(const std::string& organization_id, std::int64_t used_before);
  void remove_use(const std::string& organization_id, const std::string& use_id);
  void forget();

  StateStore& store_;
  std::size_t cached_entries_max_;
  mutable std::unordered_map<std::string, Entry> entries_;
  mutable std::map<std::string, Entry> ordered_entries_;
  mutable Result<void> health_;
  std::vector<Change> undo_;  // values before the open transaction, in the order of the changes
  std::unordered_map<std::string, Value> confirmed_;
};

}  // namespace daybook
