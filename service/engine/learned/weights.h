#pragma once

#include <cstddef>
#include <span>

namespace sharpen::engine {

/// The network in ONNX format, as tools/train made it (judge.onnx), within the program.
[[nodiscard]] std::span<const std::byte> network_weights();

}  // namespace sharpen::engine
