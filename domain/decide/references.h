// Turns the references of an action (ids, or "namespace/external id") into ids and checks what they
// lead to.
#pragma once

#include <set>
#include <string>

#include "domain/core/context.h"
#include "domain/core/place.h"
#include "domain/core/schema.h"
#include "domain/core/validate.h"
#include "domain/core/view.h"

namespace daybook {

// Records that refused members of the same batch would have created: by id, and by
// "entity/namespace/external id".
using RefusedRecords = std::set<std::string>;

inline constexpr std::string_view kNeedsRefusedMember = "batch.needs_refused_member";

[[nodiscard]] std::string no_live_record(const std::string& entity);

class References {
 public:
  References(const View& view, const RefusedRecords& refused) : view_(view), refused_(refused) {}

  // Resolves every reference inside `message` in place. What it refers to must be live in the
  // organization, users active, pipeline stages not retired (CT-1, DE-1, DE-2, AC-1): otherwise a
  // violation with the field's path. Targets and parents are only resolved: whether they may be
  // changed is decided later.
  void resolve(google::protobuf::Message& message, Entity entity, const Place& place,
               Violations& violations) const;

 private:
  void resolve_field(google::protobuf::Message& message, const schema::FieldPlan& plan,
                     Entity entity, const Place& place, Violations& violations) const;
  [[nodiscard]] std::optional<std::string> id_of(Entity entity, const std::string& text) const;
  [[nodiscard]] bool was_refused(Entity entity, const std::string& text) const;
  [[nodiscard]] Error missing(Entity entity, const std::string& text, const std::string& path,
                              bool addressed) const;

  const View& view_;
  const RefusedRecords& refused_;
};

// The external-id part of a reference, split: {"erp", "4711"} of "erp/4711". Empty namespace if it
// is an id.
[[nodiscard]] std::pair<std::string, std::string> split_reference(const std::string& text);

}  // namespace daybook
