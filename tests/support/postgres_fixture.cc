#include "tests/support/postgres_fixture.h"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "infra/postgres/cluster.h"
#include "infra/postgres/migrations.h"
#include "infra/postgres/sql_text.h"
#include "infra/postgres/url.h"

namespace daybook::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolderPrefix = "daybook-test-postgres-";

template <class T>
T needed(Result<T> result, const std::string& what) {
  if (!result) {
    throw std::runtime_error(what + ": " + result.error().code + ": " + result.error().detail);
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

void make_reachable(const fs::path& folder) {
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                              fs::perms::others_read | fs::perms::others_exec);
}

// A test program that was killed could not stop its server.
void remove_leftovers() {
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix)) {
      continue;
    }
    const int process = std::atoi(name.c_str() + std::string(kFolderPrefix).size());
    if (process > 0 && ::kill(process, 0) != 0) {
      if (auto cluster = postgres::Cluster::open(entry.path() / "cluster"); cluster) {
        (void)cluster->stop();
      }
      std::error_code error;
      fs::remove_all(entry.path(), error);
    }
  }
}

class Server {
 public:
  static Server& instance() {
    static Server server;
    return server;
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (process_ == ::getpid()) {  // not in a forked child
      (void)cluster_.stop();
      std::error_code error;
      fs::remove_all(folder_, error);
    }
  }

  [[nodiscard]] std::string url() const { return needed(cluster_.owner_url(), "url"); }
  [[nodiscard]] const fs::path& folder() const { return folder_; }
  int next_number() { return ++number_; }

 private:
  Server()
      : process_(::getpid()),
        folder_(fs::temp_directory_path() / (kFolderPrefix + std::to_string(process_))),
        cluster_(open_cluster(folder_)) {
    needed(cluster_.start(), "start");
    // Nobody's data, and no test takes the machine's power away.
    auto connection = needed(postgres::Connection::open(url()), "connect");
    needed(connection.exec("ALTER SYSTEM SET fsync = off"), "configure");
    needed(connection.exec("SELECT pg_reload_conf()"), "configure");
  }
  static postgres::Cluster open_cluster(const fs::path& folder) {
    remove_leftovers();
    make_reachable(folder);
    make_reachable(folder / "cluster");
    return needed(postgres::Cluster::open(folder / "cluster"), "open");
  }

  pid_t process_;
  fs::path folder_;
  postgres::Cluster cluster_;
  int number_ = 0;
};

std::string with_database(const std::string& url, const std::string& name) {
  return url.substr(0, url.rfind('/') + 1) + name;
}

}  // namespace

TestDatabase create_database(const std::string& hint) {
  Server& server = Server::instance();
  const std::string name = hint + std::to_string(server.next_number());
  postgres::Connection connection = connect(server.url());
  run(connection, "CREATE DATABASE " + postgres::quote_identifier(name));
  return {name, with_database(server.url(), name)};
}

TestDatabase create_migrated_database(const std::string& hint) {
  TestDatabase database = create_database(hint);
  postgres::Connection connection = connect(database.owner_url);
  needed(postgres::migrate_up(connection), "migrate");
  return database;
}

postgres::Connection connect(const std::string& url) {
  return needed(postgres::Connection::open(url), "connect");
}

postgres::Rows run(postgres::Connection& connection, const std::string& sql) {
  return needed(connection.exec(sql), sql);
}

std::string refusal(postgres::Connection& connection, const std::string& sql) {
  const auto outcome = connection.exec(sql);
  return outcome ? std::string() : std::string(postgres::sqlstate(outcome.error()));
}

std::string value(postgres::Connection& connection, const std::string& sql) {
  return run(connection, sql).rows.at(0).at(0).value_or("NULL");
}

std::vector<std::string> values(postgres::Connection& connection, const std::string& sql) {
  std::vector<std::string> list;
  for (const postgres::Row& row : run(connection, sql).rows) {
    list.push_back(row.at(0).value_or("NULL"));
  }
  return list;
}

std::string temporary_folder(const std::string& hint) {
  Server& server = Server::instance();
  const fs::path folder = server.folder() / (hint + std::to_string(server.next_number()));
  make_reachable(folder);
  return folder.string();
}

}  // namespace daybook::testing
