// One installation for all tests of a suite, and the words in which they talk to it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/daybook_process.h"

namespace daybook::testing {

using Json = nlohmann::json;

inline constexpr const char* kAcme = "0e2e0000-0000-4000-8000-00000000000a";
inline constexpr const char* kBeta = "0e2e0000-0000-4000-8000-00000000000b";

// A command id, the same for the same number.
[[nodiscard]] std::string command_id(int number);
[[nodiscard]] Json command(int number, const Json& action, const std::string& organization = kAcme);
[[nodiscard]] Json create_organization(const std::string& name);
[[nodiscard]] Json create_company(const std::string& external_id, const std::string& name);
[[nodiscard]] Json patch_company(const std::string& external_id, const Json& set);
[[nodiscard]] std::string company_id(const std::string& external_id,
                                     const std::string& organization = kAcme);

[[nodiscard]] inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Starts `daybook up` once for the suite, on a database of its own, with the organization Acme.
class SharedInstallation : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite() { daybook_.reset(); }
  static ProgramResult run(std::vector<std::string> arguments, const std::string& input = "") {
    return daybook_->run(std::move(arguments), input);
  }
  // Sends a command that has to be accepted; the receipt.
  static Json accept(const Json& command);
  // Until the read tables have what has been sent so far.
  static void await_tables(const Json& receipt);
  [[nodiscard]] static std::string value(const std::string& sql);

  static std::unique_ptr<Installation> daybook_;
};

}  // namespace daybook::testing
