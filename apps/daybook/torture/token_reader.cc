#include "apps/daybook/torture/token_reader.h"

#include <string>

#include "apps/daybook/torture/engine_under_test.h"
#include "domain/core/schema.h"

namespace daybook::torture {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};
constexpr std::chrono::milliseconds kBetweenSessions{100};
constexpr const char* kOtherHistory = "YD002";  // of daybook.wait_for

}  // namespace

TokenReader::TokenReader(const Database& database, Answers& answers)
    : database_(database), answers_(answers), thread_([this] { run(); }) {}

TokenReader::~TokenReader() {
  stopping_ = true;
  thread_.join();
}

void TokenReader::run() {
  while (!stopping_) {
    auto connection = database_.connect();
    std::uint64_t reached = 0;
    while (connection && !stopping_ && look(*connection, reached)) let_pass(kBetweenLooks);
    let_pass(kBetweenSessions);
  }
}

Result<void> TokenReader::look(postgres::Connection& connection, std::uint64_t& reached) {
  DAYBOOK_ASSIGN(found, connection.exec("SELECT sequence FROM daybook.checkpoint"));
  const std::uint64_t now = found.rows.empty() ? 0 : std::stoull(*found.rows.front()[0]);
  if (now < reached)
    answers_.fault("I7: the checkpoint went back from sequence " + std::to_string(reached) +
                   " to " + std::to_string(now));
  reached = now;
  const auto receipt = answers_.newest_accepted();
  if (!receipt) return {};
  const auto waited =
      connection.exec_params("SELECT daybook.wait_for($1, '1 second')", {receipt->token()});
  if (waited) return look_for_rows(connection, *receipt);
  if (postgres::sqlstate(waited.error()) == kOtherHistory)
    answers_.fault("I14: the tables do not know the token " + receipt->token() + ": " +
                   waited.error().detail);
  return {};  // not there yet; a lost session is met by the next question
}

Result<void> TokenReader::look_for_rows(postgres::Connection& connection, const Receipt& receipt) {
  for (const RecordVersion& record : receipt.records()) {
    const std::string& table = schema::entity_rule(record.entity()).table();
    DAYBOOK_ASSIGN(rows, connection.exec_params(
                             "SELECT FROM " + table +
                                 " WHERE id = $1 AND updated_at >= to_timestamp($2 / 1000.0)"
                                 " AT TIME ZONE 'UTC'",
                             {record.id(), std::to_string(receipt.decided_at())}));
    if (rows.rows.empty())
      answers_.fault("I14: " + table + " " + record.id() +
                     " is not there, or as it was before, at token " + receipt.token());
  }
  ++looks_;
  return {};
}

}  // namespace daybook::torture
