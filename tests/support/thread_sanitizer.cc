// What the thread sanitizer is told in programs that use RocksDB or librdkafka. The libraries come
// without instrumentation: of what they do it sees only their calls into the C library, not the
// atomics that put these in order, so that one of their threads seems to free what another still
// reads. Such calls are no accesses here; locks, and what our own code does, also when a library
// calls it, are seen as ever. The price: a call like memcpy from our own code is no access either,
// in these programs only. No report is suppressed.

// NOLINTNEXTLINE(readability-identifier-naming): the name that the sanitizer looks for
extern "C" const char* __tsan_default_options();
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" const char* __tsan_default_options() { return "ignore_noninstrumented_modules=1"; }
