// Sends one command to Daybook over Kafka, waits for its result and prints it. Node 20 or newer:
//
//   npm install @platformatic/kafka
//   node send.mjs 127.0.0.1:9092 ORGANIZATION command.json
//
// Exit codes: 0 accepted, 2 refused, 3 no result in time. After 3, or an error of the client, send
// the very same command again: it has one effect, however often it is sent.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  Consumer,
  MessagesStreamModes,
  Producer,
  ProduceAcks,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";

const COMMANDS = "crm.commands";
const RESULTS = "crm.results";
const WAIT_MS = 30_000;

// Reads every partition of the results from its end on. The group is this run's own: it shares the
// results with nobody and remembers nothing.
async function followResults(consumer) {
  const ends = (await consumer.listOffsets({ topics: [RESULTS] })).get(RESULTS);
  const offsets = ends.map((offset, partition) => ({ topic: RESULTS, partition, offset }));
  return consumer.consume({ topics: [RESULTS], mode: MessagesStreamModes.MANUAL, offsets, autocommit: false });
}

async function send(bootstrapBrokers, organization, command, replyTo) {
  const producer = new Producer({ clientId: "send", bootstrapBrokers, serializers: stringSerializers });
  const headers = { "content-type": "application/json", "reply-to": replyTo };
  const messages = [{ topic: COMMANDS, key: organization, value: command, headers }];
  await producer.send({ messages, acks: ProduceAcks.ALL });
  await producer.close();
}

// There may be others' results, and the same one twice.
async function awaitResult(results, replyTo) {
  const timer = setTimeout(() => results.destroy(), WAIT_MS);
  try {
    for await (const message of results) {
      if (message.headers.get("reply-to") === replyTo) return message;
    }
  } catch (error) {
    if (!results.destroyed) throw error;
  } finally {
    clearTimeout(timer);
  }
  return null;
}

async function main(brokers, organization, path) {
  const bootstrapBrokers = brokers.split(",");
  const command = readFileSync(path, "utf8");
  const replyTo = randomUUID();
  const consumer = new Consumer({
    clientId: "send",
    groupId: `send-${replyTo}`,
    bootstrapBrokers,
    deserializers: stringDeserializers,
  });
  const results = await followResults(consumer); // before sending, so that no result is missed
  await send(bootstrapBrokers, organization, command, replyTo);
  const message = await awaitResult(results, replyTo);
  await consumer.close(true);
  if (!message) {
    console.error("no result in time");
    return 3;
  }
  console.log(message.value);
  return message.headers.get("outcome") === "accepted" ? 0 : 2;
}

if (process.argv.length !== 5) {
  console.error("usage: send.mjs BROKERS ORGANIZATION FILE");
  process.exit(64);
}
process.exit(await main(...process.argv.slice(2)));
