#include "infra/http/server.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "infra/http/gateway.h"
#include "infra/http/session.h"
#include "infra/http/tokens.h"

namespace daybook::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kAcceptRetryDelay{
    100};  // when the process is out of file handles

std::string endpoint_text(const Tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" +
         std::to_string(endpoint.port());
}

Error cannot_listen(const HttpConfig& config, const boost::system::error_code& error) {
  return {ErrorKind::kUnavailable, "http.cannot_listen",
          "cannot listen on " + config.address + ":" + std::to_string(config.port) + ": " +
              error.message() + "; give another address or port",
          "address"};
}

}  // namespace

struct Server::Implementation {
  explicit Implementation(const HttpConfig& config)
      : acceptor(asio::make_strand(io)), retry(acceptor.get_executor()) {
    core.config = config;
  }

  Result<void> listen();
  void accept();
  void on_accepted(boost::system::error_code error, Tcp::socket socket);
  void admit(Tcp::socket socket);
  void run_threads();
  bool stop(std::chrono::milliseconds deadline);

  // The order matters: sessions and acceptor use `io` and must go before it.
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  ServerCore core;
  Tcp::acceptor acceptor;
  asio::steady_timer retry;
  Tcp::endpoint endpoint;
  std::atomic<bool> stopping = false;
  std::vector<std::thread> threads;
  std::mutex stop_mutex;
  bool stopped_cleanly = false;
};

Result<void> Server::Implementation::listen() {
  const HttpConfig& config = core.config;
  const std::string address = config.address == "localhost" ? "127.0.0.1" : config.address;
  boost::system::error_code error;
  const Tcp::endpoint wanted(asio::ip::make_address(address, error), config.port);
  if (!error) acceptor.open(wanted.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(wanted, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (!error) endpoint = acceptor.local_endpoint(error);
  if (error) return fail(cannot_listen(config, error));
  return {};
}

void Server::Implementation::accept() {
  acceptor.async_accept(asio::make_strand(io),
                        [this](boost::system::error_code error, Tcp::socket socket) {
                          on_accepted(error, std::move(socket));
                        });
}

void Server::Implementation::on_accepted(boost::system::error_code error, Tcp::socket socket) {
  if (stopping) return;
  if (!error) {
    admit(std::move(socket));
    return accept();
  }
  core.gateway->metrics().accept_errors.add();
  retry.expires_after(kAcceptRetryDelay);
  retry.async_wait([this](boost::system::error_code) {
    if (!stopping) accept();
  });
}

// At the limit the connection that has been idle longest makes room. If all are busy, the new one
// is told so, as long as those that are told so are few themselves.
void Server::Implementation::admit(Tcp::socket socket) {
  const std::size_t open = core.sessions.size();
  const std::size_t limit = core.config.connections_max;
  const std::shared_ptr<Session> idle = open >= limit ? core.sessions.take_longest_idle() : nullptr;
  const bool full = open >= limit && idle == nullptr;
  if (full) core.gateway->metrics().connections_refused.add();
  if (full && open >= limit + limit / 8 + 8) return;  // closed without a word
  if (idle) idle->give_way();
  core.gateway->metrics().connections.add(1);
  auto session = std::make_shared<Session>(std::move(socket), core);
  core.sessions.add(session);
  full ? session->start_refused() : session->start();
}

void Server::Implementation::run_threads() {
  for (std::size_t i = 0; i < core.config.threads; ++i) {
    threads.emplace_back([this] { io.run(); });
  }
}

bool Server::Implementation::stop(std::chrono::milliseconds deadline) {
  const std::lock_guard lock(stop_mutex);
  if (threads.empty()) return stopped_cleanly;
  const auto end = std::chrono::steady_clock::now() + deadline;
  stopping = true;
  std::promise<void> closed;
  asio::post(acceptor.get_executor(), [this, &closed] {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    retry.cancel();
    closed.set_value();
  });
  closed.get_future().wait();  // so that no session is added from here on
  for (const auto& session : core.sessions.all()) session->stop();
  stopped_cleanly = core.sessions.wait_until_empty(end);
  if (!stopped_cleanly) {
    for (const auto& session : core.sessions.all()) session->abort();
    (void)core.sessions.wait_until_empty(std::chrono::steady_clock::time_point::max());
  }
  {
    // From here on no answer reaches `io`, so that it runs out of work.
    const std::unique_lock gate_lock(core.gate->mutex);
    core.gate->open = false;
  }
  work.reset();
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  return stopped_cleanly;
}

Server::Server(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Server::~Server() { implementation_->stop(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<Server>> Server::start(const HttpConfig& config, commands::CommandDoor& door,
                                              Pages pages, metrics::Registry& registry) {
  DAYBOOK_TRY(config.validate());
  std::optional<TokenTable> tokens;
  if (!config.token_file.empty()) {
    DAYBOOK_ASSIGN(table, TokenTable::load(config.token_file));
    tokens = std::move(table);
  }
  auto implementation = std::make_unique<Implementation>(config);
  implementation->core.gateway =
      Gateway::make(config, std::move(tokens), door, std::move(pages), registry);
  DAYBOOK_TRY(implementation->listen());
  implementation->accept();
  implementation->run_threads();
  return std::unique_ptr<Server>(new Server(std::move(implementation)));
}

std::string Server::address() const { return endpoint_text(implementation_->endpoint); }
std::uint16_t Server::port() const { return implementation_->endpoint.port(); }

bool Server::stop(std::chrono::milliseconds deadline) { return implementation_->stop(deadline); }

}  // namespace daybook::http
