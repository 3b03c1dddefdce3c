// Flipped bytes and cuts in every file of the embedded log: refused with the file or place named,
// or proven harmless by reading every acknowledged record back. Silently shorter or different is
// never an outcome.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/contract/log/embedded_appender.h"
#include "tests/contract/log/embedded_fixture.h"
#include "tests/support/temporary_folder.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Several processes write it, each of which dies without closing, so that it is in table files and
// in a write-ahead file. Everything written is acknowledged.
void make_log(const fs::path& folder) {
  Ends ends{};
  for (std::uint32_t run = 0; run < 3; ++run) run_appender(folder, run, 12, 0, ends);
}

class EmbeddedLogDamage : public testing::Test {
 protected:
  EmbeddedLogDamage() {
    make_log(whole_.path());
    TemporaryFolder copy;
    fs::copy(whole_.path(), copy.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    auto log = open_log(copy.path(), 2);
    EXPECT_TRUE(log) << log.error().detail;
    acknowledged_ = read_contents(**log).value();
  }

  // Damages one file of a copy and tries to use it. Returns the code of the refusal, or "" if it
  // did no harm.
  std::string use_damaged(const fs::path& file, const std::string& bytes) {
    TemporaryFolder copy;
    fs::copy(whole_.path(), copy.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    const fs::path damaged = copy.path() / fs::relative(file, whole_.path());
    write_file(damaged, bytes);
    auto log = open_log(copy.path(), 2);
    if (!log) return refusal(log.error(), copy.path(), damaged);
    const auto contents = read_contents(**log);
    if (!contents) return refusal(contents.error(), copy.path(), damaged);
    EXPECT_EQ(*contents, acknowledged_) << "silently other than acknowledged";
    append(**log, 0, {"it goes on"});
    return "";
  }

  std::string refusal(const Error& error, const fs::path& folder, const fs::path& damaged) {
    said_ = error.detail;
    EXPECT_TRUE(says(error, folder) && says_where(error, damaged))
        << "does not say where: " << error.detail;
    return error.code;
  }

  static bool says(const Error& error, const std::string& text) {
    return error.detail.find(text) != std::string::npos;
  }
  // The file where something is damaged, of a write-ahead file also the byte, else the place in the
  // log where something is missing.
  static bool says_where(const Error& error, const fs::path& damaged) {
    if (error.code != "log.damaged" && error.code != "witness.damaged")
      return says(error, "partition ") && says(error, "offset ");
    const std::string name = damaged.filename();
    return says(error, damaged.extension() == ".log" ? name + " is whole up to byte " : name);
  }

  TemporaryFolder whole_;
  Contents acknowledged_;
  std::string said_;  // by the last refusal
};

bool is_refusal(const std::string& code) {
  return code == "log.damaged" || code == "log.hole" || code == "log.shorter_than_witness" ||
         code == "log.other_than_witness" || code == "witness.damaged" || code == "log.no_genesis";
}

TEST_F(EmbeddedLogDamage, ByAFlippedByteIsFoundOrHarmless) {
  int refused = 0;
  for (const fs::path& file : data_files(whole_.path())) {
    const std::string bytes = read_file(file);
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 40);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
      SCOPED_TRACE(file.filename().string() + ", byte " + std::to_string(at) + " of " +
                   std::to_string(bytes.size()));
      const std::string code = use_damaged(file, damaged);
      EXPECT_TRUE(code.empty() || is_refusal(code)) << code;
      refused += code.empty() ? 0 : 1;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(refused, 50);
}

// What RocksDB says of a table's properties does not name the table.
TEST_F(EmbeddedLogDamage, OfATablesPropertiesIsFoundInThatTable) {
  int refused = 0;
  for (const fs::path& file : data_files(whole_.path())) {
    if (file.extension() != ".sst") continue;
    const std::string bytes = read_file(file);
    for (std::size_t at = bytes.find("rocksdb."); at < bytes.size(); at += 13) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
      SCOPED_TRACE(file.filename().string() + ", byte " + std::to_string(at));
      refused += use_damaged(file, damaged).empty() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(EmbeddedLogDamage, ByACutIsFoundOrHarmless) {
  int refused = 0;
  for (const fs::path& file : data_files(whole_.path())) {
    const std::string bytes = read_file(file);
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 25);
    for (std::size_t size = 0; size < bytes.size(); size += step) {
      SCOPED_TRACE(file.filename().string() + " cut to " + std::to_string(size) + " of " +
                   std::to_string(bytes.size()));
      const std::string code = use_damaged(file, bytes.substr(0, size));
      EXPECT_TRUE(code.empty() || is_refusal(code)) << code;
      refused += code.empty() ? 0 : 1;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(refused, 20);
}

TEST_F(EmbeddedLogDamage, OfTheWriteAheadFileIsNeverHarmless) {
  for (const fs::path& file : data_files(whole_.path())) {
    if (file.extension() != ".log") continue;
    const std::string bytes = read_file(file);
    for (std::size_t at = 0; at + 1 < bytes.size(); at += 397) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 1);
      EXPECT_TRUE(is_refusal(use_damaged(file, damaged))) << at;
      EXPECT_TRUE(is_refusal(use_damaged(file, bytes.substr(0, at)))) << at;
    }
  }
}

// Where the records of a write-ahead file end, those included that are a part of a longer one: each
// has a header of a checksum, its length (two bytes) and its type, and stands in one block. What a
// block has left that is too short for a header is not used.
std::vector<std::size_t> record_ends(const std::string& bytes) {
  constexpr std::size_t kBlock = 32'768;
  constexpr std::size_t kHeader = 7;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  std::vector<std::size_t> ends;
  for (std::size_t at = 0; at + kHeader <= bytes.size();) {
    const std::size_t left = kBlock - at % kBlock;
    if (left < kHeader) {
      at += left;
      continue;
    }
    const std::size_t type = byte(at + 6);
    EXPECT_TRUE(type >= 1 && type <= 4) << "no record of type " << type << " is known, at " << at;
    at += kHeader + byte(at + 4) + byte(at + 5) * 256U;
    ends.push_back(at);
  }
  if (ends.empty() || ends.back() != bytes.size())
    throw std::logic_error("the write-ahead file has another format");
  return ends;
}

// There no checksum tells that anything is missing, only the witness.
TEST_F(EmbeddedLogDamage, ByACutBehindARecordOfTheWriteAheadFileIsFound) {
  std::size_t cuts = 0;
  for (const fs::path& file : data_files(whole_.path())) {
    if (file.extension() != ".log") continue;
    const std::string bytes = read_file(file);
    std::vector<std::size_t> sizes = record_ends(bytes);
    sizes.back() = 0;  // instead of the whole
    for (const std::size_t size : sizes) {
      const std::string code = use_damaged(file, bytes.substr(0, size));
      EXPECT_TRUE(is_refusal(code)) << code << ", cut to " << size << " of " << bytes.size();
    }
    cuts += sizes.size();
  }
  EXPECT_GE(cuts, 12U) << "one for each group that the last process appended";
}

TEST_F(EmbeddedLogDamage, OfAWriteAheadFileIsFoundWithItsPlace) {
  for (const fs::path& file : data_files(whole_.path())) {
    if (file.extension() != ".log") continue;
    const std::string bytes = read_file(file);
    std::size_t begin = 0;
    for (const std::size_t end : record_ends(bytes)) {
      std::string damaged = bytes;
      damaged[end - 1] = static_cast<char>(damaged[end - 1] ^ 1);
      EXPECT_EQ(use_damaged(file, damaged), "log.damaged");
      EXPECT_TRUE(said_.find("whole up to byte " + std::to_string(begin)) != std::string::npos)
          << end << ": " << said_;
      begin = end;
    }
  }
}

// It is made with its whole size, so that nothing of it can be missing without being noticed.
TEST_F(EmbeddedLogDamage, ByACutOfTheWitnessIsFoundWithItsPlace) {
  const fs::path file = whole_.path() / "witness";
  const std::string bytes = read_file(file);
  ASSERT_EQ(bytes.size(), 160U) << "two slots for each of two partitions";
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(use_damaged(file, bytes.substr(0, size)), "witness.damaged") << size;
    EXPECT_TRUE(said_.find("byte " + std::to_string(size)) != std::string::npos) << said_;
  }
}

TEST_F(EmbeddedLogDamage, ByARemovedFileIsFoundOrHarmless) {
  for (const fs::path& file : data_files(whole_.path())) {
    TemporaryFolder copy;
    fs::copy(whole_.path(), copy.path(),
             fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    fs::remove(copy.path() / fs::relative(file, whole_.path()));
    SCOPED_TRACE(file.filename().string());
    auto log = open_log(copy.path(), 2);
    if (log) {
      const auto contents = read_contents(**log);
      if (contents) {
        EXPECT_EQ(*contents, acknowledged_);
      }
      EXPECT_FALSE((*log)->recovery_notes().empty() && contents.has_value()) << "nobody is told";
    } else {
      EXPECT_TRUE(is_refusal(log.error().code)) << log.error().code << ": " << log.error().detail;
    }
  }
}

TEST_F(EmbeddedLogDamage, IsNotAnUnfinishedLastWrite) {
  for (const fs::path& file : data_files(whole_.path())) {
    if (file.extension() != ".log") continue;
    // A write that was begun and not acknowledged: its header and a part of its body.
    const std::string bytes = read_file(file);
    EXPECT_EQ(use_damaged(
                  file, bytes + std::string("\x11\x22\x33\x44\x00\x04\x01 the beginning of a", 25)),
              "");
  }
}

}  // namespace
}  // namespace daybook::test
