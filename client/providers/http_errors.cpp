#include "client/providers/http_errors.h"

#include <algorithm>
#include <utility>

#include "base/i18n.h"
#include "base/json.h"
#include "base/one_line.h"
#include "client/providers/service.h"

namespace sharpen {

namespace {

struct Row {
  int status;
  ErrorKind kind;
  const char* message;  ///< {} is the service
  const char* hint;
};

constexpr const char* try_later = N_("Wait a little, then try again.");
constexpr const char* is_paid_for =
    N_("Nothing is lost: unfinished jobs are listed under Filters > Enhance.");

constexpr Row rows[] = {
    {400, ErrorKind::refused, N_("{} did not understand the request."),
     N_("Try another model or leave the parameters on Auto.")},
    {401, ErrorKind::key_refused, N_("{} does not know this key."),
     N_("Check the key in the account page of the dialog, or create a new one.")},
    {402, ErrorKind::no_credits, N_("{} says that there are not enough credits."),
     N_("Buy credits there, or choose This computer as the service.")},
    {403, ErrorKind::key_refused, N_("{} does not allow this with this key."),
     N_("Check what the key may do in your account there.")},
    {404, ErrorKind::not_found, N_("{} does not know this job."),
     N_("Results are stored for seven days; after that the picture has to be sent again.")},
    {405, ErrorKind::refused, N_("{} does not offer this."),
     N_("Check the address of the service.")},
    {408, ErrorKind::network, N_("{} waited too long for the picture."),
     N_("Check the connection to the Internet, then try again.")},
    {409, ErrorKind::conflict, N_("{} says that the job is not in the right state for this."),
     is_paid_for},
    {410, ErrorKind::not_found, N_("{} no longer has this result."),
     N_("The picture has to be sent again.")},
    {412, ErrorKind::no_subscription, N_("{} requires a subscription or credits for this account."),
     N_("Choose a plan or buy credits in your account there, or choose This computer as the "
        "service.")},
    {413, ErrorKind::too_large, N_("{} says that the picture is too large."),
     N_("Select a part of the layer, or make it smaller.")},
    {415, ErrorKind::refused, N_("{} cannot read the picture."),
     N_("Convert the image to RGB with 8 bits, then try again.")},
    {422, ErrorKind::refused, N_("{} cannot work on this picture with these settings."),
     N_("Try another model or leave the parameters on Auto.")},
    {425, ErrorKind::busy, N_("{} is still processing an order of credits."), try_later},
    {429, ErrorKind::busy, N_("{} is too busy."), try_later},
    {500, ErrorKind::service_failed, N_("{} reports an internal error."), try_later},
    {502, ErrorKind::service_failed, N_("{} could not be reached behind its gateway."), try_later},
    {503, ErrorKind::service_failed, N_("{} is not available at the moment."), try_later},
    {504, ErrorKind::service_failed, N_("{} did not finish in time."), try_later},
};
constexpr Row other_success = {200, ErrorKind::protocol,
                               N_("{} gave an answer that was not expected."),
                               N_("Check the address of the service.")};
constexpr Row redirect = {
    300, ErrorKind::protocol,
    N_("{} points to another address, which is not followed: the key would go "
       "along."),
    N_("Correct the address of the service.")};
constexpr Row other_refusal = {400, ErrorKind::refused, N_("{} refused the request."),
                               N_("Check the address of the service and the settings.")};
constexpr Row other_failure = {500, ErrorKind::service_failed, N_("{} reports an internal error."),
                               try_later};
constexpr Row aimlapi_credits = {
    403, ErrorKind::no_credits, N_("{} says that the credits are used up."),
    N_("Top up your balance at aimlapi.com, or choose This computer as "
       "the service.")};

const Row& row_of(int status) {
  const auto found = std::ranges::find(rows, status, &Row::status);
  if (found != std::end(rows)) return *found;
  if (status >= 500) return other_failure;
  if (status >= 400) return other_refusal;
  return status >= 300 ? redirect : other_success;
}

std::string first_text(const Json& json) {
  if (auto text = json.string()) return *text;
  for (const Json& element : json.elements())
    for (const Json& candidate : {element, element["msg"], element["message"]})
      if (auto text = candidate.string()) return *text;
  return json["message"].string().value_or("");
}

std::string plain(std::string text, std::string_view secret) {
  if (!secret.empty())
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
      text.replace(at, secret.size(), "…");
  text = one_line(std::move(text));
  constexpr std::size_t longest = 200;
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

}  // namespace

bool may_be_taken(const HttpFailure& failure) {
  const bool cancelled = failure.error.kind == ErrorKind::cancelled;
  return failure.sent != Sent::nothing && !(failure.sent == Sent::part && cancelled);
}

std::string message_in(std::string_view body, std::string_view secret) {
  const auto json = Json::parse(body);
  if (!json) return {};
  for (const char* member : {"message", "detail", "error"})
    if (std::string text = first_text((*json)[member]); !text.empty())
      return plain(std::move(text), secret);
  return {};
}

Error error_of(const HttpAnswer& answer, const ErrorContext& context) {
  const std::string quote = message_in(answer.body, context.secret);
  const Row* row = &row_of(answer.status);
  if (context.service == ServiceKind::aimlapi && answer.status == 403 &&
      (quote.contains("credit") || quote.contains("balance")))
    row = &aimlapi_credits;
  return {row->kind, tr(row->message, _(title_of(context.service))) + quoted(answer, context),
          _(row->hint)};
}

std::string quoted(const HttpAnswer& answer, const ErrorContext& context) {
  const std::string quote = message_in(answer.body, context.secret);
  return quote.empty() ? tr(" (HTTP {})", answer.status)
                       : tr(" It says: “{}” (HTTP {}).", quote, answer.status);
}

}  // namespace sharpen
