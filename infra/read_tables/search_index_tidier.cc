#include "infra/read_tables/search_index_tidier.h"

#include <utility>

#include "infra/postgres/give_way.h"

namespace daybook::read_tables {
namespace {

// Between two indexes, because sorting a list in takes a core for its time. Not shorter: what is
// sorted in together shares much of the work. Not longer: a search reads the lists as they are.
constexpr std::chrono::milliseconds kPause(500);
// After a session or a round could not be begun.
constexpr std::chrono::seconds kLongPause(1);
// Until lists that have grown are short again.
constexpr std::chrono::seconds kHurry(5);

constexpr const char* kIndexes =
    "SELECT i.indexrelid FROM pg_index i"
    " JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam"
    " WHERE a.amname = 'gin' AND c.relnamespace = 'crm'::regnamespace AND i.indisready"
    " AND pg_has_role(c.relowner, 'USAGE')";

}  // namespace

SearchIndexTidier::SearchIndexTidier(std::function<std::string()> url, Tidying tidying,
                                     std::chrono::milliseconds patience)
    : url_(std::move(url)), tidying_(tidying), patience_(patience), thread_([this] { run(); }) {}

SearchIndexTidier::~SearchIndexTidier() { stop(); }

void SearchIndexTidier::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
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
    if (stopping_) break;
    if (due_.empty()) nudged_ = false;
    lock.unlock();
    const bool soon = tidy_one();
    lock.lock();
    changed_.wait_for(lock, soon ? kPause : kLongPause, [this] { return stopping_; });
  }
  connection_.reset();
}

bool SearchIndexTidier::tidy_one() {
  if (!connection_ || !connection_->is_open() || gives_way_ != may_give_way()) {
    due_.clear();  // perhaps of another database
    if (!connect()) return false;
  }
  if (due_.empty() && !begin_round()) return false;
  if (due_.empty()) return true;
  const postgres::Value index = std::move(due_.back());
  due_.pop_back();
  const auto begun = Clock::now();
  // One that somebody else is sorting in, or that is gone by now, has its turn in the next round.
  (void)connection_->exec_params("SELECT gin_clean_pending_list($1::oid)", {index});
  if (Clock::now() - begun > patience_) hurries_until_ = Clock::now() + kHurry;
  return true;
}

bool SearchIndexTidier::may_give_way() const {
  return tidying_ == Tidying::kAfterOthers && Clock::now() >= hurries_until_;
}

Result<void> SearchIndexTidier::connect() {
  connection_.reset();
  postgres::ConnectionOptions options;
  options.application_name = "daybook search indexes";
  options.connect_timeout = std::chrono::seconds(2);
  DAYBOOK_ASSIGN(connection, postgres::Connection::open(url_(), options));
  // Neither is somebody who locks an index waited for, nor does stopping wait for long.
  DAYBOOK_TRY(connection.exec("SET lock_timeout = '100ms'"));
  DAYBOOK_TRY(connection.exec("SET statement_timeout = '2s'"));
  gives_way_ = may_give_way();
  if (gives_way_) postgres::give_way(connection.backend_pid());
  connection_.emplace(std::move(connection));
  return {};
}

Result<void> SearchIndexTidier::begin_round() {
  DAYBOOK_ASSIGN(indexes, connection_->exec(kIndexes));
  for (postgres::Row& row : indexes.rows) due_.push_back(std::move(row.front()));
  return {};
}

}  // namespace daybook::read_tables
