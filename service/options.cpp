#include "service/options.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <format>
#include <limits>
#include <string_view>

#include "base/glib_ref.h"

namespace sharpen::server {
namespace {

struct Row {
  const char* name;
  const char* value;  ///< null: a flag
  const char* help;
  Result<void> (*set)(Options&, const std::string&);
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

Result<std::string> read_key(const std::string& file) {
  const int input = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  std::string key;
  std::array<char, 512> bytes = {};
  ssize_t count = 0;
  // The first line only: the writer of a pipe need not close it.
  while (input >= 0 && key.find('\n') == std::string::npos && key.size() < 4096 &&
         (count = ::read(input, bytes.data(), bytes.size())) > 0)
    key.append(bytes.data(), static_cast<std::size_t>(count));
  if (input > STDIN_FILENO) ::close(input);
  key.erase(std::min(key.find_first_of("\r\n"), key.size()));
  if (key.empty())
    return fail(ErrorKind::io, std::format("No key can be read from {}.", file),
                "Its first line has to be the key.");
  return key;
}

constexpr auto rows =
    std::to_array<Row>({
        {"--listen", "ADDRESS",
         "address to listen on (default 127.0.0.1); others than this computer's "
         "own need --key-file",
         [](Options& options, const std::string& value) -> Result<void> {
           options.listen = value;
           return {};
         }},
        {"--port", "NUMBER", "port of the API (default 0: any free one)",
         [](Options& options, const std::string& value) {
           return read_number(options.port, value);
         }},
        {"--download-port", "NUMBER", "port of the downloads (default 0: any free one)",
         [](Options& options, const std::string& value) {
           return read_number(options.download_port, value);
         }},
        {"--key-file", "FILE",
         "the API key that clients must send is this file's first line; - for "
         "standard input",
         [](Options& options, const std::string& value) -> Result<void> {
           auto key = read_key(value);
           if (!key) return fail(std::move(key));
           options.key = *std::move(key);
           return {};
         }},
        {"--engine", "NAME",
         "deconvolution (default), or identity, which returns the picture as it came",
         [](Options& options, const std::string& value) -> Result<void> {
           if (value != "deconvolution" && value != "identity")
             return fail(ErrorKind::bad_argument, std::format("There is no engine “{}”.", value),
                         "Choose deconvolution or identity.");
           options.engine = value == "identity" ? EngineKind::identity : EngineKind::deconvolution;
           return {};
         }},
        {"--state", "DIR", "private folder of jobs and pictures (default: in the user's cache)",
         [](Options& options, const std::string& value) -> Result<void> {
           options.state = value;
           return {};
         }},
        {"--idle-exit", "SECONDS",
         "end after so long without a job and a request (default 0: never)",
         [](Options& options, const std::string& value) {
           return read_number(options.idle_exit, value);
         }},
        {"--workers", "NUMBER", "jobs processed at the same time (default 2)",
         [](Options& options, const std::string& value) {
           return read_number(options.workers, value, 1u);
         }},
        {"--balance", "CREDITS",
         "account with so many credits, and 402 once they are spent (default: no account)",
         [](Options& options, const std::string& value) {
           return read_number(options.balance.emplace(), value);
         }},
        {"--max-upload", "BYTES", "largest request (default 500000000)",
         [](Options& options, const std::string& value) {
           return read_number(options.max_upload, value, std::uint64_t{1});
         }},
        {"--tls-cert", "FILE", "certificate chain (PEM): speak https",
         [](Options& options, const std::string& value) -> Result<void> {
           options.tls_certificate = value;
           return {};
         }},
        {"--tls-key", "FILE", "private key of the certificate (PEM)",
         [](Options& options, const std::string& value) -> Result<void> {
           options.tls_key = value;
           return {};
         }},
        {"--public-url", "URL", "address by which clients reach the download port, behind a proxy",
         [](Options& options, const std::string& value) -> Result<void> {
           options.public_url = value.ends_with('/') ? value.substr(0, value.size() - 1) : value;
           return {};
         }},
        {"--behaviour", "NAME=VALUE", "choose what the contract leaves open; may be repeated",
         [](Options& options, const std::string& value) { return options.behaviours.set(value); }},
        {"--help", nullptr, "show this text",
         [](Options& options, const std::string&) -> Result<void> {
           options.help = true;
           return {};
         }},
    });

Result<void> check(const Options& options) {
  const auto address =
      Ref<GInetAddress>::adopt(g_inet_address_new_from_string(options.listen.c_str()));
  if (!address)
    return fail(ErrorKind::bad_argument,
                std::format("“{}” is not a numeric address to listen on.", options.listen),
                "Write for example --listen 127.0.0.1 or --listen 0.0.0.0.");
  if (!g_inet_address_get_is_loopback(address.get()) && options.key.empty())
    return fail(ErrorKind::bad_argument,
                std::format("Listening on {} lets other machines in.", options.listen),
                "Add --key-file FILE, so that only those who have the key are served.");
  if (options.tls_certificate.empty() != options.tls_key.empty())
    return fail(ErrorKind::bad_argument, "--tls-cert and --tls-key belong together.");
  return {};
}

}  // namespace

Result<Options> parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto equals = argument.find('=');
    const Row* row = nullptr;
    for (const Row& candidate : rows)
      if (argument.substr(0, equals) == candidate.name) row = &candidate;
    if (!row)
      return fail(ErrorKind::bad_argument, std::format("Unknown argument “{}”.", argument),
                  "--help lists what there is.");
    std::string value;
    if (row->value && equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (row->value) {
      if (++i == arguments.size())
        return fail(ErrorKind::bad_argument, std::format("{} needs {}.", row->name, row->value));
      value = arguments[i];
    }
    if (auto set = row->set(options, value); !set)
      return fail(set.error().kind, std::format("{}: {}", row->name, set.error().message),
                  set.error().hint);
  }
  if (auto checked = check(options); !checked) return fail(std::move(checked));
  if (options.state.empty())
    options.state = std::filesystem::path(g_get_user_cache_dir()) / "remote-sharpen" / "service";
  return options;
}

std::string help_text() {
  std::string text =
      "Usage: sharpen-service [OPTIONS]\n\n"
      "Sharpens pictures for Remote Sharpen, or for any client of the Topaz Image API.\n"
      "The first line of output is JSON: url, download_url, pid.\n\n";
  for (const Row& row : rows)
    text += std::format("  {:<26} {}\n",
                        row.value ? std::format("{} {}", row.name, row.value) : row.name, row.help);
  text += "\nBehaviours (default, allowed):\n";
  for (const Behaviour& row : behaviours())
    text += std::format("  {:<20} {} ({}; {})\n", row.name, row.help,
                        *row.value ? row.value : "empty", row.allowed);
  return text;
}

}  // namespace sharpen::server
