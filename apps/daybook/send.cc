#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/daybook/door.h"
#include "apps/daybook/subcommands.h"

namespace daybook::app {
namespace {

constexpr std::size_t kRefusalsShown = 10;

struct Summary {
  std::size_t sent = 0;
  std::size_t accepted = 0;
  std::size_t repeated = 0;
  std::size_t refused = 0;
  std::size_t undecided = 0;
  std::map<std::string, std::size_t> codes;  // of the refusals
};

void add(Summary& summary, const SentAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.json, nullptr, false);
  ++summary.sent;
  if (answer.outcome == "accepted") ++summary.accepted;
  if (answer.outcome == "rejected") ++summary.refused;
  if (answer.outcome.empty()) ++summary.undecided;
  if (json.value("repeated", false)) ++summary.repeated;
  for (const auto& violation : json.value("violations", nlohmann::json::array()))
    ++summary.codes[violation.value("code", "")];
}

void show_refusal(std::size_t line, const SentAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.json, nullptr, false);
  if (answer.outcome.empty()) {
    const auto error = json.value("error", nlohmann::json::object());
    fmt::print("line {}: not decided: {} ({})\n", line, error.value("message", answer.json),
               error.value("code", ""));
    return;
  }
  for (const auto& violation : json.value("violations", nlohmann::json::array())) {
    const std::string path = violation.value("path", "");
    fmt::print("line {}: refused: {}{}{} ({})\n", line, path, path.empty() ? "" : ": ",
               violation.value("message", ""), violation.value("code", ""));
  }
}

int exit_code(const Summary& summary) {
  if (summary.undecided > 0) return kUnavailable;
  return summary.refused > 0 ? kRefused : kOk;
}

// One command, given on the command line or as a file that is one JSON object: its whole answer is
// shown.
int send_one(const Settings& settings, Door& door, const std::string& json) {
  auto answers = door.send({nlohmann::json::parse(json, nullptr, false).is_object()
                                ? nlohmann::json::parse(json).dump()
                                : json});
  if (!answers) return report(settings, answers.error());
  const SentAnswer& answer = answers->front();
  fmt::print("{}\n",
             settings.json ? answer.json : nlohmann::ordered_json::parse(answer.json).dump(2));
  Summary summary;
  add(summary, answer);
  return exit_code(summary);
}

class LineSender {
 public:
  LineSender(const Settings& settings, Door& door) : settings_(settings), door_(door) {}

  Result<void> take(std::string line) {
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string::npos) return {};
    lines_.push_back(std::move(line));
    numbers_.push_back(line_);
    return lines_.size() >= kLinesPerRequest ? flush() : Result<void>();
  }

  Result<void> flush() {
    if (lines_.empty()) return {};
    DAYBOOK_ASSIGN(answers, door_.send(lines_));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      add(summary_, answers[i]);
      if (settings_.json) {
        fmt::print("{}\n", answers[i].json);
      } else if (answers[i].outcome != "accepted" && shown_++ < kRefusalsShown) {
        clear_progress();
        show_refusal(numbers_[i], answers[i]);
      }
    }
    lines_.clear();
    numbers_.clear();
    show_progress();
    return {};
  }

  [[nodiscard]] const Summary& summary() const { return summary_; }
  void clear_progress() const {
    if (terminal_) fmt::print(stderr, "\r\033[K");
  }

 private:
  void show_progress() const {
    if (terminal_) fmt::print(stderr, "\r{} sent, {} refused", summary_.sent, summary_.refused);
  }

  const Settings& settings_;
  Door& door_;
  const bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::vector<std::string> lines_;
  std::vector<std::size_t> numbers_;
  std::size_t line_ = 0;
  std::size_t shown_ = 0;
  Summary summary_;
};

int send_lines(const Settings& settings, Door& door, std::istream& input) {
  LineSender sender(settings, door);
  std::string line;
  Result<void> sent;
  while (sent && std::getline(input, line)) sent = sender.take(std::move(line));
  if (sent) sent = sender.flush();
  sender.clear_progress();
  const Summary& summary = sender.summary();
  FILE* out = settings.json ? stderr : stdout;
  fmt::print(out, "{} sent: {} accepted ({} of them known already), {} refused, {} not decided\n",
             summary.sent, summary.accepted, summary.repeated, summary.refused, summary.undecided);
  for (const auto& [code, count] : summary.codes) fmt::print(out, "  {:6} {}\n", count, code);
  if (!sent) return report(settings, sent.error());
  return exit_code(summary);
}

}  // namespace

int run_send(const Settings& settings, const std::string& source) {
  auto door = open_door(settings);
  if (!door) return report(settings, door.error());
  if (source == "-") return send_lines(settings, **door, std::cin);
  if (source.find('{') != std::string::npos) return send_one(settings, **door, source);
  std::ifstream file(source);
  if (!file)
    return report(settings, {ErrorKind::kInvalid, "send.no_file", "cannot read " + source, ""});
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (nlohmann::json::accept(text)) return send_one(settings, **door, text);
  file.clear();
  file.seekg(0);
  return send_lines(settings, **door, file);
}

}  // namespace daybook::app
