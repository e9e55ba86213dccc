#include "service/options.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/glib_error.h"
#include "base/glib_ref.h"

namespace sharpen::server {
namespace {

struct Row {
  const char* name;   ///< behind its two hyphens
  const char* value;  ///< null: a flag
  const char* help;
  Result<void> (*set)(Options&, const std::string&);
  bool for_tests = false;  ///< only --help-tests tells of it
};

template <class Number>
Result<void> read_number(Number& into, const std::string& text, Number smallest = 0) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < smallest)
    return fail(ErrorKind::bad_argument, std::format("“{}” is not a number that fits here.", text));
  into = value;
  return {};
}

Result<std::string> read_secret(const std::string& file) {
  const int input = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  std::string line;
  std::array<char, 512> bytes = {};
  ssize_t count = 0;
  // The first line only: the writer of a pipe need not close it.
  while (input >= 0 && line.find('\n') == std::string::npos && line.size() < 4096 &&
         (count = ::read(input, bytes.data(), bytes.size())) > 0)
    line.append(bytes.data(), static_cast<std::size_t>(count));
  if (input > STDIN_FILENO) ::close(input);
  line.erase(std::min(line.find_first_of("\r\n"), line.size()));
  if (line.empty())
    return fail(ErrorKind::io, std::format("No key can be read from {}.", file),
                "Its first line has to be the key.");
  return line;
}

/// Setters of the members of Options that take what was written.
template <auto member>
Result<void> set_text(Options& options, const std::string& value) {
  options.*member = value;
  return {};
}
template <auto member, int smallest = 0>
Result<void> set_number(Options& options, const std::string& value) {
  auto& number = options.*member;
  return read_number(number, value, std::remove_reference_t<decltype(number)>(smallest));
}
template <auto member, auto chosen = true>
Result<void> set_flag(Options& options, const std::string&) {
  options.*member = chosen;
  return {};
}

template <auto member>
Result<void> set_secret(Options& options, const std::string& file) {
  auto secret = read_secret(file);
  if (!secret) return fail(std::move(secret));
  options.*member = *std::move(secret);
  return {};
}

Result<void> set_engine(Options& options, const std::string& name) {
  if (name != "deconvolution" && name != "identity")
    return fail(ErrorKind::bad_argument, std::format("There is no engine “{}”.", name),
                "Choose deconvolution or identity.");
  options.engine = name == "identity" ? EngineKind::identity : EngineKind::deconvolution;
  return {};
}

Result<void> set_balance(Options& options, const std::string& credits) {
  return read_number(options.balance.emplace(), credits);
}

Result<void> set_public_url(Options& options, const std::string& url) {
  options.public_url = url.ends_with('/') ? url.substr(0, url.size() - 1) : url;
  return {};
}

Result<void> set_behaviour(Options& options, const std::string& choice) {
  return options.behaviours.set(choice);
}

constexpr auto rows = std::to_array<Row>({
    {"listen", "ADDRESS",
     "address to listen on (default 127.0.0.1); others than this computer's own need --key-file",
     set_text<&Options::listen>},
    {"port", "NUMBER", "port of the API (default 0: any free one)", set_number<&Options::port>},
    {"download-port", "NUMBER", "port of the downloads (default 0: any free one)",
     set_number<&Options::download_port>},
    {"key-file", "FILE",
     "the API key that clients must send is this file's first line; - for standard input",
     set_secret<&Options::key>},
    {"engine", "NAME", "deconvolution (default), or identity, which returns the picture as it came",
     set_engine},
    {"state", "DIR", "private folder of jobs and pictures (default: in the user's cache)",
     set_text<&Options::state>},
    {"queue", "URL",
     "Redis or Valkey (redis://[USER@]HOST[:PORT][/DATABASE]) whose jobs several services share; "
     "needs --store",
     set_text<&Options::queue>},
    {"queue-password-file", "FILE", "the password of --queue is this file's first line",
     set_secret<&Options::queue_password>},
    {"store", "DIR", "folder of pictures that all services of --queue see",
     set_text<&Options::store>},
    {"visibility-timeout", "SECONDS",
     "a worker of --queue that is silent for so long loses its job to another (default 30)",
     set_number<&Options::visibility_timeout, 1>},
    {"idle-exit", "SECONDS", "end after so long without a job and a request (default 0: never)",
     set_number<&Options::idle_exit>},
    {"workers", "NUMBER", "jobs processed at the same time (default 2)",
     set_number<&Options::workers, 1>},
    {"keys", "FILE",
     "named keys: each line is a name and a key of 16 characters or more; SIGHUP reads it again",
     set_text<&Options::keys_file>},
    {"max-jobs", "NUMBER", "unfinished jobs, before 429 is answered (default 1000; 0: no limit)",
     set_number<&Options::max_jobs>},
    {"max-jobs-per-key", "NUMBER", "unfinished jobs of one key (default 0: no limit)",
     set_number<&Options::max_jobs_per_key>},
    {"max-bytes-per-key", "BYTES", "stored pictures of one key (default 0: no limit)",
     set_number<&Options::max_bytes_per_key>},
    {"max-disk", "BYTES", "stored pictures of all (default 100000000000; 0: no limit)",
     set_number<&Options::max_disk>},
    {"keep-free", "BYTES", "space that stays free on the disk (default 500000000)",
     set_number<&Options::keep_free>},
    {"stop-seconds", "SECONDS",
     "jobs may go on for so long after SIGTERM; the rest begins again at the next start (default "
     "0)",
     set_number<&Options::stop_seconds>},
    {"max-connections", "NUMBER",
     "connections from one address to each port (default 1000; 0: no limit, for a proxy)",
     set_number<&Options::max_connections>},
    {"metrics", nullptr, "answer /metrics on the download port, for Prometheus",
     set_flag<&Options::metrics>},
    {"log", nullptr, "write a line of JSON to standard error for each job",
     set_flag<&Options::log>},
    {"max-upload", "BYTES", "largest request (default 500000000)",
     set_number<&Options::max_upload, 1>},
    {"tls-cert", "FILE", "certificate chain (PEM): speak https",
     set_text<&Options::tls_certificate>},
    {"tls-key", "FILE", "private key of the certificate (PEM)", set_text<&Options::tls_key>},
    {"public-url", "URL", "address by which clients reach the download port, behind a proxy",
     set_public_url},
    {"balance", "CREDITS",
     "account with so many credits, and 402 once they are spent (default: no account)", set_balance,
     true},
    {"behaviour", "NAME=VALUE", "choose what the contract leaves open; may be repeated",
     set_behaviour, true},
    {"help", nullptr, "show this text", set_flag<&Options::help, Help::normal>},
    {"help-tests", nullptr, "show this text, and what tests of clients can ask for",
     set_flag<&Options::help, Help::with_tests>},
});

Result<void> check(const Options& options) {
  const auto address =
      Ref<GInetAddress>::adopt(g_inet_address_new_from_string(options.listen.c_str()));
  if (!address)
    return fail(ErrorKind::bad_argument,
                std::format("“{}” is not a numeric address to listen on.", options.listen),
                "Write for example --listen 127.0.0.1 or --listen 0.0.0.0.");
  if (!g_inet_address_get_is_loopback(address.get()) && options.key.empty() &&
      options.keys_file.empty())
    return fail(
        ErrorKind::bad_argument,
        std::format("Listening on {} lets other machines in.", options.listen),
        "Add --key-file FILE or --keys FILE, so that only those who have the key are served.");
  if (options.queue.empty() != options.store.empty())
    return fail(ErrorKind::bad_argument, "--queue and --store belong together.");
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return fail(ErrorKind::bad_argument, "--tls-cert and --tls-key belong together.");
  return {};
}

/// What the callbacks of GOption share.
struct Reading {
  Options options;
  std::optional<Error> wrong;
};

gboolean read_option(const char* name, const char* value, gpointer data, GError** error) {
  auto* reading = static_cast<Reading*>(data);
  const auto* row = std::ranges::find(rows, std::string_view(name).substr(2), &Row::name);
  if (auto set = row->set(reading->options, value ? value : ""); !set) {
    reading->wrong =
        Error{set.error().kind, std::format("{}: {}", name, set.error().message), set.error().hint};
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "");
    return FALSE;
  }
  return TRUE;
}

struct FreeContext {
  void operator()(GOptionContext* context) const { g_option_context_free(context); }
};
struct FreeWords {
  void operator()(char** words) const { g_strfreev(words); }
};
using Context = std::unique_ptr<GOptionContext, FreeContext>;

Context option_context(Reading& reading, Help help = Help::none) {
  Context context(g_option_context_new(nullptr));
  g_option_context_set_help_enabled(context.get(), FALSE);
  g_option_context_set_summary(
      context.get(),
      "Sharpens pictures for Remote Sharpen, or for any client of the Topaz Image API.\n"
      "The first line of output is JSON: url, download_url, pid.");
  std::vector<GOptionEntry> entries;
  for (const Row& row : rows) {
    const int kind = row.value ? 0 : int{G_OPTION_FLAG_NO_ARG};
    const int hidden = row.for_tests && help != Help::with_tests ? int{G_OPTION_FLAG_HIDDEN} : 0;
    entries.push_back({row.name, 0, kind | hidden, G_OPTION_ARG_CALLBACK,
                       reinterpret_cast<gpointer>(&read_option), row.help, row.value});
  }
  entries.emplace_back();
  GOptionGroup* group = g_option_group_new("", "", "", &reading, nullptr);
  g_option_group_add_entries(group, entries.data());
  g_option_context_set_main_group(context.get(), group);
  return context;
}

}  // namespace

Result<Options> parse_options(std::span<const char* const> arguments) {
  Reading reading;
  const Context context = option_context(reading);
  std::vector<const char*> words = {"sharpen-service"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  words.push_back(nullptr);
  const std::unique_ptr<char*, FreeWords> owned(g_strdupv(const_cast<char**>(words.data())));
  char** left = owned.get();
  GErrorGuard error;
  const bool parsed = g_option_context_parse_strv(context.get(), &left, error.out());
  if (reading.wrong) return std::unexpected(*reading.wrong);
  if (!parsed || g_strv_length(left) > 1)
    return fail(ErrorKind::bad_argument,
                parsed ? std::format("Unknown argument “{}”.", left[1]) : error.message(),
                "--help lists what there is.");
  Options& options = reading.options;
  if (auto checked = check(options); !checked) return fail(std::move(checked));
  if (options.state.empty())
    options.state = std::filesystem::path(g_get_user_cache_dir()) / "remote-sharpen" / "service";
  return std::move(options);
}

std::string help_text(Help help) {
  Reading reading;
  const Context context = option_context(reading, help);
  std::string text = OwnedChars(g_option_context_get_help(context.get(), FALSE, nullptr)).get();
  if (help != Help::with_tests) return text;
  text += "\nBehaviours (default, allowed):\n";
  for (const Behaviour& row : behaviours())
    text += std::format("  {:<20} {} ({}; {})\n", row.name, row.help,
                        *row.value ? row.value : "empty", row.allowed);
  return text;
}

}  // namespace sharpen::server
