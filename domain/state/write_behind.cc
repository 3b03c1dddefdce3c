// What is confirmed on its way to the store, and what the cache gives up; state.cc reads and
// decides.
#include <algorithm>
#include <utility>

#include "domain/core/schema.h"
#include "domain/state/evolve.h"
#include "domain/state/state.h"

namespace daybook {
namespace {

constexpr std::string_view kProgressKey{"\0progress", 9};

StateStore::Value stored(State::Value value) {
  if (value.record != nullptr) return std::move(value.record);
  if (value.text != nullptr) return std::move(value.text);
  return std::nullopt;
}

void set_fold_versions(log::Progress& progress) {
  progress.clear_fold_versions();
  for (int number = 0; number <= static_cast<int>(schema::entities().back()); ++number) {
    progress.add_fold_versions(fold_version(static_cast<Entity>(number)));
  }
}

bool is_folded_as_today(const log::Progress& progress) {
  log::Progress today;
  set_fold_versions(today);
  const auto& versions = progress.fold_versions();
  return std::equal(versions.begin(), versions.end(), today.fold_versions().begin(),
                    today.fold_versions().end());
}

}  // namespace

std::optional<std::string> StateStore::bytes_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* text = std::get_if<std::shared_ptr<const std::string>>(&value)) return **text;
  if (const auto* record = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&value))
    return (*record)->SerializeAsString();
  return std::nullopt;
}

void State::confirm(ChangeSet changes) {
  for (Change& change : changes) {
    Entry& entry = change.slot_->second;
    entry.confirmed = std::move(change.value_);
    --entry.pending;
    if (!std::exchange(entry.dirty, true)) dirty_.push_back(change.slot_);
  }
}

void State::note(std::string key, std::string value) {
  noted_.insert_or_assign(std::move(key), std::move(value));
}

Result<void> State::flush(log::Progress progress) {
  // What an earlier write lost, this one's progress would hide.
  DAYBOOK_TRY(health());
  set_fold_versions(progress);
  StateStore::Batch batch;
  batch.reserve(confirmed_count() + 1);
  for (Slot* slot : dirty_) {
    batch.emplace_back(slot->first, stored(std::exchange(slot->second.confirmed, {})));
    slot->second.dirty = false;
  }
  dirty_.clear();
  while (!noted_.empty()) {
    auto note = noted_.extract(noted_.begin());
    batch.emplace_back(std::move(note.key()), std::move(note.mapped()));
  }
  batch.emplace_back(kProgressKey, progress.SerializeAsString());
  if (auto written = store_.write(std::move(batch)); !written) {
    failure_ = written.error();
    return written;
  }
  trim();
  return {};
}

// A clock: the hand goes round the buckets, and what was used since it last came by stays for
// another round. Never the whole cache at once: commands wait meanwhile.
void State::trim() {
  if (ordered_entries_.size() > cached_entries_max_)
    std::erase_if(ordered_entries_, [](const auto& slot) { return slot.second.clean(); });
  const std::size_t most = cached_entries_max_ + dirty_.size();
  if (entries_count_ <= most) return;
  constexpr std::size_t kBucketsForEach = 8;
  std::size_t buckets = (entries_count_ - most) * kBucketsForEach;
  for (; buckets > 0 && entries_count_ > most; --buckets) {
    if (++hand_ >= entries_.at(hand_part_).bucket_count()) {
      hand_ = 0;
      hand_part_ = (hand_part_ + 1) % kParts;
    }
    trim_bucket(entries_.at(hand_part_), hand_);
  }
}

void State::trim_bucket(Entries& part, std::size_t bucket) {
  for (auto next = part.begin(bucket); next != part.end(bucket);) {
    Slot& slot = *next++;
    if (!std::exchange(slot.second.used, false) && slot.second.clean())
      entries_count_ -= part.erase(slot.first);
  }
}

Result<std::optional<log::Progress>> State::resume() {
  forget();
  DAYBOOK_TRY(store_.recover());
  DAYBOOK_ASSIGN(bytes, store_.get(kProgressKey));
  log::Progress progress;
  if (bytes && progress.ParseFromString(*bytes) && is_folded_as_today(progress))
    return std::optional(std::move(progress));
  if (bytes) DAYBOOK_TRY(store_.clear());
  return std::optional<log::Progress>();
}

void State::forget() {
  undo_.clear();
  dirty_.clear();
  noted_.clear();
  for (Entries& part : entries_) part.clear();
  entries_count_ = 0;
  ordered_entries_.clear();
  failure_.reset();
}

Result<void> State::reset() {
  forget();
  return store_.clear();
}

}  // namespace daybook
