#include "infra/topics/dead_letters.h"

#include <algorithm>
#include <future>
#include <set>

#include "commands/intake.h"
#include "commands/routing.h"
#include "domain/core/uuid.h"
#include "infra/kafka/consumer.h"
#include "infra/topics/kafka_records.h"
#include "infra/topics/waits.h"

namespace daybook::topics {
namespace {

constexpr std::size_t kLettersPerRead = 1'000;

// What the sender wrote stays.
bool is_our_header(const std::string& name) {
  return commands::is_own_header(name) || name == commands::header::kCommandId ||
         name == commands::header::kRetryOf || name == commands::header::kReplyTo;
}

// A letter may stand there twice, after a process has died: whoever settles one has settled both.
std::vector<DeadLetter> unsettled(std::vector<DeadLetter> letters,
                                  const std::set<std::string>& settled) {
  const auto identity = [](const DeadLetter& letter) {
    const std::string outcome = letter.header(commands::header::kOutcomeOffset);
    return std::to_string(letter.partition) + "/" + (outcome.empty() ? letter.name() : outcome);
  };
  std::set<std::string> done;
  for (const DeadLetter& letter : letters) {
    if (settled.contains(letter.name())) done.insert(identity(letter));
  }
  std::erase_if(letters,
                [&](const DeadLetter& each) { return !done.insert(identity(each)).second; });
  return letters;
}

}  // namespace

std::string DeadLetter::name() const { return commands::place_text(partition, offset); }

std::string DeadLetter::header(std::string_view header_name) const {
  return commands::find_header(record.headers, header_name).value_or("");
}

Result<std::vector<DeadLetter>> DeadLetters::list() {
  DAYBOOK_ASSIGN(partitions, admin_.partitions(names_.dead_letters, kOperatorWait));
  std::vector<DeadLetter> letters;
  std::set<std::string> settled;
  for (std::uint32_t partition = 0; partition < partitions.size(); ++partition) {
    DAYBOOK_ASSIGN(begin, admin_.begin_offset(names_.dead_letters, partition, kOperatorWait));
    DAYBOOK_ASSIGN(end, admin_.end_offset(names_.dead_letters, partition, kOperatorWait));
    kafka::ConsumerOptions options;
    options.connection = connection_;
    DAYBOOK_ASSIGN(consumer, kafka::Consumer::open(options));
    DAYBOOK_TRY(consumer->assign(names_.dead_letters, partition, begin));
    while (consumer->next_offset() < end) {
      DAYBOOK_ASSIGN(messages, consumer->read(kLettersPerRead, kOperatorWait));
      if (messages.empty() && consumer->next_offset() < end)
        return fail(ErrorKind::kUnavailable, "kafka.timed_out",
                    "the dead letters could not be read to their end in time");
      for (kafka::Message& message : messages) {
        DeadLetter letter{partition,
                          static_cast<std::int64_t>(message.offset),
                          message.timestamp_ms,
                          {std::move(message.key), std::move(message.value),
                           headers_of(std::move(message.headers))}};
        // No letter is without the offset of its outcome.
        const std::string settles = letter.header(commands::header::kSettles);
        const bool is_mark = !settles.empty() && !letter.record.value &&
                             letter.header(commands::header::kOutcomeOffset).empty();
        if (!is_mark) {
          letters.push_back(std::move(letter));
        } else {
          settled.insert(settles);
        }
      }
    }
  }
  return unsettled(std::move(letters), settled);
}

Result<DeadLetter> DeadLetters::find(const std::string& name) {
  DAYBOOK_ASSIGN(letters, list());
  for (DeadLetter& letter : letters) {
    if (letter.name() == name) return std::move(letter);
  }
  return fail(ErrorKind::kNotFound, "dead_letter.not_found",
              "there is no dead letter " + name +
                  ", or it is settled; see `daybook dead-letters "
                  "list`");
}

Result<std::string> DeadLetters::retry(const DeadLetter& letter) {
  if (!letter.record.key || letter.record.key->empty()) {
    return fail(ErrorKind::kInvalid, "dead_letter.no_key",
                "it has no key, so nobody knows whose it is; send it yourself with the "
                "organization's id as its key, and drop this one");
  }
  DAYBOOK_ASSIGN(partitions, admin_.partitions(names_.commands, kOperatorWait));
  const std::string first = canonical_uuid(letter.header(commands::header::kCommandId))
                                .value_or(uuid_v5("00000000-0000-0000-0000-000000000000",
                                                  "dead-letter/" + letter.name()));
  const std::string id = uuid_v5(first, "retry/" + letter.name());
  commands::TopicRecord again{letter.record.key, letter.record.value, {}};
  for (const auto& header : letter.record.headers) {
    if (!is_our_header(header.first)) again.headers.push_back(header);
  }
  again.headers.emplace_back(commands::header::kCommandId, id);
  again.headers.emplace_back(commands::header::kRetryOf, first);
  DAYBOOK_TRY(produce(
      names_.commands,
      commands::partition_of(*again.key, static_cast<std::uint32_t>(partitions.size())), again));
  DAYBOOK_TRY(settle(letter, "retried as " + id));
  return id;
}

Result<void> DeadLetters::drop(const DeadLetter& letter) { return settle(letter, "dropped"); }

Result<void> DeadLetters::settle(const DeadLetter& letter, const std::string& how) {
  const commands::TopicRecord mark{
      letter.record.key,
      std::nullopt,
      {{commands::header::kSettles, letter.name()}, {commands::header::kHow, how}}};
  return produce(names_.dead_letters, letter.partition, mark);
}

Result<void> DeadLetters::produce(const std::string& topic, std::uint32_t partition,
                                  const commands::TopicRecord& record) {
  if (!producer_) {
    kafka::ProducerOptions options;
    options.connection = connection_;
    options.message_bytes_max = kAnswerBytesMax;  // a mark has its letter's key
    DAYBOOK_ASSIGN(producer, kafka::Producer::open(options));
    producer_ = std::move(producer);
  }
  auto promise = std::make_shared<std::promise<Result<void>>>();
  auto done = promise->get_future();
  const auto headers = kafka_headers(record.headers);
  DAYBOOK_TRY(producer_->produce(topic, partition, {record.key, record.value, headers},
                                 [promise](const Result<std::uint64_t>& delivered) {
                                   promise->set_value(delivered ? Result<void>()
                                                                : fail(delivered.error()));
                                 }));
  return done.get();
}

}  // namespace daybook::topics
