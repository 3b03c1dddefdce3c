// One input of every bad kind that a sender may come up with, with the answer that it must get
// through every door that takes its encoding.
#pragma once

#include <string>
#include <vector>

namespace daybook::testing {

struct BadInput {
  std::string name;
  bool protobuf = false;  // else JSON
  std::string bytes;
  // Of the first violation.
  std::string code;
  std::string path;
  std::string organization;  // that a sender would take for the key
};

// Whether a receipt refuses the input as it must; says in words what is wrong, or nothing.
[[nodiscard]] std::string fault_of(const std::string& receipt, const BadInput& input);

// For the organization Acme with the company e2e/known, and Beta with the company e2e/foreign.
// What can be said in both encodings is there in both.
[[nodiscard]] std::vector<BadInput> bad_inputs();

// Texts that are dangerous elsewhere (SQL, COPY, spreadsheets, web pages) and good here: to be
// stored as they are given.
[[nodiscard]] std::vector<std::string> hostile_texts();

// The JSON commands that make those organizations and companies.
[[nodiscard]] std::vector<std::string> bad_input_setting();

}  // namespace daybook::testing
