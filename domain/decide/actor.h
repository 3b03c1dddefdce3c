// Who acts or looks, and what it may see: for commands, receipts and histories what row-level
// security is for reports.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "domain/core/context.h"
#include "domain/core/result.h"
#include "domain/core/view.h"

namespace daybook {

// `text` is "integration", or an active user of the organization by id or "namespace/external id";
// else kNotAllowed "actor.unknown".
[[nodiscard]] Result<Actor> find_actor(const std::string& text, const View& view);

// Everything for the integration, ADMIN, MANAGER and VIEWER; a USER sees what it owns or is
// assigned, public filters, stages and users. A custom field follows its parent.
[[nodiscard]] bool may_read(const Actor& actor, Entity entity,
                            const google::protobuf::Message& state, const View& view);

}  // namespace daybook
