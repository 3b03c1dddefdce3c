// The documented schema as a flat list of objects, read from
// schemas/sql/documented_schema.txt. Internal.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace daybook::postgres {

struct DocumentedObject {
  std::string group;       // what it is counted under: "column", "index (documented)"
  std::string definition;  // as in that file
  std::string reason;      // why it differs from the documentation; "" when it does not
};

struct DocumentedSchema {
  std::map<std::string, DocumentedObject> objects;  // by "<kind> <name>"
  // Columns as "crm.users.password", whole tables as "crm.sessions.".
  std::vector<std::string> login_owned;
};

// Read once; lives as long as the program.
[[nodiscard]] const DocumentedSchema& documented_schema();

}  // namespace daybook::postgres
