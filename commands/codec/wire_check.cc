#include "commands/codec/wire_check.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/wire_format_lite.h>

#include <cmath>
#include <cstring>
#include <optional>

#include "commands/codec/json.h"
#include "commands/codec/path.h"
#include "domain/core/text.h"

namespace daybook::codec {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

constexpr std::size_t kVarintBytesMax = 10;

std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size() && i < kVarintBytesMax; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if ((byte & 0x80u) == 0) {
      bytes.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> take(std::string_view& bytes, std::uint64_t count) {
  if (count > bytes.size()) return std::nullopt;
  const std::string_view taken = bytes.substr(0, static_cast<std::size_t>(count));
  bytes.remove_prefix(taken.size());
  return taken;
}

// The content of one field on the wire; for varints their bytes.
std::optional<std::string_view> take_content(std::string_view& bytes,
                                             WireFormatLite::WireType wire_type) {
  switch (wire_type) {
    case WireFormatLite::WIRETYPE_VARINT: {
      const std::string_view before = bytes;
      if (!take_varint(bytes)) return std::nullopt;
      return before.substr(0, before.size() - bytes.size());
    }
    case WireFormatLite::WIRETYPE_FIXED64:
      return take(bytes, 8);
    case WireFormatLite::WIRETYPE_FIXED32:
      return take(bytes, 4);
    case WireFormatLite::WIRETYPE_LENGTH_DELIMITED: {
      const auto length = take_varint(bytes);
      return length ? take(bytes, *length) : std::nullopt;
    }
    case WireFormatLite::WIRETYPE_START_GROUP:
    case WireFormatLite::WIRETYPE_END_GROUP:
      break;  // no message of ours has groups
  }
  return std::nullopt;
}

bool fits(const FieldDescriptor& field, WireFormatLite::WireType wire_type) {
  const auto own =
      WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(field.type()));
  return wire_type == own ||
         (field.is_packable() && wire_type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

bool is_free_json(const Descriptor& type) {
  return type.file() == google::protobuf::Value::descriptor()->file();
}

class Walk {
 public:
  explicit Walk(std::string_view all) : all_(all) {}

  Violations take_violations() { return std::move(violations_); }

  // False: stop.
  bool message(std::string_view bytes, const Descriptor& type, const std::string& path, int depth) {
    if (depth > kProtobufDepthMax) {
      return stop(
          path, "protobuf.too_deep",
          "at most " + std::to_string(kProtobufDepthMax) + " messages may stand inside each other");
    }
    std::vector<std::size_t> counts(static_cast<std::size_t>(type.field_count()), 0);
    while (!bytes.empty()) {
      const char* const start = bytes.data();
      const auto tag = take_varint(bytes);
      if (!tag || *tag > UINT32_MAX || (*tag >> 3) == 0) return malformed(path);
      const auto wire_type = static_cast<WireFormatLite::WireType>(*tag & 7u);
      const auto content = take_content(bytes, wire_type);
      if (!content) return malformed(path);
      const FieldDescriptor* field = type.FindFieldByNumber(static_cast<int>(*tag >> 3));
      if (field == nullptr || !fits(*field, wire_type)) {
        if (!unknown(path, type, *tag >> 3)) return false;
        continue;
      }
      std::string here = is_free_json(type) ? path : path_of(path, *field);
      const std::size_t index = counts[static_cast<std::size_t>(field->index())]++;
      if (field->is_repeated() && !is_free_json(type)) here = element_path(here, index);
      if (++values_ > kValuesMax) return too_many(here, start);
      if (!value(*content, *field, here, depth)) return false;
    }
    return true;
  }

 private:
  bool value(std::string_view content, const FieldDescriptor& field, const std::string& here,
             int depth) {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return message(content, *field.message_type(), here, depth + 1);
    }
    if (field.type() == FieldDescriptor::TYPE_STRING) {
      if (!character_count(content))
        return refuse(here, "text.not_utf8", "text must be valid UTF-8");
      // Elsewhere normalize finds it, with all other rules for text.
      const bool of_map = field.containing_type()->options().map_entry();
      const bool free_json = of_map || is_free_json(*field.containing_type());
      if (free_json && content.find('\0') != std::string_view::npos) {
        const bool name = of_map && field.number() == 1;
        return refuse(name ? nul_in_name(here) : nul_in_text(here));
      }
    }
    if (field.type() == FieldDescriptor::TYPE_DOUBLE) {
      double number = 0;
      std::memcpy(&number, content.data(), sizeof number);
      if (!std::isfinite(number))
        return refuse(here, "number.out_of_range", "give a finite number");
    }
    return true;
  }

  bool unknown(const std::string& path, const Descriptor& type, std::uint64_t number) {
    return refuse(path, "field.unknown",
                  "field " + std::to_string(number) + " of " + type.full_name() +
                      " is not known, or of another type; remove it, or use the present schemas");
  }
  bool too_many(const std::string& path, const char* start) {
    return stop(path, "protobuf.too_large",
                "at most " + std::to_string(kValuesMax) +
                    " values are allowed in one command, and the one at byte " +
                    std::to_string(start - all_.data()) +
                    ", counted from 0, is one more; send several");
  }
  bool malformed(const std::string& path) {
    return stop(path, "protobuf.malformed",
                "this is not a protobuf-encoded message, or it was cut; for JSON give the content "
                "type application/json");
  }
  bool refuse(const std::string& path, std::string code, std::string detail) {
    return refuse(Error{ErrorKind::kInvalid, std::move(code), std::move(detail), path});
  }
  bool refuse(Error fault) {
    violations_.push_back(std::move(fault));
    return violations_.size() < kViolationsMax;
  }
  bool stop(const std::string& path, std::string code, std::string detail) {
    refuse(path, std::move(code), std::move(detail));
    return false;
  }

  const std::string_view all_;
  Violations violations_;
  std::size_t values_ = 0;
};

}  // namespace

Violations check_wire(std::string_view bytes, const Descriptor& type) {
  Walk walk(bytes);
  walk.message(bytes, type, {}, 1);
  return walk.take_violations();
}

}  // namespace daybook::codec
