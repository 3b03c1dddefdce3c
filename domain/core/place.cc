#include "domain/core/place.h"

namespace daybook {

std::string Place::path() const {
  if (outer_ == nullptr) return std::string(name_);
  const std::string outer = outer_->path();
  return element_ < 0 ? member_path(outer, name_) : outer + "[" + std::to_string(element_) + "]";
}

std::string member_path(const std::string& path, std::string_view member) {
  return path.empty() ? std::string(member) : path + "." + std::string(member);
}

}  // namespace daybook
