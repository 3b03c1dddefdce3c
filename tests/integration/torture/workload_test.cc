// The load of `daybook torture`: its shares, and that a seed gives it again.
#include "apps/daybook/torture/workload.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace daybook::torture {
namespace {

constexpr std::size_t kCommands = 20'000;

TEST(Workload, IsTheSameForASeedAndAnotherOneForAnother) {
  const Workload one(1);
  const Workload again(1);
  const Workload other(2);
  std::size_t different = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(one.command(i).SerializeAsString(), again.command(i).SerializeAsString());
    if (one.command(i).SerializeAsString() != other.command(i).SerializeAsString()) ++different;
  }
  EXPECT_GT(different, 150U);
}

TEST(Workload, GivesHalfOfItselfToOneOrganizationAndRepeatsATwentieth) {
  const Workload workload(3);
  std::map<std::string, std::size_t> of_organization;
  std::set<std::string> ids;
  std::size_t batches = 0;
  for (std::size_t i = 0; i < kCommands; ++i) {
    const Command command = workload.command(i);
    ++of_organization[command.organization_id()];
    ids.insert(command.command_id());
    if (command.has_batch()) ++batches;
  }
  EXPECT_EQ(of_organization.size(), kOrganizations);
  EXPECT_NEAR(static_cast<double>(of_organization[Workload::organization(0)]), kCommands / 2.0,
              kCommands / 50.0);
  EXPECT_NEAR(static_cast<double>(kCommands - ids.size()), kCommands / 20.0, kCommands / 100.0);
  EXPECT_NEAR(static_cast<double>(batches), kCommands / 20.0, kCommands / 100.0);
}

}  // namespace
}  // namespace daybook::torture
