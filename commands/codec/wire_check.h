// Looks over the protobuf encoding of a message before it is parsed.
//
// Protobuf's parser keeps unknown fields, takes a small encoding to a large message, and cannot say
// where a fault is. This walk allocates nothing for what it reads, and refuses unknown fields and
// wrong wire types, cut encodings, messages too deep or with too many values, invalid UTF-8, and in
// google.protobuf.Value what JSON cannot say (NUL, infinities), each with the path of the member.
// Thread-safe, throws nothing.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string_view>

#include "domain/core/validate.h"

namespace daybook::codec {

// Messages inside each other. Less than the 100 of protobuf's parser: what a command carries is
// stored in outcomes and states, one or two messages deeper, and must be readable there.
inline constexpr int kProtobufDepthMax = 90;

[[nodiscard]] Violations check_wire(std::string_view bytes,
                                    const google::protobuf::Descriptor& type);

}  // namespace daybook::codec
