#include "service/api/estimates.h"

#include <algorithm>
#include <cmath>

namespace sharpen::server {
namespace {

constexpr double max_side = 32000;
constexpr std::uint64_t max_gan_pixels = 512'000'000, max_generative_pixels = 256'000'000;

struct Estimate {
  std::int64_t duration = 0, credits = 0;
};

Checked<std::uint32_t> side(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  const auto value = found == fields.end() ? std::nullopt : number_from(found->second);
  if (!value || *value < 1 || *value > max_side || *value != std::floor(*value))
    return refuse(400, "Please provide a valid input resolution.");
  return static_cast<std::uint32_t>(*value);
}

Checked<Estimate> calculate(const Fields& fields, bool generative, const Core& core) {
  const auto width = side(fields, "input_width");
  const auto height = side(fields, "input_height");
  if (!width) return std::unexpected(width.error());
  if (!height) return std::unexpected(height.error());
  if (const auto model = fields.find("model"); model != fields.end()) {
    const WireModel* known = find_wire_model(model->second);
    if (!known || known->generative != generative) return refuse(400, "Invalid model.");
  }
  if (const auto category = fields.find("category");
      category != fields.end() && category->second != "Sharpen")
    return refuse(400, "This service only sharpens: send the category Sharpen.");
  const std::uint64_t pixels = std::uint64_t{*width} * *height;
  if (pixels > (generative ? max_generative_pixels : max_gan_pixels))
    return refuse(413, std::string("Output image dimensions exceed maximum allowed of ") +
                           (generative ? "256" : "512") + " MP.");
  return Estimate{static_cast<std::int64_t>(std::ceil(core.jobs.duration(*width, *height))),
                  credits_for(*width, *height, generative)};
}

Fields fields_of(const Json& object) {
  Fields fields;
  for (const char* name : {"input_width", "input_height"})
    if (const auto value = object[name].number())
      fields.emplace(name, std::to_string(static_cast<std::int64_t>(std::clamp(*value, 0.0, 1e9))));
  for (const char* name : {"model", "category", "output_format"})
    if (const auto value = object[name].string()) fields.emplace(name, *value);
  return fields;
}

}  // namespace

Answer estimate(const Fields& fields, bool generative, const Core& core) {
  const auto found = calculate(fields, generative, core);
  if (!found) return found.error();
  return json_answer(JsonWriter()
                         .begin_object()
                         .member("duration", found->duration)
                         .member("credits", found->credits)
                         .end_object());
}

Answer estimate_json(const std::string& body, bool generative, const Core& core) {
  const auto json = Json::parse(body);
  if (!json || !json->is_object()) return error_answer(400, "The body is not a JSON object.");
  return estimate(fields_of(*json), generative, core);
}

Answer estimate_bulk(const std::string& body, const Core& core) {
  const auto json = Json::parse(body);
  if (!json || !json->is_array()) return error_answer(400, "The body is not a JSON array.");
  JsonWriter answer;
  answer.begin_array();
  for (const Json& each : json->elements()) {
    const Fields fields = fields_of(each);
    const auto model = fields.find("model");
    const WireModel* known = model == fields.end() ? nullptr : find_wire_model(model->second);
    const auto found = calculate(fields, known && known->generative, core);
    answer.begin_object();
    if (found) {
      answer.member("status", "success")
          .member("duration", found->duration)
          .member("credits", found->credits);
    } else {
      const auto error = Json::parse(found.error().body);
      answer.member("status", "error")
          .member("code", static_cast<int>(found.error().status))
          .member("message", error ? (*error)["message"].string().value_or("") : "");
    }
    answer.end_object();
  }
  return json_answer(answer.end_array());
}

}  // namespace sharpen::server
