// The run: installations one after the other, on each of them some faults.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>

#include "apps/daybook/settings.h"
#include "apps/daybook/torture/fault.h"
#include "apps/daybook/torture/installation.h"
#include "apps/daybook/torture/report.h"
#include "apps/daybook/torture/torture.h"
#include "apps/daybook/torture/work_folder.h"
#include "infra/postgres/postmaster.h"

namespace daybook::torture {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPlanDice = 1ULL << 62U;  // beside the purposes of other dice

volatile std::sig_atomic_t interrupted = 0;

// The kinds that were asked for, whether they can be done here or not: so that a seed gives the
// same plan everywhere.
std::vector<std::unique_ptr<Fault>> chosen(const std::vector<std::string>& kinds) {
  auto faults = all_faults();
  std::erase_if(faults, [&](const std::unique_ptr<Fault>& fault) {
    return !kinds.empty() && std::find(kinds.begin(), kinds.end(), fault->name()) == kinds.end();
  });
  return faults;
}

// Every kind as often as the others, in an order by chance.
std::vector<std::size_t> plan(std::size_t faults, std::size_t kinds, std::uint64_t seed) {
  Dice dice(seed, kPlanDice);
  std::vector<std::size_t> order;
  while (order.size() < faults) {
    std::vector<std::size_t> round(kinds);
    for (std::size_t i = 0; i < kinds; ++i) round[i] = i;
    for (std::size_t i = kinds; i > 1; --i) std::swap(round[i - 1], round[dice.below(i)]);
    order.insert(order.end(), round.begin(), round.end());
  }
  order.resize(faults);
  return order;
}

// All installations of a run, one after the other.
class Tour {
 public:
  Tour(const Options& options, fs::path folder, std::uint64_t seed)
      : options_(options),
        folder_(std::move(folder)),
        seed_(seed),
        report_(options, seed, folder_),
        faults_(chosen(options.kinds)),
        order_(plan(options.faults, faults_.size(), seed)) {}

  [[nodiscard]] Result<int> run() {
    report_.begin();
    for (std::size_t from = 0; from < options_.faults && !interrupted && survived_;
         from += options_.per_installation) {
      DAYBOOK_ASSIGN(folder, WorkFolder::make(folder_ / std::to_string(++installations_)));
      DAYBOOK_TRY(require_kinds(folder));
      DAYBOOK_TRY(torture(folder, from, std::min(order_.size(), from + options_.per_installation)));
      if (!survived_ || options_.keep) folder.keep();
    }
    report_.end(survived_);
    return survived_ && !interrupted ? app::kOk : survived_ ? app::kFailed : app::kRefused;
  }

 private:
  [[nodiscard]] static bool can_be_done(const Fault& fault, const WorkFolder& folder) {
    return !fault.needs_disk() || folder.disk() != nullptr;
  }
  // Something of the plan, or all of it if that was asked for.
  [[nodiscard]] Result<void> require_kinds(const WorkFolder& folder) const {
    const auto possible = [&](std::size_t kind) { return can_be_done(*faults_[kind], folder); };
    if (options_.require_all ? std::all_of(order_.begin(), order_.end(), possible)
                             : std::any_of(order_.begin(), order_.end(), possible))
      return {};
    return fail(ErrorKind::kUnavailable, "torture.kind_missing", folder.no_disk());
  }

  // What is planned as number `from` up to `to`, counted from 0.
  [[nodiscard]] Result<void> torture(WorkFolder& folder, std::size_t from, std::size_t to) {
    DAYBOOK_ASSIGN(port, postgres::free_port(postgres::preferred_port(folder.path())));
    // Another load each time, that follows from the seed all the same.
    Installation installation(options_, seed_ + installations_ - 1, folder, port);
    auto done = installation.begin();
    for (std::size_t i = from; done && i < to && survived_ && !interrupted; ++i) {
      Fault& fault = *faults_[order_[i]];
      if (!can_be_done(fault, folder)) {
        report_.skip(i + 1, fault.name(), folder.no_disk());
        continue;
      }
      const Blow blow = installation.strike(i + 1, fault);
      report_.take(blow);
      survived_ = blow.survived();
    }
    report_.take(installation.load());
    if (!done) folder.keep();
    return done;
  }

  const Options& options_;
  const fs::path folder_;
  const std::uint64_t seed_;
  Report report_;
  const std::vector<std::unique_ptr<Fault>> faults_;
  const std::vector<std::size_t> order_;  // of them
  std::size_t installations_ = 0;
  bool survived_ = true;
};

Result<fs::path> base_folder(const Options& options) {
  std::error_code error;
  const fs::path folder = fs::absolute(
      options.folder.empty()
          ? fs::temp_directory_path(error) / ("daybook-torture-" + std::to_string(::getpid()))
          : options.folder,
      error);
  if (fs::exists(folder, error) && !fs::is_empty(folder, error))
    return fail(ErrorKind::kInvalid, "torture.folder_in_use",
                folder.string() + " is not empty: give a folder of its own");
  return folder;
}

// The first one ends the run after the fault that is under way, the second one at once.
void heed_interruption() {
  const auto note = [](int signal) {
    interrupted = 1;
    ::signal(signal, SIG_DFL);
  };
  ::signal(SIGINT, note);
  ::signal(SIGTERM, note);
}

}  // namespace

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& fault : all_faults()) names.push_back(fault->name());
  return names;
}

int run_torture(const Options& options) {
  // A client that has gone, an engine that has died: told by errors.
  ::signal(SIGPIPE, SIG_IGN);
  heed_interruption();
  app::Settings settings;
  settings.json = options.json;
  const auto folder = base_folder(options);
  if (!folder) return app::report(settings, folder.error());
  auto code = Tour(options, *folder, options.seed.value_or(std::random_device()())).run();
  std::error_code ignored;
  fs::remove(*folder, ignored);  // unless something in it is kept
  return code ? *code : app::report(settings, code.error());
}

}  // namespace daybook::torture
