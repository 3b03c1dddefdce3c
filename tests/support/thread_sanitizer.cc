// What the thread sanitizer is told in programs that use RocksDB or librdkafka. The libraries come
// without instrumentation, so their own synchronization (atomics in RocksDB's skip list and in
// librdkafka's counters) is not seen and their inner reads look like races with their inner writes.
// Races between our own threads are reported as ever: only reports with a frame of the library
// itself are passed over.

// NOLINTNEXTLINE(readability-identifier-naming): the name that the sanitizer looks for
extern "C" const char* __tsan_default_suppressions();
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" const char* __tsan_default_suppressions() {
  return "race:librocksdb.so\nrace:librdkafka.so\nmutex:librdkafka.so\n";
}
