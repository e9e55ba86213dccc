#pragma once

#include <array>
#include <stop_token>
#include <vector>

#include "service/engine/decode/pixel_store.h"
#include "service/engine/decode/tone.h"
#include "service/engine/math/plane.h"

namespace sharpen::engine {

/// Mean power spectra (see BlockSpectrum) of the same blocks, of encoded and of linear luma.
struct Spectra {
  Plane encoded, linear;
  int blocks = 0;  ///< how many; 0: nothing could be measured
};

/// What a first look over the whole picture found.
struct Survey {
  Spectra spectra;         ///< of its more detailed half
  Spectra clearest;        ///< of the more detailed half of that
  std::vector<Box> boxes;  ///< up to three without overlap where it has most detail
};

/// Looks at up to some thousand blocks of a picture. Without a block for pictures that are too
/// small or flat. Errors: io; cancelled.
[[nodiscard]] Result<Survey> survey(const PixelStore& picture,
                                    const std::array<ToneCurve, 3>& tones, unsigned threads,
                                    const std::stop_token& stop);

/// Mean spectra of two disjoint parts of a picture that hold as many detailed blocks, and of both.
struct Halves {
  std::array<Spectra, 2> parts;
  Spectra whole;
  std::vector<Box> boxes;  ///< up to six without overlap where it has most detail
};

/// Looks at blocks that lie closer in small pictures than those of survey(). Errors: io; cancelled.
[[nodiscard]] Result<Halves> survey_halves(const PixelStore& picture,
                                           const std::array<ToneCurve, 3>& tones, unsigned threads,
                                           const std::stop_token& stop);

}  // namespace sharpen::engine
