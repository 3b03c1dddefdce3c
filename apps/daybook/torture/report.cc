#include "apps/daybook/torture/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace daybook::torture {
namespace {

using Json = nlohmann::ordered_json;

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

void print(const Json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  std::fflush(stdout);
}

}  // namespace

void Report::begin() const {
  if (options_.json) return print({{"seed", seed_}, {"faults", options_.faults}});
  fmt::print("seed {}: {} faults, {} commands in flight, in {}\n", seed_, options_.faults,
             options_.commands_in_flight, folder_);
  std::fflush(stdout);
}

void Report::skip(std::size_t number, const std::string& kind, const std::string& why) const {
  if (options_.json) return print({{"fault", number}, {"skipped", kind}, {"why", why}});
  fmt::print("{:4}/{} {:<22} skipped: {}\n", number, options_.faults, kind, why);
  std::fflush(stdout);
}

void Report::take(const Blow& blow) {
  if (blow.survived()) healed_[blow.kind].push_back(blow.healed_in);
  if (options_.json) {
    return print({{"fault", blow.number},
                  {"kind", blow.kind},
                  {"healedInSeconds", seconds(blow.healed_in)},
                  {"outcomes", blow.verdict.outcomes},
                  {"voidRecords", blow.verdict.voids},
                  {"fences", blow.verdict.fences},
                  {"rows", blow.verdict.rows},
                  {"trouble", blow.trouble},
                  {"wrong", blow.verdict.faults}});
  }
  if (blow.survived()) {
    fmt::print("{:4}/{} {:<22} healed in {:5.1f} s; checked {} outcomes, {} void, {} rows\n",
               blow.number, options_.faults, blow.kind, seconds(blow.healed_in),
               blow.verdict.outcomes, blow.verdict.voids, blow.verdict.rows);
  } else {
    fmt::print("{:4}/{} {:<22} NOT SURVIVED\n", blow.number, options_.faults, blow.kind);
    if (!blow.trouble.empty()) fmt::print("  {}\n", blow.trouble);
    for (const std::string& fault : blow.verdict.faults) fmt::print("  {}\n", fault);
  }
  std::fflush(stdout);
}

void Report::take(const LoadFigures& load) {
  load_.answered += load.answered;
  load_.tokens_read += load.tokens_read;
  for (const auto& [code, count] : load.sent_again) load_.sent_again[code] += count;
}

void Report::end(bool survived) const {
  if (options_.json) {
    Json kinds;
    for (const auto& [kind, times] : healed_) kinds[kind] = times.size();
    return print({{"survived", survived},
                  {"kinds", kinds},
                  {"answered", load_.answered},
                  {"inFlight", options_.commands_in_flight},
                  {"tokensRead", load_.tokens_read},
                  {"sentAgain", load_.sent_again}});
  }
  fmt::print("\n{:<22} {:>5} {:>22}\n", "kind", "times", "healed in at most (s)");
  std::size_t all = 0;
  for (const auto& [kind, times] : healed_) {
    fmt::print("{:<22} {:>5} {:>22.1f}\n", kind, times.size(),
               seconds(*std::max_element(times.begin(), times.end())));
    all += times.size();
  }
  fmt::print("{} commands answered, always {} in flight; sent again after: {}\n", load_.answered,
             options_.commands_in_flight, load_.sent_again);
  if (survived) {
    fmt::print("survived {} faults\n", all);
    return;
  }
  fmt::print(
      "again: daybook torture --seed {} --faults {} --per-installation {} --commands-in-flight "
      "{}{}{}\n"
      "kept: {}\n",
      seed_, options_.faults, options_.per_installation, options_.commands_in_flight,
      options_.kinds.empty() ? "" : fmt::format(" --kinds {}", fmt::join(options_.kinds, ",")),
      options_.require_all ? " --require-all" : "", folder_);
}

}  // namespace daybook::torture
