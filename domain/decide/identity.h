// External ids: who holds one, what a create command does about a held one, and the ids of new
// records.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/repeated_field.h>

#include <optional>
#include <string>

#include "domain/core/context.h"
#include "domain/core/decision.h"
#include "domain/core/result.h"
#include "domain/core/view.h"

namespace daybook {

inline constexpr int kExternalIdsMax = 20;  // in one command

[[nodiscard]] tl::unexpected<Error> external_id_taken();

// The record that holds one of the external ids; nothing if all are free; an error if two records
// hold them.
[[nodiscard]] Result<std::optional<std::string>> find_holder(const Identity& identity,
                                                             Entity entity, const View& view);

// Whether a create command may update (or restore) the record that holds its external id.
[[nodiscard]] Result<void> check_upsert(const Identity& identity, Entity entity,
                                        const google::protobuf::Message* state,
                                        const Context& context);

// The derived id of a new record (domain/core/uuid.h).
[[nodiscard]] std::string new_record_id(const Identity& identity, Entity entity,
                                        const Context& context);

// Gives the first event of the new record its external ids and, for an import, the times of the
// record.
void adopt_identity(Decision& decision, Entity entity, const std::string& id,
                    const Identity& identity, const Context& context);

// The event that gives a record those of the external ids that it does not hold yet.
[[nodiscard]] Result<Decision> external_ids_added(
    const google::protobuf::RepeatedPtrField<ExternalId>& external_ids, Entity entity,
    const std::string& id, const View& view);

}  // namespace daybook
