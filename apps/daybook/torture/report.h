// What a run says while it goes on and in the end: lines for people, or one JSON object a line.
//
// Used by one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "apps/daybook/torture/checker.h"
#include "apps/daybook/torture/torture.h"

namespace daybook::torture {

struct Blow {
  std::size_t number = 0;
  std::string kind;
  std::chrono::milliseconds healed_in{0};  // until it decides again and no table is behind
  std::string trouble;                     // it could not be struck, or did not heal
  Verdict verdict;

  [[nodiscard]] bool survived() const { return trouble.empty() && verdict.faults.empty(); }
};

struct LoadFigures {
  std::size_t answered = 0;
  std::size_t tokens_read = 0;                    // answers that were looked for in the tables
  std::map<std::string, std::size_t> sent_again;  // by the reason
};

class Report {
 public:
  Report(const Options& options, std::uint64_t seed, const std::filesystem::path& folder)
      : options_(options), seed_(seed), folder_(folder.string()) {}

  void begin() const;
  void skip(std::size_t number, const std::string& kind, const std::string& why) const;
  void take(const Blow& blow);
  void take(const LoadFigures& load);
  void end(bool survived) const;

 private:
  const Options& options_;
  std::uint64_t seed_;
  std::string folder_;
  std::map<std::string, std::vector<std::chrono::milliseconds>> healed_;
  LoadFigures load_;
};

}  // namespace daybook::torture
