// What a decision may look at: the state of its own organization, folded from the log.
//
// Every look-up is inside one organization, so a record of another one is simply not there.
// Pointers stay valid until the state behind the view changes. Views are used by one thread.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/options.pb.h"

namespace daybook {

// The look-up indexes of the state; `domain/state/indexes.cc` says what each one holds.
enum class Index : char {
  kExternalId = 'x',         // entity, namespace, external id -> record
  kUserEmail = 'e',          // e-mail -> user
  kPrimaryContact = 'p',     // company -> its live primary contact
  kCustomField = 'c',        // entity, parent, field name -> custom field, removed ones included
  kFilterName = 'f',         // owner, filter entity, name -> saved filter
  kStagePosition = 's',      // position, stage -> stage; ordered
  kFilterUseByTime = 't',    // time, use -> use; ordered
  kFilterUseByFilter = 'u',  // filter, use -> use; ordered
};

// Counts kept by difference.
enum class Counter : char {
  kCompanyNameAndOwner = 'N',    // name, owner: live companies
  kContactEmail = 'E',           // e-mail: live contacts
  kCompanyContacts = 'C',        // company: live contacts
  kCompanyOpenDeals = 'D',       // company: live open deals
  kCompanyOpenActivities = 'A',  // company: live activities that are pending or in progress
  kStageDeals = 'G',             // stage: deals, deleted ones included
};

using KeyParts = std::vector<std::string_view>;

class View {
 public:
  View() = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  virtual ~View() = default;

  // The state of a record, deleted and removed ones included; null if there never was one.
  [[nodiscard]] virtual const google::protobuf::Message* find(Entity entity,
                                                              std::string_view id) const = 0;
  [[nodiscard]] virtual std::optional<std::string> lookup(Index index,
                                                          const KeyParts& key) const = 0;
  [[nodiscard]] virtual std::int64_t count(Counter counter, const KeyParts& key) const = 0;
  // The values of an ordered index whose keys begin with `prefix`, in key order, at most `limit` of
  // them.
  [[nodiscard]] virtual std::vector<std::string> scan(Index index, const KeyParts& prefix,
                                                      std::size_t limit = SIZE_MAX) const = 0;

  [[nodiscard]] std::optional<std::string> first(Index index, const KeyParts& prefix) const {
    const auto values = scan(index, prefix, 1);
    return values.empty() ? std::nullopt : std::optional(values.front());
  }

  template <class State>
  [[nodiscard]] const State* find(Entity entity, std::string_view id) const {
    return static_cast<const State*>(find(entity, id));
  }
};

}  // namespace daybook
