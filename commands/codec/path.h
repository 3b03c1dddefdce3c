// How violations name the members of a command, and how members are named in JSON.
//
// A path is what a sender would call the value: "email", "externalIds[0].namespace",
// "members[3].email". Members that only hold others together (schema::is_path_wrapper) add nothing
// to it, as in the domain. Every function is thread-safe.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace daybook::codec {

// The path of `field` in a message whose own path is `path`.
[[nodiscard]] std::string path_of(const std::string& path,
                                  const google::protobuf::FieldDescriptor& field);

// The path of the element `index` of a list whose own path is `path`.
[[nodiscard]] std::string element_path(const std::string& path, std::size_t index);

// The path of a member that no schema knows; a hostile name is cut.
[[nodiscard]] std::string unknown_path(const std::string& path, std::string_view name);

// The field with this lowerCamelCase or original name; null if there is none.
[[nodiscard]] const google::protobuf::FieldDescriptor* find_member(
    const google::protobuf::Descriptor& type, std::string_view name);

// What to say about a member that `type` does not have: the nearest name, or the place where it
// belongs.
[[nodiscard]] std::string unknown_member_remedy(const google::protobuf::Descriptor& type,
                                                std::string_view name);

// `text` shortened to what belongs in a message for a person.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace daybook::codec
