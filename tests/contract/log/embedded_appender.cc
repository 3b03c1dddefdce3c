#include "tests/contract/log/embedded_appender.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace daybook::test {

void run_appender(const std::filesystem::path& folder, std::uint32_t seed, std::size_t groups,
                  std::size_t kill_after, Ends& ends) {
  const std::string program = DAYBOOK_BINARY_DIR "/tests/contract/log/embedded_log_appender";
  const std::string folder_text = folder.string();
  const std::string seed_text = std::to_string(seed);
  const std::string groups_text = std::to_string(groups);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execl(program.c_str(), program.c_str(), folder_text.c_str(), seed_text.c_str(),
            groups_text.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(pipe[1]);
  Acknowledged acknowledged;
  std::size_t count = 0;
  while (::read(pipe[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged) {
    ends.at(acknowledged.partition) = acknowledged.end;
    if (groups == 0 && ++count == kill_after)
      ::kill(child, SIGKILL);  // what it has said is read to the end
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (groups == 0) {
    EXPECT_TRUE(WIFSIGNALED(status)) << "the appender ended by itself: " << WEXITSTATUS(status);
  } else {
    EXPECT_EQ(status, 0);
  }
}

}  // namespace daybook::test
