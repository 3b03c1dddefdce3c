// A disk that fails, for this process.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace daybook::test {

// While it lives no file grows beyond so many bytes: the write fails.
class FilesStayBelow {
 public:
  explicit FilesStayBelow(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit low{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &low);
  }
  ~FilesStayBelow() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FilesStayBelow(const FilesStayBelow&) = delete;
  FilesStayBelow& operator=(const FilesStayBelow&) = delete;

 private:
  rlimit before_{};
};

}  // namespace daybook::test
