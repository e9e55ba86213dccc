#pragma once

#include <filesystem>
#include <memory>

#include "client/spooled_upload.h"
#include "plugin/gimp_host.h"

namespace sharpen {

/// What went out, and what stays here of it.
struct GimpHost::SentPicture {
  std::shared_ptr<const KeptOriginal> original;
  std::filesystem::path file;  ///< belongs to the job
};

/// The export of a whole area: its host learns what was sent when it is complete.
class GimpHost::HostExport final : public Export {
 public:
  HostExport(GimpHost& host, std::size_t source, std::unique_ptr<LayerExport> layer)
      : host_(host), source_(source), layer_(std::move(layer)) {}
  [[nodiscard]] Result<bool> step() override { return layer_->step(); }
  [[nodiscard]] double fraction() const override { return layer_->fraction(); }
  [[nodiscard]] Origin origin() const override { return layer_->origin(); }
  [[nodiscard]] Upload finish() override {
    Upload upload = layer_->finish();
    Layer& layer = host_.layers_.at(source_);
    layer.sent[layer.sent_id] =
        std::make_shared<const SentPicture>(layer_->original(), upload.file);
    if (const auto& selection = host_.layers_.at(source_).area.selection)
      if (const auto saved = save_selection(*selection, selection_file(upload.file)); !saved)
        g_warning("%s", saved.error().text().c_str());
    return upload;
  }

 private:
  GimpHost& host_;
  std::size_t source_;
  std::unique_ptr<LayerExport> layer_;
};

}  // namespace sharpen
