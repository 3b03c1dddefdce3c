// What every state store keeps; and what only the one on RocksDB has: it survives, and heals itself
// when damaged.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <future>
#include <iterator>
#include <mutex>

#include "infra/state/background_state_store.h"
#include "infra/state/rocksdb_state_store.h"
#include "tests/support/files_stay_below.h"
#include "tests/support/memory_state_store.h"
#include "tests/support/temporary_folder.h"

namespace daybook::test {
namespace {

namespace fs = std::filesystem;
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<StateStore>(const fs::path& folder)> open;
};

class StateStoreContract : public testing::TestWithParam<StoreKind> {
 protected:
  StateStoreContract() : store_(GetParam().open(folder_.path())) {}

  Pairs scan(std::string_view prefix, std::size_t limit = 1000) {
    Pairs found;
    const auto visit = [&](std::string_view key, std::string_view value) {
      found.emplace_back(key, value);
      return found.size() < limit;
    };
    EXPECT_TRUE(store_->scan(prefix, visit));
    return found;
  }

  TemporaryFolder folder_;
  std::unique_ptr<StateStore> store_;
};

TEST_P(StateStoreContract, HasNothingAtFirst) {
  EXPECT_EQ(store_->get("key")->has_value(), false);
  EXPECT_TRUE(scan("").empty());
}

TEST_P(StateStoreContract, GivesBackWhatWasWrittenWhateverTheBytes) {
  const std::string key("\0k\xff", 3);
  const std::string value("\0v\n\xff", 4);
  ASSERT_TRUE(store_->write({{key, value}, {"empty", ""}}));
  EXPECT_EQ(**store_->get(key), value);
  EXPECT_EQ(**store_->get("empty"), "");
}

TEST_P(StateStoreContract, PutsIntoBytesWhatIsShared) {
  auto receipt = std::make_shared<log::ReceiptEntry>();
  receipt->set_offset(7);
  ASSERT_TRUE(store_->write({{"record", std::shared_ptr<const google::protobuf::Message>(receipt)},
                             {"text", std::make_shared<const std::string>("as it is")}}));
  EXPECT_EQ(**store_->get("record"), receipt->SerializeAsString());
  EXPECT_EQ(scan(""), (Pairs{{"record", receipt->SerializeAsString()}, {"text", "as it is"}}));
}

TEST_P(StateStoreContract, ReplacesAndDeletesInTheOrderOfTheBatch) {
  ASSERT_TRUE(store_->write({{"a", "1"}, {"b", "1"}, {"c", "1"}}));
  ASSERT_TRUE(store_->write(
      {{"a", "2"}, {"b", std::nullopt}, {"c", std::nullopt}, {"c", "3"}, {"d", std::nullopt}}));
  EXPECT_EQ(scan(""), (Pairs{{"a", "2"}, {"c", "3"}}));
}

TEST_P(StateStoreContract, ReplacesAndDeletesInTheOrderOfTheBatches) {
  using Batch = StateStore::Batch;
  const auto batch = [](Batch changes) {
    return std::make_shared<const Batch>(std::move(changes));
  };
  ASSERT_TRUE(store_->write_all({batch({{"b", "1"}, {"a", "1"}, {"c", "1"}, {"d", std::nullopt}}),
                                 batch({{"c", std::nullopt}, {"a", "2"}, {"d", "2"}}),
                                 batch({{"a", "3"}})}));
  EXPECT_EQ(scan(""), (Pairs{{"a", "3"}, {"b", "1"}, {"d", "2"}}));
}

TEST_P(StateStoreContract, ScansAPrefixInOrderOfTheBytes) {
  ASSERT_TRUE(store_->write({{"p\xff", "4"},
                             {"p", "1"},
                             {"pb", "3"},
                             {std::string("p\0", 2), "2"},
                             {"q", "5"},
                             {"o", "0"}}));
  EXPECT_EQ(scan("p"),
            (Pairs{{"p", "1"}, {std::string("p\0", 2), "2"}, {"pb", "3"}, {"p\xff", "4"}}));
  EXPECT_EQ(scan("p", 2).size(), 2U);
  EXPECT_EQ(scan("").size(), 6U);
  EXPECT_TRUE(scan("x").empty());
}

TEST_P(StateStoreContract, IsEmptyAfterClearAndGoesOn) {
  ASSERT_TRUE(store_->write({{"a", "1"}}));
  ASSERT_TRUE(store_->clear());
  EXPECT_TRUE(scan("").empty());
  ASSERT_TRUE(store_->write({{"b", "1"}}));
  EXPECT_EQ(scan("").size(), 1U);
}

std::unique_ptr<StateStore> open_rocksdb(const fs::path& folder) {
  auto store = state::RocksDbStateStore::open(folder);
  EXPECT_TRUE(store) << store.error().detail;
  return store ? std::move(*store) : nullptr;
}

std::unique_ptr<StateStore> open_in_background(const fs::path& folder) {
  return std::make_unique<state::BackgroundStateStore>(open_rocksdb(folder));
}

INSTANTIATE_TEST_SUITE_P(Stores, StateStoreContract,
                         testing::Values(StoreKind{"rocksdb", open_rocksdb},
                                         StoreKind{"in_background", open_in_background},
                                         StoreKind{"memory",
                                                   [](const fs::path&) {
                                                     return std::make_unique<MemoryStateStore>();
                                                   }}),
                         [](const auto& kind) { return kind.param.name; });

// Everything that can be read, or nothing where the store said that it is damaged.
std::optional<Pairs> read_all(const StateStore& store) {
  Pairs found;
  const auto visit = [&](std::string_view key, std::string_view value) {
    found.emplace_back(key, value);
    return true;
  };
  if (auto scanned = store.scan("", visit); !scanned) {
    EXPECT_EQ(scanned.error().code, "state.damaged") << scanned.error().detail;
    EXPECT_NE(scanned.error().detail.find(".sst offset "), std::string::npos)
        << "does not say where: " << scanned.error().detail;
    return std::nullopt;
  }
  return found;
}

// ---- in the background
// --------------------------------------------------------------------------------------

// Writes when it is let, or not at all.
class GatedStore final : public StateStore {
 public:
  [[nodiscard]] Result<std::optional<std::string>> get(std::string_view key) const override {
    const std::lock_guard lock(mutex_);
    return inner_.get(key);
  }
  [[nodiscard]] Result<void> scan(
      std::string_view prefix,
      const std::function<bool(std::string_view, std::string_view)>& visit) const override {
    const std::lock_guard lock(mutex_);
    return inner_.scan(prefix, visit);
  }
  [[nodiscard]] Result<void> write_all(const Batches& batches) override {
    std::unique_lock lock(mutex_);
    begun_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    inner_.fail_writes(std::exchange(fails_once_, false));
    return inner_.write_all(batches);
  }
  [[nodiscard]] Result<void> clear() override { return inner_.clear(); }

  // The write that waits, or the next one, fails unless the gate works.
  void open(bool works) {
    const std::lock_guard lock(mutex_);
    fails_once_ = !works;
    open_ = true;
    changed_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
    begun_ = false;
  }
  // Until a write waits at the gate.
  void await_begun() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_; });
  }
  [[nodiscard]] std::size_t writes() const {
    const std::lock_guard lock(mutex_);
    return inner_.writes();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool begun_ = false;
  bool fails_once_ = false;
  MemoryStateStore inner_;
};

class BackgroundStore : public testing::Test {
 protected:
  BackgroundStore() {
    EXPECT_TRUE(store_.write({{"a", "1"}, {"b", "1"}, {"d", "1"}}));
    EXPECT_TRUE(store_.settle());
    gate_.close();
    EXPECT_TRUE(store_.write({{"e", "2"}, {"b", "2"}, {"d", std::nullopt}, {"c", "2"}}));
  }
  Pairs content() const { return read_all(store_).value_or(Pairs()); }

  const Pairs after_{{"a", "1"}, {"b", "2"}, {"c", "2"}, {"e", "2"}};
  std::unique_ptr<GatedStore> owned_ = std::make_unique<GatedStore>();
  GatedStore& gate_ = *owned_;
  state::BackgroundStateStore store_{std::move(owned_)};
};

TEST_F(BackgroundStore, ReadsWhatItIsWriting) {
  gate_.await_begun();
  EXPECT_EQ(content(), after_);
  EXPECT_EQ(**store_.get("a"), "1");
  EXPECT_EQ(**store_.get("b"), "2");
  EXPECT_EQ(store_.get("d")->has_value(), false);
  std::size_t seen = 0;
  EXPECT_TRUE(store_.scan("", [&](std::string_view, std::string_view) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3U);
  gate_.open(true);
  ASSERT_TRUE(store_.settle());
  EXPECT_EQ(content(), after_);
}

TEST_F(BackgroundStore, ReadsWhatItHasGatheredSinceItBeganToWrite) {
  gate_.await_begun();
  ASSERT_TRUE(store_.write({{"b", "3"}, {"e", std::nullopt}}));
  ASSERT_TRUE(store_.write({{"b", "4"}, {"d", "4"}}));
  const Pairs newest{{"a", "1"}, {"b", "4"}, {"c", "2"}, {"d", "4"}};
  EXPECT_EQ(content(), newest);
  EXPECT_EQ(**store_.get("b"), "4");
  EXPECT_FALSE(store_.get("e")->has_value());
  gate_.open(true);
  ASSERT_TRUE(store_.settle());
  EXPECT_EQ(content(), newest);
  EXPECT_EQ(gate_.writes(), 3U);  // the last two together
}

TEST_F(BackgroundStore, TellsOfAFailureOnceAndIsAsItWas) {
  gate_.await_begun();
  ASSERT_TRUE(store_.write({{"b", "3"}, {"progress", "3"}}));  // lost with what is before it
  gate_.open(false);
  EXPECT_EQ(store_.settle().error().code, "store.broken");
  EXPECT_EQ(content(), (Pairs{{"a", "1"}, {"b", "1"}, {"d", "1"}}));
  ASSERT_TRUE(store_.write({{"f", "3"}}));
  ASSERT_TRUE(store_.settle());
  EXPECT_EQ(**store_.get("f"), "3");
}

TEST_F(BackgroundStore, IsWaitedForByWhoeverWritesFaster) {
  gate_.await_begun();
  StateStore::Batch many;
  for (int i = 0; i < 10'000; ++i) many.emplace_back("hot", std::to_string(i));
  ASSERT_TRUE(store_.write(std::move(many)));
  std::promise<void> begins;
  auto writes_when_taken = std::async(std::launch::async, [&] {
    begins.set_value();
    EXPECT_TRUE(store_.write({{"hot", "last"}}));
    return gate_.writes();
  });
  begins.get_future().wait();
  gate_.open(true);
  EXPECT_GE(writes_when_taken.get(), 2U);
  ASSERT_TRUE(store_.settle());
  EXPECT_EQ(**store_.get("hot"), "last");
}

TEST(BackgroundStoreOnRocksDb, HasWrittenEverythingWhenItIsClosed) {
  const TemporaryFolder folder;
  {
    const auto store = open_in_background(folder.path());
    ASSERT_TRUE(store->write({{"a", "1"}, {"b", "1"}}));
    ASSERT_TRUE(store->write({{"b", "2"}}));
  }
  EXPECT_EQ(read_all(*open_rocksdb(folder.path())), (Pairs{{"a", "1"}, {"b", "2"}}));
}

// ---- RocksDB
// --------------------------------------------------------------------------------------------------------

StateStore::Batch numbered(int from, int to) {
  StateStore::Batch batch;
  for (int i = from; i < to; ++i)
    batch.emplace_back("key" + std::to_string(i),
                       std::string(200, static_cast<char>('a' + i % 26)));
  batch.emplace_back("last", std::to_string(to));
  return batch;
}

TEST(RocksDbStateStore, HasItsContentWhenItIsOpenedAgain) {
  const TemporaryFolder folder;
  { ASSERT_TRUE(open_rocksdb(folder.path())->write(numbered(0, 100))); }
  EXPECT_EQ(**open_rocksdb(folder.path())->get("last"), "100");
}

Pairs content_after(int batches) {
  MemoryStateStore store;
  for (int i = 0; i < batches; ++i) EXPECT_TRUE(store.write(numbered(i * 50, i * 50 + 50)));
  return *read_all(store);
}

// Whether the text says which file it is about. RocksDB looks for a missing table under its older
// ending too; where CURRENT is missing, it sees no store but files that are in the way of a new
// one.
bool names(const std::string& damage, const fs::path& file, bool is_missing) {
  if (is_missing && file.filename() == "CURRENT") return damage.find(".log") != std::string::npos;
  return damage.find(is_missing ? file.stem() : file.filename()) != std::string::npos;
}

TEST(RocksDbStateStore, WithADamagedOrMissingFileIsAsItOnceWasOrSaysSo) {
  const TemporaryFolder whole;
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(open_rocksdb(whole.path())->write(numbered(i * 50, i * 50 + 50)));
  int noticed = 0;
  for (const auto& entry : fs::directory_iterator(whole.path())) {
    for (int kind = 0; kind < 12; ++kind) {  // flipped at several places, cut, removed
      TemporaryFolder copy;
      fs::copy(whole.path(), copy.path(), fs::copy_options::recursive);
      const fs::path file = copy.path() / entry.path().filename();
      std::ifstream in(file, std::ios::binary);
      std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (bytes.empty()) continue;
      SCOPED_TRACE(file.filename().string() + ", damage " + std::to_string(kind));
      if (kind < 10) bytes[bytes.size() * static_cast<std::size_t>(kind) / 10] ^= 0x20;
      if (kind == 10) bytes.resize(bytes.size() / 2);
      std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
      if (kind == 11) fs::remove(file);
      auto store = state::RocksDbStateStore::open(copy.path());
      ASSERT_TRUE(store) << store.error().detail;
      const auto content = read_all(**store);
      const bool as_it_was =
          content && (*content == content_after(0) || *content == content_after(1) ||
                      *content == content_after(2) || *content == content_after(3));
      EXPECT_TRUE(!content || as_it_was) << content->size();
      const std::string& damage = (*store)->damage();
      EXPECT_TRUE(damage.empty() || names(damage, file, kind == 11)) << damage;
      noticed += !content || !damage.empty() ? 1 : 0;
      if (kind < 11) continue;
      ASSERT_TRUE((*store)->clear());
      EXPECT_TRUE((*store)->write(numbered(0, 1)));
    }
  }
  EXPECT_GT(noticed, 10);
}

TEST(RocksDbStateStore, GoesOnAsItOnceWasAfterAWriteThatFailed) {
  const TemporaryFolder folder;
  state::BackgroundStateStore store(open_rocksdb(folder.path()));
  ASSERT_TRUE(store.write(numbered(0, 10)));
  {
    const FilesStayBelow limit(1'000'000);
    const std::string much(1'000'000, 'x');
    bool failed = false;
    for (int i = 0; i < 1'000 && !failed; ++i)
      failed = !store.write({{"much" + std::to_string(i % 10), much}}) || !store.settle();
    EXPECT_TRUE(failed) << "nothing was written to a file";
  }
  ASSERT_TRUE(store.recover());
  const auto last = *store.get("last");
  EXPECT_TRUE(!last || last == "10");
  EXPECT_TRUE(store.write(numbered(0, 50)));
  EXPECT_TRUE(store.settle());
  EXPECT_EQ(**store.get("last"), "50");
}

TEST(RocksDbStateStore, ThatAnotherProcessHasIsNotEmptied) {
  const TemporaryFolder folder;
  const auto first = open_rocksdb(folder.path());
  ASSERT_TRUE(first->write(numbered(0, 10)));
  const auto second = state::RocksDbStateStore::open(folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(**first->get("last"), "10");
}

}  // namespace
}  // namespace daybook::test
