// The state of one partition: folded records, look-up indexes, receipts and history positions,
// cached over a store.
//
// Decisions are made ahead of the log, so changes come in transactions: begin, apply events, then
// commit (giving the change set that the outcome made) or roll back. A change set is confirmed when
// its outcome has been read back from the log as valid; only confirmed changes reach the store, in
// large coalesced batches. `resume` drops everything that is not in the store, change sets that
// were not confirmed included: the caller then folds the log again from the store's progress.
//
// Receipts and history are written once and hardly ever read: they are noted for the store when
// their outcome is confirmed, and not cached.
//
// An error of the store sticks (see `health`); reads then answer "absent", and the caller must stop
// before it appends or answers anything. Used by one thread.
#pragma once

#include <google/protobuf/message.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "domain/core/result.h"
#include "domain/core/view.h"
#include "schemas/log.pb.h"

namespace daybook {

// Port: an ordered key-value store that survives the process.
class StateStore {
 public:
  // nullopt: delete. What is shared is not changed any more, so that it may be put into bytes
  // later, and by another thread.
  using Value = std::variant<std::nullopt_t, std::string, std::shared_ptr<const std::string>,
                             std::shared_ptr<const google::protobuf::Message>>;
  using Batch = std::vector<std::pair<std::string, Value>>;
  using Batches = std::vector<std::shared_ptr<const Batch>>;
  [[nodiscard]] static std::optional<std::string> bytes_of(const Value& value);

  StateStore() = default;
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  virtual ~StateStore() = default;

  [[nodiscard]] virtual Result<std::optional<std::string>> get(std::string_view key) const = 0;
  // Calls `visit` for the keys with this prefix in order until it returns false.
  [[nodiscard]] virtual Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const = 0;
  // All of them or nothing, in their order: of a key that comes twice, the last counts. Need not be
  // durable before it returns, nor even done: then a later call tells of a failure, and whatever
  // was taken since is lost too.
  [[nodiscard]] virtual Result<void> write_all(const Batches& batches) = 0;
  [[nodiscard]] Result<void> write(Batch batch) {
    return write_all({std::make_shared<const Batch>(std::move(batch))});
  }
  // Removes everything.
  [[nodiscard]] virtual Result<void> clear() = 0;
  // After a write that failed: can be written again, and is as it once was, perhaps longer ago.
  [[nodiscard]] virtual Result<void> recover() { return {}; }
};

class State {
  struct Entry;
  // A key with what is known of it; stays where it is for as long as it is cached.
  using Slot = std::pair<const std::string, Entry>;

 public:
  struct Value {
    std::shared_ptr<const google::protobuf::Message> record;
    std::shared_ptr<const std::string> text;
    [[nodiscard]] bool present() const { return record != nullptr || text != nullptr; }
  };
  // What became of a key. Belongs to its State, until that resumes or is gone.
  class Change {
   public:
    [[nodiscard]] const std::string& key() const;
    [[nodiscard]] const Value& value() const { return value_; }

   private:
    friend class State;
    Change(Slot& slot, Value value) : slot_(&slot), value_(std::move(value)) {}
    Slot* slot_;
    Value value_;
  };
  using ChangeSet = std::vector<Change>;  // one for each key, in their order

  enum class Indexes {
    kAll,         // what decisions look up
    kForFolding,  // only what folding itself needs
  };

  // `cached_entries_max` bounds the clean part of the cache.
  explicit State(StateStore& store, std::size_t cached_entries_max = 400'000,
                 Indexes indexes = Indexes::kAll);

  [[nodiscard]] std::unique_ptr<View> view(std::string organization_id) const;
  [[nodiscard]] Result<void> health() const;

  void begin();
  // Applies an event to its record and to the indexes. An event without a version gets the next
  // one; another version than the next one is corruption.
  [[nodiscard]] Result<void> apply(const std::string& organization_id, log::Event& event,
                                   std::int64_t at);
  [[nodiscard]] ChangeSet commit();
  void rollback();

  void confirm(ChangeSet changes);
  // A receipt or a place in the history, of an outcome that is confirmed: under a lasting key of
  // domain/state/keys.h.
  void note(std::string key, std::string value);
  // Writes all confirmed changes together with `progress`, which then stands for them and for the
  // fold versions. After an error, which sticks, only `resume` says what the state is.
  [[nodiscard]] Result<void> flush(log::Progress progress);
  [[nodiscard]] std::size_t confirmed_count() const { return dirty_.size() + noted_.size(); }
  // Gives up what was not used for longest if the cache has grown over its bound, as much as has
  // come in since the last time; not inside a transaction.
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
    Value value;                // after everything that was decided
    Value confirmed;            // what the next flush writes, if it is dirty
    std::uint32_t pending = 0;  // change sets with this key that are not confirmed yet
    bool dirty = false;         // confirmed, and not in the store yet
    bool used = true;           // since `trim` last came by
    [[nodiscard]] bool clean() const { return pending == 0 && !dirty; }
  };

  // In parts, because one that grows walks over all that it has, and commands wait meanwhile.
  using Entries = std::unordered_map<std::string, Entry>;
  static constexpr std::size_t kParts = 64;

  Slot& slot(const std::string& key) const;
  void load(Slot& fresh) const;
  [[nodiscard]] std::optional<std::string> lasting_text(const std::string& key) const;
  void set(Slot& slot, Value value);
  void add_to_count(const std::string& key, std::int64_t difference);
  void reindex(const std::string& organization_id, Entity entity,
               const google::protobuf::Message* before, const google::protobuf::Message* after);
  void put_record(const std::string& organization_id, Entity entity, Slot& slot,
                  std::shared_ptr<google::protobuf::Message> state);
  void fold_filter_uses(const std::string& organization_id, const log::Event& event,
                        std::int64_t at);
  void purge_uses(const std::string& organization_id, std::int64_t used_before);
  void remove_use(const std::string& organization_id, const std::string& use_id);
  void trim_bucket(Entries& part, std::size_t bucket);
  void forget();

  StateStore& store_;
  std::size_t cached_entries_max_;
  Indexes indexes_;
  mutable std::array<Entries, kParts> entries_;
  mutable std::size_t entries_count_ = 0;
  mutable std::map<std::string, Entry> ordered_entries_;
  mutable std::optional<Error> failure_;
  std::vector<Change> undo_;  // values before the open transaction, in the order of the changes
  std::vector<Slot*> dirty_;
  std::unordered_map<std::string, std::string> noted_;  // not in the store yet
  std::size_t hand_part_ = 0;                           // where in entries_ `trim` goes on
  std::size_t hand_ = 0;
};

inline const std::string& State::Change::key() const { return slot_->first; }

}  // namespace daybook
