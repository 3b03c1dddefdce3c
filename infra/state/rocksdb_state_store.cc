#include "infra/state/rocksdb_state_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>

#include "infra/rocksdb/damaged_files.h"
#include "infra/rocksdb/disk_room.h"

namespace daybook::state {
namespace {

rocksdb::Options database_options() {
  rocksdb::Options options = rocks::plain_options();
  // Most look-ups ask for what does not exist (a new command id, a new record): filters answer
  // those, of the files and of what has not come to a file yet.
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.memtable_whole_key_filtering = true;
  // Batches come sorted: where a key went says where to look for the next one of its kind.
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  // A look-up among a million aggregates takes a block apart each time; the disk is not short.
  options.compression = rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.block_cache = rocksdb::NewLRUCache(64U << 20U);
  table.whole_key_filtering = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

// RocksDB ends some of its texts, and lists of files in them, by lines.
std::string text_of(const rocksdb::Status& status) {
  std::string text = status.ToString();
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

Error translate(const rocksdb::Status& status) {
  const std::string text = text_of(status);
  if (rocks::is_damage(status)) {
    return {ErrorKind::kCorrupt, "state.damaged",
            text + "; stop, remove the state folder and start: it is folded again from the log",
            ""};
  }
  if (status.IsIOError() && text.find("While lock file") != std::string::npos) {
    return {ErrorKind::kUnavailable, "state.locked",
            text + "; another process uses this data folder: give each one of its own", ""};
  }
  return {ErrorKind::kUnavailable, "state.io", text, ""};
}

// After an attempt to empty it, or to open it anew, that did not end well.
Error closed() {
  return {ErrorKind::kUnavailable, "state.io", "the state store could not be opened again", ""};
}

// So that each finds its place near the last one's. Of one key in the order of the batches.
std::vector<const StateStore::Batch::value_type*> sorted_by_key(
    const StateStore::Batches& batches) {
  std::vector<const StateStore::Batch::value_type*> sorted;
  for (const auto& batch : batches) {
    for (const auto& each : *batch) sorted.push_back(&each);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->first < b->first; });
  return sorted;
}

}  // namespace

struct RocksDbStateStore::Database {
  std::unique_ptr<rocksdb::DB> db;
};

RocksDbStateStore::RocksDbStateStore(std::filesystem::path folder)
    : folder_(std::move(folder)), database_(std::make_unique<Database>()) {}
RocksDbStateStore::~RocksDbStateStore() = default;

Result<std::unique_ptr<RocksDbStateStore>> RocksDbStateStore::open(
    const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  std::unique_ptr<RocksDbStateStore> store(new RocksDbStateStore(folder));
  DAYBOOK_TRY(store->open_or_empty());
  return store;
}

Result<void> RocksDbStateStore::open_or_empty() {
  auto opened = open_database();
  return !opened && opened.error().kind == ErrorKind::kCorrupt ? clear() : opened;
}

Result<void> RocksDbStateStore::open_database() {
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(database_options(), folder_.string(), &db);
  if (rocks::is_damage(status)) damage_ = text_of(status) + rocks::damaged_files(folder_);
  if (!status.ok()) return fail(translate(status));
  database_->db.reset(db);
  failed_ = false;
  return {};
}

Result<std::optional<std::string>> RocksDbStateStore::get(std::string_view key) const {
  if (!database_->db) return fail(closed());
  std::string value;
  const auto status = database_->db->Get({}, rocksdb::Slice(key.data(), key.size()), &value);
  if (status.ok()) return std::optional(std::move(value));
  if (status.IsNotFound()) return std::optional<std::string>();
  return fail(translate(status));
}

Result<void> RocksDbStateStore::scan(
    std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  if (!database_->db) return fail(closed());
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->db->NewIterator({}));
  const rocksdb::Slice start(prefix.data(), prefix.size());
  for (iterator->Seek(start); iterator->Valid() && iterator->key().starts_with(start);
       iterator->Next()) {
    if (!visit(iterator->key().ToStringView(), iterator->value().ToStringView())) break;
  }
  if (!iterator->status().ok()) return fail(translate(iterator->status()));
  return {};
}

Result<void> RocksDbStateStore::write_all(const Batches& batches) {
  if (!database_->db) return fail(closed());
  DAYBOOK_TRY(rocks::require_room(folder_, "state.disk_full"));
  rocksdb::WriteBatch writes;
  const auto sorted = sorted_by_key(batches);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& [key, value] = *sorted[i];
    if (i + 1 < sorted.size() && sorted[i + 1]->first == key) continue;  // not the last one of it
    if (const auto bytes = bytes_of(value)) {
      writes.Put(key, *bytes);
    } else {
      writes.Delete(key);
    }
  }
  // Without a write-ahead log: what is lost with the process is folded again. With one, a damaged
  // manifest could lose earlier writes and keep later ones; without, the store is always as it once
  // was.
  rocksdb::WriteOptions memory_only;
  memory_only.disableWAL = true;
  const auto status = database_->db->Write(memory_only, &writes);
  if (status.ok()) return {};
  failed_ = true;
  return fail(translate(status));
}

// After a write that failed RocksDB goes on only when it is opened anew. It is then as after a
// crash.
Result<void> RocksDbStateStore::recover() {
  if (database_->db && !failed_) return {};
  database_->db.reset();
  return open_or_empty();
}

Result<void> RocksDbStateStore::clear() {
  database_->db.reset();
  const auto status = rocksdb::DestroyDB(folder_.string(), rocksdb::Options());
  if (!status.ok()) return fail(translate(status));
  return open_database();
}

}  // namespace daybook::state
