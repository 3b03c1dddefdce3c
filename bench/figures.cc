#include "bench/figures.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <thread>

namespace daybook::bench {

bool report(const std::string& title, const std::string& settings, const Figures& figures) {
  fmt::print("\n{}\n{}\n{}\n\n", title, settings, machine());
  fmt::print("{:44} {:>12} {:>12} {:>8}\n", "", "measured", "baseline", "ratio");
  bool all_hold = true;
  for (const Figure& figure : figures) {
    const double ratio = figure.baseline > 0 ? figure.value / figure.baseline : 0;
    fmt::print("{:44} {:>12.4g} {:>12.4g} {:>8.3g}  {}\n", figure.name, figure.value,
               figure.baseline, ratio, figure.unit);
  }
  fmt::print("\n");
  for (const Figure& figure : figures) {
    nlohmann::ordered_json json{
        {"figure", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
    json["baseline"] = figure.baseline > 0 ? nlohmann::ordered_json(figure.baseline) : nullptr;
    const double ratio = figure.baseline > 0 ? figure.value / figure.baseline : 0;
    json["ratio"] = figure.baseline > 0 ? nlohmann::ordered_json(ratio) : nullptr;
    json["goal"] = figure.goal ? nlohmann::ordered_json(*figure.goal) : nullptr;
    const bool holds =
        !figure.goal || (figure.less_is_better ? ratio <= *figure.goal : ratio >= *figure.goal);
    json["holds"] = holds;
    all_hold = all_hold && holds;
    fmt::print("{}\n", json.dump());
  }
  return all_hold;
}

double percentile(std::vector<double> sample, double part) {
  if (sample.empty()) return 0;
  const auto which =
      static_cast<std::size_t>(std::lround(part * static_cast<double>(sample.size() - 1)));
  std::nth_element(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(which),
                   sample.end());
  return sample[which];
}

std::string machine() {
  std::ifstream cpus("/proc/cpuinfo");
  std::string line;
  std::string model = "unknown processor";
  while (std::getline(cpus, line)) {
    if (line.rfind("model name", 0) == 0) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  }
  return fmt::format("{}, {} cores", model, std::thread::hardware_concurrency());
}

bool begin(int argc, char** argv) {
  spdlog::set_level(spdlog::level::err);
  return argc > 1 && std::string_view(argv[1]) == "--quick";
}

}  // namespace daybook::bench
