#include "infra/postgres/documented_schema.h"

#include <sstream>
#include <utility>

#include "infra/postgres/embedded_files.h"

namespace daybook::postgres {
namespace {

constexpr std::string_view kReasonSeparator = " | ";

// The next word of `text`, which is shortened by it and the blank behind it.
std::string next_word(std::string& text) {
  const std::size_t blank = text.find(' ');
  std::string word = text.substr(0, blank);
  text.erase(0, blank == std::string::npos ? blank : blank + 1);
  return word;
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ',');) {
    parts.push_back(part);
  }
  return parts;
}

// Reads the file line by line; most lines belong to the table that was named last.
class Reader {
 public:
  DocumentedSchema read(std::string_view text) {
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line[0] != '#') {
        read_line(line);
      }
    }
    return std::move(schema_);
  }

 private:
  void read_line(std::string line) {
    reason_.clear();
    if (const std::size_t bar = line.find(kReasonSeparator); bar != std::string::npos) {
      reason_ = line.substr(bar + kReasonSeparator.size());
      line.erase(bar);
    }
    const std::string kind = next_word(line);
    if (kind == "function") {
      read_function(line);
    } else if (kind == "enum" || kind == "view" || kind == "table") {
      const std::string name = next_word(line);
      if (kind == "table") {
        table_ = name;
        place_ = 0;
      }
      add(kind, name, line);
    } else {
      read_part_of_table(kind, line);
    }
  }

  void read_function(const std::string& line) {
    const std::size_t end = line.find(')') + 1;
    add("function", line.substr(0, end), line.size() > end ? line.substr(end + 1) : "");
  }

  void read_part_of_table(const std::string& kind, std::string line) {
    if (kind == "column") {
      const std::string name = next_word(line);
      add(kind, table_ + "." + name, "no. " + std::to_string(++place_) + " " + line);
    } else if (kind == "primary_key") {
      add(kind, table_, line);
    } else if (kind == "unique" || kind == "foreign_key") {
      const std::string columns = next_word(line);
      add(kind, table_ + " (" + columns + ")", line);
    } else if (kind == "check") {
      const std::string name = next_word(line);
      add(kind, table_ + " " + name, line);
    } else if (kind == "index") {
      const std::string group = next_word(line);
      const std::string name = next_word(line);
      add(kind, name, table_ + " " + line, "index (" + group + ")");
    } else if (kind == "row_security") {
      add(kind, table_, "enabled");
      add("policy", table_ + " reader_select", "SELECT for all roles of the reader's organization");
    } else if (kind == "login_owned") {
      for (const std::string& column : split(line)) {
        schema_.login_owned.push_back(table_ + "." + (column == "*" ? "" : column));
      }
    }
  }

  void add(const std::string& kind, const std::string& name, const std::string& definition,
           std::string group = {}) {
    if (group.empty()) {
      group = name.starts_with("daybook.") ? kind + " (engine)" : kind;
    }
    schema_.objects[kind + " " + name] = {std::move(group), definition, reason_};
  }

  DocumentedSchema schema_;
  std::string table_;
  std::string reason_;
  int place_ = 0;
};

}  // namespace

const DocumentedSchema& documented_schema() {
  static const DocumentedSchema schema = Reader().read(embedded_text("documented_schema.txt"));
  return schema;
}

}  // namespace daybook::postgres
