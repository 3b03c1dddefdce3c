#include "infra/read_tables/search_index_tidier.h"

#include <chrono>
#include <utility>

namespace daybook::read_tables {
namespace {

// Between two indexes, because sorting a list in takes a core for its time. Not shorter: what is
// sorted in together shares much of the work.
constexpr std::chrono::milliseconds kPause(200);
// When one failed.
constexpr std::chrono::seconds kLongPause(1);

constexpr const char* kIndexes =
    "SELECT i.indexrelid FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
    " WHERE a.amname = 'gin' AND c.relnamespace = 'crm'::regnamespace AND i.indisready";

}  // namespace

SearchIndexTidier::SearchIndexTidier(std::function<std::string()> url)
    : url_(std::move(url)), thread_([this] { run(); }) {}

SearchIndexTidier::~SearchIndexTidier() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SearchIndexTidier::nudge() {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  changed_.notify_all();
}

void SearchIndexTidier::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || nudged_ || !due_.empty(); });
    if (stopping_) return;
    if (due_.empty()) nudged_ = false;
    lock.unlock();
    const bool tidied = tidy().has_value();
    if (!tidied) connection_.reset();
    lock.lock();
    changed_.wait_for(lock, tidied ? kPause : kLongPause, [this] { return stopping_; });
  }
}

Result<void> SearchIndexTidier::tidy() {
  if (!connection_) {
    postgres::ConnectionOptions options;
    options.application_name = "daybook search indexes";
    options.connect_timeout = std::chrono::seconds(2);
    DAYBOOK_ASSIGN(connection, postgres::Connection::open(url_(), options));
    // Whoever locks a table for long is not waited for.
    DAYBOOK_TRY(connection.exec("SET lock_timeout = '100ms'"));
    connection_.emplace(std::move(connection));
  }
  if (due_.empty()) {
    DAYBOOK_ASSIGN(indexes, connection_->exec(kIndexes));
    for (postgres::Row& row : indexes.rows) due_.push_back(row.front());
  }
  if (due_.empty()) return {};
  const postgres::Value index = std::move(due_.back());
  due_.pop_back();
  DAYBOOK_TRY(connection_->exec_params("SELECT gin_clean_pending_list($1::oid)", {index}));
  return {};
}

}  // namespace daybook::read_tables
