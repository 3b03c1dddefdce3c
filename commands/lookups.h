// Questions about what was decided: receipts and histories.
//
// A thread of its own reads and folds outcomes for them, so that neither the handlers nor the faces
// wait for a long history; the handlers' threads are asked in small portions only. A question that
// cannot be answered now (a partition is being folded, too many questions, stopping) is answered
// kUnavailable. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "commands/partition_handler.h"
#include "commands/submission.h"

namespace daybook::commands {

class Lookups {
 public:
  // The handlers must outlive it.
  explicit Lookups(const std::vector<std::unique_ptr<PartitionHandler>>& handlers);
  ~Lookups();
  Lookups(const Lookups&) = delete;
  Lookups& operator=(const Lookups&) = delete;

  void start();
  void stop();
  void ask(ReceiptQuestion question, std::function<void(Result<Receipt>)> answer);
  void ask(HistoryQuestion question, std::function<void(Result<History>)> answer);

 private:
  struct Job {
    std::function<void()> answer;
    std::function<void()> refuse;
  };

  void run();
  template <class Question, class Answer>
  void enqueue(Question question, std::function<void(Result<Answer>)> answer);
  [[nodiscard]] Result<Receipt> find(ReceiptQuestion question);
  [[nodiscard]] Result<History> find(HistoryQuestion question);
  [[nodiscard]] PartitionHandler& handler_of(const std::string& organization_id) const;

  const std::vector<std::unique_ptr<PartitionHandler>>& handlers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::commands
