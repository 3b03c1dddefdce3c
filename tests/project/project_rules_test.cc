// Rules about the sources themselves, checked on the sources: the dependency rule of
// docs/architecture.md and a few habits that no compiler checks.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace fs = std::filesystem;

// Which folders of the project, and which libraries, the files of a folder may include. A library
// is the beginning of what stands between < and >. The standard library is always allowed.
struct FolderRule {
  std::string_view folder;
  std::vector<std::string_view> project;
  std::vector<std::string_view> libraries;
  bool operating_system = false;  // <unistd.h> and the like
};

const std::vector<FolderRule>& rules() {
  static const std::vector<FolderRule> all{
      {"domain", {"schemas/", "domain/"}, {"tl/", "google/protobuf/"}},
      {"commands",
       {"schemas/", "domain/", "commands/"},
       {"tl/", "google/protobuf/", "nlohmann/", "openssl/"}},
      {"projections", {"schemas/", "domain/", "projections/"}, {"tl/", "google/protobuf/"}},
      {"infra", {"schemas/", "domain/", "commands/", "projections/", "infra/"}, {""}, true},
      {"apps",
       {"schemas/", "domain/", "commands/", "projections/", "infra/", "apps/"},
       {"tl/", "google/protobuf/", "CLI/", "spdlog/", "fmt/", "nlohmann/"},
       true},
  };
  return all;
}

// The only include that breaks a rule, and why: names of UUIDs need SHA-1, which Boost has in one
// header.
bool is_exception(const std::string& file, const std::string& include) {
  return file == "domain/core/uuid.cc" && include.starts_with("boost/uuid/");
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const fs::path& root() {
  static const fs::path folder(DAYBOOK_SOURCE_DIR);
  return folder;
}

bool is_source(const fs::path& path) {
  return path.extension() == ".cc" || path.extension() == ".h";
}

// The files of a folder that `wanted` takes, as paths from the root, in order.
template <class Wanted>
std::vector<std::string> files_of(const std::string& folder, Wanted wanted) {
  std::vector<std::string> files;
  if (!fs::exists(root() / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root() / folder / "")) {
    if (!entry.is_regular_file() || !wanted(entry.path())) continue;
    files.push_back((folder / entry.path().lexically_relative(root() / folder)).generic_string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Include {
  bool quoted = false;
  std::string path;
};

std::vector<Include> includes_of(const std::string& text) {
  static const std::regex pattern(R"(^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"])",
                                  std::regex::multiline);
  std::vector<Include> includes;
  for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found) {
    includes.push_back({(*found)[1] == "\"", (*found)[2]});
  }
  return includes;
}

bool begins_with_one_of(const std::string& text, const std::vector<std::string_view>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

bool allowed(const FolderRule& rule, const Include& include) {
  if (include.quoted) return begins_with_one_of(include.path, rule.project);
  const bool standard = include.path.find_first_of("/.") == std::string::npos;
  if (standard || begins_with_one_of(include.path, rule.libraries)) return true;
  const bool operating_system =
      include.path.find('/') == std::string::npos || include.path.starts_with("sys/");
  return operating_system && rule.operating_system;
}

TEST(Includes, FollowTheDependencyRule) {
  for (const FolderRule& rule : rules()) {
    for (const std::string& file : files_of(std::string(rule.folder), is_source)) {
      for (const Include& include : includes_of(text_of(root() / file))) {
        EXPECT_TRUE(allowed(rule, include) || is_exception(file, include.path))
            << file << " must not include " << include.path;
      }
    }
  }
}

TEST(Includes, AreFromTheRoot) {
  for (const std::string folder :
       {"domain", "commands", "projections", "infra", "apps", "tests", "bench"}) {
    for (const std::string& file : files_of(folder, is_source)) {
      for (const Include& include : includes_of(text_of(root() / file))) {
        if (!include.quoted) continue;
        EXPECT_TRUE(include.path.starts_with("schemas/") || fs::exists(root() / include.path))
            << file << " includes \"" << include.path
            << "\": write the path from the project's root";
      }
    }
  }
}

TEST(Sources, AreAllPartOfTheBuild) {
  const std::string commands = text_of(fs::path(DAYBOOK_BINARY_DIR) / "compile_commands.json");
  ASSERT_FALSE(commands.empty());
  for (const std::string folder : {"domain", "commands", "projections", "infra", "apps", "tests"}) {
    for (const std::string& file :
         files_of(folder, [](const fs::path& path) { return path.extension() == ".cc"; })) {
      const std::string entry = "\"file\": \"" + (root() / file).string() + "\"";
      EXPECT_NE(commands.find(entry), std::string::npos) << file << " is compiled by no target";
    }
  }
}

TEST(Sources, HaveHeadersThatAreReadOnce) {
  for (const std::string folder : {"domain", "commands", "projections", "infra", "apps", "tests"}) {
    for (const std::string& file :
         files_of(folder, [](const fs::path& path) { return path.extension() == ".h"; })) {
      EXPECT_NE(text_of(root() / file).find("#pragma once\n"), std::string::npos) << file;
    }
  }
}

// Fixtures that have to poll something outside the process do it in tests/support, with a deadline.
TEST(Tests, WaitForConditionsAndNeverSleep) {
  static const std::regex sleep(R"(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\()");
  for (const std::string& file : files_of("tests", is_source)) {
    if (file.starts_with("tests/support/") || file == "tests/project/project_rules_test.cc")
      continue;
    const std::string text = text_of(root() / file);
    std::smatch found;
    EXPECT_FALSE(std::regex_search(text, found, sleep))
        << file << " sleeps: wait for a condition, or use a fake clock";
  }
}

TEST(Files, NameNoPathOfSomebodysMachine) {
  const std::vector<std::string> paths{
      "/home"
      "/",
      "/Users"
      "/",
      "/work"
      "/",
      root().string() + "/"};
  const std::vector<std::string> skipped{"build", ".git", ".daybook", ".daybook-kafka", ".kafka"};
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(root())) {
    const std::string name = entry.path().filename();
    if (std::find(skipped.begin(), skipped.end(), name) != skipped.end()) continue;
    if (entry.is_regular_file()) files.push_back(name);
    if (!entry.is_directory()) continue;
    for (std::string& file : files_of(name, [](const fs::path&) { return true; }))
      files.push_back(std::move(file));
  }
  for (const std::string& file : files) {
    const std::string text = text_of(root() / file);
    for (const std::string& path : paths)
      EXPECT_EQ(text.find(path), std::string::npos) << file << " names " << path;
  }
}

}  // namespace
