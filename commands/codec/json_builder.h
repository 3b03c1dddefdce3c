// Builds a protobuf message from the events of a JSON parser. Internal to the codec: see json.h for
// the mapping.
//
// The builder holds one frame for each object or list that is open. What cannot be placed is
// reported once and skipped with everything inside it, so that one run finds all faults. Every
// member function returns false when reading should stop: too deep, too large, or too many faults.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "commands/codec/json_scalar.h"
#include "domain/core/validate.h"

namespace daybook::codec {

class JsonBuilder {
 public:
  // `root` must be empty. It and the document's text must outlive the builder.
  JsonBuilder(google::protobuf::Message& root, std::string_view text) : root_(root), text_(text) {}

  bool null();
  bool scalar(const Scalar& scalar, double number);
  bool start_object();
  bool start_list();
  bool key(const std::string& name);
  bool end();

  void refuse(std::string path, std::string code, std::string detail);
  void refuse(Error fault);
  // The path of the value that comes next, or was being read.
  [[nodiscard]] std::string current_path() const;
  // True once reading was stopped for a fault that has been reported.
  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] Violations take_violations() { return std::move(violations_); }

 private:
  enum class FrameKind { kMessage, kList, kMap, kStruct, kValueList, kSkip };

  struct Frame {
    FrameKind kind = FrameKind::kSkip;
    google::protobuf::Message* message = nullptr;  // filled, or the owner of the list or map
    const google::protobuf::FieldDescriptor* member =
        nullptr;       // being read; null: skip the next value
    std::string path;  // of the object or list itself
    std::vector<const google::protobuf::FieldDescriptor*> seen;  // members read so far
    std::set<std::string> keys;                                  // read so far, of a map or Struct
    std::string key;                                             // being read, of a map or Struct
    std::size_t count = 0;                                       // elements begun
    google::protobuf::Message* clear_owner = nullptr;  // the patch, if this object is its `set`
    bool skip_next = false;  // the member was refused: pass over its value
  };

  bool begin_value();
  // The Value to fill next, if the place where we are takes any JSON; null otherwise.
  google::protobuf::Value* next_value();
  bool set_value(google::protobuf::Value& value, const Scalar& scalar, double number);
  void set_map_entry(Frame& frame, const Scalar& scalar);
  void null_member(Frame& frame);
  bool select_member(Frame& frame, const std::string& name);
  static const google::protobuf::FieldDescriptor* rival(
      const Frame& frame, const google::protobuf::FieldDescriptor& field);
  void push_message(google::protobuf::Message& message, std::string path);
  void push(FrameKind kind, google::protobuf::Message* message,
            const google::protobuf::FieldDescriptor* member = nullptr);
  bool skip_object(std::string_view expected);
  [[nodiscard]] bool skipping() const;

  google::protobuf::Message& root_;
  std::string_view text_;
  std::vector<Frame> stack_;
  Violations violations_;
  std::size_t values_ = 0;
  bool stopped_ = false;
};

}  // namespace daybook::codec
