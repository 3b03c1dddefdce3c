#include "tests/integration/projections/bench.h"

#include <google/protobuf/text_format.h>

#include <algorithm>

namespace daybook::testing {
namespace {

constexpr std::chrono::milliseconds kLook{5};

// The same act with the records of another organization in place of the first one's.
test::Act moved(test::Act act, std::string_view organization) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(act.action, &text);
  for (const char* name : {"U1", "U2", "C1", "K1", "K2", "S1", "S2", "D1", "A1", "A2", "F1"}) {
    const std::string here = test::id(name);
    for (auto at = text.find(here); at != std::string::npos; at = text.find(here)) {
      text.replace(at, here.size(), test::id(name, organization));
    }
  }
  (void)google::protobuf::TextFormat::ParseFromString(text, &act.action);
  return act;
}

}  // namespace

// ---- Bell
// -------------------------------------------------------------------------------------------------------

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  rung_.notify_all();
}

bool Bell::await(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::unique_lock lock(mutex_);
  while (std::chrono::steady_clock::now() < deadline) {
    lock.unlock();
    if (condition()) return true;
    lock.lock();
    rung_.wait_for(lock, kLook);  // the projector publishes its status a little after the ring
  }
  return false;
}

// ---- the log
// ----------------------------------------------------------------------------------------------------

HandFedSource::HandFedSource(Bell& bell, std::string log_id, std::uint8_t history)
    : bell_(bell), log_id_(std::move(log_id)), history_(history) {
  add_fence();
}

// As in a real log: every record changes the hash, only outcomes have a sequence.
HandFedSource::Record HandFedSource::next_record(std::optional<log::Outcome> outcome) const {
  const std::uint64_t offset = records_.size();
  const std::uint64_t before = records_.empty() ? 0 : records_.back().position.sequence;
  Record record{{log_id_, 0, offset, before + (outcome ? 1 : 0), {}}, std::move(outcome)};
  record.position.hash[0] = history_;
  for (std::size_t i = 0; i < 8; ++i) {
    record.position.hash[1 + i] = static_cast<std::uint8_t>(offset >> (8 * i));
  }
  return record;
}

void HandFedSource::add(const log::Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  records_.push_back(next_record(outcome));
  fed_.notify_all();
}

void HandFedSource::add_fence() {
  const std::lock_guard lock(mutex_);
  records_.push_back(next_record(std::nullopt));
  fed_.notify_all();
}

void HandFedSource::copy_from(const HandFedSource& other, std::size_t records) {
  const std::scoped_lock lock(mutex_, other.mutex_);
  records_.clear();
  for (std::size_t i = 0; i < records; ++i) {
    records_.push_back(next_record(other.records_.at(i).outcome));
  }
}

void HandFedSource::hold(bool held) {
  const std::lock_guard lock(mutex_);
  held_ = held;
  fed_.notify_all();
}

Position HandFedSource::end() const {
  const std::lock_guard lock(mutex_);
  const auto last = std::find_if(records_.rbegin(), records_.rend(),
                                 [](const Record& record) { return record.outcome.has_value(); });
  return last == records_.rend() ? Position{} : last->position;
}

std::size_t HandFedSource::records() const {
  const std::lock_guard lock(mutex_);
  return records_.size();
}

std::vector<std::uint64_t> HandFedSource::starts() const {
  const std::lock_guard lock(mutex_);
  return starts_;
}

Result<void> HandFedSource::start(const log::Progress* from) {
  const std::lock_guard lock(mutex_);
  progress_ = from != nullptr ? *from : log::Progress();
  starts_.push_back(progress_.sequence());
  if (progress_.next_offset() > records_.size()) {
    return fail(ErrorKind::kCorrupt, "log.shorter_than_witness", "the log was cut");
  }
  return {};
}

void HandFedSource::advance(const Record& record) {
  progress_.set_log_id(log_id_);
  progress_.set_offset(record.position.offset);
  progress_.set_next_offset(record.position.offset + 1);
  progress_.set_sequence(record.position.sequence);
  progress_.set_hash(std::string(record.position.hash.begin(), record.position.hash.end()));
  if (!record.outcome) return;
  progress_.set_outcome_hash(progress_.hash());
  progress_.set_decided_at(record.outcome->decided_at());
}

Result<std::vector<ReadOutcome>> HandFedSource::read(std::size_t outcomes_max,
                                                     std::chrono::milliseconds wait) {
  bell_.ring();
  std::unique_lock lock(mutex_);
  fed_.wait_for(lock, wait, [&] { return !held_ && progress_.next_offset() < records_.size(); });
  std::vector<ReadOutcome> outcomes;
  for (std::size_t i = 0; i < outcomes_max && !held_ && progress_.next_offset() < records_.size();
       ++i) {
    const Record& record = records_[progress_.next_offset()];
    advance(record);
    if (record.outcome) outcomes.push_back({record.position, *record.outcome});
  }
  return outcomes;
}

Result<std::uint64_t> HandFedSource::end_offset() { return records(); }

// ---- the tables
// -------------------------------------------------------------------------------------------------

void ObservedTables::lose_next_answer() {
  const std::lock_guard lock(mutex_);
  lose_answer_ = true;
}

std::vector<ObservedTables::Write> ObservedTables::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

Result<projections::Checkpoint> ObservedTables::claim(std::uint32_t partition,
                                                      const std::string& log_id) {
  return tables_.claim(partition, log_id);
}

Result<std::vector<projections::ParkedRow>> ObservedTables::parked() { return tables_.parked(); }

Result<std::size_t> ObservedTables::write(const std::vector<projections::RowChange>& rows,
                                          const projections::Checkpoint& checkpoint,
                                          projections::Refused refused) {
  auto written = tables_.write(rows, checkpoint, refused);
  {
    const std::lock_guard lock(mutex_);
    writes_.push_back({rows, checkpoint, written.has_value()});
    if (std::exchange(lose_answer_, false) && written) {
      written = fail(ErrorKind::kUnknownOutcome, "test.lost", "the answer to COMMIT was lost");
    }
  }
  bell_.ring();
  return written;
}

// ---- all together
// -----------------------------------------------------------------------------------------------

ProjectionBench::ProjectionBench(const std::string& hint)
    : database_(fresh_database(hint)),
      sql_(connect(database_.owner_url)),
      source_(std::make_unique<HandFedSource>(bell_)),
      tables_(std::make_unique<ObservedTables>(bell_, database_.owner_url)),
      store_(std::make_unique<test::MemoryStateStore>()) {}

void ProjectionBench::happens(const test::Act& act) {
  specification_.after(act);
  (void)fold_.take(specification_.outcome()).value();
  source_->add(specification_.outcome());
}

std::int64_t ProjectionBench::a_minute_later() {
  const std::int64_t later = specification_.outcome().decided_at() + 60'000;
  specification_.at(later);
  return later;
}

void ProjectionBench::happens_together(const std::vector<test::Act>& acts) {
  specification_.when_batch(acts).then_accepted();
  (void)fold_.take(specification_.outcome()).value();
  source_->add(specification_.outcome());
}

void ProjectionBench::two_organizations_happen() {
  for (const std::string_view organization_id : {test::kOrganization, test::kOtherOrganization}) {
    in(organization_id);
    happens(test::organization());
    for (const test::Act& act : std::vector<test::Act>{
             test::admin("U1"), test::user("U2"), test::company("C1").owned_by("U1"),
             test::contact("K1").at("C1").primary(), test::contact("K2"), test::stage("S1"),
             test::stage("S2"), test::deal("D1", "S1").at("C1").about("K1"),
             test::activity("A1").for_deal("D1").assigned_to("U2"), test::logged("A2"),
             test::field("XC1", "C1", "Code", "a\tb\\c"),
             test::field("XK1", "K1", "Size", "12", "NUMBER"),
             test::field("XD1", "D1", "Since", "2025-01-31", "DATE"), test::filter("F1"),
             test::use("F1"), test::use("F1")}) {
      happens(organization_id == test::kOrganization ? act : moved(act, organization_id));
    }
  }
  in(test::kOrganization);
}

void ProjectionBench::start(projections::ProjectorOptions options) {
  options.idle_wait = std::chrono::milliseconds(20);
  options.retry_max = std::chrono::milliseconds(50);
  projector_ = std::make_unique<projections::Projector>(0, *source_, *tables_, *store_, options);
  projector_->start();
}

void ProjectionBench::stop() { projector_.reset(); }

bool ProjectionBench::await_end() {
  const Position end = source_->end();
  return await([&] {
    const projections::ProjectorStatus status = projector_->status();
    return status.running && status.checkpoint.position.sequence >= end.sequence;
  });
}

std::string ProjectionBench::await_trouble() {
  std::string trouble;
  (void)await([&] { return !(trouble = projector_->status().trouble).empty(); });
  return trouble;
}

void ProjectionBench::use_source(std::unique_ptr<HandFedSource> source) {
  stop();
  source_ = std::move(source);
}

void ProjectionBench::use_database(const TestDatabase& database) {
  stop();
  database_ = database;
  sql_.emplace(connect(database.owner_url));
  tables_ = std::make_unique<ObservedTables>(bell_, database.owner_url);
}

std::vector<std::string> ProjectionBench::differences() const {
  return check::row_differences(fold_.rows(), database_.owner_url);
}

TestDatabase fresh_database(const std::string& hint) {
  static const bool unsynced = [] {
    postgres::Connection connection = connect(create_database("settings").owner_url);
    run(connection, "ALTER SYSTEM SET fsync = off");
    run(connection, "SELECT pg_reload_conf()");
    return true;
  }();
  (void)unsynced;
  return create_migrated_database(hint);
}

TestDatabase copy_of(const TestDatabase& database, const std::string& name) {
  const TestDatabase other = create_database("other");
  postgres::Connection connection = connect(other.owner_url);
  run(connection, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                      database.name + "'");
  run(connection, "CREATE DATABASE " + name + " TEMPLATE " + database.name);
  return {name, database.owner_url.substr(0, database.owner_url.rfind('/') + 1) + name};
}

std::unique_ptr<test::MemoryStateStore> copy_of(const test::MemoryStateStore& store) {
  auto copy = std::make_unique<test::MemoryStateStore>();
  for (const auto& [key, value] : store.content()) copy->overwrite(key, value);
  return copy;
}

}  // namespace daybook::testing
