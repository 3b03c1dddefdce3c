#include "infra/state/rocksdb_state_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace daybook::state {
namespace {

rocksdb::Options database_options() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.max_open_files = 256;
  options.keep_log_file_num = 2;
  // Most look-ups ask for what does not exist (a new command id, a new record): the filter answers
  // those from memory.
  rocksdb::BlockBasedTableOptions table;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.block_cache = rocksdb::NewLRUCache(64U << 20U);
  table.whole_key_filtering = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Error translate(const rocksdb::Status& status) {
  if (status.IsCorruption() ||
      status.IsPathNotFound()) {  // a file that the database names is missing
    return {ErrorKind::kCorrupt, "state.damaged",
            status.ToString() +
                "; stop, remove the state folder and start: it is folded again from the log",
            ""};
  }
  const std::string text = status.ToString();
  if (status.IsIOError() && text.find("While lock file") != std::string::npos) {
    return {ErrorKind::kUnavailable, "state.locked",
            text + "; another process uses this data folder: give each one of its own", ""};
  }
  return {ErrorKind::kUnavailable, "state.io", text, ""};
}

// After an attempt to empty the store that did not end well.
Error closed() {
  return {ErrorKind::kUnavailable, "state.io",
          "the state store could not be opened again after it was emptied", ""};
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
  auto opened = store->open_database();
  if (!opened && opened.error().kind == ErrorKind::kCorrupt) {
    store->was_damaged_ = true;
    DAYBOOK_TRY(store->clear());
    return store;
  }
  DAYBOOK_TRY(std::move(opened));
  return store;
}

Result<void> RocksDbStateStore::open_database() {
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(database_options(), folder_.string(), &db);
  if (!status.ok()) return fail(translate(status));
  database_->db.reset(db);
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

Result<void> RocksDbStateStore::write(const Batch& batch) {
  if (!database_->db) return fail(closed());
  rocksdb::WriteBatch writes;
  for (const auto& [key, value] : batch) {
    if (value) {
      writes.Put(key, *value);
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
  if (!status.ok()) return fail(translate(status));
  return {};
}

Result<void> RocksDbStateStore::clear() {
  database_->db.reset();
  const auto status = rocksdb::DestroyDB(folder_.string(), rocksdb::Options());
  if (!status.ok()) return fail(translate(status));
  return open_database();
}

}  // namespace daybook::state
