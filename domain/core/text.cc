#include "domain/core/text.h"

#include <algorithm>
#include <cctype>

#include "domain/core/uuid.h"

namespace daybook {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void lower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}
void upper(std::string& text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
}

bool is_color(std::string_view text) {
  return text.size() == 7 && text[0] == '#' &&
         std::all_of(text.begin() + 1, text.end(),
                     [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

bool is_currency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), is_letter);
}

bool is_namespace(std::string_view text) {
  return !text.empty() && text.size() <= 50 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-';
  });
}

bool is_record_reference(std::string& text) {
  if (auto canonical = canonical_uuid(text)) {
    text = *canonical;
    return true;
  }
  const auto slash = text.find('/');
  if (slash == std::string::npos || !is_namespace(std::string_view(text).substr(0, slash)))
    return false;
  const std::string_view external = trimmed(std::string_view(text).substr(slash + 1));
  return !external.empty() && character_count(external).value_or(256) <= 255;
}

// The pattern of the read table's chk_email_format, so that no accepted address is refused there:
// [A-Za-z0-9._%+-]+ @ [A-Za-z0-9.-]+ . [A-Za-z]{2,}
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0) return false;
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(at + 1);
  const auto local_ok = [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("._%+-").find(c) != std::string_view::npos;
  };
  const auto domain_ok = [](char c) { return is_letter(c) || is_digit(c) || c == '.' || c == '-'; };
  if (!std::all_of(local.begin(), local.end(), local_ok)) return false;
  if (!std::all_of(domain.begin(), domain.end(), domain_ok)) return false;
  const auto dot = domain.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view top = domain.substr(dot + 1);
  return top.size() >= 2 && std::all_of(top.begin(), top.end(), is_letter);
}

bool is_http_url(std::string_view text) {
  std::string scheme(text.substr(0, std::min<std::size_t>(text.size(), 8)));
  lower(scheme);
  std::size_t host = 0;
  if (scheme.rfind("https://", 0) == 0) {
    host = 8;
  } else if (scheme.rfind("http://", 0) == 0) {
    host = 7;
  } else {
    return false;
  }
  if (host >= text.size() || std::string_view("/?#:@").find(text[host]) != std::string_view::npos)
    return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || c == '<' || c == '>' || c == '"';
  });
}

std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kBlanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<std::size_t> character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = 0;
    char32_t code = 0;
    if (lead < 0x80) {
      length = 1;
      code = lead;
    } else if (lead >= 0xC2 && lead < 0xE0) {
      length = 2;
      code = lead & 0x1Fu;
    } else if (lead >= 0xE0 && lead < 0xF0) {
      length = 3;
      code = lead & 0x0Fu;
    } else if (lead >= 0xF0 && lead < 0xF5) {
      length = 4;
      code = lead & 0x07u;
    } else {
      return std::nullopt;
    }
    if (i + length > text.size()) return std::nullopt;
    for (std::size_t j = 1; j < length; ++j) {
      const auto byte = static_cast<unsigned char>(text[i + j]);
      if ((byte & 0xC0u) != 0x80u) return std::nullopt;
      code = (code << 6) | (byte & 0x3Fu);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return std::nullopt;
    i += length;
  }
  return count;
}

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && character_count(text).has_value();
}

}  // namespace daybook
