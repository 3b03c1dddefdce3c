// Commands at random, over all actions of the schema: mostly meaningful, some hostile, for two
// organizations.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "domain/core/schema.h"
#include "schemas/command.pb.h"
#include "schemas/log.pb.h"

namespace daybook::test {

// The same seed gives the same commands, as long as it learns the same outcomes.
class RandomCommands {
 public:
  explicit RandomCommands(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Command next(std::int64_t now);
  // Takes the ids that an outcome made into what later commands may name.
  void learn(const log::Outcome& outcome);

  // A number from 0 to bound - 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  struct Made {
    std::string organization_id;
    Entity entity;
    std::string id;
  };

  [[nodiscard]] bool chance(unsigned percent) { return below(100) < percent; }
  template <class Value>
  const Value& any(const std::vector<Value>& list) {
    return list[below(list.size())];
  }

  void fill_action(Action& action, std::int64_t now);
  void fill(google::protobuf::Message& message, bool in_patch);
  void fill_field(google::protobuf::Message& message, const schema::FieldDescriptor& field,
                  bool in_patch);
  void fill_message(google::protobuf::Message& message, const schema::FieldDescriptor& field,
                    bool in_patch);
  void fill_identity(Identity& identity);
  void fill_config(saved_filter::FilterConfig& config);
  void add_clear(google::protobuf::Message& message);
  [[nodiscard]] std::string name_of(Entity entity);
  [[nodiscard]] std::string reference(Entity entity);
  [[nodiscard]] std::string actor();
  [[nodiscard]] std::string text(const schema::FieldDescriptor& field);
  [[nodiscard]] std::int64_t number(const schema::FieldDescriptor& field);

  std::mt19937_64 random_;
  std::vector<Made> made_;
  std::string organization_;
  Entity entity_ = ENTITY_UNSPECIFIED;  // of the action that is being filled
  std::int64_t now_ = 0;
  std::uint64_t commands_ = 0;
};

}  // namespace daybook::test
