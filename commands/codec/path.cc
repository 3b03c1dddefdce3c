#include "commands/codec/path.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "domain/core/schema.h"
#include "domain/core/validate.h"

namespace daybook::codec {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::size_t kQuotedMax = 60;  // bytes of a sender's text that a message repeats
// Longer names are not compared: no member is as long as that.
constexpr std::size_t kComparedMax = 40;

// The beginning of `text`, not cut in the middle of a character.
std::string_view beginning(std::string_view text) {
  if (text.size() <= kQuotedMax) return text;
  std::size_t end = kQuotedMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  return text.substr(0, end);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

std::optional<std::string> nearest_member(const Descriptor& type, std::string_view name) {
  if (name.size() > kComparedMax) return std::nullopt;
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  std::optional<std::string> found;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::size_t distance = edit_distance(name, type.field(i)->json_name());
    if (distance < best) {
      best = distance;
      found = type.field(i)->json_name();
    }
  }
  return found;
}

// The wrapper of `type` that has the member, for members given one level too high.
std::optional<std::string> wrapper_with(const Descriptor& type, std::string_view name) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.message_type() != nullptr && schema::is_path_wrapper(field) &&
        find_member(*field.message_type(), name) != nullptr) {
      return field.json_name();
    }
  }
  return std::nullopt;
}

}  // namespace

std::string path_of(const std::string& path, const FieldDescriptor& field) {
  return schema::is_path_wrapper(field) ? path : member_path(path, field.json_name());
}

std::string element_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

std::string unknown_path(const std::string& path, std::string_view name) {
  return member_path(path, beginning(name));
}

const FieldDescriptor* find_member(const Descriptor& type, std::string_view name) {
  const std::string key(name);
  if (const FieldDescriptor* field = type.FindFieldByCamelcaseName(key)) return field;
  return type.FindFieldByName(key);
}

std::string unknown_member_remedy(const Descriptor& type, std::string_view name) {
  const std::string what = quoted(name) + " is not known here; ";
  if (const auto wrapper = wrapper_with(type, name))
    return what + "put it into \"" + *wrapper + "\"";
  if (const auto nearest = nearest_member(type, name))
    return what + "did you mean \"" + *nearest + "\"?";
  return what + "remove it";
}

std::string quoted(std::string_view text) {
  const std::string_view shown = beginning(text);
  return "\"" + std::string(shown) + (shown.size() < text.size() ? "...\"" : "\"");
}

}  // namespace daybook::codec
