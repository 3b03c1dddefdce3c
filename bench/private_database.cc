#include "bench/private_database.h"

#include "bench/must.h"
#include "infra/postgres/connection.h"
#include "infra/postgres/migrations.h"

namespace daybook::bench {

PrivateDatabase::PrivateDatabase(const std::filesystem::path& data_folder,
                                 const std::vector<std::string>& settings)
    : cluster_(must(postgres::Cluster::open(data_folder))) {
  must(cluster_.start());
  {
    auto connection = must(postgres::Connection::open(url()));
    for (const std::string& setting : settings)
      must(connection.exec("ALTER SYSTEM SET " + setting));
  }
  must(cluster_.stop());
  must(cluster_.start());
  auto connection = must(postgres::Connection::open(url()));
  (void)must(postgres::migrate_up(connection));
}

PrivateDatabase::~PrivateDatabase() {
  (void)cluster_.stop();
  std::error_code ignored;
  std::filesystem::remove_all(cluster_.folder(), ignored);
}

std::string PrivateDatabase::url() const { return must(cluster_.owner_url()); }

}  // namespace daybook::bench
