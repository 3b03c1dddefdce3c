// The words in which specifications of the domain are written: records by short names, commands and
// events as sentences.
//
// A record's name says what it is by its first letter: U1 is a user, C1 a company, K1 a contact, S1
// a pipeline stage, D1 a deal, A1 an activity, F1 a saved filter; XC1, XK1 and XD1 are custom
// fields of companies, contacts and deals. Records made here hold their name as the external id
// "spec/<name>", so their ids follow from their names.
//
// Attributes are written in protobuf text format, where "@C1" stands for the id of C1 (and "@@C1"
// for the id of the other organization's C1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "schemas/command.pb.h"
#include "schemas/log.pb.h"

namespace daybook::test {

inline constexpr std::string_view kOrganization = "0a000000-0000-4000-8000-000000000001";
inline constexpr std::string_view kOtherOrganization = "0b000000-0000-4000-8000-000000000002";
inline constexpr std::int64_t kNow = 1742032800000;                // 2025-03-15T10:00:00Z
inline constexpr std::int64_t kDayBefore = kNow - 24 * 3'600'000;  // when what is given happened
inline constexpr std::int32_t kToday = 20162;                      // 2025-03-15

[[nodiscard]] Entity entity_of(std::string_view name);
[[nodiscard]] std::string id(std::string_view name, std::string_view organization = kOrganization);
// `text` with every "@C1" replaced.
[[nodiscard]] std::string with_ids(std::string_view text,
                                   std::string_view organization = kOrganization);

// One action, on its way to be given or sent.
struct Act {
  Action action;
  std::string actor = "integration";        // who does it, when it is given
  std::string organization{kOrganization};  // in which organization, when it is given
  bool counts_again = false;                // the same again is another one: not idempotent

  // Merges attributes of the command, in text format.
  [[nodiscard]] Act with(std::string_view text) const;
  [[nodiscard]] Act owned_by(std::string_view user) const;
  [[nodiscard]] Act assigned_to(std::string_view user) const;
  [[nodiscard]] Act at(std::string_view company) const;
  [[nodiscard]] Act about(std::string_view contact) const;  // deals and activities
  [[nodiscard]] Act for_deal(std::string_view deal) const;
  [[nodiscard]] Act in_stage(std::string_view stage) const;
  [[nodiscard]] Act primary() const { return with("is_primary: true"); }

  [[nodiscard]] Act expecting(std::uint64_t version) const;
  // Marks it as an import; `facts` in text format.
  [[nodiscard]] Act imported(std::string_view facts = "") const;
  [[nodiscard]] Act or_update() const { return with("identity { if_exists: IF_EXISTS_UPDATE }"); }
  [[nodiscard]] Act or_restore() const;
  [[nodiscard]] Act known_as(std::string_view name_space, std::string_view external_id) const;
  [[nodiscard]] Act without_external_ids() const;
  // Who does it, and where, when it is given.
  [[nodiscard]] Act by(std::string_view user) const;
  [[nodiscard]] Act in_other_organization() const;
};

// Any action by its name in the schema ("patch_company") with the command in text format.
[[nodiscard]] Act act(std::string_view action, std::string_view text,
                      std::string_view organization = kOrganization);

// ---- records to be made
// -----------------------------------------------------------------------------------------
[[nodiscard]] Act organization();
[[nodiscard]] Act user(std::string_view name, std::string_view role = "USER");
[[nodiscard]] inline Act admin(std::string_view name) { return user(name, "ADMIN"); }
[[nodiscard]] inline Act manager(std::string_view name) { return user(name, "MANAGER"); }
[[nodiscard]] inline Act viewer(std::string_view name) { return user(name, "VIEWER"); }
[[nodiscard]] Act company(std::string_view name);
[[nodiscard]] Act contact(std::string_view name);
[[nodiscard]] Act stage(std::string_view name,
                        std::string_view type = "OPPORTUNITY");  // S3 is at position 3
[[nodiscard]] Act deal(std::string_view name, std::string_view stage);
[[nodiscard]] Act activity(std::string_view name);  // a task to be done
[[nodiscard]] Act logged(std::string_view name);    // a call that took place
[[nodiscard]] Act filter(std::string_view name);    // of deals
[[nodiscard]] Act field(std::string_view name, std::string_view parent, std::string_view field_name,
                        std::string_view value, std::string_view type = "TEXT");

// ---- what can be done with records of several kinds
// -------------------------------------------------------------
[[nodiscard]] Act patch(std::string_view name, std::string_view set,
                        const std::vector<std::string>& clear = {});
[[nodiscard]] Act relink(std::string_view name, std::string_view set,
                         const std::vector<std::string>& clear = {});
[[nodiscard]] Act assign(std::string_view name, std::string_view owner);  // "" is nobody
[[nodiscard]] Act remove(std::string_view name);
[[nodiscard]] Act restore(std::string_view name);
[[nodiscard]] Act cancel(std::string_view name);
[[nodiscard]] Act reopen(std::string_view name, std::string_view stage = "");
[[nodiscard]] Act add_external_id(std::string_view name, std::string_view name_space,
                                  std::string_view external_id);
// An action that names its record and nothing else: simply("win_deal", "D1").
[[nodiscard]] Act simply(std::string_view action, std::string_view name);

// ---- and with records of one kind
// -------------------------------------------------------------------------------
[[nodiscard]] Act join(std::string_view contact, std::string_view company);
[[nodiscard]] Act move(std::string_view deal, std::string_view stage, std::string_view more = "");
[[nodiscard]] Act move_stage(std::string_view stage, int position);
[[nodiscard]] Act reassign(std::string_view activity, std::string_view user);  // "" is nobody
[[nodiscard]] Act remove_field(std::string_view name, std::string_view parent,
                               std::string_view field_name);
[[nodiscard]] Act use(std::string_view filter, std::string_view more = "");
[[nodiscard]] Act purge_uses(std::int64_t used_before);

// ---- events
// -----------------------------------------------------------------------------------------------------
// An event of the record `name`: its kind ("changed") and its content in text format.
struct ExpectedEvent {
  std::string name;
  std::string kind;
  std::string text;
};
[[nodiscard]] ExpectedEvent event(std::string_view name, std::string_view kind,
                                  std::string_view text = "");
[[nodiscard]] ExpectedEvent changed(std::string_view name, std::string_view set,
                                    const std::vector<std::string>& clear = {});
[[nodiscard]] ExpectedEvent owner_assigned(std::string_view name, std::string_view owner);

}  // namespace daybook::test
