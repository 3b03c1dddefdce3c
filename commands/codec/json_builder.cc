#include "commands/codec/json_builder.h"

#include <algorithm>
#include <cmath>

#include "commands/codec/json.h"
#include "commands/codec/json_position.h"
#include "commands/codec/path.h"

namespace daybook::codec {

using google::protobuf::FieldDescriptor;
using google::protobuf::ListValue;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::Struct;
using google::protobuf::Value;

namespace {

bool is_value(const FieldDescriptor& field) { return field.message_type() == Value::descriptor(); }
bool is_message(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// The patch that owns `set`, when `field` of `message` is one.
Message* clear_owner_of(Message& message, const FieldDescriptor& field) {
  if (field.name() != "set") return nullptr;
  const FieldDescriptor* clear = message.GetDescriptor()->FindFieldByName("clear");
  const bool names =
      clear != nullptr && clear->is_repeated() && clear->type() == FieldDescriptor::TYPE_STRING;
  return names ? &message : nullptr;
}

}  // namespace

void JsonBuilder::refuse(std::string path, std::string code, std::string detail) {
  refuse(Error{ErrorKind::kInvalid, std::move(code), std::move(detail), std::move(path)});
}

void JsonBuilder::refuse(Error fault) {
  violations_.push_back(std::move(fault));
  if (violations_.size() >= kViolationsMax) stopped_ = true;
}

std::string JsonBuilder::current_path() const {
  if (stack_.empty()) return {};
  const Frame& top = stack_.back();
  if (top.kind == FrameKind::kMessage && top.member != nullptr)
    return path_of(top.path, *top.member);
  if (top.kind == FrameKind::kList)
    return element_path(top.path, top.count == 0 ? 0 : top.count - 1);
  if (top.kind == FrameKind::kMap) return unknown_path(top.path, top.key);
  return top.path;
}

bool JsonBuilder::skipping() const {
  return !stack_.empty() && (stack_.back().kind == FrameKind::kSkip || stack_.back().skip_next);
}

// Every value passes here first. False: reading stops.
bool JsonBuilder::begin_value() {
  if (!stack_.empty()) ++stack_.back().count;
  if (++values_ > kValuesMax) {
    refuse(current_path(), "json.too_large",
           "at most " + std::to_string(kValuesMax) +
               " values are allowed in one command, and the one at " +
               position_text(text_, byte_of_value(text_, values_)) + " is one more; send several");
    stopped_ = true;
  }
  return !stopped_;
}

Value* JsonBuilder::next_value() {
  Frame& top = stack_.back();
  if (top.kind == FrameKind::kStruct)
    return &(*static_cast<Struct*>(top.message)->mutable_fields())[top.key];
  if (top.kind == FrameKind::kValueList) return static_cast<ListValue*>(top.message)->add_values();
  if (top.member == nullptr || !is_value(*top.member)) return nullptr;
  const Reflection& reflection = *top.message->GetReflection();
  if (top.kind == FrameKind::kList)
    return static_cast<Value*>(reflection.AddMessage(top.message, top.member));
  if (top.kind != FrameKind::kMessage || top.member->is_repeated()) return nullptr;
  return static_cast<Value*>(reflection.MutableMessage(top.message, top.member));
}

bool JsonBuilder::null() {
  if (!begin_value()) return false;
  if (stack_.empty()) {
    refuse({}, "json.wrong_type", "give an object");
    return false;
  }
  if (skipping()) return true;
  if (Value* value = next_value()) {
    value->set_null_value(google::protobuf::NULL_VALUE);
    return true;
  }
  null_member(stack_.back());
  return !stopped_;
}

void JsonBuilder::null_member(Frame& frame) {
  if (frame.kind == FrameKind::kMessage && frame.clear_owner != nullptr) {
    Message& patch = *frame.clear_owner;
    const FieldDescriptor* clear = patch.GetDescriptor()->FindFieldByName("clear");
    patch.GetReflection()->AddString(&patch, clear, frame.member->name());
    return;
  }
  refuse(
      current_path(), "json.null",
      "null is only allowed in a patch's \"set\", where it clears a field; leave the member out");
}

bool JsonBuilder::scalar(const Scalar& scalar, double number) {
  if (!begin_value()) return false;
  if (stack_.empty()) {
    refuse({}, "json.wrong_type", "give an object");
    return false;
  }
  if (skipping()) return true;
  if (Value* value = next_value()) return set_value(*value, scalar, number);
  Frame& top = stack_.back();
  if (top.kind == FrameKind::kMap) {
    set_map_entry(top, scalar);
  } else if (is_message(*top.member) ||
             (top.kind == FrameKind::kMessage && top.member->is_repeated())) {
    const bool list =
        top.member->is_repeated() && !top.member->is_map() && top.kind == FrameKind::kMessage;
    refuse(current_path(), "json.wrong_type", list ? "give a list" : "give an object");
  } else if (auto fault = set_scalar(*top.message, *top.member, scalar)) {
    refuse(current_path(), std::move(fault->code), std::move(fault->detail));
  }
  return !stopped_;
}

// Any JSON: a number must survive as the double that google.protobuf.Value holds.
bool JsonBuilder::set_value(Value& value, const Scalar& scalar, double number) {
  switch (scalar.kind) {
    case Scalar::Kind::kBool:
      value.set_bool_value(scalar.boolean);
      return true;
    case Scalar::Kind::kText:
      if (scalar.text.find('\0') != std::string_view::npos) {
        refuse(nul_in_text(current_path()));
      } else {
        value.set_string_value(std::string(scalar.text));
      }
      return !stopped_;
    case Scalar::Kind::kNumber:
      break;
  }
  constexpr double kExactMax = 9007199254740992.0;  // 2^53
  const bool whole = scalar.text.find_first_of(".eE") == std::string_view::npos;
  if (whole && std::abs(number) >= kExactMax) {
    refuse(current_path(), "number.too_precise",
           "numbers of 2^53 and more are not kept exactly here; give it as text");
  } else {
    value.set_number_value(number);
  }
  return !stopped_;
}

void JsonBuilder::set_map_entry(Frame& frame, const Scalar& scalar) {
  const auto& entry_type = *frame.member->message_type();
  Message* entry = frame.message->GetReflection()->AddMessage(frame.message, frame.member);
  auto fault =
      set_scalar(*entry, *entry_type.map_key(), Scalar{Scalar::Kind::kText, frame.key, false});
  if (!fault) fault = set_scalar(*entry, *entry_type.map_value(), scalar);
  if (fault) refuse(current_path(), std::move(fault->code), std::move(fault->detail));
}

void JsonBuilder::push(FrameKind kind, Message* message, const FieldDescriptor* member) {
  Frame frame;
  frame.kind = kind;
  frame.message = message;
  frame.member = member;
  frame.path = current_path();
  stack_.push_back(std::move(frame));
}

void JsonBuilder::push_message(Message& message, std::string path) {
  Message* owner = nullptr;
  if (!stack_.empty() && stack_.back().kind == FrameKind::kMessage) {
    owner = clear_owner_of(*stack_.back().message, *stack_.back().member);
  }
  Frame frame;
  frame.kind = FrameKind::kMessage;
  frame.message = &message;
  frame.path = std::move(path);
  frame.clear_owner = owner;
  stack_.push_back(std::move(frame));
}

bool JsonBuilder::skip_object(std::string_view expected) {
  refuse(current_path(), "json.wrong_type", "give " + std::string(expected));
  push(FrameKind::kSkip, nullptr);
  return !stopped_;
}

bool JsonBuilder::start_object() {
  if (!begin_value()) return false;
  if (stack_.size() >= kJsonDepthMax) {
    refuse(current_path(), "json.too_deep",
           "at most " + std::to_string(kJsonDepthMax) +
               " objects and lists may stand inside each other");
    stopped_ = true;
    return false;
  }
  if (stack_.empty()) {
    push_message(root_, {});
    return true;
  }
  if (skipping()) {
    push(FrameKind::kSkip, nullptr);
    return true;
  }
  if (Value* value = next_value()) {
    push(FrameKind::kStruct, value->mutable_struct_value());
    return true;
  }
  Frame& top = stack_.back();
  const Reflection& reflection = *top.message->GetReflection();
  const bool element = top.kind == FrameKind::kList;
  if (top.kind == FrameKind::kMap) return skip_object("a single value");
  if (!element && top.member->is_repeated() && !top.member->is_map()) return skip_object("a list");
  if (!is_message(*top.member)) return skip_object(expected_text(*top.member));
  if (top.member->is_map()) {
    push(FrameKind::kMap, top.message, top.member);
  } else if (element) {
    push_message(*reflection.AddMessage(top.message, top.member), current_path());
  } else if (top.member->message_type() == Struct::descriptor()) {
    push(FrameKind::kStruct, reflection.MutableMessage(top.message, top.member));
  } else {
    push_message(*reflection.MutableMessage(top.message, top.member), current_path());
  }
  return true;
}

bool JsonBuilder::start_list() {
  if (!begin_value()) return false;
  if (stack_.empty()) {
    refuse({}, "json.wrong_type", "give an object");
    return false;
  }
  if (stack_.size() >= kJsonDepthMax) {
    refuse(current_path(), "json.too_deep",
           "at most " + std::to_string(kJsonDepthMax) +
               " objects and lists may stand inside each other");
    stopped_ = true;
    return false;
  }
  if (skipping()) {
    push(FrameKind::kSkip, nullptr);
    return true;
  }
  if (Value* value = next_value()) {
    push(FrameKind::kValueList, value->mutable_list_value());
    return true;
  }
  Frame& top = stack_.back();
  if (top.kind == FrameKind::kMessage && top.member->is_repeated() && !top.member->is_map()) {
    push(FrameKind::kList, top.message, top.member);
    return true;
  }
  if (top.kind == FrameKind::kMessage && top.member->message_type() == ListValue::descriptor()) {
    push(FrameKind::kValueList,
         top.message->GetReflection()->MutableMessage(top.message, top.member));
    return true;
  }
  return skip_object(top.kind == FrameKind::kMap ? "a single value" : expected_text(*top.member));
}

bool JsonBuilder::key(const std::string& name) {
  Frame& top = stack_.back();
  switch (top.kind) {
    case FrameKind::kMessage:
      return select_member(top, name);
    case FrameKind::kMap:
    case FrameKind::kStruct: {
      top.key = name;
      top.skip_next = true;
      const std::string path = current_path();
      if (name.find('\0') != std::string::npos) {
        refuse(nul_in_name(path));
      } else if (!top.keys.insert(name).second) {
        refuse(path, "json.duplicate_key", quoted(name) + " is given twice; give it once");
      } else {
        top.skip_next = false;
      }
      return !stopped_;
    }
    case FrameKind::kList:
    case FrameKind::kValueList:
    case FrameKind::kSkip:
      return true;
  }
  return true;
}

// The member read before that belongs to the same oneof; null if there is none.
const FieldDescriptor* JsonBuilder::rival(const Frame& frame, const FieldDescriptor& field) {
  const auto* oneof = field.real_containing_oneof();
  if (oneof == nullptr) return nullptr;
  const auto found = std::find_if(
      frame.seen.begin(), frame.seen.end(),
      [&](const FieldDescriptor* seen) { return seen->real_containing_oneof() == oneof; });
  return found == frame.seen.end() ? nullptr : *found;
}

bool JsonBuilder::select_member(Frame& frame, const std::string& name) {
  const auto& type = *frame.message->GetDescriptor();
  const FieldDescriptor* field = find_member(type, name);
  frame.member = nullptr;
  frame.skip_next = true;
  if (field == nullptr) {
    refuse(unknown_path(frame.path, name), "field.unknown", unknown_member_remedy(type, name));
    return !stopped_;
  }
  if (std::find(frame.seen.begin(), frame.seen.end(), field) != frame.seen.end()) {
    refuse(path_of(frame.path, *field), "json.duplicate_key",
           quoted(name) + " is given twice; give it once");
  } else if (const FieldDescriptor* other = rival(frame, *field)) {
    refuse(path_of(frame.path, *field), "field.conflict",
           quoted(name) + " and \"" + other->json_name() + "\" exclude each other; give one");
  } else {
    frame.member = field;
    frame.skip_next = false;
  }
  frame.seen.push_back(field);
  return !stopped_;
}

bool JsonBuilder::end() {
  stack_.pop_back();
  return true;
}

}  // namespace daybook::codec
