#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/daybook/answer.h"
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
  std::map<std::string, std::size_t> codes;  // of what was not accepted
};

// Why there is no outcome.
Error error_of(const SentAnswer& answer) {
  return error_in(answer.json, {ErrorKind::kUnknownOutcome, "send.unreadable",
                                "the answer is not one of an engine: " + answer.json, ""});
}

void add(Summary& summary, const SentAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.json, nullptr, false);
  ++summary.sent;
  if (answer.outcome == "accepted") ++summary.accepted;
  if (answer.outcome == "rejected") ++summary.refused;
  if (answer.outcome.empty()) {
    const Error error = error_of(answer);
    may_try_again(error.kind) ? ++summary.undecided : ++summary.refused;
    ++summary.codes[error.code];
  }
  if (!json.is_object()) return;
  if (json.value("repeated", false)) ++summary.repeated;
  for (const auto& violation : json.value("violations", nlohmann::json::array()))
    ++summary.codes[violation.value("code", "")];
}

void show_refusal(std::size_t line, const SentAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.json, nullptr, false);
  if (answer.outcome.empty()) {
    const Error error = error_of(answer);
    fmt::print("line {}: {}: {} ({})\n", line,
               may_try_again(error.kind) ? "not decided" : "refused", error.detail, error.code);
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

// What the other side will not do however often it is asked is a refusal.
int report_unsent(const Settings& settings, const Error& error) {
  const int code = report(settings, error);
  return code == kFailed ? kRefused : code;
}

// Not parsed: what a parser would mend or forget (a key that is there twice, a decimal that is too
// long) is for the engine to refuse. Between values a tab is as good as a line's end, and inside a
// text as bad.
std::string on_one_line(std::string json) {
  std::replace(json.begin(), json.end(), '\n', '\t');
  return json;
}

std::string for_people(const std::string& json) {
  const auto parsed = nlohmann::ordered_json::parse(json, nullptr, false);
  return parsed.is_discarded() ? json : parsed.dump(2);
}

// One command, given on the command line or as a file that is one JSON object: its whole answer is
// shown.
int send_one(const Settings& settings, Door& door, const std::string& json) {
  auto answers = door.send({on_one_line(json)});
  if (!answers) return report_unsent(settings, answers.error());
  const SentAnswer& answer = answers->front();
  fmt::print("{}\n", settings.json ? answer.json : for_people(answer.json));
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
  if (!sent) return report_unsent(settings, sent.error());
  return exit_code(summary);
}

Error cannot_read(const std::string& what) {
  return {ErrorKind::kInvalid, "send.no_file",
          "cannot read " + what + "; give a file of commands, or - for standard input", ""};
}

// Whole, because it may be a pipe, which can be read only once.
Result<std::string> text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(cannot_read(path));
  std::string text;
  std::array<char, 64 * 1024> piece{};
  // A folder can be opened but not read.
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0)
    text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
  if (file.bad()) return fail(cannot_read(path));
  return text;
}

}  // namespace

int run_send(const Settings& settings, const std::string& source) {
  auto door = open_door(settings);
  if (!door) return report(settings, door.error());
  if (source == "-") {
    const int code = send_lines(settings, **door, std::cin);
    return std::ferror(stdin) == 0 ? code : report(settings, cannot_read("standard input"));
  }
  if (source.find('{') != std::string::npos) return send_one(settings, **door, source);
  const auto text = text_of(source);
  if (!text) return report(settings, text.error());
  if (nlohmann::json::accept(*text)) return send_one(settings, **door, *text);
  std::istringstream lines(*text);
  return send_lines(settings, **door, lines);
}

}  // namespace daybook::app
