#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <future>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/glib_ref.h"
#include "client/jobs/spooled_upload.h"
#include "image/picture.h"
#include "plugin/export/alpha_fill.h"
#include "plugin/export/source_snapshot.h"
#include "plugin/export/tile_blocks.h"
#include "ui/host.h"

namespace sharpen {

/// Reads a box of a layer out of its buffer straight into a PNG, in bands of a tile's height.
class LayerExport final : public Export {
 public:
  struct Request {
    GimpDrawable* drawable = nullptr;
    Rectangle box;  ///< in pixels of the drawable
    LayerOrigin origin;
    std::filesystem::path spool;  ///< folder of temporary files
    bool as_rgb = false;          ///< gray travels as RGB
    bool keep = true;             ///< keep what snapshot() needs
  };
  /// Errors: bad_picture, io, too_large.
  [[nodiscard]] static Result<std::unique_ptr<LayerExport>> begin(const Request& request);

  [[nodiscard]] Result<bool> step() override;
  [[nodiscard]] double fraction() const override;
  [[nodiscard]] Upload finish() override;
  [[nodiscard]] LayerOrigin origin() const override { return origin_; }

  /// Where the picture is written.
  [[nodiscard]] const std::filesystem::path& file() const { return file_.path(); }
  /// After the last step.
  [[nodiscard]] std::shared_ptr<const SourceSnapshot> snapshot() const { return snapshot_; }

 private:
  LayerExport(const Request& request, TransferFormat format, SpooledUpload file,
              std::unique_ptr<PictureWriter> writer);
  /// A band of a tile's height on its way from the layer to the encoder.
  struct Band {
    int rows = 0;     ///< in all
    int columns = 0;  ///< that are read
    int blocks = 0;   ///< to be filled
    int written = 0;  ///< rows
    std::vector<std::byte> native, wire_alpha, wire;
  };

  [[nodiscard]] Result<void> step_band();
  void begin_band();
  void read_block();
  [[nodiscard]] Result<void> fill_block();
  [[nodiscard]] Result<void> write_slice();

  int drawable_id_;
  Ref<GeglBuffer> buffer_;
  Rectangle box_;
  LayerOrigin origin_;
  std::shared_ptr<SourceSnapshot> snapshot_;
  TileBlocks blocks_;  ///< of the box, to be read
  SpooledUpload file_;
  std::unique_ptr<PictureWriter> writer_;
  /// babl looks for those that nobody has asked for before; it remembers them.
  std::future<void> conversions_;
  std::optional<AlphaFill> alpha_fill_;
  bool looked_ = false;  ///< by the AlphaFill, at the whole
  Band band_;
  int next_row_ = 0;  ///< where the band begins
};

}  // namespace sharpen
