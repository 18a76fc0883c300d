// The protocol over a real server, asked by the real client of the source.
#include "kanpan/source/sim/http_front.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "kanpan/net/http_client.hpp"
#include "kanpan/net/http_server.hpp"
#include "kanpan/source/sim/sample_table.hpp"
#include "kanpan/source/tushare/client.hpp"

namespace kanpan::source::sim {
namespace {

using testing::HasSubstr;

const catalog::Catalog& tables() {
  static const catalog::Catalog loaded =
      catalog::Catalog::load(std::string(KANPAN_SOURCE_DIR) + "/catalog/tables").value();
  return loaded;
}

class HttpFront : public testing::Test {
 protected:
  HttpFront() {
    rows_.set(table(), {{"000001.SZ", "20240628", "10.1", "10.3", "10", "10.15", "10.1", "0.05",
                         "0.495", "525152.77", "535000"},
                        {"600000.SH", "20240628", "8", "8.8", "8", "8.75", "8", "0.75", "9.375",
                         "100", "87"}});
  }

  static const catalog::TableSpec& table() { return **tables().find("daily"); }

  void start(ProtocolOptions options = {}) {
    server_.reset();  // which may be answering from the protocol still
    protocol_ = std::make_unique<Protocol>(tables(), rows_, *clock_, std::move(options));
    server_ = net::HttpServer::start({}, *wall_, http_front(*protocol_)).value();
  }
  void start_with(std::string_view fault) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / fmt::format("kanpan-front-{}.yaml", getpid());
    std::ofstream(file) << "rules:\n- do: " << fault << "\n";
    ProtocolOptions options;
    options.faults = load_faults(file, tables()).value();
    std::filesystem::remove(file);
    start(std::move(options));
  }
  std::string url(std::string_view path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", server_->port(), path);
  }
  Result<net::HttpReply> post(std::string_view path, std::string_view body) {
    return client_.post(url(path), body, {}, {});
  }
  Result<Page> fetch(TushareOptions options = {}) {
    options.url = url();
    options.token = "T";
    options.http.first_byte = options.http.whole = std::chrono::milliseconds(500);
    const auto source = make_tushare_source(options, *wall_, nullptr).value();
    return source->fetch(table(), {"daily", {{"trade_date", "20240628"}}}, {});
  }

  test::Rows rows_;
  std::unique_ptr<Clock> clock_ = *make_clock("2024-06-30T12:00:00+08:00");
  std::unique_ptr<Clock> wall_ = *make_clock("system");
  std::unique_ptr<Protocol> protocol_;
  std::unique_ptr<net::HttpServer> server_;
  net::HttpClient client_;
};

TEST_F(HttpFront, rows_that_are_invented_are_said_to_be) {
  for (const bool invented : {false, true}) {
    ProtocolOptions options;
    options.invented = invented;
    start(std::move(options));
    ASSERT_TRUE(post("/", R"({"api_name":"daily"})"));
    EXPECT_EQ(client_.header("X-Data-Simulated"), invented ? "true" : "");
  }
}

TEST_F(HttpFront, interface_is_named_in_body_or_path) {
  start();
  for (const std::string_view path : {"/", "/daily", "/dataapi", "/dataapi/daily"}) {
    const auto reply = post(path, R"({"api_name":"daily","fields":"ts_code"})");
    ASSERT_TRUE(reply) << path;
    EXPECT_EQ(reply->status, 200);
    EXPECT_THAT(reply->body, HasSubstr(R"("items":[["000001.SZ"],["600000.SH"]])")) << path;
  }
  EXPECT_THAT(post("/pro_bar", "{}")->body, HasSubstr("请指定正确的接口名"));
}

TEST_F(HttpFront, other_methods_are_refused_in_the_envelope) {
  start();
  const auto reply = client_.get(url("/daily"), {}, {});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_THAT(reply->body, HasSubstr("HTTP 405: Method Not Allowed"));
}

TEST_F(HttpFront, client_of_the_source_reads_the_page) {
  start();
  const auto page = fetch();
  ASSERT_TRUE(page) << page.error().text();
  EXPECT_EQ(page->batch.rows(), 2U);
  EXPECT_THAT(page->missing, testing::IsEmpty());
  EXPECT_EQ(page->batch.column(page->batch.find("vol")).reals()[0], 525152.77);
}

TEST_F(HttpFront, client_of_the_source_understands_every_refusal) {
  ProtocolOptions options;
  options.token = "other";
  start(std::move(options));
  EXPECT_EQ(fetch().error().code, Errc::SourceToken);
  start_with("quota_exhausted");
  EXPECT_EQ(fetch().error().code, Errc::SourceQuota);
  start_with("http_500");
  EXPECT_EQ(fetch().error().code, Errc::SourceTransient);
  start_with("html_200");
  EXPECT_EQ(fetch().error().code, Errc::SourceTransient);
  start_with("truncated_json");
  EXPECT_EQ(fetch().error().code, Errc::SourceTransient);
}

TEST_F(HttpFront, connection_faults_reach_the_client) {
  for (const std::string_view fault :
       {"drop", "{drop: {after: 40}}", "{stall: {after: 40}}", "{slow: {bytes_per_second: 40}}",
        "{delay: {milliseconds: 5000}}"}) {
    start_with(fault);
    const auto page = fetch();
    ASSERT_FALSE(page) << fault;
    EXPECT_EQ(page.error().code, Errc::SourceTransient) << fault;
  }
}

}  // namespace
}  // namespace kanpan::source::sim
