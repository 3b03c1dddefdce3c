#include "bench/figures.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <thread>

namespace daybook::bench {

namespace {

// None without a baseline.
std::optional<double> ratio_of(const Figure& figure) {
  if (figure.baseline <= 0) return std::nullopt;
  return figure.value / figure.baseline;
}

// Without a baseline a goal cannot hold: nothing was measured to compare with.
bool holds(const Figure& figure) {
  if (!figure.goal) return true;
  const auto ratio = ratio_of(figure);
  if (!ratio) return false;
  return figure.less_is_better ? *ratio <= *figure.goal : *ratio >= *figure.goal;
}

void print_table(const Figures& figures) {
  std::size_t width = 0;
  for (const Figure& figure : figures) width = std::max(width, figure.name.size());
  fmt::print("{:{}} {:>12} {:>12} {:>8}\n", "", width, "measured", "baseline", "ratio");
  for (const Figure& figure : figures) {
    fmt::print("{:{}} {:>12.4g} {:>12.4g} {:>8.3g}  {}\n", figure.name, width, figure.value,
               figure.baseline, ratio_of(figure).value_or(0), figure.unit);
  }
}

std::string json_of(const Figure& figure) {
  using Json = nlohmann::ordered_json;
  const auto ratio = ratio_of(figure);
  Json json{{"figure", figure.name}, {"value", figure.value}};
  json["baseline"] = ratio ? Json(figure.baseline) : nullptr;
  json["ratio"] = ratio ? Json(*ratio) : nullptr;
  json["goal"] = figure.goal ? Json(*figure.goal) : nullptr;
  json["holds"] = figure.goal ? Json(holds(figure)) : nullptr;
  return json.dump();
}

double memory_gb() {
  const auto pages = static_cast<double>(::sysconf(_SC_PHYS_PAGES));
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e9;
}

[[noreturn]] void refuse_usage(std::string_view program) {
  constexpr int kWrongUsage = 2;
  fmt::print(stderr, "usage: {} [--quick]\n", program);
  std::exit(kWrongUsage);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

bool report(const std::string& title, const std::string& settings, const Figures& figures) {
  fmt::print("\n{}\n{}\n{}\n\n", title, settings, machine());
  print_table(figures);
  fmt::print("\n");
  for (const Figure& figure : figures) fmt::print("{}\n", json_of(figure));
  return std::all_of(figures.begin(), figures.end(), holds);
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
  return fmt::format("{}, {} cores, {:.1f} GB", model, std::thread::hardware_concurrency(),
                     memory_gb());
}

bool begin(int argc, char** argv) {
  spdlog::set_level(spdlog::level::err);
  if (argc <= 1) return false;
  if (argc > 2 || std::string_view(argv[1]) != "--quick") refuse_usage(argv[0]);
  return true;
}

}  // namespace daybook::bench
