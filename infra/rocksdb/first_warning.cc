#include "infra/rocksdb/first_warning.h"

#include <array>
#include <cstdio>

namespace daybook::rocks {

void FirstWarning::Logv(rocksdb::InfoLogLevel level, const char* format, va_list arguments) {
  if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level == rocksdb::InfoLogLevel::HEADER_LEVEL)
    return;
  std::array<char, 1'000> line{};
  (void)std::vsnprintf(line.data(), line.size(), format, arguments);
  const std::lock_guard lock(mutex_);
  if (text_.empty()) text_ = line.data();
}

std::string FirstWarning::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

}  // namespace daybook::rocks
