#include "kanpan/net/routes.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kanpan/net/gzip.hpp"

namespace kanpan::net {
namespace {

Action say(std::string word) {
  return {[word](const Request& r) {
            std::string body = word;
            for (const auto& [name, value] : r.captures) body += " " + name + "=" + value;
            return reply(200, "text/plain", body);
          },
          true};
}

Response ask(const Routes& routes, std::string method, std::string path) {
  Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  return routes.find(request).handler(request);
}

std::string body(const Response& response) { return std::get<std::string>(response.body); }

Routes sample() {
  Routes routes;
  routes.add("GET", "/{file...}", say("file"));
  routes.add("GET", "/v1/tables/{name}", say("table"));
  routes.add("GET", "/v1/tables/{name}/rows", say("rows"));
  routes.add("GET", "/v1/tables/own", say("own"));
  routes.add("POST", "/{api}", say("api"));
  return routes;
}

TEST(Routes, literal_wins_over_name_over_rest) {
  const Routes routes = sample();
  EXPECT_EQ(body(ask(routes, "GET", "/v1/tables/own")), "own");
  EXPECT_EQ(body(ask(routes, "GET", "/v1/tables/daily")), "table name=daily");
  EXPECT_EQ(body(ask(routes, "GET", "/v1/tables/daily/rows")), "rows name=daily");
  EXPECT_EQ(body(ask(routes, "GET", "/assets/a.js")), "file file=assets/a.js");
  EXPECT_EQ(body(ask(routes, "GET", "/")), "file file=");
  EXPECT_EQ(body(ask(routes, "POST", "/daily")), "api api=daily");
}

TEST(Routes, head_is_answered_by_get_and_the_route_is_named) {
  const Response response = ask(sample(), "HEAD", "/v1/tables/daily");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.route, "/v1/tables/{name}");
}

TEST(Routes, wrong_method_is_405_with_allow_and_wrong_path_404) {
  Routes routes;
  routes.add("GET", "/a", say("a"));
  routes.add("POST", "/a", say("a"));
  const Response wrong_method = ask(routes, "DELETE", "/a");
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.headers.get("Allow"), "GET, HEAD, POST");
  const Response wrong_path = ask(routes, "GET", "/a/b");
  EXPECT_EQ(wrong_path.status, 404);
  EXPECT_EQ(wrong_path.headers.get("Content-Type"), "application/problem+json");
  EXPECT_EQ(boost::json::parse(body(wrong_path)).at("code"), "unknown_route");
}

TEST(Gzip, accept_encoding_is_read_by_its_weights) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("br, deflate"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("*, gzip;q=0.0"));
}

}  // namespace
}  // namespace kanpan::net
