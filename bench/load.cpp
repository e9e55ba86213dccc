// Load: how many jobs a second one sharpen-service does for many clients at once, over TLS.
//
// Usage: load [--clients 50,200] [--seconds 60] [--side 32] [--json FILE] [--service FILE]
//             [--static] [--redis JOBS] [-- SERVICE-OPTION…]
//
// Each client submits a small picture, polls its status, asks for the download's address and
// fetches the result, then begins again; all clients are one process with one thread. The engine is
// `identity` unless the service's options choose another. A 429 is waited for; any other answer
// that is not a success is an error. --static is for scale: the same clients fetch a file of that
// size from nginx. --redis has three services share so many jobs, and kills one.

#include <libsoup/soup.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <format>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <print>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/glib_error.h"
#include "base/glib_ref.h"
#include "base/glib_source.h"
#include "base/json.h"
#include "bench/load_shared/shared_queue.h"
#include "image/picture.h"
#include "tests/client/test_folder.h"
#include "tests/fault_proxy/service_process.h"
#include "tests/service/child_process.h"

namespace {

using namespace sharpen;
namespace fs = std::filesystem;

constexpr const char* key = "load-bench-key";

struct Row {
  int clients = 0, jobs = 0, errors = 0, refused = 0;
  double seconds = 0, p50 = 0, p99 = 0, peak_mb = 0;
  double service_seconds = 0, clients_seconds = 0;  ///< of processor
  [[nodiscard]] double jobs_per_second() const { return jobs / seconds; }
};

double now() { return double(g_get_monotonic_time()) / G_USEC_PER_SEC; }

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A picture that compresses badly, as photographs do.
std::string picture(const fs::path& file, std::uint32_t side) {
  PictureInfo info;
  info.width = info.height = side;
  auto writer = create_picture(file, FileFormat::png, info);
  std::vector<std::byte> pixels(info.bytes_per_row() * side);
  std::uint32_t noise = 1;
  for (std::byte& sample : pixels)
    sample = static_cast<std::byte>((noise = noise * 1664525u + 1013904223u) >> 24);
  if (!writer || !(*writer)->write(pixels) || !(*writer)->finish())
    throw std::runtime_error("no picture");
  return contents(file);
}

/// One measurement: its clients and what they count.
class Load {
 public:
  enum class Of { jobs, file };
  Load(Of what, int clients, double seconds, std::string url, std::string picture)
      : what_(what),
        clients_(clients),
        seconds_(seconds),
        url_(std::move(url)),
        picture_(std::move(picture)) {
    row_.clients = clients;
  }

  Row run() {
    begin_ = now();
    // Each has a session of its own: one with hundreds of connections is slower than the service.
    for (int i = 0, all = clients_; i < all; ++i)
      begin(Ref<SoupSession>::adopt(soup_session_new_with_options("timeout", 120u, nullptr)));
    g_main_loop_run(loop_.get());
    row_.seconds = now() - begin_;
    std::ranges::sort(latencies_);
    const auto quantile = [this](double part) {
      return latencies_.empty() ? 0 : latencies_[std::size_t(part * double(latencies_.size() - 1))];
    };
    row_.p50 = quantile(0.5);
    row_.p99 = quantile(0.99);
    return row_;
  }

 private:
  struct Client {
    Ref<SoupSession> session;
    double begin = 0, pause = 0.02;
    std::string id = {};
  };
  using Then = std::function<void(const std::string& body)>;
  struct Call {
    Load* load;
    Client client;
    SoupMessage* message;
    std::function<void(Client, const std::string&)> then;
  };

  bool over() const { return now() - begin_ >= seconds_; }

  void leave() {
    if (--clients_ == 0) g_main_loop_quit(loop_.get());
  }

  void later(double seconds, std::function<void()> action) {
    timers_.push_back(EventSource::timeout(unsigned(seconds * 1000), [action = std::move(action)] {
      action();
      return false;
    }));
    if (timers_.size() > 4096)
      std::erase_if(timers_, [](const auto& each) { return !each.active(); });
  }

  void send(Client client, const char* method, const std::string& url, bool with_key,
            const std::string& body, std::function<void(Client, const std::string&)> then) {
    auto message = Ref<SoupMessage>::adopt(soup_message_new(method, url.c_str()));
    g_signal_connect(message.get(), "accept-certificate",
                     G_CALLBACK(+[](SoupMessage*, GTlsCertificate*, GTlsCertificateFlags,
                                    gpointer) -> gboolean { return TRUE; }),
                     nullptr);
    // A submit uses the open connection, as with most libraries; libsoup would make a new one.
    soup_message_add_flags(message.get(), SOUP_MESSAGE_IDEMPOTENT);
    if (with_key)
      soup_message_headers_append(soup_message_get_request_headers(message.get()), "X-API-Key",
                                  key);
    if (!body.empty()) {
      const auto bytes = Ref<GBytes>::adopt(g_bytes_new(body.data(), body.size()));
      soup_message_set_request_body_from_bytes(message.get(), "multipart/form-data; boundary=b",
                                               bytes.get());
    }
    SoupSession* session = client.session.get();
    auto call = std::make_unique<Call>(this, std::move(client), message.get(), std::move(then));
    soup_session_send_and_read_async(
        session, message.get(), G_PRIORITY_DEFAULT, nullptr,
        [](GObject* session, GAsyncResult* result, gpointer data) {
          const std::unique_ptr<Call> call(static_cast<Call*>(data));
          GErrorGuard error;
          const auto bytes = Ref<GBytes>::adopt(
              soup_session_send_and_read_finish(SOUP_SESSION(session), result, error.out()));
          const unsigned status = bytes ? soup_message_get_status(call->message) : 0;
          if (status == 200) {
            gsize size = 0;
            const auto* text = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
            return call->then(call->client, std::string(text, size));
          }
          call->load->refused(call->client, status, error ? error.message() : "");
        },
        call.release());
  }

  void refused(const Client& client, unsigned status, const std::string& why) {
    if (status == 429)
      ++row_.refused;
    else if (++row_.errors <= 5)
      std::println(std::cerr, "status {} {}", status, why);
    if (over()) return leave();
    later(0.5, [this, session = client.session] { begin(session); });
  }

  void begin(const Ref<SoupSession>& session) {
    if (over()) return leave();
    if (what_ == Of::jobs) return submit(session);
    send({session, now()}, "GET", url_, false, "",
         [this](const Client& same, const std::string& result) { done(same, result); });
  }

  void done(const Client& client, const std::string& result) {
    if (result.size() < picture_.size() / 2) return refused(client, 598, "a short result");
    ++row_.jobs;
    latencies_.push_back(now() - client.begin);
    begin(client.session);
  }

  void submit(const Ref<SoupSession>& session) {
    const std::string body =
        "--b\r\nContent-Disposition: form-data; name=\"output_format\"\r\n\r\npng\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"load.png\"\r\n\r\n" +
        picture_ + "\r\n--b--\r\n";
    send({session, now()}, "POST", url_ + "/image/v1/sharpen/async", true, body,
         [this](Client client, const std::string& answer) {
           const auto json = Json::parse(answer);
           client.id = json ? (*json)["process_id"].string().value_or("") : "";
           poll(std::move(client));
         });
  }

  void poll(Client client) {
    later(client.pause, [this, client]() mutable {
      client.pause = std::min(client.pause * 1.5, 0.5);
      send(client, "GET", url_ + "/image/v1/status/" + client.id, true, "",
           [this](Client same, const std::string& answer) {
             if (answer.contains("Completed")) return fetch(same);
             if (answer.contains("Failed")) return refused(same, 599, answer);
             poll(std::move(same));
           });
    });
  }

  void fetch(const Client& client) {
    send(client, "GET", url_ + "/image/v1/download/" + client.id, true, "",
         [this](Client same, const std::string& answer) {
           const auto json = Json::parse(answer);
           send(std::move(same), "GET", json ? (*json)["download_url"].string().value_or("") : "",
                false, "",
                [this](const Client& same, const std::string& result) { done(same, result); });
         });
  }

  Of what_;
  int clients_;
  double seconds_, begin_ = 0;
  std::string url_, picture_;
  Row row_;
  std::vector<double> latencies_;
  std::vector<EventSource> timers_;
  Ref<GMainLoop> loop_ = Ref<GMainLoop>::adopt(g_main_loop_new(nullptr, FALSE));
};

double peak_mb(int pid) {
  const std::string status = contents(std::format("/proc/{}/status", pid));
  return std::stod(status.substr(status.find("VmHWM:") + 6)) / 1024;
}

double processor_seconds(int pid) {
  const std::string stat = contents(std::format("/proc/{}/stat", pid));
  const auto fields = std::string_view(stat).substr(stat.rfind(')') + 2) | std::views::split(' ') |
                      std::ranges::to<std::vector<std::string>>();
  return (std::stod(fields.at(11)) + std::stod(fields.at(12))) / double(::sysconf(_SC_CLK_TCK));
}

struct Plan {
  int clients = 0;
  double seconds = 0;
  std::uint32_t side = 0;
  std::string service;
  std::vector<std::string> options;
};

Row measure(Load::Of what, const Plan& plan, int pid, const std::string& url,
            const std::string& picture) {
  const double before = processor_seconds(::getpid());
  Row row = Load(what, plan.clients, plan.seconds, url, picture).run();
  row.clients_seconds = processor_seconds(::getpid()) - before;
  row.service_seconds = processor_seconds(pid);
  row.peak_mb = peak_mb(pid);
  return row;
}

Row measure(Load::Of what, Plan plan) {
  const TestFolder folder;
  const auto file = [&](const char* name) { return (folder.path() / name).string(); };
  const std::string certificate = std::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
      "-subj /CN=localhost -keyout {} -out {} 2>/dev/null",
      file("key.pem"), file("cert.pem"));
  if (std::system(certificate.c_str()) != 0)
    throw std::runtime_error("openssl made no certificate");
  const std::string bytes = picture(file("picture.png"), plan.side);
  if (what == Load::Of::file) {
    const int port = test::free_port();
    // One process, as the service is.
    std::ofstream(file("nginx.conf")) << std::format(
        "daemon off;\nmaster_process off;\npid {0}/pid;\nerror_log stderr;\n"
        "events {{ worker_connections 4096; }}\n"
        "http {{ access_log off;\n  keepalive_requests 1000000;\n  client_body_temp_path "
        "{0}/body;\n"
        "  proxy_temp_path {0}/proxy;\n  fastcgi_temp_path {0}/fastcgi;\n"
        "  uwsgi_temp_path {0}/uwsgi;\n  scgi_temp_path {0}/scgi;\n"
        "  server {{ listen 127.0.0.1:{1} ssl; root {0};\n"
        "    ssl_certificate {0}/cert.pem; ssl_certificate_key {0}/key.pem; }} }}\n",
        folder.path().string(), port);
    const test::ChildProcess server(
        {"nginx", "-e", "stderr", "-p", folder.path().string(), "-c", file("nginx.conf")});
    test::await_listener(port);
    return measure(what, plan, server.pid(), std::format("https://127.0.0.1:{}/picture.png", port),
                   bytes);
  }
  plan.options.insert(plan.options.end(),
                      {"--tls-cert", file("cert.pem"), "--tls-key", file("key.pem")});
  if (!std::ranges::contains(plan.options, "--engine"))
    plan.options.insert(plan.options.end(), {"--engine", "identity"});
  const test::ServiceProcess service(plan.service, folder.path() / "state", key, plan.options);
  return measure(what, plan, service.pid(), service.url(), bytes);
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> words(argv + 1, argv + argc), options;
  if (const auto end = std::ranges::find(words, "--"); end != words.end()) {
    options.assign(end + 1, words.end());
    words.erase(end, words.end());
  }
  const auto value = [&](const char* name, std::string otherwise) {
    const auto found = std::ranges::find(words, name);
    return found == words.end() || found + 1 == words.end() ? otherwise : *(found + 1);
  };
  const auto what = std::ranges::contains(words, "--static") ? Load::Of::file : Load::Of::jobs;
  Plan plan{.seconds = std::stod(value("--seconds", "60")),
            .side = std::uint32_t(std::stoul(value("--side", "32"))),
            .service = value("--service", SHARPEN_SERVICE),
            .options = options};
  std::println(
      "| clients | jobs/s | p50 s | p99 s | errors | 429 | service s | clients s | peak MB |");
  std::println("|---|---|---|---|---|---|---|---|---|");
  JsonWriter json;
  json.begin_object().begin_array("rows");
  for (const auto word : value("--clients", "50,200") | std::views::split(',')) {
    plan.clients = std::stoi(std::string(word.begin(), word.end()));
    const Row row = measure(what, plan);
    std::println("| {} | {:.1f} | {:.2f} | {:.2f} | {} | {} | {:.1f} | {:.1f} | {:.0f} |",
                 row.clients, row.jobs_per_second(), row.p50, row.p99, row.errors, row.refused,
                 row.service_seconds, row.clients_seconds, row.peak_mb);
    json.begin_object()
        .member("clients", row.clients)
        .member("jobs_per_s", row.jobs_per_second())
        .member("p50_s", row.p50)
        .member("p99_s", row.p99)
        .member("errors", row.errors)
        .member("peak_mb", row.peak_mb)
        .end_object();
  }
  json.end_array();
  if (const int jobs = std::stoi(value("--redis", "0")); jobs > 0) {
    const bench::SharedOutcome shared = bench::kill_one_of_three(jobs);
    std::println("Of {} jobs in Redis, {} were lost and {} charged twice.", shared.jobs,
                 shared.lost, shared.twice);
    json.begin_object("redis")
        .member("jobs", shared.jobs)
        .member("lost", shared.lost)
        .member("twice", shared.twice)
        .end_object();
  }
  if (const std::string file = value("--json", ""); !file.empty())
    std::ofstream(file) << json.end_object().text(true) << '\n';
  return 0;
} catch (const std::exception& error) {
  std::println(std::cerr, "load: {}", error.what());
  return 1;
}
