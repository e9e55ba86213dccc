#include "service/http/download_origin.h"

#include "service/http/conversations.h"

namespace sharpen::server {

Checked<std::unique_ptr<Conversation>> DownloadOrigin::begin(const Request& request) {
  if (request.method != "GET" && request.method != "HEAD")
    return std::unexpected(error_answer(405));
  if (request.headers.contains("x-api-key") || request.headers.contains("authorization"))
    return refuse(400, "A key was sent to the download host. Fetch this address without it.");
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
  const Job* job = core_.jobs.find(target->id);
  if (!job) return error_answer(404);
  if (target->kind == LinkKind::output && job->state == JobState::completed)
    return {.file = FileBody{core_.jobs.picture(*job), job->output_format}};
  const SourcePicture* source = core_.jobs.find_source(job->source_id);
  if (target->kind == LinkKind::input && source)
    return {.file = FileBody{core_.jobs.picture(*source), source->format}};
  return error_answer(404);
}

}  // namespace sharpen::server
