#include "client/providers/service.h"

#include "base/i18n.h"

namespace sharpen {
namespace {

struct Row {
  ServiceKind kind;
  std::string_view word;
  const char* title;
  const char* url;
};
constexpr Row rows[] = {
    {ServiceKind::this_computer, "this-computer", N_("This computer"), ""},
    {ServiceKind::topaz, "topaz", N_("Topaz Labs"), "https://api.topazlabs.com"},
    {ServiceKind::aimlapi, "aimlapi", N_("AI/ML API"), "https://api.aimlapi.com"},
    {ServiceKind::own_server, "own-server", N_("Own server"), ""},
};

const Row& row_of(ServiceKind kind) {
  for (const Row& row : rows)
    if (row.kind == kind) return row;
  return rows[0];
}

}  // namespace

std::filesystem::path answer_file(const std::filesystem::path& upload) {
  auto file = upload;
  return file.replace_extension(".answer");
}

std::string official_url(ServiceKind kind) { return row_of(kind).url; }
std::string_view word_of(ServiceKind kind) { return row_of(kind).word; }
const char* title_of(ServiceKind kind) { return row_of(kind).title; }

std::optional<ServiceKind> service_from(std::string_view word) {
  for (const Row& row : rows)
    if (row.word == word) return row.kind;
  return {};
}

}  // namespace sharpen
