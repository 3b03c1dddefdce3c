#include "infra/kafka/options.h"

#include "infra/kafka/handle.h"

namespace daybook::kafka {

Result<void> check(const Options& options) {
  DAYBOOK_ASSIGN(conf, make_conf(options, {}, {}));
  return {};
}

}  // namespace daybook::kafka
