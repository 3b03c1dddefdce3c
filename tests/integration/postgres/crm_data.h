// Two small organizations of the same shape for tests of what readers see, and their reporting
// logins.
//
// Each has five users: admin, manager, rep (USER), viewer, and gone (an inactive USER). admin and
// rep own one company, contact, deal, activity, custom field of each kind, private filter with a
// use, each; admin owns one public filter with a use, and has assigned one of its activities to
// rep. There are an active and a retired stage.
#pragma once

#include <string>

#include "infra/postgres/connection.h"

namespace daybook::testing {

// The id of a record, the same at every call: id("acme", "company", "rep").
[[nodiscard]] std::string id(const std::string& organization, const std::string& kind,
                             const std::string& key = {});

void insert_organization(postgres::Connection& owner, const std::string& organization);

// The URL of a reporting login of the organization; with the eyes of `user` ("rep", ...) unless
// that is empty.
[[nodiscard]] std::string reader_url(postgres::Connection& owner, const std::string& owner_url,
                                     const std::string& data_folder,
                                     const std::string& organization, const std::string& user = {});

}  // namespace daybook::testing
