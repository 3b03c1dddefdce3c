#include "tests/e2e/bad_input.h"

#include <fstream>
#include <stdexcept>

#include "commands/codec/json.h"
#include "schemas/command.pb.h"

namespace daybook::testing {
namespace {

constexpr std::size_t kReceiptBytesMax = 60'000;

// The folder of the engine's process in /proc.
std::string process_folder(const Installation& daybook) {
  std::string address;
  std::string process;
  std::ifstream(daybook.folder() / "up.address") >> address >> process;
  return "/proc/" + process + "/";
}

double status_mb(const Installation& daybook, const std::string& name) {
  std::ifstream status(process_folder(daybook) + "status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::stod(line.substr(name.size())) / 1024;
  }
  throw std::logic_error("the engine's process is not there: " + process_folder(daybook));
}

}  // namespace

std::string fault_of(const std::string& receipt, const BadInput& input) {
  const std::string there = input.name + (input.protobuf ? " in protobuf: " : " in JSON: ");
  const Refusal& refusal = input.refusal;
  const Json json = Json::parse(receipt, nullptr, false);
  if (!json.is_object() || json.value("outcome", "") != "rejected" || !json.contains("violations"))
    return there + "no refusal: " + receipt;
  const Json& violation = json["violations"][0];
  const bool same =
      violation.value("code", "") == refusal.code && violation.value("path", "") == refusal.path;
  if (!same) return there + "not " + refusal.code + " at '" + refusal.path + "': " + receipt;
  if (!contains(violation.value("message", ""), refusal.remedy))
    return there + "no remedy '" + refusal.remedy + "': " + receipt;
  return receipt.size() < kReceiptBytesMax ? "" : there + "an endless answer";
}

std::vector<std::string> hostile_texts() {
  return {"a\tb\\.c\\N",
          "\\.",
          "a\n\\.\nb\n\n\nc",
          "NULL",
          "'; DROP TABLE crm.companies; --",
          "=cmd|' /C calc'!A0",
          "<script>alert(1)</script>",
          "{\"$ne\": null}",
          "\xF0\x9F\x98\x80 \xE2\x80\xAE"};
}

std::vector<std::string> bad_input_setting() {
  return {command(8'990, create_organization("Acme")).dump(),
          command(8'991, create_organization("Beta"), kBeta).dump(),
          command(8'992, create_company("known", "Known")).dump(),
          command(8'993, create_company("foreign", "Foreign"), kBeta).dump()};
}

// JSON may end in blanks; in protobuf a field may come again, and the last one counts.
std::string command_of_size(std::size_t bytes, int number, bool protobuf) {
  const Json json = command(number, create_company("size" + std::to_string(number), "Large"));
  std::string text = protobuf ? in_protobuf(json) : json.dump();
  if (!protobuf) {
    text.resize(bytes, ' ');
    return text;
  }
  constexpr char kCorrelationId = Command::kCorrelationIdFieldNumber << 3 | 2;
  while (text.size() < bytes) {
    const std::size_t left = bytes - text.size();
    const std::size_t piece = left > 200 ? 100 : left > 102 ? left / 2 : left;
    text += {kCorrelationId, static_cast<char>(piece - 2)};
    text.append(piece - 2, 'x');
  }
  return text;
}

double resident_mb(const Installation& daybook) { return status_mb(daybook, "VmRSS:"); }

double peak_mb(const Installation& daybook, const std::function<void()>& work) {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  work();
  return 0;
#else
  const double before = resident_mb(daybook);
  // The highest so far is forgotten (proc(5)). Where that is not allowed, the engine's start
  // counts.
  std::ofstream(process_folder(daybook) + "clear_refs") << 5;
  work();
  return status_mb(daybook, "VmHWM:") - before;
#endif
}

std::string in_protobuf(const Json& command) {
  Command decoded;
  if (!codec::decode_json(command.dump(), decoded).empty()) throw std::logic_error(command.dump());
  return decoded.SerializeAsString();
}

}  // namespace daybook::testing
