#include "service/engine/learned/network.h"

#define ORT_API_MANUAL_INIT  // the library is opened when it is needed, see open_runtime()
#include <gmodule.h>
#include <onnxruntime_cxx_api.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "base/program_folder.h"
#include "service/engine/learned/weights.h"

namespace sharpen::engine {
namespace {

/// Silences std::cerr while it lives.
class Quiet {
 public:
  Quiet() : before_(std::cerr.rdbuf(nullptr)) {}
  ~Quiet() {
    std::cerr.rdbuf(before_);
    std::cerr.clear();
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  std::streambuf* before_;
};

/// ONNX Runtime's functions; null if the library is not there or too old. Opened at run time: it
/// takes a tenth of a second to load, and a service that is not asked to judge does without.
const OrtApi* open_runtime() {
  // Debian's build knows each operator twice, and says so a thousand times.
  const Quiet quiet;
  std::vector<std::string> names = {ONNXRUNTIME_LIBRARY, "libonnxruntime.so.1",
                                    "libonnxruntime.so"};
  const auto program = program_folder();
  if (!program.empty()) names.push_back(program / "lib" / ONNXRUNTIME_LIBRARY);
  for (const std::string& name : names) {
    GModule* library = g_module_open(name.c_str(), G_MODULE_BIND_LOCAL);
    if (!library) continue;
    g_module_make_resident(library);
    gpointer base = nullptr;
    if (!g_module_symbol(library, "OrtGetApiBase", &base)) continue;
    const OrtApiBase* found = reinterpret_cast<decltype(&OrtGetApiBase)>(base)();
    if (const OrtApi* api = found->GetApi(ORT_API_VERSION)) return api;
  }
  return nullptr;
}

const OrtApi* runtime() {
  static const OrtApi* const api = open_runtime();
  return api;
}

}  // namespace

struct Network::Session {
  Ort::Env environment{ORT_LOGGING_LEVEL_ERROR, "remote-sharpen"};
  Ort::Session session{nullptr};
};

Network::Network(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

bool Network::available() {
  if (!runtime()) return false;
  Ort::InitApi(runtime());
  return true;
}

Result<Network> Network::load(unsigned threads) {
  if (!available()) return fail(ErrorKind::internal, "ONNX Runtime is not installed.");
  const std::span<const std::byte> weights = network_weights();
  try {
    const Quiet quiet;
    auto made = std::make_unique<Session>();
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(static_cast<int>(threads));
    options.SetInterOpNumThreads(1);
    options.AddConfigEntry("session.intra_op.allow_spinning", "0");
    options.SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_ALL);
    made->session = Ort::Session(made->environment, weights.data(), weights.size(), options);
    return Network(std::move(made));
  } catch (const Ort::Exception& error) {
    return fail(ErrorKind::internal, error.what());
  }
}

Result<Network::Answer> Network::run(std::span<float> members, int width, int height) {
  const auto count = std::int64_t(members.size()) / width / height;
  const std::array<std::int64_t, 4> shape{1, count, height, width};
  const std::array inputs{"bank"};
  const std::array outputs{"luma", "weights"};
  try {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const auto input = Ort::Value::CreateTensor<float>(memory, members.data(), members.size(),
                                                       shape.data(), shape.size());
    const auto found = session_->session.Run(Ort::RunOptions(), inputs.data(), &input, 1,
                                             outputs.data(), outputs.size());
    const auto values = [](const Ort::Value& tensor) {
      const auto count = tensor.GetTensorTypeAndShapeInfo().GetElementCount();
      const auto* first = tensor.GetTensorData<float>();
      return std::vector<float>(first, first + count);
    };
    return Answer{values(found[0]), values(found[1])};
  } catch (const Ort::Exception& error) {
    return fail(ErrorKind::internal, error.what());
  }
}

}  // namespace sharpen::engine
