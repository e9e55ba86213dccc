#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "client/jobs/spooled_upload.h"
#include "plugin/host/gimp_host.h"

namespace sharpen {

/// What went out, and what stays here of it.
struct GimpHost::SentPicture {
  std::shared_ptr<const SourceSnapshot> snapshot;
  std::filesystem::path file;  ///< belongs to the job
};

/// The export of a whole area: its host learns what was sent when it is complete.
class GimpHost::HostExport final : public Export {
 public:
  HostExport(GimpHost& host, std::size_t source, std::unique_ptr<LayerExport> layer)
      : host_(host), source_(source), layer_(std::move(layer)) {}
  [[nodiscard]] Result<bool> step() override {
    if (layer_done_) return saved(selection_->step());
    auto done = layer_->step();
    if (!done || !*done) return done;
    layer_done_ = true;
    const auto& selection = host_.layers_.at(source_).area.selection;
    if (!selection) return true;
    auto begun = SelectionWriter::begin(selection, selection_file(layer_->file()));
    if (!begun) return saved(fail(std::move(begun)));
    selection_.emplace(*std::move(begun));
    return false;
  }
  [[nodiscard]] double fraction() const override { return layer_->fraction(); }
  [[nodiscard]] LayerOrigin origin() const override { return layer_->origin(); }
  [[nodiscard]] Upload finish() override {
    Upload upload = layer_->finish();
    Layer& layer = host_.layers_.at(source_);
    layer.sent[layer.sent_id] =
        std::make_shared<const SentPicture>(layer_->snapshot(), upload.file);
    return upload;
  }

 private:
  /// Without a saved selection the job goes on all the same: it is needed after a crash only.
  static Result<bool> saved(Result<bool> complete) {
    if (complete) return complete;
    g_warning("%s", complete.error().text().c_str());
    return true;
  }

  GimpHost& host_;
  std::size_t source_;
  std::unique_ptr<LayerExport> layer_;
  bool layer_done_ = false;
  std::optional<SelectionWriter> selection_;
};

}  // namespace sharpen
