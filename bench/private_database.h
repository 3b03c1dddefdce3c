// A PostgreSQL with the read tables, for as long as it lives: as `daybook up` makes one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "infra/postgres/cluster.h"

namespace daybook::bench {

class PrivateDatabase {
 public:
  // `settings` are PostgreSQL's own: "shared_buffers = '1GB'".
  explicit PrivateDatabase(const std::filesystem::path& data_folder,
                           const std::vector<std::string>& settings = {});
  ~PrivateDatabase();
  PrivateDatabase(const PrivateDatabase&) = delete;
  PrivateDatabase& operator=(const PrivateDatabase&) = delete;

  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::filesystem::path folder() const { return cluster_.folder(); }

 private:
  postgres::Cluster cluster_;
};

}  // namespace daybook::bench
