#include "client/providers/topaz.h"

#include <format>

#include "base/i18n.h"
#include "base/json.h"
#include "client/http/address.h"
#include "client/http/download.h"
#include "client/http/http.h"
#include "client/providers/http_errors.h"
#include "client/providers/request_fields.h"
#include "client/providers/submit_error.h"
#include "client/providers/topaz_answers.h"

namespace sharpen {
namespace {

using namespace std::chrono_literals;

constexpr int max_list_pages = 20;
constexpr std::uint64_t slowest_bytes_per_second = 4096;

Capabilities capabilities_of(ServiceKind kind) {
  const bool own = kind == ServiceKind::this_computer;
  return {.needs_key = kind == ServiceKind::topaz,
          .has_estimate = true,
          .has_balance = !own,
          .has_cancel = true,
          .asynchronous = true,
          .has_crop = own,
          .free_of_charge = own};
}

class Topaz final : public Service {
 public:
  explicit Topaz(ServiceAddress address)
      : address_(std::move(address)),
        capabilities_(capabilities_of(address_.kind)),
        http_(address_.ca_file) {}

  ServiceKind kind() const override { return address_.kind; }
  const Capabilities& capabilities() const override { return capabilities_; }
  std::optional<std::chrono::seconds> retry_after() const override { return retry_after_; }

  Result<Submitted> submit(const Upload& upload, const Settings& settings,
                           const Transfer& on_transfer, GCancellable* cancellable) override {
    const bool generative = is_generative_model(wire_model(settings));
    HttpRequest request =
        keyed("POST", generative ? "/image/v1/sharpen-gen/async" : "/image/v1/sharpen/async");
    if (auto filled = fill(request, upload, settings); !filled) return fail(std::move(filled));
    request.on_sent = on_transfer;
    request.new_connection = true;
    request.silence = 120s;
    request.deadline = 120s + std::chrono::seconds(request.body.size() / slowest_bytes_per_second);
    auto answer = http_.send(request, cancellable);
    if (!answer) return std::unexpected(lost(std::move(answer).error()));
    retry_after_ = sharpen::retry_after(*answer);
    if (!answer->ok()) return std::unexpected(refused(*answer, wire_model(settings)));
    auto submitted = topaz::parse_submitted(*answer);
    if (!submitted) return std::unexpected(maybe_billed(submitted.error().message));
    return submitted;
  }

  Result<Status> status(const std::string& process_id, GCancellable* cancellable) override {
    return get("/image/v1/status/" + uri_escaped(process_id), cancellable)
        .and_then([](const std::string& body) { return topaz::parse_status(body); });
  }

  Result<std::optional<Status>> find_by_name(const std::string& upload_name,
                                             GCancellable* cancellable) override {
    std::string cursor;
    for (int page_number = 0; page_number < max_list_pages; ++page_number) {
      std::string path = "/image/v1/status?paginated=true&limit=100";
      if (!cursor.empty()) path += "&cursor=" + uri_escaped(cursor);
      auto page = get(path, cancellable).and_then([](const std::string& body) {
        return topaz::parse_status_page(body);
      });
      // A list has no "not found": a gateway said so, and the job may well be there.
      if (!page && page.error().kind == ErrorKind::not_found)
        page.error().kind = ErrorKind::protocol;
      if (!page) return fail(std::move(page));
      for (Status& job : page->jobs)
        if (job.filename == upload_name) return std::move(job);
      if (page->next_cursor.empty()) return std::nullopt;
      if (page->next_cursor == cursor) break;
      cursor = page->next_cursor;
    }
    return fail(ErrorKind::conflict, _("The service's list of jobs does not end."),
                _("Look for the job in your account there; it stays in the list here."));
  }

  Result<bool> cancel(const std::string& process_id, GCancellable* cancellable) override {
    HttpRequest request = keyed("DELETE", "/image/v1/cancel/" + uri_escaped(process_id));
    auto answer = exchange(std::move(request), cancellable);
    if (answer) return true;
    if (answer.error().kind == ErrorKind::conflict) return false;
    return fail(std::move(answer));
  }

  Result<void> remove(const std::string& process_id, GCancellable* cancellable) override {
    auto answer =
        exchange(keyed("DELETE", "/image/v1/status/" + uri_escaped(process_id)), cancellable);
    if (!answer) return fail(std::move(answer));
    return {};
  }

  Result<std::string> download_url(const std::string& process_id,
                                   GCancellable* cancellable) override {
    return get("/image/v1/download/" + uri_escaped(process_id), cancellable)
        .and_then([](const std::string& body) { return topaz::parse_download(body); });
  }

  Result<void> download(const std::string& url, const std::filesystem::path& into,
                        std::uint64_t max_bytes, const Transfer& on_transfer,
                        GCancellable* cancellable, const DownloadPatience& patience) override {
    return download_file(http_, url, address_.base_url, into, max_bytes, on_transfer, cancellable,
                         patience);
  }

  Result<Price> estimate(std::uint32_t width, std::uint32_t height, const Settings& settings,
                         GCancellable* cancellable) override {
    const std::string model = wire_model(settings);
    JsonWriter writer;
    writer.begin_object()
        .member("input_width", std::int64_t{width})
        .member("input_height", std::int64_t{height})
        .member("category", "Sharpen")
        .member("model", model)
        .member("output_format", "png");
    for (const RequestField& setting : request_fields(settings, address_.kind))
      writer.member(std::string(setting.name).c_str(), setting.text());
    HttpRequest request =
        keyed("POST", is_generative_model(model) ? "/image/v1/estimate-gen" : "/image/v1/estimate");
    request.content_type = "application/json";
    request.body.add_text(writer.end_object().text());
    auto price = exchange(std::move(request), cancellable).and_then([](const std::string& body) {
      return topaz::parse_estimate(body);
    });
    if (price && capabilities_.free_of_charge) price->amount = 0;
    return price;
  }

  Result<Balance> balance(GCancellable* cancellable) override {
    return get("/account/v1/credits/balance", cancellable).and_then([](const std::string& body) {
      return topaz::parse_balance(body);
    });
  }

 private:
  HttpRequest keyed(const char* method, const std::string& path) const {
    HttpRequest request;
    request.method = method;
    request.url = address_.base_url + path;
    request.headers.emplace_back("Accept", "application/json");
    if (!address_.key.empty()) request.headers.emplace_back("X-API-Key", address_.key);
    return request;
  }

  Result<void> fill(HttpRequest& request, const Upload& upload, const Settings& settings) const {
    MultipartForm form;
    form.add_field("model", wire_model(settings));
    form.add_field("output_format", upload.format == FileFormat::tiff ? "tiff" : "png");
    for (const RequestField& setting : request_fields(settings, address_.kind))
      form.add_field(setting.name, setting.text());
    if (capabilities_.has_crop && upload.crop) {
      const auto& [x, y, width, height] = *upload.crop;
      form.add_field("crop", std::format("{},{},{},{}", x, y, width, height));
    }
    if (capabilities_.has_crop && upload.fast) form.add_field("fast", "true");
    if (!upload.source_id.empty()) {
      form.add_field("source_id", upload.source_id);
    } else if (auto added =
                   form.add_file("image", upload.name, media_type_of(upload.format), upload.file);
               !added) {
      return added;
    }
    request.content_type = form.content_type();
    request.body = std::move(form).finish();
    return {};
  }

  Result<std::string> get(const std::string& path, GCancellable* cancellable) {
    HttpRequest request = keyed("GET", path);
    request.headers.emplace_back("Cache-Control", "no-cache");
    return exchange(std::move(request), cancellable);
  }

  /// The body of a 2xx answer.
  Result<std::string> exchange(HttpRequest request, GCancellable* cancellable) {
    retry_after_.reset();
    auto answer = http_.send(request, cancellable);
    if (!answer) return std::unexpected(std::move(answer).error().error);
    retry_after_ = sharpen::retry_after(*answer);
    if (!answer->ok()) return std::unexpected(error_of(*answer, context()));
    return std::move(answer->body);
  }

  ErrorContext context() const { return {address_.kind, address_.key}; }

  static Error maybe_billed(const std::string& reason) {
    return {ErrorKind::maybe_billed,
            tr("The picture was sent, but the answer was lost: {}", reason),
            _("It is not sent again, since it may have been charged.")};
  }

  /// A submit without an answer.
  static Error lost(HttpFailure failure) {
    return may_be_taken(failure) ? maybe_billed(failure.error.message) : std::move(failure.error);
  }

  /// A submit with an answer that is not 2xx. A gateway's 5xx or 408 does not prove that the
  /// service behind it did not take the job.
  Error refused(const HttpAnswer& answer, const std::string& model) const {
    Error error = submit_error_of(answer, context(), address_.base_url, model);
    if (error.kind == ErrorKind::service_failed || error.kind == ErrorKind::network)
      return maybe_billed(error.message);
    // An upload that is to be used again is gone.
    if (answer.status == 404 && answer.body.contains("source")) error.kind = ErrorKind::not_found;
    return error;
  }

  ServiceAddress address_;
  Capabilities capabilities_;
  Http http_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace

Result<std::unique_ptr<Service>> open_topaz(ServiceAddress address) {
  return std::make_unique<Topaz>(std::move(address));
}

}  // namespace sharpen
