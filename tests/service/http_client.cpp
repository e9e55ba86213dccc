#include "tests/service/http_client.h"

#include <libsoup/soup.h>

#include "base/glib_error.h"
#include "base/glib_ref.h"

namespace sharpen::test {
namespace {

constexpr const char* boundary = "----test-boundary";

std::optional<std::pair<Ref<GInputStream>, gssize>> stream_of(const Payload& payload) {
  if (!payload.file.empty()) {
    const auto file = Ref<GFile>::adopt(g_file_new_for_path(payload.file.c_str()));
    auto* stream = g_file_read(file.get(), nullptr, nullptr);
    if (!stream) return {};
    return std::pair(Ref<GInputStream>::adopt(G_INPUT_STREAM(stream)),
                     static_cast<gssize>(std::filesystem::file_size(payload.file)));
  }
  if (payload.content_type.empty()) return {};
  const auto bytes = Ref<GBytes>::adopt(g_bytes_new(payload.bytes.data(), payload.bytes.size()));
  return std::pair(Ref<GInputStream>::adopt(g_memory_input_stream_new_from_bytes(bytes.get())),
                   static_cast<gssize>(payload.bytes.size()));
}

}  // namespace

Response send(const std::string& method, const std::string& url, const Headers& headers,
              const Payload& payload) {
  const auto session = Ref<SoupSession>::adopt(soup_session_new());
  soup_session_set_timeout(session.get(), 60);
  const auto message = Ref<SoupMessage>::adopt(soup_message_new(method.c_str(), url.c_str()));
  Response response;
  if (!message) {
    response.body = "not an address: '" + url + "'; does the service run?";
    return response;
  }
  // The certificate of these tests is their own.
  g_signal_connect(message.get(), "accept-certificate",
                   G_CALLBACK(+[](SoupMessage*, GTlsCertificate*, GTlsCertificateFlags, gpointer) {
                     return gboolean{TRUE};
                   }),
                   nullptr);
  for (const auto& [name, value] : headers)
    soup_message_headers_replace(soup_message_get_request_headers(message.get()), name.c_str(),
                                 value.c_str());
  if (const auto stream = stream_of(payload))
    soup_message_set_request_body(message.get(), payload.content_type.c_str(), stream->first.get(),
                                  payload.chunked ? -1 : stream->second);
  GErrorGuard error;
  const auto bytes = Ref<GBytes>::adopt(
      soup_session_send_and_read(session.get(), message.get(), nullptr, error.out()));
  if (!bytes) {
    response.body = error.message();
    return response;
  }
  response.status = soup_message_get_status(message.get());
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &size));
  response.body.assign(data ? data : "", size);
  soup_message_headers_foreach(
      soup_message_get_response_headers(message.get()),
      [](const char* name, const char* value, gpointer into) {
        (*static_cast<std::map<std::string, std::string>*>(
            into))[OwnedChars(g_ascii_strdown(name, -1)).get()] = value;
      },
      &response.headers);
  return response;
}

Payload form(const std::vector<FormField>& fields) {
  Payload payload{.content_type = std::string("multipart/form-data; boundary=") + boundary};
  for (const FormField& field : fields) {
    payload.bytes += std::string("--") + boundary + "\r\nContent-Disposition: form-data; name=\"" +
                     field.name + "\"";
    if (!field.filename.empty())
      payload.bytes += "; filename=\"" + field.filename + "\"\r\nContent-Type: image/png";
    payload.bytes += "\r\n\r\n" + field.value + "\r\n";
  }
  payload.bytes += std::string("--") + boundary + "--\r\n";
  return payload;
}

Payload json_body(std::string text) {
  return {.content_type = "application/json", .bytes = std::move(text)};
}

}  // namespace sharpen::test
