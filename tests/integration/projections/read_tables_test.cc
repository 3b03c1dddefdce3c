// The read tables on real PostgreSQL, written to without a projector.
#include <gtest/gtest.h>
#include <sched.h>

#include "infra/postgres/give_way.h"
#include "infra/read_tables/postgres_read_tables.h"
#include "infra/read_tables/search_index_tidier.h"
#include "projections/rows.h"
#include "schemas/company.pb.h"
#include "schemas/contact.pb.h"
#include "schemas/deal.pb.h"
#include "schemas/pipeline_stage.pb.h"
#include "schemas/saved_filter.pb.h"
#include "schemas/user.pb.h"
#include "tests/integration/projections/bench.h"
#include "tests/support/wait_until.h"

namespace daybook::testing {
namespace {

using projections::Checkpoint;
using projections::Refused;
using projections::RowChange;
using read_tables::PostgresReadTables;
using test::kNow;
using test::kOrganization;
using test::wait_until;

constexpr int kSome = 3;

template <class Message>
Message record(const std::string& name) {
  Message state;
  state.mutable_record()->set_id(test::id(name));
  state.mutable_record()->set_organization_id(std::string(kOrganization));
  state.mutable_record()->set_version(1);
  state.mutable_record()->set_created_at(kNow);
  state.mutable_record()->set_updated_at(kNow);
  return state;
}

company::Company company_state(int number, const std::string& name) {
  auto state = record<company::Company>("C" + std::to_string(number));
  state.mutable_fields()->set_name(name);
  state.mutable_fields()->set_status(company::COMPANY_STATUS_ACTIVE);
  return state;
}
user::User user_state(const std::string& name, const std::string& email) {
  auto state = record<user::User>(name);
  state.mutable_fields()->set_email(email);
  state.set_role(user::USER_ROLE_USER);
  state.set_is_active(true);
  return state;
}
pipeline_stage::PipelineStage stage_state(const std::string& name) {
  auto state = record<pipeline_stage::PipelineStage>(name);
  state.mutable_fields()->set_name(name);
  state.mutable_fields()->set_probability(25);
  state.mutable_fields()->set_stage_type(pipeline_stage::STAGE_TYPE_OPPORTUNITY);
  return state;
}
deal::Deal deal_state(const std::string& stage) {
  auto state = record<deal::Deal>("D1");
  state.mutable_fields()->set_title("Deal");
  state.mutable_fields()->set_currency("EUR");
  state.mutable_fields()->set_priority(PRIORITY_HIGH);
  state.set_status(deal::DEAL_STATUS_OPEN);
  state.set_stage_id(test::id(stage));
  return state;
}

template <class Message>
RowChange row(Entity entity, const Message& state) {
  return projections::row_of(entity, std::string(kOrganization), state.record().id(), &state);
}
RowChange removal(const std::string& name) {
  return {test::entity_of(name), std::string(kOrganization), test::id(name), std::nullopt};
}
std::vector<RowChange> companies(int count, const std::string& name) {
  std::vector<RowChange> rows;
  for (int i = 0; i < count; ++i) rows.push_back(row(ENTITY_COMPANY, company_state(i, name)));
  return rows;
}

class ReadTables : public ::testing::Test {
 protected:
  Checkpoint at(std::uint64_t sequence) {
    Checkpoint checkpoint;
    checkpoint.position = {kLogId, 0, sequence, sequence, {}};
    checkpoint.position.hash[0] = static_cast<std::uint8_t>(sequence);
    checkpoint.next_offset = sequence + 1;
    checkpoint.decided_at = kNow;
    return checkpoint;
  }
  Result<std::size_t> write(const std::vector<RowChange>& rows, Refused refused = Refused::kFail) {
    auto written = tables_.write(rows, at(sequence_ + 1), refused);
    if (written) ++sequence_;
    return written;
  }
  std::string value(const std::string& sql) { return testing::value(sql_, sql); }

  TestDatabase database_ = fresh_database("tables");
  postgres::Connection sql_ = connect(database_.owner_url);
  PostgresReadTables tables_{database_.owner_url};
  Checkpoint claimed_ = *tables_.claim(0, kLogId);
  std::uint64_t sequence_ = 0;
};

// ---- before COMMIT
// ------------------------------------------------------------------------------------------------

class BeforeCommit : public ::testing::TestWithParam<Refused> {};

TEST_P(BeforeCommit, TheRowsAreInAnOpenTransaction) {
  const TestDatabase database = fresh_database("before");
  postgres::Connection sql = connect(database.owner_url);
  const auto visible = [&] { return value(sql, "SELECT count(*) FROM crm.companies"); };
  int calls = 0;
  PostgresReadTables tables(
      [&] { return database.owner_url; }, nullptr,
      [&] {
        ++calls;
        EXPECT_EQ(value(sql,
                        "SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)"
                        " WHERE application_name = 'daybook projector'"
                        " AND datname = current_database() AND state = 'idle in transaction'"
                        " AND backend_xid IS NOT NULL"
                        " AND relation = 'crm.companies'::regclass AND mode = 'RowExclusiveLock'"),
                  "1");
        EXPECT_EQ(visible(), "0");
      });
  ASSERT_TRUE(tables.claim(0, kLogId));
  Checkpoint checkpoint;
  checkpoint.position = {kLogId, 0, 1, 1, {}};
  checkpoint.next_offset = 2;
  checkpoint.decided_at = kNow;
  ASSERT_TRUE(tables.write(companies(kSome, "A"), checkpoint, GetParam()));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(visible(), std::to_string(kSome));
}

INSTANTIATE_TEST_SUITE_P(Ways, BeforeCommit, ::testing::Values(Refused::kFail, Refused::kPark),
                         [](const auto& way) {
                           return way.param == Refused::kFail ? "together" : "parking";
                         });

// ---- search indexes
// ----------------------------------------------------------------------------------------------

class SearchIndexes : public ReadTables {
 protected:
  SearchIndexes() {
    (void)run(sql_, "CREATE EXTENSION pgstattuple");
    // It would tidy too.
    (void)run(sql_, "ALTER TABLE crm.companies SET (autovacuum_enabled = false)");
  }
  bool become_tidy() {
    return wait_until([this] {
      return value("SELECT pending_tuples FROM pgstatginindex('crm.idx_companies_trigram')") == "0";
    });
  }

  bool may_give_way() {
    auto spare = postgres::Connection::open(database_.owner_url);
    if (!spare) return false;
    postgres::give_way(spare->backend_pid());
    return ::sched_getscheduler(spare->backend_pid()) == SCHED_IDLE;
  }
  // Until its process runs by this policy.
  bool becomes(int policy, read_tables::SearchIndexTidier& tidier) {
    return wait_until([&] {
      tidier.nudge();
      const std::string process = value("SELECT coalesce(max(pid), 0) " + session_);
      return process != "0" && ::sched_getscheduler(std::stoi(process)) == policy;
    });
  }

  std::string session_ =
      "FROM pg_stat_activity WHERE datname = current_database()"
      " AND application_name = 'daybook search indexes'";
  read_tables::SearchIndexTidier tidier_{[this] { return database_.owner_url; }};
  PostgresReadTables told_{[this] { return database_.owner_url; }, &tidier_};
};

TEST_F(SearchIndexes, AreTidiedAfterAWrite) {
  ASSERT_TRUE(told_.claim(0, kLogId));
  ASSERT_TRUE(told_.write(companies(kSome, "A"), at(1), Refused::kFail));
  EXPECT_TRUE(become_tidy());
}

TEST_F(SearchIndexes, AreTidiedAgainAfterTheSessionWasLost) {
  ASSERT_TRUE(write(companies(kSome, "A")));
  tidier_.nudge();
  ASSERT_TRUE(become_tidy());
  ASSERT_EQ(value("SELECT count(pg_terminate_backend(pid, 10000)) " + session_), "1");
  ASSERT_TRUE(write(companies(kSome, "B")));
  EXPECT_TRUE(wait_until([this] {
    tidier_.nudge();
    return value("SELECT count(*) " + session_) == "1";
  }));
  EXPECT_TRUE(become_tidy());
}

TEST_F(SearchIndexes, AreLeftAloneOnceItIsStopped) {
  tidier_.stop();
  ASSERT_TRUE(write(companies(kSome, "A")));
  tidier_.nudge();
  EXPECT_EQ(value("SELECT count(*) " + session_), "0");
}

TEST_F(SearchIndexes, AreTidiedAfterAllOthers) {
  if (!may_give_way()) GTEST_SKIP() << "the system lets nobody give way";
  read_tables::SearchIndexTidier tidier([this] { return database_.owner_url; },
                                        read_tables::Tidying::kAfterOthers);
  ASSERT_TRUE(becomes(SCHED_IDLE, tidier));
  ASSERT_TRUE(write(companies(kSome, "A")));
  tidier.nudge();
  EXPECT_TRUE(become_tidy());
}

TEST_F(SearchIndexes, AreTidiedAsByAnybodyAfterItTookTooLong) {
  constexpr std::chrono::milliseconds kNoPatience(-1);
  read_tables::SearchIndexTidier tidier([this] { return database_.owner_url; },
                                        read_tables::Tidying::kAfterOthers, kNoPatience);
  ASSERT_TRUE(write(companies(kSome, "A")));
  tidier.nudge();
  ASSERT_TRUE(become_tidy());
  EXPECT_TRUE(becomes(SCHED_OTHER, tidier));
}

TEST_F(SearchIndexes, AreNotSortedInByAWriterWithATidier) {
  tidier_.stop();
  ASSERT_TRUE(told_.claim(0, kLogId));
  std::string name;
  for (unsigned i = 0; i < 180; ++i)
    name.push_back(static_cast<char>('a' + (i * i + 7 * i) / 5 % 26));
  ASSERT_TRUE(told_.write(companies(4'000, name), at(1), Refused::kFail));
  constexpr int kPostgresLimit = (4 << 20) / 8'192;  // pages
  const auto pages = value("SELECT pending_pages FROM pgstatginindex('crm.idx_companies_trigram')");
  EXPECT_GT(std::stoi(pages), kPostgresLimit);
}

TEST_F(ReadTables, BeginNowhere) {
  EXPECT_TRUE(claimed_.position.nowhere());
  EXPECT_EQ(claimed_.next_offset, 0U);
}

TEST_F(ReadTables, GiveTheCheckpointBackAsItWasWritten) {
  ASSERT_TRUE(write(companies(kSome, "A")));
  PostgresReadTables again(database_.owner_url);
  const auto checkpoint = again.claim(0, kLogId);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->position, at(1).position);
  EXPECT_EQ(checkpoint->next_offset, 2U);
  EXPECT_EQ(checkpoint->decided_at, kNow);
}

TEST_F(ReadTables, WriteRowsAndCheckpointOrNeither) {
  auto rows = companies(kSome, "A");
  rows.push_back(row(ENTITY_DEAL, deal_state("S9")));  // there is no such stage
  const auto written = write(rows);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kRejected) << written.error().detail;
  EXPECT_EQ(value("SELECT count(*) FROM crm.companies"), "0");
  EXPECT_EQ(value("SELECT sequence FROM daybook.checkpoint"), "0");
}

TEST_F(ReadTables, GoOnAfterARollback) {
  auto rows = companies(kSome, "A");
  rows.push_back(row(ENTITY_DEAL, deal_state("S9")));
  ASSERT_FALSE(write(rows));
  ASSERT_TRUE(write(companies(kSome, "B")));
  ASSERT_TRUE(write(companies(kSome + 3, "C")));
  EXPECT_EQ(value("SELECT count(*) FROM crm.companies WHERE name = 'C'"),
            std::to_string(kSome + 3));
}

// Instead of cutting or rounding it.
TEST_F(ReadTables, RefuseWhatDoesNotFitItsColumn) {
  auto deal = deal_state("S1");
  deal.mutable_fields()->set_value(std::int64_t{1} << 62U);
  const auto number =
      write({row(ENTITY_PIPELINE_STAGE, stage_state("S1")), row(ENTITY_DEAL, deal)});
  ASSERT_FALSE(number);
  EXPECT_EQ(postgres::sqlstate(number.error()), "22003");
  const auto text = write(companies(kSome, std::string(256, 'x')));
  ASSERT_FALSE(text);
  EXPECT_EQ(postgres::sqlstate(text.error()), "22001");
}

TEST_F(ReadTables, StoreHostileTextAsGiven) {
  const std::vector<std::string> texts{"tab\tand\nline\rend\vand\fmore\b",
                                       "back\\slash",
                                       "\\.",
                                       "\\N",
                                       "\\x41\\101\\t",
                                       "\\",
                                       "'quoted' \"twice\" $$ $1",
                                       "'; DROP TABLE crm.companies; --",
                                       "Robert'); DELETE FROM crm.users;",
                                       "{\"json\": [1, null]}",
                                       "NULL",
                                       "null",
                                       "=1+2",
                                       "<script>alert(1)</script>",
                                       "Ω 漢字 العربية 😀",
                                       "é is not é",
                                       " ",
                                       "{a,b},{c}",
                                       ",",
                                       "%s {} {0}"};
  for (const std::string& text : texts) {
    ASSERT_TRUE(write(companies(kSome, text))) << text;
    EXPECT_EQ(values(sql_, "SELECT DISTINCT name FROM crm.companies"),
              std::vector<std::string>{text});
  }
}

TEST_F(ReadTables, TellAnEmptyTextFromNone) {
  auto rows = companies(kSome, "A");
  auto empty = company_state(0, "A");
  empty.mutable_fields()->set_city("");
  rows[0] = row(ENTITY_COMPANY, empty);
  ASSERT_TRUE(write(rows));
  EXPECT_EQ(value("SELECT count(*) FROM crm.companies WHERE city = ''"), "1");
  EXPECT_EQ(value("SELECT count(*) FROM crm.companies WHERE city IS NULL"),
            std::to_string(kSome - 1));
}

TEST_F(ReadTables, TakeChildrenBeforeTheirParents) {
  auto contact = record<contact::Contact>("K1");
  contact.mutable_fields()->set_first_name("K");
  contact.mutable_fields()->set_last_name("K");
  contact.mutable_fields()->set_preferred_contact(contact::CONTACT_METHOD_EMAIL);
  contact.mutable_fields()->set_status(contact::CONTACT_STATUS_ACTIVE);
  contact.set_company_id(test::id("C1"));
  auto deal = deal_state("S1");
  deal.set_contact_id(contact.record().id());
  ASSERT_TRUE(write({row(ENTITY_DEAL, deal), row(ENTITY_CONTACT, contact),
                     row(ENTITY_COMPANY, company_state(1, "A")),
                     row(ENTITY_PIPELINE_STAGE, stage_state("S1"))}));
  EXPECT_EQ(value("SELECT c.name FROM crm.deals AS d JOIN crm.contacts AS k ON k.id = d.contact_id "
                  "JOIN crm.companies AS c ON c.id = k.company_id"),
            "A");
}

TEST_F(ReadTables, SwapTheEmailsOfTwoUsers) {
  ASSERT_TRUE(write({row(ENTITY_USER, user_state("U1", "a@x.com")),
                     row(ENTITY_USER, user_state("U2", "b@x.com"))}));
  ASSERT_TRUE(write({row(ENTITY_USER, user_state("U1", "b@x.com")),
                     row(ENTITY_USER, user_state("U2", "a@x.com"))}));
  EXPECT_EQ(value("SELECT email FROM crm.users WHERE id = '" + test::id("U1") + "'"), "b@x.com");
  // Also where rows may be parked.
  ASSERT_EQ(write({row(ENTITY_USER, user_state("U1", "a@x.com")),
                   row(ENTITY_USER, user_state("U2", "b@x.com"))},
                  Refused::kPark),
            0U);
}

TEST_F(ReadTables, RemoveAfterTheyHaveWritten) {
  ASSERT_TRUE(
      write({row(ENTITY_PIPELINE_STAGE, stage_state("S1")),
             row(ENTITY_PIPELINE_STAGE, stage_state("S2")), row(ENTITY_DEAL, deal_state("S1"))}));
  ASSERT_TRUE(write({removal("S1"), row(ENTITY_DEAL, deal_state("S2"))}));
  EXPECT_EQ(value("SELECT count(*) FROM crm.pipeline_stages"), "1");
}

TEST_F(ReadTables, RemoveAfterTheyHaveWrittenWhereARowIsParked) {
  ASSERT_TRUE(
      write({row(ENTITY_PIPELINE_STAGE, stage_state("S1")),
             row(ENTITY_PIPELINE_STAGE, stage_state("S2")), row(ENTITY_DEAL, deal_state("S1"))}));
  auto refused = company_state(1, "A");
  refused.mutable_fields()->set_name(std::string(300, 'x'));
  const auto parked =
      write({row(ENTITY_COMPANY, refused), removal("S1"), row(ENTITY_DEAL, deal_state("S2"))},
            Refused::kPark);
  ASSERT_TRUE(parked);
  EXPECT_EQ(*parked, 1U);
  EXPECT_EQ(values(sql_, "SELECT table_name FROM daybook.parked"),
            std::vector<std::string>{"crm.companies"});
}

TEST_F(ReadTables, RemoveWhatIsNotThere) { EXPECT_TRUE(write({removal("S1"), removal("F1")})); }

TEST_F(ReadTables, ParkARowWithItsReasonAndTheRowItself) {
  auto refused = company_state(1, std::string(300, 'x'));
  refused.mutable_fields()->set_city("tab\there \\ \"quoted\"");
  const auto parked = write(
      {row(ENTITY_COMPANY, refused), row(ENTITY_COMPANY, company_state(2, "B"))}, Refused::kPark);
  ASSERT_EQ(parked, 1U);
  EXPECT_EQ(value("SELECT name FROM crm.companies"), "B");
  EXPECT_EQ(value("SELECT sqlstate FROM daybook.parked"), "22001");
  EXPECT_EQ(value("SELECT \"row\" ->> 'city' FROM daybook.parked"), "tab\there \\ \"quoted\"");
  EXPECT_EQ(value("SELECT record_id FROM daybook.parked"), test::id("C1"));
  ASSERT_EQ(tables_.parked()->size(), 1U);
  // Its newer state can be written.
  ASSERT_EQ(write({row(ENTITY_COMPANY, company_state(1, "A"))}, Refused::kPark), 0U);
  EXPECT_TRUE(tables_.parked()->empty());
}

TEST_F(ReadTables, CountEveryAttemptOfAParkedRow) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(write({row(ENTITY_COMPANY, company_state(1, std::string(300, 'x')))}, Refused::kPark),
              1U);
  }
  EXPECT_EQ(value("SELECT attempts FROM daybook.parked"), "3");
}

TEST_F(ReadTables, AreWrittenByTheLastClaimantOnly) {
  PostgresReadTables successor(database_.owner_url);
  ASSERT_TRUE(successor.claim(0, kLogId));
  const auto written = write(companies(kSome, "zombie"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(value("SELECT count(*) FROM crm.companies"), "0");
  EXPECT_TRUE(successor.write(companies(kSome, "owner"), at(1), Refused::kFail));
  EXPECT_FALSE(write(companies(kSome, "zombie"), Refused::kPark));
  EXPECT_EQ(value("SELECT string_agg(DISTINCT name, ' ') FROM crm.companies"), "owner");
}

TEST_F(ReadTables, KeepPartitionsApart) {
  PostgresReadTables other(database_.owner_url);
  ASSERT_TRUE(other.claim(1, kLogId));
  ASSERT_TRUE(write(companies(kSome, "A")));
  ASSERT_TRUE(other.write({}, at(1), Refused::kFail));
  EXPECT_EQ(value("SELECT string_agg(partition || ':' || sequence, ' ' ORDER BY partition) FROM "
                  "daybook.checkpoint"),
            "0:1 1:1");
}

TEST_F(ReadTables, RefuseAnotherLogAndNameBothPositions) {
  ASSERT_TRUE(write(companies(kSome, "A")));
  PostgresReadTables other(database_.owner_url);
  const auto claimed = other.claim(0, kOtherLogId);
  ASSERT_FALSE(claimed);
  EXPECT_EQ(claimed.error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(claimed.error().code, "checkpoint.other_log");
  EXPECT_NE(claimed.error().detail.find(kLogId), std::string::npos) << claimed.error().detail;
  EXPECT_NE(claimed.error().detail.find(kOtherLogId), std::string::npos) << claimed.error().detail;
  EXPECT_TRUE(write(companies(kSome, "B"))) << "the refused claim must not take the tables over";
}

TEST_F(ReadTables, NeverTouchWhatTheLoginSystemOwns) {
  ASSERT_TRUE(write({row(ENTITY_USER, user_state("U1", "a@x.com"))}));
  run(sql_, "UPDATE crm.users SET password = 'hash', image = 'face', last_login_at = '2025-01-01'");
  ASSERT_TRUE(write({row(ENTITY_USER, user_state("U1", "b@x.com"))}));
  EXPECT_EQ(value("SELECT password || ' ' || image || ' ' || email FROM crm.users"),
            "hash face b@x.com");
}

}  // namespace
}  // namespace daybook::testing
