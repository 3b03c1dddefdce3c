// The parts that need no socket: settings, lines, metrics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infra/http/config.h"
#include "infra/http/line_splitter.h"
#include "infra/metrics/metrics.h"

namespace daybook::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(HttpConfig, DefaultsAreValidAndLocal) {
  const HttpConfig config;
  EXPECT_TRUE(config.validate().has_value());
  EXPECT_TRUE(is_loopback(config.address));
}

TEST(HttpConfig, RefusesOtherAddressesWithoutTokens) {
  HttpConfig config;
  for (const char* address : {"0.0.0.0", "192.168.1.1", "::"}) {
    config.address = address;
    config.token_file.clear();
    ASSERT_FALSE(config.validate().has_value()) << address;
    EXPECT_EQ(config.validate().error().path, "token_file");
    config.token_file = "tokens";
    EXPECT_TRUE(config.validate().has_value()) << address;
  }
  for (const char* address : {"127.0.0.1", "127.8.9.10", "::1", "localhost"}) {
    config.address = address;
    config.token_file.clear();
    EXPECT_TRUE(config.validate().has_value()) << address;
  }
}

TEST(HttpConfig, NamesTheSettingThatCannotWork) {
  const auto path_of = [](auto change) {
    HttpConfig config;
    change(config);
    const auto result = config.validate();
    return result.has_value() ? std::string() : result.error().path;
  };
  EXPECT_EQ(path_of([](HttpConfig& c) { c.address = "example.com"; }), "address");
  EXPECT_EQ(path_of([](HttpConfig& c) { c.threads = 0; }), "threads");
  EXPECT_EQ(path_of([](HttpConfig& c) { c.connections_max = 0; }), "connections_max");
  EXPECT_EQ(path_of([](HttpConfig& c) { c.stream_window = 0; }), "stream_window");
  EXPECT_EQ(path_of([](HttpConfig& c) { c.body_bytes_max = 0; }), "body_bytes_max");
  EXPECT_EQ(path_of([](HttpConfig& c) { c.bytes_in_flight_max = 1; }), "bytes_in_flight_max");
  EXPECT_EQ(path_of([](HttpConfig& c) { c.idle_timeout = std::chrono::milliseconds(0); }),
            "timeouts");
}

TEST(HttpConfig, ReadsListenAddresses) {
  HttpConfig config;
  EXPECT_TRUE(set_listen_address(config, "127.0.0.2:81").has_value());
  EXPECT_EQ(config.address, "127.0.0.2");
  EXPECT_EQ(config.port, 81);
  EXPECT_TRUE(set_listen_address(config, "[::1]:0").has_value());
  EXPECT_EQ(config.address, "::1");
  EXPECT_EQ(config.port, 0);
  EXPECT_TRUE(set_listen_address(config, ":9").has_value());
  EXPECT_EQ(config.address, "::1");
  for (const char* text :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1"}) {
    EXPECT_FALSE(set_listen_address(config, text).has_value()) << text;
  }
}

std::vector<std::string> lines_of(std::string_view input, std::size_t piece,
                                  std::size_t length_max = 10) {
  LineSplitter splitter(length_max);
  std::vector<std::string> lines;
  const auto add = [&](const Line& line) {
    lines.push_back(line.too_long ? "TOO LONG" : line.text);
  };
  for (std::size_t at = 0; at < input.size(); at += piece) {
    std::string_view part = input.substr(at, piece);
    while (auto line = splitter.next(part)) add(*line);
    EXPECT_TRUE(part.empty());
  }
  if (auto line = splitter.finish()) add(*line);
  return lines;
}

TEST(LineSplitter, CutsTheSameLinesFromAnyPieces) {
  const std::string_view input = "a\n\n \t\nbb\r\n0123456789\n01234567890\nccc\n\r\nthe end";
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    EXPECT_THAT(lines_of(input, piece),
                ElementsAre("a", "bb", "0123456789", "TOO LONG", "ccc", "the end"))
        << piece;
  }
}

TEST(LineSplitter, KnowsATooLongLastLine) {
  EXPECT_THAT(lines_of("a\n" + std::string(100, 'x'), 7), ElementsAre("a", "TOO LONG"));
  EXPECT_THAT(lines_of("", 1), ElementsAre());
}

TEST(Metrics, ShowsEverythingInTheTextFormat) {
  metrics::Registry registry;
  const auto counter = registry.counter("records_total", "Records", {{"kind", "void"}});
  counter.add();
  registry.counter("records_total", "Records", {{"kind", "void"}}).add(2);
  EXPECT_EQ(counter.value(), 3);
  const auto gauge = registry.gauge("lag_seconds", "Lag");
  registry.before_exposition([gauge] { gauge.set(1.5); });
  registry.histogram("fold_seconds", "Fold", {0.1, 1}).observe(0.5);
  const std::string text = registry.text();
  EXPECT_THAT(text, HasSubstr("# TYPE daybook_records_total counter"));
  EXPECT_THAT(text, HasSubstr("daybook_records_total{kind=\"void\"} 3"));
  EXPECT_THAT(text, HasSubstr("daybook_lag_seconds 1.5"));
  EXPECT_THAT(text, HasSubstr("daybook_fold_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(text, HasSubstr("daybook_fold_seconds_bucket{le=\"1\"} 1"));
}

TEST(Metrics, HandlesWithoutARegistryDoNothing) {
  metrics::Counter().add();
  metrics::Gauge().set(1);
  metrics::Histogram().observe(1);
  EXPECT_EQ(metrics::Counter().value(), 0);
}

}  // namespace
}  // namespace daybook::http
