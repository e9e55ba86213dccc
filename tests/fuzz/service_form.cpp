#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "service/api/catalogue.h"
#include "service/api/estimates.h"
#include "service/api/form.h"

/// A submit's body in pieces whose size the first byte chooses, then the check of its fields. What
/// is accepted has to be within the models' ranges.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sharpen::server;
  if (size < 2) return 0;
  const std::size_t piece = data[0] + std::size_t{1};
  const bool generative = data[1] % 2 == 1;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  FormReader reader("B", 1 << 16, std::filesystem::temp_directory_path() / "fuzz-service-form");
  for (std::size_t at = 0; at < body.size(); at += piece)
    if (!reader.feed(body.substr(at, piece))) return 0;
  const auto form = reader.finish();
  if (!form) return 0;
  const auto spec = check_job(form->fields, generative, EngineKind::identity, Behaviours());
  if (!spec) return 0;
  if (spec->model->generative != generative) std::abort();
  for (const auto settings : {common_settings(), spec->model->settings})
    for (const NumberField& setting : settings)
      if (const auto found = spec->settings.find(setting.name); found != spec->settings.end()) {
        const auto number = number_from(found->second);
        if (!number || *number < setting.minimum || *number > setting.maximum) std::abort();
      }
  return 0;
}
