// Where in a command one is: the path that a violation names, spelled out only when there is one.
//
// A place refers to the ones around it, so it lives on the stack inside them.
#pragma once

#include <string>
#include <string_view>

namespace daybook {

class Place {
 public:
  // `path` and `member` must outlive the place.
  explicit Place(std::string_view path) : name_(path) {}
  Place(const Place& outer, std::string_view member) : outer_(&outer), name_(member) {}
  Place(const Place& list, int element) : outer_(&list), element_(element) {}

  [[nodiscard]] std::string path() const;

 private:
  const Place* outer_ = nullptr;
  std::string_view name_;
  int element_ = -1;  // of a list; -1: a member
};

// The path of a member of what has `path`: "members[3]" and "email" give "members[3].email".
[[nodiscard]] std::string member_path(const std::string& path, std::string_view member);

}  // namespace daybook
