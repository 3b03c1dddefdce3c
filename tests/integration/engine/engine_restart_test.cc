// Stopping and starting again, with the state whole, behind, removed or damaged.
#include <fstream>
#include <iterator>

#include "tests/integration/engine/engine_fixture.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

class EngineRestart : public EngineFixture {
 protected:
  void send_companies(std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i <= to; ++i)
      sender_.send(command(i, company("C" + std::to_string(i))));
  }
  // The engine knows everything up to `commands` and goes on.
  void expect_whole(std::uint64_t commands) {
    for (std::uint64_t i = 0; i <= commands; ++i) {
      const Act act = i == 0 ? organization() : company("C" + std::to_string(i));
      ASSERT_EQ(text_of(sender_.ask(command(i, act))), "repeated accepted") << i;
    }
    const auto outcomes = outcomes_in(0);
    ASSERT_EQ(outcomes.at(std::string(kOrganization)), static_cast<int>(commands) + 1);
  }
  void make_companies(std::uint64_t companies) {
    start(1);
    ASSERT_TRUE(sender_.ask(command(0, organization())));
    send_companies(1, companies);
    ASSERT_TRUE(sender_.wait_for_all());
  }
};

TEST_F(EngineRestart, GoesOnWhereItStopped) {
  make_companies(50);
  for (int i = 0; i < 3; ++i) {
    stop();
    start(1);
    expect_whole(50);
  }
}

TEST_F(EngineRestart, FoldsAgainWhatTheStateLacks) {
  make_companies(20);
  stop();
  fs::copy(state_folder(0), folder_.path() / "older", fs::copy_options::recursive);
  start(1);
  send_companies(21, 40);
  ASSERT_TRUE(sender_.wait_for_all());
  stop();
  fs::remove_all(state_folder(0));
  fs::rename(folder_.path() / "older", state_folder(0));
  start(1);
  expect_whole(40);
}

TEST_F(EngineRestart, FoldsTheWholeLogWhenTheStateIsGone) {
  make_companies(30);
  stop();
  fs::remove_all(state_folder(0));
  start(1);
  expect_whole(30);
}

TEST_F(EngineRestart, HealsADamagedState) {
  make_companies(30);
  stop();
  const fs::path whole = folder_.path() / "whole";
  fs::copy(state_folder(0), whole, fs::copy_options::recursive);
  for (const auto& entry : fs::directory_iterator(whole)) {
    fs::remove_all(state_folder(0));
    fs::copy(whole, state_folder(0), fs::copy_options::recursive);
    const fs::path file = state_folder(0) / entry.path().filename();
    std::ifstream in(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (bytes.empty()) continue;
    for (std::size_t at = 10; at < bytes.size(); at += 400)
      bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    SCOPED_TRACE(file.filename().string());
    start(1);
    expect_whole(30);
    stop();
  }
}

TEST_F(EngineRestart, RefusesALogThatWasReplacedByAnother) {
  make_companies(10);
  stop();
  fs::remove_all(folder_.path() / "log");
  start(1);
  const auto answer = sender_.ask(command(100, company("C100")));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "log.shorter_than_witness");
}

}  // namespace
}  // namespace daybook::test
