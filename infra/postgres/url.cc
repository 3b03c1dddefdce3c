#include "infra/postgres/url.h"

#include <libpq-fe.h>

#include <array>
#include <map>
#include <memory>

namespace daybook::postgres {
namespace {

using Options = std::map<std::string, std::string>;

// What belongs to a login and not to the place: never handed from the owner to a reader.
constexpr std::array<std::string_view, 7> kLoginOptions{
    "user", "password", "passfile", "sslcert", "sslkey", "sslpassword", "application_name"};

struct OptionsDeleter {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

Result<Options> parse(const std::string& url) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, OptionsDeleter> parsed(
      PQconninfoParse(url.c_str(), &message));
  if (parsed == nullptr) {
    const std::string detail = message == nullptr ? "no memory" : message;
    PQfreemem(message);
    return fail(ErrorKind::kInvalid, "url.malformed",
                "not a PostgreSQL connection string: " + detail);
  }
  Options options;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr && *option->val != '\0') {
      options[option->keyword] = option->val;
    }
  }
  return options;
}

// Takes what the environment or libpq itself would add (PGHOST, PGDATABASE, ...), so that the URL
// stands alone.
void add_defaults(Options& options) {
  const std::unique_ptr<PQconninfoOption, OptionsDeleter> defaults(PQconndefaults());
  for (const PQconninfoOption* option = defaults.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const std::string keyword = option->keyword;
    const bool wanted =
        keyword == "host" || keyword == "port" || keyword == "dbname" || keyword == "user";
    if (wanted && option->val != nullptr && *option->val != '\0') {
      options.emplace(keyword, option->val);
    }
  }
  if (const auto user = options.find("user"); user != options.end()) {
    options.emplace("dbname", user->second);
  }
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      result.push_back(c);
    } else {
      result.push_back('%');
      result.push_back(kHex[byte >> 4U]);
      result.push_back(kHex[byte & 15U]);
    }
  }
  return result;
}

std::string taken(Options& options, const std::string& keyword) {
  const auto node = options.extract(keyword);
  return node.empty() ? std::string() : node.mapped();
}

// One plain host goes before the slash, where people look for it; lists and socket folders can only
// be parameters.
std::string authority(Options& options) {
  const auto host = options.find("host");
  const bool plain =
      host != options.end() && host->second.find_first_of(",/:@") == std::string::npos;
  if (!plain) {
    return {};
  }
  std::string text = percent_encoded(taken(options, "host"));
  if (const std::string port = taken(options, "port"); !port.empty()) {
    text += ":" + port;
  }
  return text;
}

std::string to_url(Options options) {
  const std::string user = taken(options, "user");
  const std::string password = taken(options, "password");
  const std::string database = taken(options, "dbname");
  std::string url = "postgresql://" + percent_encoded(user);
  if (!password.empty()) {
    url += ":" + percent_encoded(password);
  }
  url += "@" + authority(options) + "/" + percent_encoded(database);
  char separator = '?';
  for (const auto& [keyword, value] : options) {
    url += separator + keyword + "=" + percent_encoded(value);
    separator = '&';
  }
  return url;
}

}  // namespace

Result<std::string> url_for_login(const std::string& url, const std::string& role,
                                  const std::string& password) {
  DAYBOOK_ASSIGN(options, parse(url));
  add_defaults(options);
  for (const std::string_view option : kLoginOptions) {
    options.erase(std::string(option));
  }
  options["user"] = role;
  options["password"] = password;
  return to_url(std::move(options));
}

std::string masked_url(const std::string& url) {
  Result<Options> options = parse(url);
  if (!options) {
    return "(not a connection string)";
  }
  for (const char* secret : {"password", "sslpassword"}) {
    options->erase(secret);
  }
  const bool had_password = parse(url)->contains("password");
  std::string text = to_url(*std::move(options));
  if (const std::size_t at = text.find('@'); had_password && at != std::string::npos) {
    text.insert(at, ":***");
  }
  return text;
}

Result<std::string> url_place(const std::string& url) {
  DAYBOOK_ASSIGN(options, parse(url));
  add_defaults(options);
  return taken(options, "host") + ":" + taken(options, "port") + "/" + taken(options, "dbname");
}

}  // namespace daybook::postgres
