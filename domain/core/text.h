// Rules of single texts: what a field's format means, and what protobuf and PostgreSQL both take as
// text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace daybook {

// ASCII letters only: other letters have no case that every locale agrees on.
void lower(std::string& text);
void upper(std::string& text);

[[nodiscard]] std::string_view trimmed(std::string_view text);
// Number of characters of valid UTF-8, or nothing if it is not valid UTF-8.
[[nodiscard]] std::optional<std::size_t> character_count(std::string_view text);
// Valid UTF-8 without NUL: what a PostgreSQL text can hold.
[[nodiscard]] bool is_storable(std::string_view text);

[[nodiscard]] bool is_email(std::string_view text);
[[nodiscard]] bool is_http_url(std::string_view text);
[[nodiscard]] bool is_color(std::string_view text);
[[nodiscard]] bool is_currency(std::string_view text);
[[nodiscard]] bool is_namespace(std::string_view text);
// An id, or "namespace/external id". Brings an id into its canonical form.
[[nodiscard]] bool is_record_reference(std::string& text);

}  // namespace daybook
