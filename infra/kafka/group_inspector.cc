#include "infra/kafka/group_inspector.h"

#include "infra/kafka/handle.h"

namespace daybook::kafka {
namespace {

using GroupList =
    std::unique_ptr<const rd_kafka_group_list, Destroyer<rd_kafka_group_list_destroy>>;
using Partition = GroupMemberDescription::Partition;

// Big-endian numbers and texts; gives zeros once something is missing.
class ProtocolReader {
 public:
  explicit ProtocolReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const char byte : take(size)) value = (value << 8U) | static_cast<std::uint8_t>(byte);
    return value;
  }
  std::string_view take(std::size_t size) {
    complete_ = complete_ && size <= bytes_.size();
    if (!complete_) return {};
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  std::string_view bytes_;
  bool complete_ = true;
};

GroupMemberDescription description_of(const rd_kafka_group_member_info& member) {
  const auto* assignment = static_cast<const char*>(member.member_assignment);
  const auto size = static_cast<std::size_t>(std::max(0, member.member_assignment_size));
  return {member.client_id, member.client_host,
          partitions_in(assignment != nullptr ? std::string_view(assignment, size) : "")};
}

}  // namespace

std::vector<Partition> partitions_in(std::string_view assignment) {
  ProtocolReader reader(assignment);
  std::vector<Partition> partitions;
  (void)reader.number(2);  // version
  const std::uint32_t topics = reader.number(4);
  for (std::uint32_t i = 0; i < topics && reader.complete(); ++i) {
    const std::string topic(reader.take(reader.number(2)));
    const std::uint32_t count = reader.number(4);
    for (std::uint32_t j = 0; j < count && reader.complete(); ++j)
      partitions.push_back({topic, reader.number(4)});
  }
  return reader.complete() ? partitions : std::vector<Partition>();
}

struct GroupInspector::Impl {
  Handle handle;
  std::string group;
};

GroupInspector::GroupInspector(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GroupInspector::~GroupInspector() = default;

Result<std::unique_ptr<GroupInspector>> GroupInspector::open(const Options& options,
                                                             const std::string& group) {
  DAYBOOK_ASSIGN(conf, make_conf(options, {}, {{"group.id", group}}));
  auto impl = std::make_unique<Impl>();
  DAYBOOK_ASSIGN(handle, make_handle(RD_KAFKA_CONSUMER, std::move(conf)));
  impl->handle = std::move(handle);
  impl->group = group;
  return std::unique_ptr<GroupInspector>(new GroupInspector(std::move(impl)));
}

Result<std::vector<GroupMemberDescription>> GroupInspector::members(
    std::chrono::milliseconds wait) {
  const rd_kafka_group_list* given = nullptr;
  const auto code = rd_kafka_list_groups(impl_->handle.get(), impl_->group.c_str(), &given,
                                         std::max(1, to_int_ms(wait)));
  const GroupList list(given);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return fail(to_error(code, "group " + impl_->group));
  std::vector<GroupMemberDescription> members;
  for (int i = 0; i < list->group_cnt; ++i) {
    const rd_kafka_group_info& group = list->groups[i];
    if (group.err != RD_KAFKA_RESP_ERR_NO_ERROR)
      return fail(to_error(group.err, "group " + impl_->group));
    for (int member = 0; member < group.member_cnt; ++member)
      members.push_back(description_of(group.members[member]));
  }
  return members;
}

Result<std::vector<std::optional<std::uint64_t>>> GroupInspector::offsets(
    const std::string& topic, std::size_t partitions, std::chrono::milliseconds wait) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions)));
  for (std::size_t i = 0; i < partitions; ++i)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<std::int32_t>(i));
  const auto code =
      rd_kafka_committed(impl_->handle.get(), list.get(), std::max(1, to_int_ms(wait)));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return fail(to_error(code, "group " + impl_->group));
  std::vector<std::optional<std::uint64_t>> offsets(partitions);
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& found = list->elems[i];
    if (found.offset >= 0)
      offsets.at(static_cast<std::size_t>(found.partition)) =
          static_cast<std::uint64_t>(found.offset);
  }
  return offsets;
}

}  // namespace daybook::kafka
