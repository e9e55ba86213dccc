#include "client/providers/aimlapi.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/row_spool.h"
#include "base/spool_file.h"
#include "client/http/download.h"
#include "client/http/http.h"
#include "client/providers/aimlapi_answers.h"
#include "client/providers/expected_picture.h"
#include "client/providers/http_errors.h"
#include "client/providers/request_fields.h"
#include "client/providers/submit_error.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_generation = 15min;  // the service's own limit is not published
constexpr std::uint64_t slowest_bytes_per_second = 4096;

std::uint64_t max_picture_bytes(const Upload& upload) {
  return ExpectedPicture{upload.width, upload.height}.max_bytes();
}

/// The service's name for what a mode belongs to.
std::string_view catalogue_name(std::string_view mode) {
  return is_generative_model(mode) ? "topaz-labs/sharpen-gen" : "topaz-labs/sharpen";
}

class AimlApi final : public Service {
 public:
  explicit AimlApi(ServiceAddress address)
      : address_(std::move(address)), http_(address_.ca_file) {}

  ServiceKind kind() const override { return ServiceKind::aimlapi; }
  const Capabilities& capabilities() const override { return capabilities_; }
  std::optional<std::chrono::seconds> retry_after() const override { return retry_after_; }

  Result<Submitted> submit(const Upload& upload, const Settings& settings,
                           const Transfer& on_transfer, GCancellable* cancellable) override {
    if (auto made = RowSpool::create_file(answer_file(upload.file)); !made)
      return fail(std::move(made));
    auto result = SpoolFile::take_over(answer_file(upload.file));
    aimlapi::AnswerReader reader(result.path(), max_picture_bytes(upload));
    HttpRequest request = keyed("POST", "/v1/images/generations");
    if (auto filled = fill(request, upload, settings); !filled) return fail(std::move(filled));
    request.on_sent = on_transfer;
    request.max_bytes = max_picture_bytes(upload) / 3 * 4 + (1 << 20);
    request.new_connection = true;
    request.silence = longest_generation;
    request.deadline =
        longest_generation + std::chrono::seconds(request.body.size() / slowest_bytes_per_second);
    request.sink = [&](const HttpAnswer&, std::span<const std::byte> piece) {
      return reader.take(piece);
    };
    retry_after_.reset();
    auto answer = http_.send(request, cancellable);
    if (!answer) return std::unexpected(lost(std::move(answer).error()));
    retry_after_ = sharpen::retry_after(*answer);
    if (!answer->ok()) return std::unexpected(refused(*answer, wire_model(settings)));
    return read(*answer, reader, result);
  }

  Result<Status> status(const std::string&, GCancellable*) override { return has_no_jobs(); }
  Result<std::optional<Status>> find_by_name(const std::string&, GCancellable*) override {
    return has_no_jobs();
  }
  Result<bool> cancel(const std::string&, GCancellable*) override { return has_no_jobs(); }
  Result<void> remove(const std::string&, GCancellable*) override { return has_no_jobs(); }
  Result<std::string> download_url(const std::string&, GCancellable*) override {
    return has_no_jobs();
  }

  Result<void> download(const std::string& url, const std::filesystem::path& into,
                        std::uint64_t max_bytes, const Transfer& on_transfer,
                        GCancellable* cancellable, const DownloadPatience& patience) override {
    return download_file(http_, url, address_.base_url, into, max_bytes, on_transfer, cancellable,
                         patience);
  }

  Result<Price> estimate(std::uint32_t width, std::uint32_t height, const Settings& settings,
                         GCancellable* cancellable) override {
    Price price = offline_price(ServiceKind::aimlapi, width, height, settings);
    const std::string mode = wire_model(settings);
    HttpRequest request;  // public, so it goes without the key
    request.url =
        address_.base_url + "/v1/models?include=pricing&id=" + std::string(catalogue_name(mode));
    auto answer = http_.send(request, cancellable);
    if (!answer && answer.error().error.kind == ErrorKind::cancelled)
      return std::unexpected(std::move(answer).error().error);
    if (!answer || !answer->ok()) return price;
    const auto quoted = aimlapi::parse_price(answer->body, catalogue_name(mode), mode,
                                             double(width) * double(height) / 1e6);
    if (quoted) {
      price.amount = *quoted;
      price.confirmed = true;
    }
    return price;
  }

  Result<Balance> balance(GCancellable* cancellable) override {
    retry_after_.reset();
    auto answer = http_.send(keyed("GET", "/v2/billing"), cancellable);
    if (!answer) return std::unexpected(std::move(answer).error().error);
    retry_after_ = sharpen::retry_after(*answer);
    if (!answer->ok()) return std::unexpected(error_of(*answer, context()));
    return aimlapi::parse_balance(answer->body);
  }

 private:
  static std::unexpected<Error> has_no_jobs() {
    return fail(ErrorKind::internal, _("The AI/ML API answers at once and keeps no list of jobs."));
  }

  ErrorContext context() const { return {ServiceKind::aimlapi, address_.key}; }

  HttpRequest keyed(const char* method, const std::string& path) const {
    HttpRequest request;
    request.method = method;
    request.url = address_.base_url + path;
    request.headers.emplace_back("Accept", "application/json");
    if (!address_.key.empty())
      request.headers.emplace_back("Authorization", "Bearer " + address_.key);
    return request;
  }

  static Result<void> fill(HttpRequest& request, const Upload& upload, const Settings& settings) {
    const std::string mode = wire_model(settings);
    JsonWriter writer;
    writer.begin_object()
        .member("model", catalogue_name(mode))
        .member("mode", mode)
        .member("output_format", upload.format == FileFormat::tiff ? "tiff" : "png");
    for (const RequestField& setting : request_fields(settings, ServiceKind::aimlapi)) {
      const std::string name(setting.name);
      std::visit([&](const auto& value) { writer.member(name.c_str(), value); }, setting.value);
    }
    std::string json = writer.end_object().text();
    json.pop_back();
    request.content_type = "application/json";
    request.body.add_text(
        json + ",\"image_url\":\"data:" + std::string(media_type_of(upload.format)) + ";base64,");
    if (auto added = request.body.add_file_as_base64(upload.file); !added) return added;
    request.body.add_text("\"}");
    return {};
  }

  static Result<Submitted> read(const HttpAnswer& http_answer, aimlapi::AnswerReader& reader,
                                SpoolFile& file) {
    const auto answer = aimlapi::parse_answer(reader.text());
    const auto has_picture = reader.finish();
    if (!has_picture) return std::unexpected(maybe_billed(has_picture.error().message));
    Submitted submitted;
    if (answer) {
      submitted.download_url = answer->url;
      submitted.cost = answer->cost;
    }
    if (const std::string spent = http_answer.header("x-aimlapi-usd-spent");
        !submitted.cost && !spent.empty())
      submitted.cost = g_ascii_strtod(spent.c_str(), nullptr);
    if (*has_picture)
      submitted.inline_result = file.keep();
    else if (submitted.download_url.empty())
      return std::unexpected(maybe_billed(_("The answer holds no picture.")));
    return submitted;
  }

  static Error maybe_billed(const std::string& reason) {
    return {ErrorKind::maybe_billed,
            tr("The picture was sent, but no result came back: {}", reason),
            _("It may have been charged: look at your account there. The picture is not sent again "
              "until you forget the job under Filters > Enhance.")};
  }

  static Error lost(HttpFailure failure) {
    return may_be_taken(failure) ? maybe_billed(failure.error.message) : std::move(failure.error);
  }

  /// A submit with an answer that is not 2xx. No 5xx proves that nothing was charged, whoever
  /// speaks.
  Error refused(const HttpAnswer& answer, const std::string& mode) const {
    Error error = submit_error_of(answer, context(), address_.base_url, mode);
    if (error.kind == ErrorKind::network || error.kind == ErrorKind::service_failed)
      return maybe_billed(error.message);
    // Only public addresses are documented for this model; that a picture may be sent along is not.
    const bool perhaps_the_data_uri = answer.status == 400 || answer.status == 413 ||
                                      answer.status == 415 || answer.status == 422;
    if (perhaps_the_data_uri && error.kind != ErrorKind::model_withdrawn)
      error.hint =
          _("This service may accept only pictures that lie on the web, not ones that are "
            "sent along. Choose Topaz Labs or This computer.");
    return error;
  }

  ServiceAddress address_;
  Capabilities capabilities_{.needs_key = true,
                             .has_estimate = true,
                             .has_balance = true,
                             .has_cancel = false,
                             .asynchronous = false,
                             .has_crop = false,
                             .free_of_charge = false};
  Http http_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace

Result<std::unique_ptr<Service>> open_aimlapi(ServiceAddress address) {
  return std::make_unique<AimlApi>(std::move(address));
}

}  // namespace sharpen
