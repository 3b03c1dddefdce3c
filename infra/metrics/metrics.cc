#include "infra/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>

namespace daybook::metrics {
namespace {

const std::string kPrefix = "daybook_";

}  // namespace

void Counter::add(double amount) const {
  if (metric_ != nullptr) static_cast<prometheus::Counter*>(metric_)->Increment(amount);
}
double Counter::value() const {
  return metric_ == nullptr ? 0 : static_cast<const prometheus::Counter*>(metric_)->Value();
}

void Gauge::set(double value) const {
  if (metric_ != nullptr) static_cast<prometheus::Gauge*>(metric_)->Set(value);
}
void Gauge::add(double amount) const {
  if (metric_ != nullptr) static_cast<prometheus::Gauge*>(metric_)->Increment(amount);
}
double Gauge::value() const {
  return metric_ == nullptr ? 0 : static_cast<const prometheus::Gauge*>(metric_)->Value();
}

void Histogram::observe(double value) const {
  if (metric_ != nullptr) static_cast<prometheus::Histogram*>(metric_)->Observe(value);
}

struct Registry::Implementation {
  prometheus::Registry registry;  // merges families of one name, so that asking twice is harmless
  std::mutex mutex;
  std::vector<std::function<void()>> refreshers;
};

Registry::Registry() : implementation_(std::make_unique<Implementation>()) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter()
                     .Name(kPrefix + name)
                     .Help(help)
                     .Register(implementation_->registry);
  return Counter(&family.Add(labels));
}

Gauge Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family =
      prometheus::BuildGauge().Name(kPrefix + name).Help(help).Register(implementation_->registry);
  return Gauge(&family.Add(labels));
}

Histogram Registry::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& bounds, const Labels& labels) {
  auto& family = prometheus::BuildHistogram()
                     .Name(kPrefix + name)
                     .Help(help)
                     .Register(implementation_->registry);
  return Histogram(&family.Add(labels, prometheus::Histogram::BucketBoundaries(bounds)));
}

void Registry::before_exposition(std::function<void()> refresh) {
  const std::lock_guard lock(implementation_->mutex);
  implementation_->refreshers.push_back(std::move(refresh));
}

std::string Registry::text() {
  const std::vector<std::function<void()>> refreshers = [&] {
    const std::lock_guard lock(implementation_->mutex);
    return implementation_->refreshers;
  }();
  for (const auto& refresh : refreshers) refresh();
  return prometheus::TextSerializer().Serialize(implementation_->registry.Collect());
}

const std::vector<double>& duration_bounds() {
  static const std::vector<double> bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                          0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                          1,      2.5,     5,      10};
  return bounds;
}

}  // namespace daybook::metrics
