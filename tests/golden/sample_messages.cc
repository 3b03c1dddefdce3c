#include "tests/golden/sample_messages.h"

#include "domain/core/schema.h"
#include "schemas/log.pb.h"

namespace daybook::test {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

std::unique_ptr<Message> make(const std::string& type) {
  const Descriptor* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

void fill(Message& message);

void fill_text(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const std::string text = field.name() + " \xC3\xBC";
  if (field.is_repeated()) {
    reflection.AddString(&message, &field, text);
  } else {
    reflection.SetString(&message, &field, text);
  }
}

void fill_number(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  const int number = field.number() * 300 + 7;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection.SetInt32(&message, &field, -number);
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, 5'000'000'000 + number);
    case FieldDescriptor::CPPTYPE_UINT32:
      if (field.is_repeated())
        return reflection.AddUInt32(&message, &field, static_cast<std::uint32_t>(number));
      return reflection.SetUInt32(&message, &field, static_cast<std::uint32_t>(number));
    case FieldDescriptor::CPPTYPE_UINT64:
      if (field.is_repeated())
        return reflection.AddUInt64(&message, &field,
                                    9'000'000'000 + static_cast<std::uint64_t>(number));
      return reflection.SetUInt64(&message, &field,
                                  9'000'000'000 + static_cast<std::uint64_t>(number));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, true);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnum(&message, &field,
                                field.enum_type()->value(field.enum_type()->value_count() - 1));
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return;
  }
}

void fill_field(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return fill_text(message, field);
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return fill_number(message, field);
  if (field.message_type()->full_name() == "google.protobuf.Value") {
    Message& value = *reflection.MutableMessage(&message, &field);
    value.GetReflection()->SetString(&value, value.GetDescriptor()->FindFieldByName("string_value"),
                                     "text");
    return;
  }
  fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                           : *reflection.MutableMessage(&message, &field));
}

// Every field but those of a oneof, of which one has to be chosen.
void fill(Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->real_containing_oneof() == nullptr) fill_field(message, *type.field(i));
  }
}

void add_events(std::vector<Sample>& samples) {
  const Descriptor& event = *log::Event::descriptor();
  for (int i = 0; i < event.field_count(); ++i) {
    const FieldDescriptor* aggregate = event.field(i);
    if (aggregate->real_containing_oneof() == nullptr) continue;
    for (int j = 0; j < aggregate->message_type()->field_count(); ++j) {
      const FieldDescriptor* kind = aggregate->message_type()->field(j);
      std::unique_ptr<Message> message = make(event.full_name());
      fill(*message);
      fill_field(*message->GetReflection()->MutableMessage(message.get(), aggregate), *kind);
      samples.push_back(
          {event.full_name() + " " + aggregate->name() + "." + kind->name(), std::move(message)});
    }
  }
}

}  // namespace

std::vector<std::string> stored_messages() {
  std::vector<std::string> names;
  const auto& file = *log::Event::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i)
    names.push_back(file.message_type(i)->full_name());
  for (const Entity entity : schema::entities())
    names.push_back(schema::entity_rule(entity).state());
  return names;
}

std::vector<Sample> sample_messages() {
  std::vector<Sample> samples;
  add_events(samples);
  for (const std::string& name : stored_messages()) {
    if (name == log::Event::descriptor()->full_name()) continue;
    std::unique_ptr<Message> message = make(name);
    fill(*message);
    samples.push_back({name, std::move(message)});
  }
  return samples;
}

}  // namespace daybook::test
