#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "base/error.h"
#include "service/testing/behaviour.h"

namespace sharpen::server {

/// What really processes the pictures.
enum class EngineKind { deconvolution, identity };

/// What --help and --help-tests ask for.
enum class Help { none, normal, with_tests };

/// The command line of sharpen-service.
struct Options {
  std::string listen = "127.0.0.1";
  std::uint16_t port = 0;           ///< of the API; 0 = any free one
  std::uint16_t download_port = 0;  ///< of the second origin; 0 = any free one
  std::string key;                  ///< secret: read from --key-file, never an argument
  EngineKind engine = EngineKind::deconvolution;
  std::filesystem::path state;               ///< folder of jobs and pictures, 0700
  std::string queue;                         ///< address of a Redis that services share, or empty
  std::string queue_password;                ///< secret: read from --queue-password-file
  std::filesystem::path store;               ///< shared folder of pictures, with `queue`
  std::int64_t visibility_timeout = 30;      ///< seconds, with `queue`
  int idle_exit = 0;                         ///< seconds without a job and a request; 0 = never
  unsigned workers = 2;                      ///< jobs processed at once
  std::optional<std::int64_t> balance;       ///< credits; none: jobs cost nothing
  std::uint64_t max_upload = 500'000'000;    ///< bytes
  std::string tls_certificate, tls_key;      ///< PEM files
  std::filesystem::path keys_file;           ///< named keys; empty: none
  std::uint64_t max_jobs = 1000;             ///< unfinished ones; 0 = any number
  std::uint64_t max_jobs_per_key = 0;        ///< the same, of one key
  std::uint64_t max_bytes_per_key = 0;       ///< of stored pictures; 0 = any number
  std::uint64_t max_disk = 100'000'000'000;  ///< bytes of all stored pictures; 0 = any number
  std::uint64_t keep_free = 500'000'000;     ///< bytes of the disk that stay free
  int stop_seconds = 0;                      ///< that jobs may go on after SIGTERM
  unsigned max_connections = 1000;           ///< from one address, to each port; 0 = any number
  bool metrics = false, log = false;
  std::string public_url;  ///< address of the download port from outside
  Behaviours behaviours;
  Help help = Help::none;
};

/// Reads the command line and the key. Errors: bad_argument, io.
[[nodiscard]] Result<Options> parse_options(std::span<const char* const> arguments);
[[nodiscard]] std::string help_text(Help help);

}  // namespace sharpen::server
