#include "tests/faults/command_client.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "commands/routing.h"
#include "domain/core/uuid.h"
#include "tests/support/child_process.h"

namespace daybook::testing {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kOrganizations = 5;
constexpr std::size_t kAtATime = 5;
constexpr std::chrono::seconds kFlushLimit{90};
constexpr const char* kNamespace = "6f0c0000-0000-4000-8000-000000000000";

Json external(const std::string& id) {
  return {{"externalIds", Json::array({{{"namespace", "load"}, {"id", id}}})}};
}
Json create_company(const std::string& id, const std::string& name) {
  return {{"createCompany", {{"fields", {{"name", name}}}, {"identity", external(id)}}}};
}

}  // namespace

CommandClient::CommandClient(kafka::Options connection, topics::TopicNames names,
                             std::uint32_t partitions, unsigned seed)
    : connection_(std::move(connection)),
      names_(std::move(names)),
      partitions_(partitions),
      random_(seed),
      companies_(kOrganizations, 0) {
  reconnect();
  // Each partition has some.
  for (int number = 0; organizations_.size() < kOrganizations; ++number) {
    std::string id =
        uuid_v5(kNamespace, "organization/" + std::to_string(seed) + "/" + std::to_string(number));
    if (commands::partition_of(id, partitions_) == organizations_.size() % partitions_)
      organizations_.push_back(std::move(id));
  }
}

void CommandClient::reconnect() {
  kafka::ProducerOptions options;
  options.connection = connection_;
  options.message_timeout = std::chrono::milliseconds(0);  // none overtakes another
  auto producer = kafka::Producer::open(options);
  if (!producer) throw std::runtime_error(producer.error().detail);
  producer_ = *std::move(producer);
}

CommandClient::~CommandClient() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

// The first one of each organization creates it.
std::string CommandClient::action(std::size_t organization) {
  int& companies = companies_[organization];
  if (companies == 0) {
    ++companies;
    return Json{{"createOrganization", {{"fields", {{"name", "Faults"}}}}}}.dump();
  }
  const std::string number = std::to_string(++number_);
  if (companies == 1 || one_of(25)) {
    if (one_of(20)) return create_company("none", "   ").dump();  // refused: a name is needed
    return create_company(std::to_string(companies++), "C" + number).dump();
  }
  const std::string known = std::to_string(1 + random_() % static_cast<unsigned>(companies - 1));
  return Json{{"patchCompany", {{"id", "load/" + known}, {"set", {{"phone", number}}}}}}.dump();
}

void CommandClient::send_one() {
  const std::size_t which = random_() % kOrganizations;
  const std::string& organization = organizations_[which];
  const std::uint32_t right = commands::partition_of(organization, partitions_);
  if (one_of(mix_.rubbish)) return produce({organization, "{\"commandId\": "}, right);
  if (one_of(mix_.again) && !records_.empty()) {
    const Record& earlier = records_[random_() % records_.size()];
    const std::uint32_t there = commands::partition_of(earlier.organization_id, partitions_);
    return produce(earlier, one_of(mix_.elsewhere) ? (there + 1) % partitions_ : there);
  }
  const std::string id = uuid_v5(
      organization, "command/" + std::to_string(number_) + "/" + std::to_string(records_.size()));
  Json command{{"commandId", id},
               {"organizationId", organization},
               {"actor", "integration"},
               {"correlationId", "number " + std::to_string(number_)}};
  const bool batch = companies_[which] > 1 && one_of(5);
  if (batch) {
    command["batch"]["members"] = Json::array(
        {Json::parse(action(which)), Json::parse(action(which)), Json::parse(action(which))});
  } else {
    command["action"] = Json::parse(action(which));
  }
  const bool elsewhere = partitions_ > 1 && companies_[which] > 1 && one_of(mix_.elsewhere);
  records_.push_back({organization, command.dump()});
  if (!elsewhere) sent_.push_back({organization, id});
  produce(records_.back(), elsewhere ? (right + 1) % partitions_ : right);
}

void CommandClient::produce(const Record& record, std::uint32_t partition) {
  const auto taken =
      producer_->produce(names_.commands, partition, {record.organization_id, record.value, {}},
                         [this](const Result<std::uint64_t>& delivered) {
                           if (delivered) ++acknowledged_;
                         });
  if (!taken) throw std::runtime_error("a command was not taken: " + taken.error().detail);
  ++produced_;
}

void CommandClient::flush() {
  const bool flushed = producer_->flush(kFlushLimit);
  if (!flushed || acknowledged_ != produced_)
    throw std::runtime_error("not every command was acknowledged");
}

void CommandClient::send(std::size_t count) {
  for (std::size_t i = 1; i <= count; ++i) {
    send_one();
    if (i % kAtATime == 0 || i == count) flush();
  }
}

void CommandClient::send_at_once(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) send_one();
  flush();
}

void CommandClient::begin(std::size_t count) {
  ending_ = false;
  thread_ = std::thread([this, count] {
    try {
      for (std::size_t i = 0; i < count && !ending_; i += kAtATime) send(kAtATime);
    } catch (const std::exception&) {
      failure_ = std::current_exception();
    }
  });
}

void CommandClient::end() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
  if (failure_) std::rethrow_exception(failure_);
}

bool CommandClient::await_acknowledged(std::size_t count) const {
  return await_condition([&] { return acknowledged_ >= count; });
}

}  // namespace daybook::testing
