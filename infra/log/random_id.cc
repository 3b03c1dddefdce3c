#include "infra/log/random_id.h"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

namespace daybook::log {

std::string random_uuid_bytes() {
  const boost::uuids::uuid id = boost::uuids::random_generator()();
  return {id.begin(), id.end()};
}

std::string random_uuid_text() {
  return boost::uuids::to_string(boost::uuids::random_generator()());
}

}  // namespace daybook::log
