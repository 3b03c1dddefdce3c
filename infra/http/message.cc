#include "infra/http/message.h"

#include "commands/codec/json.h"
#include "domain/decide/command.h"

namespace daybook::http {
namespace {

constexpr const char* kRetryAfterSeconds = "1";

void add_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(out.back() == '{' ? "" : ",");
  codec::append_json_text(out, name);
  out.push_back(':');
  codec::append_json_text(out, text);
}

}  // namespace

std::optional<ErrorKind> kind_named(std::string_view name) {
  for (const ErrorKind each : {ErrorKind::kInvalid, ErrorKind::kRejected, ErrorKind::kNotAllowed,
                               ErrorKind::kNotFound, ErrorKind::kConflict, ErrorKind::kUnavailable,
                               ErrorKind::kUnknownOutcome, ErrorKind::kCorrupt}) {
    if (name == to_string(each)) return each;
  }
  return std::nullopt;
}

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
    case ErrorKind::kRejected:
      return 400;
    case ErrorKind::kNotAllowed:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kUnavailable:
      return 503;
    case ErrorKind::kUnknownOutcome:
    case ErrorKind::kCorrupt:
      return 500;
  }
  return 500;
}

int status_of(const Receipt& receipt) {
  if (receipt.outcome() == "accepted") return 200;
  if (receipt.violations().empty()) return 400;
  const auto kind = kind_named(receipt.violations(0).kind());
  return kind ? status_of(*kind) : 400;
}

std::string error_json(const Error& error) {
  std::string out = R"({"error":{)";
  add_member(out, "kind", to_string(error.kind));
  add_member(out, "code", error.code);
  add_member(out, "message", error.detail);
  if (!error.path.empty()) add_member(out, "path", error.path);
  return out + "}}";
}

Receipt undecodable(const Violations& violations) {
  Receipt receipt;
  receipt.set_outcome("rejected");
  for (const Error& error : violations) *receipt.add_violations() = violation_of(error);
  return receipt;
}

Answer error_answer(int status, const Error& error) {
  Answer answer;
  answer.status = status;
  answer.body = error_json(error) + "\n";
  if (status == 503) answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  return answer;
}

Answer error_answer(const Error& error) { return error_answer(status_of(error.kind), error); }

Answer receipt_answer(int status, const Receipt& receipt, bool protobuf) {
  Answer answer;
  answer.status = status;
  if (status == 503) answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  if (protobuf) {
    answer.content_type = "application/x-protobuf";
    answer.body = receipt.SerializeAsString();
  } else {
    answer.body = codec::encode_json(receipt) + "\n";
  }
  return answer;
}

Error stopping_error() {
  return {ErrorKind::kUnavailable,
          "server.stopping",
          "not taken: the server is stopping; send it again later",
          {}};
}

Error overloaded_error(std::string_view what) {
  return {ErrorKind::kUnavailable,
          "server.overloaded",
          "not taken: too many " + std::string(what) + "; send it again later",
          {}};
}

Error request_error(std::string code, std::string remedy) {
  return {ErrorKind::kInvalid, std::move(code), std::move(remedy), {}};
}

}  // namespace daybook::http
