// What the thread sanitizer is told in programs that use RocksDB. The library comes without
// instrumentation, so its own synchronization (atomics in its skip list) is not seen and its inner
// reads look like races with its inner writes. Races between our own threads are reported as ever:
// only reports with a frame of the library itself are passed over.
// NOLINTNEXTLINE(readability-identifier-naming): the name that the sanitizer looks for
extern "C" const char* __tsan_default_suppressions();
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }
