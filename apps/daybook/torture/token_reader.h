// Somebody who reads the tables while the engine is hurt: waits for the token of an answer, and
// then has to see the rows that it told of, changed no earlier than it was decided (I14); and no
// session sees the checkpoint go back (I7).
//
// A thread of its own, which connects again whenever its session is lost. What is wrong goes to the
// answers' faults.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "apps/daybook/torture/answers.h"
#include "apps/daybook/torture/database.h"

namespace daybook::torture {

class TokenReader {
 public:
  // Both must outlive it.
  TokenReader(const Database& database, Answers& answers);
  ~TokenReader();
  TokenReader(const TokenReader&) = delete;
  TokenReader& operator=(const TokenReader&) = delete;

  // Tokens that were waited for and looked at.
  [[nodiscard]] std::size_t looks() const { return looks_; }

 private:
  void run();
  // Errors end the session.
  [[nodiscard]] Result<void> look(postgres::Connection& connection, std::uint64_t& reached);
  [[nodiscard]] Result<void> look_for_rows(postgres::Connection& connection,
                                           const Receipt& receipt);

  const Database& database_;
  Answers& answers_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> looks_ = 0;
  std::thread thread_;
};

}  // namespace daybook::torture
