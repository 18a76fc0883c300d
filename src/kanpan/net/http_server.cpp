#include "kanpan/net/http_server.hpp"

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "kanpan/base/log.hpp"
#include "kanpan/net/http_session.hpp"

namespace kanpan::net {
namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;
using boost::system::error_code;
using TcpAcceptor = asio::basic_socket_acceptor<tcp, Executor>;
using LocalAcceptor = asio::basic_socket_acceptor<Local, Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

/// Connections beyond the cap that are still told so; more are closed without a word.
constexpr std::size_t kToldOff = 256;

Error listen_error(const std::string& address, error_code error) {
  if (error == asio::error::address_in_use)
    return {Errc::Busy, fmt::format("address {} is taken by another program", address),
            "stop it, or listen on another address"};
  if (error == boost::system::errc::address_not_available)
    return {Errc::Config, fmt::format("this machine has no address {}", address), ""};
  if (error == asio::error::access_denied)
    return {Errc::Config, fmt::format("no right to listen on {}", address),
            "ports below 1024 belong to root"};
  return {Errc::Io, fmt::format("cannot listen on {}: {}", address, error.message()), ""};
}

Result<tcp::endpoint> parse_endpoint(const std::string& address) {
  const Error wrong{Errc::Usage, fmt::format("'{}' is not an address to listen on", address),
                    "write 127.0.0.1:8600, [::1]:8600 or unix:/path"};
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return wrong;
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const std::string digits = address.substr(colon + 1);
  if (digits.empty() || digits.size() > 5 || !std::ranges::all_of(digits, ::isdigit)) return wrong;
  const int port = std::stoi(digits);
  error_code error;
  const auto ip = asio::ip::make_address(host, error);
  if (error || port > 65535) return wrong;
  return tcp::endpoint(ip, static_cast<std::uint16_t>(port));
}

std::string text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                    : fmt::format("{}:{}", host, endpoint.port());
}

/// SO_REUSEPORT lets a second server of the same user share a port unnoticed, so the port is first
/// bound without it.
Result<void> check_free(const tcp::endpoint& endpoint) {
  asio::io_context context;
  tcp::acceptor probe(context, endpoint.protocol());
  error_code error;
  probe.set_option(tcp::acceptor::reuse_address(true), error);
  probe.bind(endpoint, error);
  if (error) return listen_error(text(endpoint), error);
  return {};
}

Result<TcpAcceptor> open_tcp(asio::io_context& context, const tcp::endpoint& endpoint) {
  TcpAcceptor acceptor(context);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(TcpAcceptor::reuse_address(true), error);
  if (!error) acceptor.set_option(ReusePort(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return listen_error(text(endpoint), error);
  return acceptor;
}

/// A socket file that nobody answers on was left by a process that died: it is removed.
Result<void> clear_stale(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_socket(path, ignored)) return {};
  asio::io_context context;
  Local::socket probe(context);
  error_code error;
  probe.connect(Local::endpoint(path), error);
  if (!error) return listen_error("unix:" + path, asio::error::address_in_use);
  std::filesystem::remove(path, ignored);
  return {};
}

Result<LocalAcceptor> open_local(asio::io_context& context, const std::string& path) {
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return Error{Errc::Config,
                 fmt::format("socket path '{}' has {} bytes, the system takes {}", path,
                             path.size(), sizeof(sockaddr_un::sun_path) - 1),
                 "use a shorter directory"};
  KANPAN_TRY(clear_stale(path));
  LocalAcceptor acceptor(context);
  error_code error;
  acceptor.open(Local(), error);
  // The mode of an unbound socket becomes that of its file, so there is no moment with a wider one.
  if (!error) ::fchmod(acceptor.native_handle(), 0600);
  if (!error) acceptor.bind(Local::endpoint(path), error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return listen_error("unix:" + path, error);
  return acceptor;
}

std::string peer_name(const tcp::socket::endpoint_type& endpoint) { return text(endpoint); }
std::string peer_name(const Local::endpoint&) { return "unix"; }

void set_no_delay(asio::basic_stream_socket<tcp, Executor>& socket) {
  error_code ignored;  // slower, not wrong
  socket.set_option(tcp::no_delay(true), ignored);
}
void set_no_delay(asio::basic_stream_socket<Local, Executor>&) {}

}  // namespace

Result<void> check_address(const std::string& address) {
  if (!address.starts_with("unix:")) KANPAN_TRY(parse_endpoint(address));
  return {};
}

/// One thread with its loop, acceptors and connections.
struct Worker {
  asio::io_context context{1};
  asio::executor_work_guard<Executor> work{context.get_executor()};
  std::vector<TcpAcceptor> tcp;
  std::vector<LocalAcceptor> local;
  std::unordered_set<std::shared_ptr<Session>> sessions;
  std::thread thread;
};

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, const Clock& clock, Dispatch dispatch)
      : state_(std::move(options), clock, std::move(dispatch)) {
    state_.id_prefix = fmt::format("{:08x}-", std::random_device{}());
    std::size_t threads = state_.options.io_threads;
    if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>());
  }

  Result<void> listen() {
    for (const std::string& address : state_.options.listen) {
      if (address.starts_with("unix:"))
        KANPAN_TRY(listen_local(address.substr(5)));
      else
        KANPAN_TRY(listen_tcp(address));
    }
    return {};
  }

  void run() {
    for (auto& worker : workers_) {
      for (auto& acceptor : worker->tcp) spawn_accept(*worker, acceptor);
      for (auto& acceptor : worker->local) spawn_accept(*worker, acceptor);
      worker->thread = std::thread([&context = worker->context] { context.run(); });
    }
  }

  void stop(std::chrono::milliseconds deadline) {
    const std::lock_guard once(stop_mutex_);
    if (stopped_) return;
    stopped_ = true;
    state_.draining = true;
    on_every_worker([](Worker& worker) {
      close_acceptors(worker);
      for (const auto& session : worker.sessions) session->drain();
    });
    if (!wait_for_end(deadline)) {
      on_every_worker([](Worker& worker) {
        for (const auto& session : worker.sessions) session->abort();
      });
      wait_for_end(std::nullopt);
    }
    state_.streams.threads.join();
    state_.lasting.threads.join();
    state_.handlers.join();
    for (auto& worker : workers_) {
      worker->context.stop();
      if (worker->thread.joinable()) worker->thread.join();
    }
    for (const std::string& path : socket_files_) std::filesystem::remove(path);
  }

  const std::vector<std::string>& addresses() const { return addresses_; }
  std::uint16_t port() const { return port_; }

  ServerLoad load() {
    const std::lock_guard lock(state_.mutex);
    return {state_.connections, state_.in_flight, state_.refused};
  }

 private:
  Result<void> listen_tcp(const std::string& address) {
    KANPAN_LET(tcp::endpoint endpoint, parse_endpoint(address));
    if (endpoint.port() != 0) KANPAN_TRY(check_free(endpoint));
    for (auto& worker : workers_) {
      KANPAN_LET(TcpAcceptor acceptor, open_tcp(worker->context, endpoint));
      endpoint = acceptor.local_endpoint();
      worker->tcp.push_back(std::move(acceptor));
    }
    if (port_ == 0) port_ = endpoint.port();
    addresses_.push_back(text(endpoint));
    return {};
  }

  Result<void> listen_local(const std::string& path) {
    Worker& worker = *workers_.front();
    KANPAN_LET(LocalAcceptor acceptor, open_local(worker.context, path));
    worker.local.push_back(std::move(acceptor));
    socket_files_.push_back(path);
    addresses_.push_back("unix:" + path);
    return {};
  }

  template <typename Acceptor>
  void spawn_accept(Worker& worker, Acceptor& acceptor) {
    asio::co_spawn(worker.context.get_executor(), accept(worker, acceptor), asio::detached);
  }

  template <typename Acceptor>
  Awaitable<> accept(Worker& worker, Acceptor& acceptor) {
    using Peer = asio::basic_stream_socket<typename Acceptor::protocol_type, Executor>;
    Timer pause(worker.context.get_executor());
    while (acceptor.is_open()) {
      error_code error;
      Peer socket(worker.context.get_executor());
      co_await acceptor.async_accept(socket, into(error));
      if (!acceptor.is_open()) co_return;
      if (error) {
        // Out of descriptors or memory: others must end first.
        log::warn("http", "cannot accept a connection: {}", error.message());
        pause.expires_after(std::chrono::milliseconds(100));
        co_await pause.async_wait(into(error));
        continue;
      }
      set_no_delay(socket);
      const auto endpoint = socket.remote_endpoint(error);
      if (!error) admit(worker, Socket(std::move(socket)), peer_name(endpoint));
    }
  }

  void admit(Worker& worker, Socket socket, std::string peer) {
    const std::size_t cap = state_.options.max_connections;
    std::size_t open = 0;
    {
      const std::lock_guard lock(state_.mutex);
      if (state_.connections >= cap + kToldOff) return;
      open = ++state_.connections;
    }
    auto session = std::make_shared<Session>(state_, std::move(socket), std::move(peer));
    worker.sessions.insert(session);
    session->start(open > cap, [this, &worker, key = session.get()] {
      std::erase_if(worker.sessions, [key](const auto& s) { return s.get() == key; });
      const std::lock_guard lock(state_.mutex);
      --state_.connections;
      state_.ended.notify_all();
    });
  }

  template <typename F>
  void on_every_worker(F f) {
    for (auto& worker : workers_) asio::post(worker->context, [f, w = worker.get()] { f(*w); });
  }

  static void close_acceptors(Worker& worker) {
    error_code ignored;  // closing cannot leave it open
    for (auto& acceptor : worker.tcp) acceptor.close(ignored);
    for (auto& acceptor : worker.local) acceptor.close(ignored);
  }

  bool wait_for_end(std::optional<std::chrono::milliseconds> deadline) {
    std::unique_lock lock(state_.mutex);
    const auto over = [&] { return state_.connections == 0; };
    if (deadline) return state_.ended.wait_for(lock, *deadline, over);
    state_.ended.wait(lock, over);
    return true;
  }

  ServerState state_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::string> addresses_;
  std::vector<std::string> socket_files_;
  std::uint16_t port_ = 0;
  std::mutex stop_mutex_;
  bool stopped_ = false;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, const Clock& clock,
                                                      Dispatch dispatch) {
  auto impl = std::make_unique<Impl>(std::move(options), clock, std::move(dispatch));
  KANPAN_TRY(impl->listen());
  impl->run();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const std::vector<std::string>& HttpServer::addresses() const { return impl_->addresses(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
ServerLoad HttpServer::load() const { return impl_->load(); }
void HttpServer::stop(std::chrono::milliseconds deadline) { impl_->stop(deadline); }

}  // namespace kanpan::net
