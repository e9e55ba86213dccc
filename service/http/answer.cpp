#include "service/http/answer.h"

namespace sharpen::server {
namespace {

std::string_view documented_sentence(unsigned status) {
  switch (status) {
    case 400:
      return "The request is malformed.";
    case 401:
      return "Unauthorized";
    case 402:
      return "Insufficient funds.";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "The request conflicts with the state of the process.";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Image could not be decoded to a supported image type.";
    case 422:
      return "The request cannot be carried out.";
    case 425:
      return "Too early to reserve credits. An order for more credits is in progress.";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service unavailable";
    case 504:
      return "Generation timeout";
    default:
      return "An internal server error occurred. Please try again later.";
  }
}

}  // namespace

Answer json_answer(const JsonWriter& json, unsigned status) {
  return {.status = status, .body = json.text()};
}

Answer empty_answer() { return {.status = 204, .content_type = {}}; }

Answer error_answer(unsigned status, std::string_view message) {
  return json_answer(JsonWriter()
                         .begin_object()
                         .member("code", static_cast<int>(status))
                         .member("message", message)
                         .end_object(),
                     status);
}

Answer error_answer(unsigned status) { return error_answer(status, documented_sentence(status)); }

Answer busy_answer(unsigned status, std::int64_t seconds, std::string_view message) {
  Answer answer = error_answer(status, message);
  answer.headers.emplace_back("Retry-After", std::to_string(seconds));
  return answer;
}

Answer disk_full_answer(std::string_view message) { return busy_answer(503, 60, message); }

std::unexpected<Answer> refuse(unsigned status, std::string_view message) {
  return std::unexpected(error_answer(status, message));
}

}  // namespace sharpen::server
