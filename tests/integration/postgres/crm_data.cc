#include "tests/integration/postgres/crm_data.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "infra/postgres/readers.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {
namespace {

// One owner's records; every id is made from the organization's and the owner's name by the server.
constexpr const char* kOwnedRecords = R"(
INSERT INTO crm.companies (id, name, updated_at, owner_id, organization_id)
  VALUES (pg_temp.id('company', $1), initcap($1) || ' Company', now(), pg_temp.id('user', $1), pg_temp.org());
INSERT INTO crm.contacts (id, first_name, last_name, updated_at, company_id, owner_id, organization_id)
  VALUES (pg_temp.id('contact', $1), 'Ann', initcap($1), now(), pg_temp.id('company', $1), pg_temp.id('user', $1),
          pg_temp.org());
INSERT INTO crm.deals (id, title, value, updated_at, stage_id, company_id, owner_id, organization_id)
  VALUES (pg_temp.id('deal', $1), initcap($1) || ' Deal', 100, now(), pg_temp.id('stage', 'open'),
          pg_temp.id('company', $1), pg_temp.id('user', $1), pg_temp.org());
INSERT INTO crm.activities (id, type, subject, updated_at, company_id, owner_id, organization_id)
  VALUES (pg_temp.id('activity', $1), 'CALL', initcap($1) || ' call', now(), pg_temp.id('company', $1),
          pg_temp.id('user', $1), pg_temp.org());
INSERT INTO crm.company_custom_fields (id, company_id, field_name, updated_at, organization_id)
  VALUES (pg_temp.id('company field', $1), pg_temp.id('company', $1), 'tier', now(), pg_temp.org());
INSERT INTO crm.contact_custom_fields (id, contact_id, field_name, updated_at, organization_id)
  VALUES (pg_temp.id('contact field', $1), pg_temp.id('contact', $1), 'team', now(), pg_temp.org());
INSERT INTO crm.deal_custom_fields (id, deal_id, field_name, updated_at, organization_id)
  VALUES (pg_temp.id('deal field', $1), pg_temp.id('deal', $1), 'risk', now(), pg_temp.org());
INSERT INTO crm.saved_filters (id, name, entity, filter_config, updated_at, owner_id, organization_id)
  VALUES (pg_temp.id('filter', $1), initcap($1) || ' filter', 'DEALS', '{}', now(), pg_temp.id('user', $1), pg_temp.org());
INSERT INTO crm.saved_filter_usage (id, saved_filter_id, user_id, organization_id)
  VALUES (pg_temp.id('use', $1), pg_temp.id('filter', $1), pg_temp.id('user', $1), pg_temp.org());
)";

constexpr const char* kShared = R"(
INSERT INTO daybook.organizations VALUES (pg_temp.org(), pg_temp.tenant(), now(), now());
INSERT INTO crm.users (id, email, role, is_active, password, updated_at, organization_id)
  SELECT pg_temp.id('user', name), name || '@example.com', role::crm.user_role, name <> 'gone', 'hash', now(), pg_temp.org()
  FROM (VALUES ('admin', 'ADMIN'), ('manager', 'MANAGER'), ('rep', 'USER'), ('viewer', 'VIEWER'), ('gone', 'USER'))
    AS u (name, role);
INSERT INTO crm.accounts (id, user_id, type, provider, provider_account_id)
  VALUES (pg_temp.id('account', 'rep'), pg_temp.id('user', 'rep'), 'oauth', 'p', pg_temp.tenant());
INSERT INTO crm.pipeline_stages (id, name, position, is_active, updated_at, organization_id)
  VALUES (pg_temp.id('stage', 'open'), 'Lead', 0, true, now(), pg_temp.org()),
         (pg_temp.id('stage', 'retired'), 'Old', 1, false, now(), pg_temp.org());
)";

constexpr const char* kAdministratorsOwn = R"(
INSERT INTO crm.activities (id, type, subject, updated_at, owner_id, assigned_to_id, organization_id)
  VALUES (pg_temp.id('activity', 'assigned'), 'TASK', 'For the rep', now(), pg_temp.id('user', 'admin'),
          pg_temp.id('user', 'rep'), pg_temp.org());
INSERT INTO crm.saved_filters (id, name, entity, filter_config, is_public, updated_at, owner_id, organization_id)
  VALUES (pg_temp.id('filter', 'public'), 'Public filter', 'DEALS', '{}', true, now(), pg_temp.id('user', 'admin'),
          pg_temp.org());
INSERT INTO crm.saved_filter_usage (id, saved_filter_id, user_id, organization_id)
  VALUES (pg_temp.id('use', 'public'), pg_temp.id('filter', 'public'), pg_temp.id('user', 'admin'), pg_temp.org());
)";

std::string for_owner(std::string sql, const std::string& owner) {
  for (std::size_t at = sql.find("$1"); at != std::string::npos; at = sql.find("$1", at)) {
    sql.replace(at, 2, "'" + owner + "'");
  }
  return sql;
}

}  // namespace

std::string id(const std::string& organization, const std::string& kind, const std::string& key) {
  const std::size_t hash = std::hash<std::string>()(organization + "/" + kind + "/" + key);
  char text[37];
  std::snprintf(text, sizeof(text), "%08zx-0000-5000-8000-%012zx", hash >> 32U, hash & 0xffffffffU);
  return text;
}

void insert_organization(postgres::Connection& owner, const std::string& organization) {
  // The server's helpers call back to ids that this process makes: a temporary table holds those
  // that are needed.
  std::string ids =
      "CREATE TEMP TABLE ids (kind text, key text, id uuid); INSERT INTO ids VALUES ('', '', '" +
      id(organization, "organization") + "')";
  const auto add = [&](const char* kind, const char* key) {
    ids += std::string(", ('") + kind + "', '" + key + "', '" + id(organization, kind, key) + "')";
  };
  for (const char* user : {"admin", "manager", "rep", "viewer", "gone"}) {
    add("user", user);
  }
  for (const char* owner_name : {"admin", "rep"}) {
    for (const char* kind : {"company", "contact", "deal", "activity", "company field",
                             "contact field", "deal field", "filter", "use", "account"}) {
      add(kind, owner_name);
    }
  }
  for (const auto& [kind, key] : {std::pair("stage", "open"),
                                  {"stage", "retired"},
                                  {"activity", "assigned"},
                                  {"filter", "public"},
                                  {"use", "public"}}) {
    add(kind, key);
  }
  run(owner, "BEGIN; " + ids +
                 "; CREATE FUNCTION pg_temp.id(k text, n text) RETURNS uuid LANGUAGE sql AS "
                 "'SELECT id FROM ids WHERE "
                 "kind = k AND key = n'; CREATE FUNCTION pg_temp.org() RETURNS uuid LANGUAGE sql "
                 "AS 'SELECT id FROM ids "
                 "WHERE kind = '''''; CREATE FUNCTION pg_temp.tenant() RETURNS text LANGUAGE sql "
                 "AS $$ SELECT '" +
                 organization + "' $$;" + kShared + for_owner(kOwnedRecords, "admin") +
                 for_owner(kOwnedRecords, "rep") + kAdministratorsOwn +
                 "DROP FUNCTION pg_temp.id, pg_temp.org, pg_temp.tenant; DROP TABLE ids; COMMIT");
}

std::string reader_url(postgres::Connection& owner, const std::string& owner_url,
                       const std::string& data_folder, const std::string& organization,
                       const std::string& user) {
  postgres::Readers readers(owner, owner_url, data_folder);
  postgres::ReaderSpec spec{
      organization + (user.empty() ? "" : "_" + user), id(organization, "organization"), {}};
  if (!user.empty()) {
    spec.user_id = id(organization, "user", user);
  }
  const auto url = readers.ensure(spec);
  EXPECT_TRUE(url.has_value()) << url.error().detail;
  return url.value_or("");
}

}  // namespace daybook::testing
