#include "tests/golden/golden_file.h"

#include <cstdlib>
#include <fstream>

#include "domain/core/position.h"

namespace daybook::test {
namespace {

std::string path_of(const std::string& name) {
  return std::string(DAYBOOK_SOURCE_DIR "/tests/golden/") + name;
}

unsigned digit_value(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

std::vector<std::string> golden_lines(const std::string& name) {
  std::ifstream file(path_of(name));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  }
  return lines;
}

void write_golden(const std::string& name, const std::string& comment,
                  const std::vector<std::string>& lines) {
  std::ofstream file(path_of(name), std::ios::trunc);
  file << "# " << comment << "\n";
  for (const std::string& line : lines) file << line << "\n";
}

bool may_update() {
  const char* value =
      std::getenv("DAYBOOK_UPDATE_LOCK");  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value != nullptr && std::string_view(value) == "1";
}

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = line.find(separator, begin)) != std::string::npos;
       begin = end + 1) {
    parts.push_back(line.substr(begin, end - begin));
  }
  parts.push_back(line.substr(begin));
  return parts;
}

std::string to_hex(std::string_view bytes) {
  return hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit_value(text[i]) * 16 + digit_value(text[i + 1])));
  }
  return bytes;
}

}  // namespace daybook::test
