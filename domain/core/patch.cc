#include "domain/core/patch.h"

#include <google/protobuf/util/message_differencer.h>

#include <vector>

namespace daybook::patch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::util::MessageDifferencer;

bool same(const Message& a, const Message& b, const FieldDescriptor* field) {
  MessageDifferencer differencer;
  return differencer.CompareWithFields(a, b, {field}, {field});
}

}  // namespace

bool reduce(const Message& current, Message& set, FieldNames& clear) {
  const Reflection& reflection = *set.GetReflection();
  std::vector<const FieldDescriptor*> given;
  reflection.ListFields(set, &given);
  bool any = false;
  for (const FieldDescriptor* field : given) {
    if (reflection.HasField(current, field) && same(current, set, field)) {
      reflection.ClearField(&set, field);
    } else {
      any = true;
    }
  }
  FieldNames left;
  for (const std::string& name : clear) {
    const FieldDescriptor* field = set.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr && reflection.HasField(current, field)) *left.Add() = name;
  }
  clear.Swap(&left);
  return any || !clear.empty();
}

void apply(Message& target, const Message& set, const FieldNames& clear) {
  const Reflection& reflection = *target.GetReflection();
  // MergeFrom would merge messages inside; a patch replaces them.
  std::vector<const FieldDescriptor*> given;
  reflection.ListFields(set, &given);
  for (const FieldDescriptor* field : given) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE)
      reflection.ClearField(&target, field);
  }
  target.MergeFrom(set);
  for (const std::string& name : clear) {
    if (const FieldDescriptor* field = target.GetDescriptor()->FindFieldByName(name))
      reflection.ClearField(&target, field);
  }
}

}  // namespace daybook::patch
