#include "commands/codec/decode.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <string>

#include "commands/codec/json.h"
#include "commands/codec/wire_check.h"
#include "domain/core/text.h"
#include "domain/core/uuid.h"

namespace daybook::codec {
namespace {

struct DigestDeleter {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

// Feeds parts to SHA-256, each with its length before it, so that no two lists of parts look alike.
class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new()) {
    // EVP_sha256() would be looked up anew, under locks, for every command.
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    EVP_DigestInit_ex(context_.get(), sha256, nullptr);
  }

  void add(std::string_view part) {
    std::array<std::uint8_t, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i)
      length.at(i) = static_cast<std::uint8_t>(part.size() >> (8 * i));
    EVP_DigestUpdate(context_.get(), length.data(), length.size());
    EVP_DigestUpdate(context_.get(), part.data(), part.size());
  }
  PayloadHash finish() {
    PayloadHash hash{};
    EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
    return hash;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, DigestDeleter> context_;
};

std::string deterministic_bytes(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

std::string canonical(std::string_view id) {
  const std::string_view text = trimmed(id);
  return canonical_uuid(text).value_or(std::string(text));
}

std::string media_type(std::string_view header_value) {
  std::string type(trimmed(header_value.substr(0, header_value.find(';'))));
  std::transform(type.begin(), type.end(), type.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return type;
}

tl::expected<Command, Violations> decode_protobuf(std::string_view bytes) {
  if (Violations violations = check_wire(bytes, *Command::descriptor()); !violations.empty()) {
    return tl::unexpected(std::move(violations));
  }
  Command command;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  if (!command.ParseFromCodedStream(&in) || !in.ConsumedEntireMessage()) {
    return tl::unexpected(Violations{
        {ErrorKind::kInvalid, "protobuf.malformed", "this is not a protobuf Command", {}}});
  }
  return command;
}

}  // namespace

std::optional<ContentType> content_type_of(std::string_view header_value) {
  const std::string type = media_type(header_value);
  if (type == "application/json") return ContentType::kJson;
  for (const std::string_view protobuf :
       {"", "application/x-protobuf", "application/protobuf", "application/vnd.google.protobuf",
        "application/octet-stream"}) {
    if (type == protobuf) return ContentType::kProtobuf;
  }
  return std::nullopt;
}

tl::expected<Command, Violations> decode_command(std::string_view bytes, ContentType type) {
  if (bytes.empty()) {
    return tl::unexpected(
        Violations{{ErrorKind::kInvalid, "command.empty", "there is no command; send one", {}}});
  }
  if (type == ContentType::kProtobuf) return decode_protobuf(bytes);
  Command command;
  if (Violations violations = decode_json(bytes, command); !violations.empty()) {
    return tl::unexpected(std::move(violations));
  }
  return command;
}

PayloadHash payload_hash(const Command& command) {
  Hasher hasher;
  hasher.add(canonical(command.organization_id()));
  hasher.add(canonical(command.actor()));
  switch (command.body_case()) {
    case Command::kAction:
      hasher.add("action");
      hasher.add(deterministic_bytes(command.action()));
      break;
    case Command::kBatch:
      hasher.add("batch");
      hasher.add(deterministic_bytes(command.batch()));
      break;
    case Command::BODY_NOT_SET:
      break;
  }
  return hasher.finish();
}

}  // namespace daybook::codec
