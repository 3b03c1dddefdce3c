#include "tests/e2e/load.h"

#include <nlohmann/json.hpp>
#include <random>

#include "domain/core/uuid.h"
#include "infra/http/client.h"

namespace daybook::testing {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kWaitLimit{60};

Json external(const std::string& id) {
  return {{"externalIds", Json::array({{{"namespace", "load"}, {"id", id}}})}};
}
std::string reference(const std::string& id) { return "load/" + id; }

Json create_company(const std::string& id, const std::string& name) {
  return {{"createCompany",
           {{"fields", {{"name", name}, {"industry", "Glass\t& \\sand"}}},
            {"identity", external(id)}}}};
}

// The commands of one client, at random. It refers to records that it asked for before, whether or
// not they came into being: what does not exist is refused, which is an outcome as well.
class Script {
 public:
  Script(unsigned seed, int client)
      : random_(seed * 1'000U + static_cast<unsigned>(client)), client_(client) {}

  Exchange next() {
    if (!sent_.empty() && one_in(15)) return sent_[below(sent_.size())];  // the very same once more
    Exchange exchange;
    exchange.organization_id = one_in(3) ? kSecondOrganization : kFirstOrganization;
    exchange.command_id = random_uuid();
    Json command{{"commandId", exchange.command_id},
                 {"organizationId", exchange.organization_id},
                 {"actor", "integration"}};
    if (one_in(10)) {
      command["batch"] = {{"members", batch()}};
    } else {
      command["action"] = action();
    }
    exchange.json = command.dump();
    sent_.push_back(exchange);
    return exchange;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool one_in(unsigned times) { return below(times) == 0; }

  std::string random_uuid() {
    UuidBytes bytes;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    return uuid_text(bytes);
  }
  std::string fresh(const char* kind, int& count) {
    return kind + std::to_string(client_) + "-" + std::to_string(++count);
  }
  std::string known(const char* kind, int count) {
    return reference(kind + std::to_string(client_) + "-" +
                     std::to_string(1 + below(static_cast<std::size_t>(count) + 1)));
  }
  std::string stage() { return reference("s" + std::to_string(below(5))); }

  Json open_deal() {
    return {{"openDeal",
             {{"fields", {{"title", "Deal"}, {"value", std::to_string(1 + below(9'000)) + ".50"}}},
              {"stageId", stage()},
              {"identity", external(fresh("d", deals_))}}}};
  }
  Json create_contact(const std::string& company) {
    const std::string id = fresh("k", contacts_);
    return {{"createContact",
             {{"fields", {{"firstName", "Ada"}, {"lastName", id}, {"email", id + "@example.com"}}},
              {"companyId", company},
              {"isPrimary", one_in(2)},
              {"identity", external(id)}}}};
  }
  Json action() {
    switch (below(9)) {
      case 0:
      case 1:
      case 2:
        return create_company(fresh("c", companies_), "Company");
      case 3:
        return {{"patchCompany",
                 {{"id", known("c", companies_)},
                  {"set", {{"city", one_in(2) ? "Kraków" : "Bergen"}, {"phone", nullptr}}}}}};
      case 4:
        return create_contact(known("c", companies_));
      case 5:
        return open_deal();
      case 6:
        return {{"moveDeal", {{"id", known("d", deals_)}, {"stageId", stage()}}}};
      case 7:
        return one_in(2) ? Json{{"deleteCompany", {{"id", known("c", companies_)}}}}
                         : Json{{"restoreCompany", {{"id", known("c", companies_)}}}};
      default:
        return create_company(fresh("c", companies_), "   ");  // refused: a name is needed
    }
  }
  Json batch() {
    const std::string company = fresh("c", companies_);
    Json members = Json::array(
        {create_company(company, "Batch"), create_contact(reference(company)), open_deal()});
    if (one_in(4)) members.push_back({{"winDeal", {{"id", "load/nothing"}}}});  // refuses all
    return members;
  }

  std::minstd_rand random_;
  int client_;
  int companies_ = 0;
  int contacts_ = 0;
  int deals_ = 0;
  std::vector<Exchange> sent_;
};

}  // namespace

std::vector<std::string> organization_commands(const std::string& organization_id) {
  const auto command = [&](const std::string& name, const Json& action) {
    return Json{{"commandId", uuid_v5(organization_id, name)},
                {"organizationId", organization_id},
                {"actor", "integration"},
                {"action", action}}
        .dump();
  };
  std::vector<std::string> commands{command(
      "organization",
      {{"createOrganization", {{"fields", {{"name", "Load " + organization_id.substr(35)}}}}}})};
  for (int i = 0; i < 5; ++i) {
    const std::string id = "s" + std::to_string(i);
    const char* type = i == 3 ? "CLOSED_WON" : i == 4 ? "CLOSED_LOST" : "OPPORTUNITY";
    commands.push_back(command(id, {{"createPipelineStage",
                                     {{"fields", {{"name", id}, {"stageType", type}}},
                                      {"position", i},
                                      {"identity", external(id)}}}}));
  }
  return commands;
}

bool is_receipt(const std::string& json) {
  const Json parsed = Json::parse(json, nullptr, false);
  return parsed.is_object() && parsed.contains("outcome");
}

class Load::Client {
 public:
  Client(Shared& shared, unsigned seed, int number) : shared_(shared), script_(seed, number) {}

  void run() {
    unsigned generation = 0;
    std::optional<http::Client> http;
    while (auto target = next_target(generation)) {
      if (target->generation != generation) http.emplace(target->address);
      generation = target->generation;
      Exchange exchange = script_.next();
      const auto response = http->post("/v1/commands", "application/json", exchange.json);
      lost_ = !response || response->status >= 500;
      if (response && is_receipt(response->body)) exchange.receipt = response->body;
      if (!exchange.receipt) exchange.refusal = response ? response->body : response.error().detail;
      const std::lock_guard lock(shared_.mutex);
      if (exchange.receipt) ++shared_.answered;
      shared_.changed.notify_all();
      exchanges.push_back(std::move(exchange));
    }
  }

  std::vector<Exchange> exchanges;

 private:
  struct Target {
    std::string address;
    unsigned generation;
  };
  // Nothing when the load ends.
  std::optional<Target> next_target(unsigned used) {
    std::unique_lock lock(shared_.mutex);
    if (lost_) ++shared_.waiting;
    shared_.changed.notify_all();
    shared_.changed.wait(lock,
                         [&] { return shared_.stopping || !lost_ || shared_.generation != used; });
    if (lost_) --shared_.waiting;
    lost_ = false;
    if (shared_.stopping) return std::nullopt;
    return Target{shared_.address, shared_.generation};
  }

  Shared& shared_;
  Script script_;
  bool lost_ = false;
};

Load::Load(unsigned seed, int clients, std::string address) {
  shared_.address = std::move(address);
  for (int i = 0; i < clients; ++i) clients_.push_back(std::make_unique<Client>(shared_, seed, i));
  for (auto& client : clients_) threads_.emplace_back([each = client.get()] { each->run(); });
}

Load::~Load() { (void)finish(); }

bool Load::await_answers(std::size_t more) {
  std::unique_lock lock(shared_.mutex);
  const std::size_t goal = shared_.answered + more;
  return shared_.changed.wait_for(lock, kWaitLimit, [&] { return shared_.answered >= goal; });
}

bool Load::await_interruption() {
  std::unique_lock lock(shared_.mutex);
  return shared_.changed.wait_for(lock, kWaitLimit,
                                  [&] { return shared_.waiting == clients_.size(); });
}

void Load::resume(std::string address) {
  const std::lock_guard lock(shared_.mutex);
  shared_.address = std::move(address);
  ++shared_.generation;
  shared_.changed.notify_all();
}

std::vector<Exchange> Load::finish() {
  {
    const std::lock_guard lock(shared_.mutex);
    shared_.stopping = true;
    shared_.changed.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  std::vector<Exchange> all;
  for (auto& client : clients_) {
    for (Exchange& exchange : client->exchanges) all.push_back(std::move(exchange));
  }
  clients_.clear();
  return all;
}

}  // namespace daybook::testing
