#include "service/http/download_origin.h"

#include "service/http/metrics.h"
#include "service/http/request_handlers.h"

namespace sharpen::server {

Checked<std::unique_ptr<RequestHandler>> DownloadOrigin::begin(const Request& request) {
  if (request.method != "GET" && request.method != "HEAD")
    return std::unexpected(error_answer(405));
  if (request.headers.contains("x-api-key") || request.headers.contains("authorization"))
    return refuse(400, "A key was sent to the download host. Fetch this address without it.");
  if (request.path == "/healthz") return without_body([this] { return health_answer(core_); });
  if (request.path == "/metrics" && core_.options.metrics)
    return without_body([this] { return metrics_answer(core_); });
  return without_body([this, request] { return answer(request); });
}

Answer DownloadOrigin::answer(const Request& request) const {
  const auto query = [&](std::string_view name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  const auto target =
      core_.links.check(request.method, request.path, query("expires"), query("signature"));
  if (!target)
    return error_answer(403, target.error() == Links::Refusal::expired
                                 ? "This address has expired. Ask for a new one."
                                 : "This address is not signed.");
  const auto found = core_.jobs.find_any(target->id);
  if (!found) return found.error();
  const Job& job = **found;
  const PictureFolder& pictures = core_.jobs.pictures();
  if (target->kind == LinkKind::output && job.state == JobState::completed)
    return {.file = FileBody{pictures.output(job.id), job.output_format}};
  if (target->kind == LinkKind::input)
    return {.file = FileBody{pictures.source(job.source_id), job.input_format}};
  return error_answer(404);
}

}  // namespace sharpen::server
