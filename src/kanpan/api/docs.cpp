// The pages /docs and /docs/errors: plain HTML from the route table, for people without a network.
#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kanpan/api/router.hpp"

namespace kanpan::api {
namespace {

/// What the route table does not say: the summary in Chinese, and an address to try.
struct RouteNote {
  std::string_view route;  ///< "GET /v1/tables"
  std::string_view chinese;
  std::string_view example;  ///< "" where there is nothing to click on
};

constexpr std::array kRouteNotes{
    RouteNote{"GET /livez", "进程在答话", "/livez"},
    RouteNote{"GET /readyz", "所依赖的部分都正常", "/readyz?verbose"},
    RouteNote{"GET /healthz/data", "各表数据与交易日历相比有多新", "/healthz/data"},
    RouteNote{"GET /metrics", "Prometheus 指标", "/metrics"},
    RouteNote{"GET /v1/meta", "版本、数据源、格式", "/v1/meta"},
    RouteNote{"GET /v1/time", "服务器时间与市场时段", "/v1/time"},
    RouteNote{"GET /v1/tables", "所有表及其覆盖情况", "/v1/tables"},
    RouteNote{"GET /v1/tables/{name}", "一张表：列、单位、键、策略、覆盖情况", "/v1/tables/daily"},
    RouteNote{"GET /v1/tables/{name}/rows", "一张表的行", "/v1/tables/daily/rows?limit=5"},
    RouteNote{"GET /v1/bars/{ts_code}", "一只证券的 K 线，旧的在前",
              "/v1/bars/600000.SH?freq=W&adj=qfq"},
    RouteNote{"GET /v1/bars", "一天里所有证券的行情", "/v1/bars?trade_date=2024-06-28"},
    RouteNote{"GET /v1/search", "按代码、名称或拼音首字母找证券，最像的在前", "/v1/search?q=600"},
    RouteNote{"GET /v1/status", "采集正在做什么", "/v1/status"},
    RouteNote{"GET /v1/events", "同上，随变化推送：事件 progress 与 commit", "/v1/events"},
    RouteNote{"POST /", "Tushare 协议，接口名在请求体里", ""},
    RouteNote{"POST /{api_name}", "Tushare 协议", ""},
    RouteNote{"POST /tushare", "Tushare 协议，接口名在请求体里", ""},
    RouteNote{"POST /tushare/{api_name}", "Tushare 协议", ""},
    RouteNote{"POST /dataapi", "Tushare 协议，接口名在请求体里", ""},
    RouteNote{"POST /dataapi/{api_name}", "Tushare 协议", ""},
    RouteNote{"GET /openapi.json", "本接口的 OpenAPI 3.1 描述", "/openapi.json"},
    RouteNote{"GET /docs", "本页", "/docs"},
    RouteNote{"GET /docs/errors", "错误代码", "/docs/errors"},
};

struct CodeNote {
  std::string_view code;
  int status;
  std::string_view chinese, english;
};

constexpr std::array kCodeNotes{
    CodeNote{"usage", 400, "参数有误；errors[] 逐项说明", "A wrong parameter; errors[] names each"},
    CodeNote{"bad_request", 400, "不是完整的 HTTP 请求", "Not a whole HTTP request"},
    CodeNote{"not_found", 404, "没有这样的表、代码或数据", "No such table, code or data"},
    CodeNote{"unknown_route", 404, "没有这个地址；见 /docs", "No such address; see /docs"},
    CodeNote{"method_not_allowed", 405, "这个地址不接受该方法；见 Allow 头",
             "The address does not take this method; the Allow header lists those it takes"},
    CodeNote{"not_acceptable", 406, "没有所要的格式", "The format asked for is not there"},
    CodeNote{"body_too_large", 413, "请求体太大", "The request's body is too large"},
    CodeNote{"quality", 422, "数据不够好，无法给出正确的答案，例如缺复权因子",
             "The data is not good enough for a right answer, such as a missing factor"},
    CodeNote{"headers_too_large", 431, "请求头太大", "The request's head is too large"},
    CodeNote{"failed", 500, "服务器出错；日志里有原因", "The server failed; its log says why"},
    CodeNote{"config", 500, "服务器的配置有误", "The server is configured wrongly"},
    CodeNote{"io", 500, "读写文件失败", "A file cannot be read or written"},
    CodeNote{"corrupt", 500, "存储已损坏；运行 kanpan doctor",
             "What is stored is damaged; run kanpan doctor"},
    CodeNote{"source_transient", 502, "数据源暂时出错", "The source failed for the moment"},
    CodeNote{"source_permission", 502, "数据源的权限不够", "The source refuses permission"},
    CodeNote{"source_parameter", 502, "数据源不接受参数", "The source refuses a parameter"},
    CodeNote{"source_token", 502, "数据源不认 token", "The source does not know the token"},
    CodeNote{"busy", 503, "正忙，稍后再问；见 Retry-After 头",
             "Busy; ask again after the time in Retry-After"},
    CodeNote{"cancelled", 503, "中途停止", "Stopped on the way"},
    CodeNote{"partial", 503, "只做了一部分，可以继续", "Done in part, and can be gone on with"},
    CodeNote{"not_ready", 503, "所依赖的部分还没准备好", "What it depends on is not ready"},
    CodeNote{"overloaded", 503, "等待的请求太多", "Too many requests are waiting"},
    CodeNote{"too_many_connections", 503, "连接太多", "Too many connections are open"},
    CodeNote{"source_rate", 503, "超过数据源的频率限制", "The source's rate limit is reached"},
    CodeNote{"source_quota", 503, "数据源的当日额度已用完", "The source's quota is used up"},
    CodeNote{"timeout", 504, "等得太久", "It took too long"},
    CodeNote{"no_space", 507, "磁盘已满", "The disk is full"},
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string page(std::string_view title, std::string_view body) {
  return fmt::format(
      R"(<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{0}</title>
<style>
:root {{ color-scheme: light dark; font: 15px/1.6 system-ui, sans-serif; }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ font: 600 1rem/1.6 ui-monospace, monospace; margin: 2rem 0 0; overflow-wrap: anywhere; }}
p {{ margin: .25rem 0 .5rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }}
code {{ font-family: ui-monospace, monospace; }}
tr:target, section:target h2 {{ background: color-mix(in srgb, Highlight 25%, transparent); }}
</style>
</head>
<body>
<h1>{0}</h1>
{1}</body>
</html>
)",
      title, body);
}

std::string values_of(const Parameter& parameter) {
  switch (parameter.type) {
    case ParameterType::Flag:
      return "true, false";
    case ParameterType::Integer:
      return parameter.most == INT64_MAX ? fmt::format("{} …", parameter.least)
                                         : fmt::format("{} … {}", parameter.least, parameter.most);
    case ParameterType::Day:
      return "2024-06-28, 20240628";
    case ParameterType::Code:
      return "600000.SH";
    case ParameterType::Codes:
      return "600000.SH,000001.SZ";
    case ParameterType::Choice:
      return fmt::format("{}", fmt::join(parameter.choices, ", "));
    case ParameterType::Words:
      return "a,b,c";
    case ParameterType::Filter:
      return parameter.name + "[…]=…";
    case ParameterType::Text:
      break;
  }
  return "";
}

std::string parameters_of(const Endpoint& endpoint) {
  if (endpoint.parameters.empty()) return "";
  std::string rows =
      "<table><tr><th>参数 parameter</th><th>值 values</th><th>说明 meaning</th></tr>\n";
  for (const Parameter& parameter : endpoint.parameters) {
    const bool needed = parameter.required ||
                        endpoint.pattern.find("{" + parameter.name + "}") != std::string::npos;
    rows += fmt::format("<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>\n",
                        escaped(parameter.name), needed ? " *" : "", escaped(values_of(parameter)),
                        escaped(parameter.doc));
  }
  return rows + "</table>\n";
}

std::string section_of(const Endpoint& endpoint) {
  const std::string route = endpoint.method + " " + endpoint.pattern;
  const auto note = std::ranges::find(kRouteNotes, route, &RouteNote::route);
  const bool noted = note != kRouteNotes.end();
  std::string out =
      fmt::format("<section id=\"{0}\"><h2>{0}</h2>\n<p>{1}{2}. {3}</p>\n", escaped(route),
                  noted ? note->chinese : "", noted ? "。" : "", escaped(endpoint.summary));
  out += parameters_of(endpoint);
  if (noted && !note->example.empty())
    out += fmt::format("<p>例 example: <a href=\"{0}\"><code>{0}</code></a></p>\n",
                       escaped(note->example));
  return out + "</section>\n";
}

}  // namespace

std::string Router::docs() const {
  std::string body =
      "<p>所有地址。机器可读的描述：<a href=\"/openapi.json\">OpenAPI 3.1</a>；"
      "<a href=\"/docs/errors\">错误代码</a>。带 * 的参数必须给出。<br>\n"
      "Every route. For machines: <a href=\"/openapi.json\">OpenAPI 3.1</a>; "
      "<a href=\"/docs/errors\">problem codes</a>. Parameters with * must be given.</p>\n";
  for (const auto& endpoint : endpoints_)
    if (endpoint->documented) body += section_of(*endpoint);
  return page("看盘 Kanpan HTTP API", body);
}

std::string problem_codes_page() {
  std::string body =
      "<p>出错时的答案是 application/problem+json；<code>code</code> 是下列之一。<br>\n"
      "An answer that is no success is application/problem+json; its <code>code</code> is one of "
      "these. <a href=\"/docs\">/docs</a></p>\n"
      "<table><tr><th>code</th><th>HTTP</th><th>含义 meaning</th></tr>\n";
  for (const CodeNote& note : kCodeNotes)
    body += fmt::format(
        "<tr id=\"{0}\"><td><code>{0}</code></td><td>{1}</td><td>{2}。<br>{3}.</td></tr>\n",
        note.code, note.status, note.chinese, escaped(note.english));
  return page("看盘 Kanpan 错误代码 problem codes", body + "</table>\n");
}

}  // namespace kanpan::api
