#include "tests/e2e/shared.h"

#include "domain/core/uuid.h"
#include "tests/support/postgres_fixture.h"

namespace daybook::testing {

std::unique_ptr<Installation> SharedInstallation::daybook_;

std::string command_id(int number) { return uuid_v5(kAcme, "command " + std::to_string(number)); }

Json command(int number, const Json& action, const std::string& organization) {
  return {{"commandId", command_id(number)},
          {"organizationId", organization},
          {"actor", "integration"},
          {"action", action}};
}

Json create_organization(const std::string& name) {
  return {{"createOrganization", {{"fields", {{"name", name}}}}}};
}

Json create_company(const std::string& external_id, const std::string& name) {
  const Json identity{{"externalIds", Json::array({{{"namespace", "e2e"}, {"id", external_id}}})}};
  return {{"createCompany", {{"fields", {{"name", name}}}, {"identity", identity}}}};
}

Json patch_company(const std::string& external_id, const Json& set) {
  return {{"patchCompany", {{"id", "e2e/" + external_id}, {"set", set}}}};
}

std::string company_id(const std::string& external_id, const std::string& organization) {
  return external_record_id(organization, "company", "e2e", external_id);
}

void SharedInstallation::SetUpTestSuite() {
  daybook_ = std::make_unique<Installation>(
      std::vector<std::string>{"DATABASE_URL=" + create_database("e2e").owner_url});
  daybook_->up();
  (void)accept(command(0, create_organization("Acme")));
}

Json SharedInstallation::accept(const Json& command) {
  const ProgramResult sent = run({"send", command.dump(), "--json"});
  EXPECT_EQ(sent.exit_code, 0) << sent.out << sent.err;
  return Json::parse(sent.out, nullptr, false);
}

void SharedInstallation::await_tables(const Json& receipt) {
  EXPECT_EQ(value("SELECT daybook.wait_for('" + receipt["token"].get<std::string>() + "')"), "t");
}

std::string SharedInstallation::value(const std::string& sql) {
  postgres::Connection connection = connect(daybook_->owner_url());
  return testing::value(connection, sql);
}

}  // namespace daybook::testing
