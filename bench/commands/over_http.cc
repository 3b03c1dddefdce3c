#include "bench/commands/over_http.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <istream>
#include <string_view>
#include <thread>

#include "bench/figures.h"
#include "bench/must.h"
#include "commands/codec/json.h"
#include "infra/http/client.h"

namespace daybook::bench {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

bool is_receipt(std::string_view json) { return json.find("\"outcome\":") != json.npos; }

// For the first time: what is measured is what changes something.
bool is_accepted(std::string_view json) {
  return json.find("\"outcome\":\"accepted\"") != json.npos &&
         json.find("\"repeated\":true") == json.npos;
}

[[noreturn]] void give_up_on(const std::string& answer) {
  give_up({ErrorKind::kUnavailable, "bench.answer", "not a receipt: " + answer, ""});
}

}  // namespace

double single_requests(const std::string& address, const std::vector<Command>& commands,
                       std::size_t connections) {
  std::vector<std::string> bodies;
  bodies.reserve(commands.size());
  for (const Command& command : commands) bodies.push_back(command.SerializeAsString());
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> accepted = 0;
  const Stopwatch time;
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < connections; ++i) {
    clients.emplace_back([&] {
      http::Client client(address);
      for (std::size_t number = next++; number < bodies.size(); number = next++) {
        const auto response =
            must(client.post("/v1/commands", "application/x-protobuf", bodies[number]));
        if (!is_receipt(response.body)) give_up_on(response.body);
        if (is_accepted(response.body)) ++accepted;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  return static_cast<double>(accepted) / time.seconds();
}

double stream_of_lines(const std::string& address, const std::vector<Command>& commands) {
  std::string lines;
  for (const Command& command : commands) lines.append(codec::encode_json(command)).append("\n");
  const std::string head = fmt::format(
      "POST /v1/commands HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-ndjson\r\n"
      "Content-Length: {}\r\n\r\n",
      address, lines.size());
  const std::size_t colon = address.rfind(':');
  asio::io_context context;
  tcp::socket connection(context);
  asio::connect(connection, tcp::resolver(context).resolve(address.substr(0, colon),
                                                           address.substr(colon + 1)));
  std::size_t answers = 0;
  std::size_t accepted = 0;
  const Stopwatch time;
  std::thread writer([&] {
    boost::system::error_code error;
    asio::write(connection, asio::buffer(head), error);
    asio::write(connection, asio::buffer(lines), error);
  });
  // What is no receipt belongs to HTTP: the head, and the sizes of the chunks.
  asio::streambuf received;
  std::istream text(&received);
  boost::system::error_code error;
  for (std::string line; answers < commands.size();) {
    asio::read_until(connection, received, '\n', error);
    if (error) break;
    std::getline(text, line);
    if (!is_receipt(line)) continue;
    ++answers;
    if (is_accepted(line)) ++accepted;
  }
  const double seconds = time.seconds();
  writer.join();
  if (answers < commands.size()) give_up_on("the stream ended early");
  return static_cast<double>(accepted) / seconds;
}

}  // namespace daybook::bench
