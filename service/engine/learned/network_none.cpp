#include "service/engine/learned/network.h"

namespace sharpen::engine {

struct Network::Session {};

Network::Network(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

bool Network::available() { return false; }

Result<Network> Network::load(unsigned) {
  return fail(ErrorKind::internal, "This build has no ONNX Runtime.");
}

Result<Network::Answer> Network::run(std::span<float>, int, int) { return Answer(); }

}  // namespace sharpen::engine
