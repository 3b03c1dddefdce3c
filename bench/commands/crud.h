// The baseline: the changes of the mix as ordinary SQL, one durable transaction for each command,
// by pgbench, on the read tables with all their indexes and keys.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/private_database.h"

namespace daybook::bench {

// A private PostgreSQL, tuned for this, for as long as it lives.
class Crud {
 public:
  explicit Crud(const std::filesystem::path& data_folder);

  struct Rate {
    double per_second = 0;
    int clients = 0;
    double p99_ms = 0;  // of a transaction
  };
  // Changes of the rows of so many organizations: the best of these numbers of clients, each for
  // that long.
  [[nodiscard]] Rate best(std::size_t organizations, const std::vector<int>& clients,
                          std::chrono::seconds each) const;
  // Again with so many clients, on tables filled anew.
  [[nodiscard]] Rate again(std::size_t organizations, int clients, std::chrono::seconds time) const;
  // Again on tables that have no foreign keys, and no indexes but those of
  // primary and unique keys; they stay so.
  [[nodiscard]] Rate bare(std::size_t organizations, int clients, std::chrono::seconds time) const;
  // What the machine's PostgreSQL does at most: each client changes a row of its own, in a table
  // with nothing else.
  [[nodiscard]] Rate one_row(int clients, std::chrono::seconds time) const;

 private:
  void fill(std::size_t organizations) const;
  [[nodiscard]] Rate rate(std::size_t organizations, int clients, std::chrono::seconds time) const;
  // `scripts`: what pgbench is told of them.
  [[nodiscard]] Rate run(std::vector<std::string> scripts, int clients,
                         std::chrono::seconds time) const;

  PrivateDatabase database_;
};

}  // namespace daybook::bench
