// Sends one command to Daybook over Kafka, waits for its result and prints it. Needs kafka-clients with what it needs
// itself, here in the folder lib, and a JDK of version 17 or newer:
//
//   java -cp 'lib/*' Send.java 127.0.0.1:9092 ORGANIZATION command.json
//
// Exit codes: 0 accepted, 2 refused, 3 no result in time. After 3, or an error of the client, send the very same command
// again: it has one effect, however often it is sent.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Send {
  static final String COMMANDS = "crm.commands";
  static final String RESULTS = "crm.results";
  static final Duration WAIT = Duration.ofSeconds(30);

  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println("usage: Send.java BROKERS ORGANIZATION FILE");
      System.exit(64);
    }
    String command = Files.readString(Path.of(args[2]));
    String replyTo = UUID.randomUUID().toString();
    ConsumerRecord<String, String> result;
    // Before sending, so that no result is missed.
    try (var results = followResults(args[0])) {
      send(args[0], args[1], command, replyTo);
      result = awaitResult(results, replyTo);
    }
    if (result == null) {
      System.err.println("no result in time");
      System.exit(3);
    }
    System.out.println(result.value());
    System.exit("accepted".equals(header(result, "outcome")) ? 0 : 2);
  }

  // Reads every partition of the results from its end on, as a member of no group.
  static KafkaConsumer<String, String> followResults(String brokers) {
    var consumer = new KafkaConsumer<String, String>(
        Map.of("bootstrap.servers", brokers), new StringDeserializer(), new StringDeserializer());
    List<TopicPartition> partitions = consumer.partitionsFor(RESULTS).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position); // only this asks where the end is
    return consumer;
  }

  static void send(String brokers, String organization, String command, String replyTo) throws Exception {
    var record = new ProducerRecord<>(COMMANDS, organization, command);
    record.headers().add("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
    record.headers().add("reply-to", replyTo.getBytes(StandardCharsets.UTF_8));
    try (var producer = new KafkaProducer<String, String>(
        Map.of("bootstrap.servers", brokers), new StringSerializer(), new StringSerializer())) {
      producer.send(record).get(); // throws unless all in-sync replicas have it
    }
  }

  // There may be others' results, and the same one twice.
  static ConsumerRecord<String, String> awaitResult(KafkaConsumer<String, String> results, String replyTo) {
    Instant deadline = Instant.now().plus(WAIT);
    while (Instant.now().isBefore(deadline)) {
      for (ConsumerRecord<String, String> record : results.poll(Duration.ofSeconds(1))) {
        if (replyTo.equals(header(record, "reply-to"))) return record;
      }
    }
    return null;
  }

  static String header(ConsumerRecord<String, String> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
  }
}
