// One input of every bad kind that a sender may come up with, with the answer that it must get
// through every door that takes its encoding.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/e2e/shared.h"

namespace daybook::testing {

// What the first violation of an answer has to say.
struct Refusal {
  std::string code;
  std::string path;
  std::string remedy;  // is a part of its message
};

struct BadInput {
  std::string name;
  bool protobuf = false;  // else JSON
  std::string bytes;
  Refusal refusal;
  std::string organization;  // that a sender would take for the key
  std::string good;          // of the same sender in the same encoding: to be accepted afterwards

  [[nodiscard]] const char* media_type() const {
    return protobuf ? "application/x-protobuf" : "application/json";
  }
};

// Whether a receipt refuses the input as it must; says in words what is wrong, or nothing.
[[nodiscard]] std::string fault_of(const std::string& receipt, const BadInput& input);

// For the organization Acme with the company e2e/known, and Beta with the company e2e/foreign.
// What can be said in both encodings is there in both. Each series has command ids of its own.
[[nodiscard]] std::vector<BadInput> bad_inputs(int series = 0);

// Texts that are dangerous elsewhere (SQL, COPY, spreadsheets, web pages) and good here: to be
// stored as they are given.
[[nodiscard]] std::vector<std::string> hostile_texts();

// The JSON commands that make those organizations and companies.
[[nodiscard]] std::vector<std::string> bad_input_setting();

// The most that a sender may send as one command.
inline constexpr std::size_t kCommandBytesMax = 1'048'576;

// A command that has nothing wrong but perhaps its size, which is exactly this.
[[nodiscard]] std::string command_of_size(std::size_t bytes, int number, bool protobuf);

// The most megabytes that the engine holds while this is done, beyond what it holds before. Says
// nothing of an engine with a sanitizer, which keeps what is given back.
[[nodiscard]] double peak_mb(const Installation& daybook, const std::function<void()>& work);
// What it holds now.
[[nodiscard]] double resident_mb(const Installation& daybook);
// What may be a peak, whatever is in one input.
inline constexpr double kPeakMbMax = 128;

// The bytes of a command that can be read.
[[nodiscard]] std::string in_protobuf(const Json& command);

}  // namespace daybook::testing
