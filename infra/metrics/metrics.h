// Counters, gauges and histograms of this process, and their text exposition.
//
// Every metric's full name is "daybook_" and the name given here: base units, counters end in
// "_total", labels never hold tenants or ids (each combination of label values lives as long as the
// process). A handle is a small value; it stays usable as long as its Registry, and one that was
// default-constructed does nothing. Asking for the same name and labels again gives the same
// metric. Everything is thread-safe. Names must be legal for Prometheus: they are constants of the
// code, so an illegal one ends the program.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace daybook::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  Counter() = default;
  void add(double amount = 1) const;
  [[nodiscard]] double value() const;

 private:
  friend class Registry;
  explicit Counter(void* metric) : metric_(metric) {}
  void* metric_ = nullptr;
};

class Gauge {
 public:
  Gauge() = default;
  void set(double value) const;
  void add(double amount) const;
  [[nodiscard]] double value() const;

 private:
  friend class Registry;
  explicit Gauge(void* metric) : metric_(metric) {}
  void* metric_ = nullptr;
};

class Histogram {
 public:
  Histogram() = default;
  void observe(double value) const;

 private:
  friend class Registry;
  explicit Histogram(void* metric) : metric_(metric) {}
  void* metric_ = nullptr;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // `bounds` are the upper ends of the buckets, ascending; the one without end is added.
  Histogram histogram(const std::string& name, const std::string& help,
                      const std::vector<double>& bounds, const Labels& labels = {});

  // Called before each exposition, for gauges that are cheaper to compute when somebody asks (lag,
  // sizes).
  void before_exposition(std::function<void()> refresh);

  // All metrics in Prometheus' text format, version 0.0.4.
  [[nodiscard]] std::string text();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

inline constexpr const char* kTextContentType = "text/plain; version=0.0.4; charset=utf-8";

// Upper ends for durations in seconds, from 0.1 ms to 10 s.
[[nodiscard]] const std::vector<double>& duration_bounds();

}  // namespace daybook::metrics
