// The demo data set on a private PostgreSQL, as a new user loads and reads it.
#include <fstream>

#include "apps/daybook/check/tables.h"
#include "tests/e2e/shared.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

using check::differences;
using check::fold_log;
using check::FoldedLog;

std::string demo_sql(const std::string& name) {
  std::ifstream file(std::string(DAYBOOK_SOURCE_DIR) + "/apps/daybook/demo/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string url_of(const ProgramResult& printed) {
  return printed.out.substr(0, printed.out.find('\n'));
}

void expect_known_values(const std::string& url) {
  postgres::Connection reader = connect(url);
  const auto checks = run(reader, demo_sql("checks.sql"));
  EXPECT_GE(checks.rows.size(), 15U);
  for (const postgres::Row& check : checks.rows) EXPECT_EQ(check[1], check[2]) << *check[0];
}

// What ./dev demo says of one known value that has become another, after `seeded` was said.
ProgramResult demo_check(const std::string& seeded) {
  return run_program({"/bin/bash", "-euc",
                      "cd \"$1\"; . dev.d/common.sh; . dev.d/demo.sh; reader_url=none seeded=$2;"
                      "ask() { printf 'deals|7|8\\nusers|3|3\\n'; }; show_checks",
                      "bash", DAYBOOK_SOURCE_DIR, seeded});
}

TEST(SeedDemo, ComesOutAsKnownHoweverOftenItIsLoaded) {
  Installation daybook;
  daybook.up();
  const ProgramResult first = daybook.run({"seed", "demo"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_TRUE(contains(first.out, "38 commands: 38 accepted, 0 of them known already"))
      << first.out;
  EXPECT_EQ(demo_check(first.out).exit_code, 1) << "just loaded, so it must be as known";
  const Json status = Json::parse(daybook.run({"status", "--json"}).out);

  const ProgramResult changed = demo_check(daybook.run({"seed", "demo"}).out);
  EXPECT_EQ(changed.exit_code, 0) << changed.err;
  EXPECT_TRUE(contains(changed.out, "deals: 8, changed since it was loaded (then 7)") &&
              contains(changed.out, "users: 3"))
      << changed.out;
  const Json again = Json::parse(daybook.run({"seed", "demo", "--json"}).out);
  EXPECT_EQ(again["accepted"], 38);
  EXPECT_EQ(again["known"], 38);
  EXPECT_EQ(
      Json::parse(daybook.run({"status", "--json"}).out)["partitions"][0]["commands"]["sequence"],
      status["partitions"][0]["commands"]["sequence"])
      << "a second load adds nothing to the log";

  const std::string url = url_of(daybook.run({"url"}));
  const Json receipt =
      Json::parse(daybook
                      .run({"send", command(1, create_company("extra", "Other organization's"),
                                            again["organization"])
                                        .dump()})
                      .out);
  {
    postgres::Connection reader = connect(url);
    EXPECT_EQ(
        value(reader, "SELECT daybook.wait_for('" + receipt["token"].get<std::string>() + "')"),
        "t");
    EXPECT_EQ(value(reader, "SELECT count(*) FROM crm.companies"), "9");
  }
  const std::string id = receipt["records"][0]["id"];
  const Json removal{{"deleteCompany", {{"id", id}}}};
  const Json removed =
      Json::parse(daybook.run({"send", command(2, removal, again["organization"]).dump()}).out);
  {
    postgres::Connection reader = connect(url);
    EXPECT_EQ(
        value(reader, "SELECT daybook.wait_for('" + removed["token"].get<std::string>() + "')"),
        "t");
  }
  expect_known_values(url);
  const ProgramResult history = daybook.run({"history", "deal", "demo/D5"});
  EXPECT_TRUE(contains(history.out, "nothing -> \"Sustainability Consulting Package\""))
      << history.out;

  EXPECT_EQ(daybook.stop(), 0);
  const FoldedLog folded = fold_log(*daybook.open_log());
  EXPECT_EQ(folded.faults, std::vector<std::string>());
  EXPECT_EQ(differences(folded, daybook.owner_url()), std::vector<std::string>());
}

TEST(SeedDemo, NeedsNoRunningEngine) {
  Installation daybook;
  daybook.up();
  EXPECT_EQ(daybook.stop(), 0);
  const ProgramResult seeded = daybook.run({"seed", "demo"});
  EXPECT_EQ(seeded.exit_code, 0) << seeded.err;
  const std::string organization =
      Json::parse(daybook.run({"seed", "demo", "--json"}).out)["organization"];
  const ProgramResult history =
      daybook.run({"history", "deal", "demo/D5", "--organization", organization});
  EXPECT_EQ(history.exit_code, 0) << history.err;
  const Json sent = Json::parse(
      daybook.run({"send", command(3, create_company("offline", "Offline"), organization).dump()})
          .out);
  EXPECT_EQ(sent["outcome"], "accepted");
  const ProgramResult receipt = daybook.run({"receipt", organization, command_id(3), "--json"});
  EXPECT_EQ(Json::parse(receipt.out)["token"], sent["token"]) << receipt.err;
  EXPECT_EQ(daybook.run({"status"}).exit_code, 3);
  EXPECT_TRUE(contains(daybook.run({"doctor"}).out, "not running; the log is sound"));

  // The next `up` shows it all.
  daybook.up();
  const std::string url = url_of(daybook.run({"url"}));
  postgres::Connection reader = connect(url);
  EXPECT_EQ(value(reader, "SELECT count(*) FROM crm.companies"), "9");
  EXPECT_EQ(daybook.stop(), 0);
}

}  // namespace
}  // namespace daybook::testing
