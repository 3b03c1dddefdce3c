// What the engine shows of its log and tables, beside what is there.
#include <algorithm>
#include <cmath>

#include "apps/daybook/torture/checker.h"

namespace daybook::torture {
namespace {

using check::Judgement;

// Between two offsets, both left out.
std::size_t rejections(const Judgement& judged, std::uint64_t after, double before) {
  const auto is_one = [&](const auto& item) {
    return item.first > after && static_cast<double>(item.first) < before &&
           item.second.outcome.kind() == log::OUTCOME_KIND_REJECTED;
  };
  return static_cast<std::size_t>(
      std::count_if(judged.outcomes.begin(), judged.outcomes.end(), is_one));
}

}  // namespace

std::vector<std::string> visibility_faults(const std::vector<Judgement>& log, std::size_t parked,
                                           const Figures& figures) {
  std::vector<std::string> faults;
  const auto said = [&](const std::string& name, const Judgement& judged,
                        const std::string& labels = "") {
    const std::string key = "daybook_" + name + "{" + labels + "partition=\"" +
                            std::to_string(judged.partition) + "\"}";
    const auto found = figures.find(key);
    if (found != figures.end()) return found->second;
    faults.push_back("I13: the engine does not show " + key);
    return 0.0;
  };
  const auto differ = [&](const std::string& what, double shown, std::size_t there) {
    faults.push_back(what + ": the engine shows " + std::to_string(std::llround(shown)) +
                     ", there are " + std::to_string(there));
  };
  double parked_shown = 0;
  for (const Judgement& judged : log) {
    parked_shown += said("parked_rows", judged);
    const double voids = said("log_void_records", judged);
    if (voids != static_cast<double>(judged.voids)) differ("I5: void records", voids, judged.voids);
    // Those after the last fence are its own; it has perhaps more of its own before that.
    const double rejected = said("commands_total", judged, "outcome=\"rejected\",");
    const std::size_t there =
        rejections(judged, judged.last_fence, said("log_next_offset", judged));
    if (rejected < static_cast<double>(there)) differ("I13: rejections", rejected, there);
  }
  if (parked_shown != static_cast<double>(parked)) differ("I13: parked rows", parked_shown, parked);
  return faults;
}

}  // namespace daybook::torture
