// What happens to PostgreSQL and to the disk.
#include <signal.h>
#include <sys/resource.h>

#include "apps/daybook/torture/fault.h"

namespace daybook::torture {
namespace {

constexpr std::chrono::seconds kStrikeLimit{60};

class PostgresEnds final : public Fault {
 public:
  PostgresEnds(std::string name, int signal) : name_(std::move(name)), signal_(signal) {}

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    DAYBOOK_TRY(site.database.end_by(signal_));
    // Commands need no tables.
    if (site.driver.await_answers(dice.between(100U, 400U), kStrikeLimit)) return {};
    return fail(ErrorKind::kUnavailable, "torture.no_answers",
                "commands are not decided while PostgreSQL is away");
  }
  [[nodiscard]] Result<void> mend(Site&) override { return {}; }

 private:
  std::string name_;
  int signal_;
};

// Beneath a running engine, which stands still only so that it does not start it in between.
class PostgresRestored final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "postgres-restored"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    site.engine.signal(SIGSTOP);
    auto kept = site.database.end_by(SIGINT);
    if (kept) kept = site.database.keep_copy();
    site.engine.signal(SIGCONT);
    DAYBOOK_TRY(std::move(kept));
    // The engine starts it again.
    if (!await([&] { return site.database.connect().has_value(); }, kStrikeLimit))
      return fail(ErrorKind::kUnavailable, "torture.no_postgres", "PostgreSQL was not started");
    (void)site.driver.await_answers(dice.between(100U, 600U), kStrikeLimit);
    site.engine.signal(SIGSTOP);
    auto restored = site.database.end_by(SIGQUIT);
    if (restored) restored = site.database.restore_copy();
    site.engine.signal(SIGCONT);
    return restored;
  }
  [[nodiscard]] Result<void> mend(Site&) override { return {}; }
};

class SessionsEnded final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "terminate-backend"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    DAYBOOK_ASSIGN(connection, site.database.connect());
    for (int i = 0; i < 5; ++i) {
      DAYBOOK_TRY(
          connection.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                          " WHERE datname = current_database() AND pid <> pg_backend_pid()"));
      (void)site.driver.await_answers(dice.between(1U, 200U), kStrikeLimit);
    }
    return {};
  }
  [[nodiscard]] Result<void> mend(Site&) override { return {}; }
};

// What it sees stays the same, and it holds up nobody: commands are answered, and tables go on.
class LongReader final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "long-reader"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    DAYBOOK_ASSIGN(reader, site.database.connect());
    DAYBOOK_ASSIGN(beside, site.database.connect());
    DAYBOOK_TRY(reader.begin());
    DAYBOOK_TRY(reader.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    DAYBOOK_ASSIGN(before, reader.exec(kQuestion));
    for (int i = 0; i < kLooks; ++i) DAYBOOK_TRY(await_progress(site, beside, dice));
    DAYBOOK_ASSIGN(after, reader.exec(kQuestion));
    DAYBOOK_TRY(reader.commit());
    if (before.rows == after.rows) return {};
    return fail(ErrorKind::kCorrupt, "torture.snapshot",
                "a reader saw two states of the tables in one transaction");
  }
  [[nodiscard]] Result<void> mend(Site&) override { return {}; }

 private:
  static constexpr const char* kQuestion =
      "SELECT (SELECT count(*) FROM crm.deals), (SELECT max(updated_at) FROM crm.contacts),"
      " (SELECT sum(sequence) FROM daybook.checkpoint)";
  static constexpr int kLooks = 3;  // about a second of load before each

  static Result<void> await_progress(Site& site, postgres::Connection& beside, Dice& dice) {
    DAYBOOK_ASSIGN(stood, place_of(beside));
    if (!site.driver.await_answers(dice.between(500U, 2'000U), kStrikeLimit))
      return fail(ErrorKind::kUnavailable, "torture.no_answers",
                  "commands are not decided while somebody reads for long");
    Result<std::uint64_t> stands = stood;
    if (await([&] { return !(stands = place_of(beside)) || *stands > stood; }, kStrikeLimit))
      return stands ? Result<void>() : tl::unexpected(stands.error());
    return fail(
        ErrorKind::kUnavailable, "torture.tables_held_up",
        "the tables stay at sequence " + std::to_string(stood) + " while somebody reads for long");
  }
  // How far the tables of all partitions are, together.
  static Result<std::uint64_t> place_of(postgres::Connection& connection) {
    DAYBOOK_ASSIGN(found, connection.exec("SELECT sum(sequence) FROM daybook.checkpoint"));
    return std::stoull(found.rows.front()[0].value_or("0"));
  }
};

class DiskFull final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "disk-full"; }
  [[nodiscard]] bool needs_disk() const override { return true; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    site.driver.forget_refusals();
    DAYBOOK_TRY(site.disk->fill());
    // Nobody is told that a command is done that could not be written down.
    if (!site.driver.await_refusal("", kStrikeLimit))
      return fail(ErrorKind::kUnavailable, "torture.no_refusal", "the full disk was not noticed");
    let_pass(std::chrono::milliseconds(dice.between(100, 3'000)));
    return {};
  }
  [[nodiscard]] Result<void> mend(Site& site) override {
    site.disk->empty();
    return {};
  }
};

// Files of the engine do not grow: what it writes fails in the midst of it, and not for want of
// room, which it would have seen before.
class WriteFails final : public Fault {
 public:
  [[nodiscard]] std::string name() const override { return "write-fails"; }
  [[nodiscard]] Result<void> strike(Site& site, Dice& dice) override {
    site.driver.forget_refusals();
    DAYBOOK_TRY(limit_files(site, dice.between(1U, 500'000U)));
    if (!site.driver.await_refusal("", kStrikeLimit))
      return fail(ErrorKind::kUnavailable, "torture.no_refusal", "no write failed");
    let_pass(std::chrono::milliseconds(dice.between(100, 3'000)));
    return {};
  }
  [[nodiscard]] Result<void> mend(Site& site) override { return limit_files(site, std::nullopt); }

 private:
  // nullopt: to no less than they may be.
  static Result<void> limit_files(Site& site, std::optional<rlim_t> bytes) {
    rlimit limit{};
    const auto process = site.engine.process();
    bool done = ::prlimit(process, RLIMIT_FSIZE, nullptr, &limit) == 0;
    limit.rlim_cur = bytes.value_or(limit.rlim_max);
    done = done && ::prlimit(process, RLIMIT_FSIZE, &limit, nullptr) == 0;
    if (done) return {};
    return fail(ErrorKind::kUnavailable, "torture.files", "the size of files cannot be limited");
  }
};

}  // namespace

void add_world_faults(std::vector<std::unique_ptr<Fault>>& all) {
  all.push_back(std::make_unique<PostgresEnds>("postgres-kill", SIGKILL));
  all.push_back(std::make_unique<PostgresEnds>("postgres-immediate", SIGQUIT));
  all.push_back(std::make_unique<PostgresRestored>());
  all.push_back(std::make_unique<SessionsEnded>());
  all.push_back(std::make_unique<LongReader>());
  all.push_back(std::make_unique<DiskFull>());
  all.push_back(std::make_unique<WriteFails>());
}

std::vector<std::unique_ptr<Fault>> all_faults() {
  std::vector<std::unique_ptr<Fault>> all;
  add_engine_faults(all);
  add_world_faults(all);
  return all;
}

}  // namespace daybook::torture
