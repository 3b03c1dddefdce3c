// Connection strings: taken apart and put together again, so that a reporting login gets the same
// server and database as the owner. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "domain/core/result.h"

namespace daybook::postgres {

// `url` for another login: the same server, database and transport options, with `role` and
// `password`. Always a "postgresql://" URL, whatever form `url` has, which psql and every driver on
// libpq take.
[[nodiscard]] Result<std::string> url_for_login(const std::string& url, const std::string& role,
                                                const std::string& password);

// `url` with the password replaced by stars, for people and logs; "(not a connection string)" when
// it is none.
[[nodiscard]] std::string masked_url(const std::string& url);

// Host, port and database as one text, the same for all logins: what a stored password belongs to.
[[nodiscard]] Result<std::string> url_place(const std::string& url);

}  // namespace daybook::postgres
