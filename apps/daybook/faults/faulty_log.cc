#include "apps/daybook/faults/faulty_log.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace daybook::faults {
namespace {

constexpr std::chrono::seconds kDurableWait{10};

class FaultyAppender final : public log::LogAppender {
 public:
  FaultyAppender(std::unique_ptr<log::LogAppender> inner, Faults& faults, Countdown& lost)
      : inner_(std::move(inner)), faults_(faults), lost_(lost) {}

  [[nodiscard]] Result<void> append(std::vector<std::string> records) override {
    if (records.empty()) return inner_->append(std::move(records));
    // Whoever takes a partition over begins with a fence.
    const bool fence = !std::exchange(fenced_, true);
    faults_.at(fence ? "before-fence" : "before-append");
    if (!fence && lost_.is_now()) return {};
    auto appended = inner_->append(std::move(records));
    faults_.at(fence ? "after-fence" : "after-append",
               [this] { (void)inner_->flush(kDurableWait); });
    return appended;
  }
  [[nodiscard]] Result<void> flush(std::chrono::milliseconds wait) override {
    return inner_->flush(wait);
  }

 private:
  std::unique_ptr<log::LogAppender> inner_;
  Faults& faults_;
  Countdown& lost_;
  bool fenced_ = false;
};

class FaultyLog final : public log::EventLog {
 public:
  FaultyLog(log::EventLog& inner, Faults& faults, Countdown& lost)
      : inner_(inner), faults_(faults), lost_(lost) {}

  [[nodiscard]] std::uint32_t partition_count() const override { return inner_.partition_count(); }
  [[nodiscard]] Result<std::uint64_t> end_offset(std::uint32_t partition) override {
    return inner_.end_offset(partition);
  }
  [[nodiscard]] std::uint64_t recent_end_offset(std::uint32_t partition) override {
    return inner_.recent_end_offset(partition);
  }
  [[nodiscard]] Result<OneRecord> read_one(std::uint32_t partition, std::uint64_t offset,
                                           std::chrono::milliseconds wait) override {
    return inner_.read_one(partition, offset, wait);
  }
  [[nodiscard]] Result<std::unique_ptr<log::LogCursor>> open_cursor(std::uint32_t partition,
                                                                    std::uint64_t offset) override {
    return inner_.open_cursor(partition, offset);
  }
  [[nodiscard]] Result<std::unique_ptr<log::LogAppender>> open_appender(
      std::uint32_t partition) override {
    DAYBOOK_ASSIGN(appender, inner_.open_appender(partition));
    return std::make_unique<FaultyAppender>(std::move(appender), faults_, lost_);
  }

 private:
  log::EventLog& inner_;
  Faults& faults_;
  Countdown& lost_;
};

}  // namespace

std::unique_ptr<log::EventLog> faulty_log(log::EventLog& inner, Faults& faults, Countdown& lost) {
  return std::make_unique<FaultyLog>(inner, faults, lost);
}

}  // namespace daybook::faults
