// The private PostgreSQL of the installation under torture, seen from outside: its process, its
// files, its owner's sessions. Used by one thread; bounded waits.
#pragma once

#include <filesystem>
#include <string>

#include "infra/postgres/connection.h"

namespace daybook::torture {

class Database {
 public:
  explicit Database(std::filesystem::path data_folder) : data_folder_(std::move(data_folder)) {}

  [[nodiscard]] Result<std::string> owner_url() const;
  [[nodiscard]] Result<postgres::Connection> connect() const;
  // Sends the signal to the postmaster and waits until it is gone: SIGKILL, SIGQUIT (what
  // `pg_ctl -m immediate` sends), SIGINT (a fast shutdown).
  [[nodiscard]] Result<void> end_by(int signal) const;
  // Of the files, while it does not run; beside them.
  [[nodiscard]] Result<void> keep_copy() const;
  [[nodiscard]] Result<void> restore_copy() const;
  // Starts it if it does not run, and stops it.
  [[nodiscard]] Result<void> start() const;
  void stop() const;

 private:
  std::filesystem::path data_folder_;
};

}  // namespace daybook::torture
