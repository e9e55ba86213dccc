#pragma once

#include <libgimp/gimp.h>

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/home.h"
#include "plugin/export/chosen_items.h"
#include "plugin/export/layer_export.h"
#include "plugin/export/selection.h"
#include "plugin/place/placement.h"
#include "ui/host.h"

namespace sharpen {

/// The layers of one run in a real GIMP. Main thread only.
class GimpHost final : public Host {
 public:
  /// Checks the drawables: layers (or layer masks, which mean their layers) of an RGB or gray image
  /// without a floating selection. Errors: bad_argument, io.
  [[nodiscard]] static Result<std::unique_ptr<GimpHost>> open(
      GimpImage* image, const std::vector<GimpDrawable*>& drawables, const Home& home);

  [[nodiscard]] const std::vector<Source>& sources() const override { return sources_; }
  [[nodiscard]] Result<ScreenPixels> thumbnail(std::size_t source, int max_side) override;
  [[nodiscard]] Result<ScreenPixels> region(std::size_t source, Rectangle box) override;
  [[nodiscard]] Result<std::unique_ptr<Answer>> open_answer(std::size_t source,
                                                            const JobResult& result) override;
  [[nodiscard]] Result<std::unique_ptr<Export>> begin_export(
      std::size_t source, std::optional<Rectangle> box = {}) override;
  [[nodiscard]] Result<std::vector<std::string>> place(std::vector<Placement> placements,
                                                       const PlaceOptions& options) override;

  /// Writes a result's pixels into the layer that was sent, instead of making a new one: for an
  /// image that nobody sees. False: the layer is more than its pixels, so that they would not stay.
  /// Errors: bad_picture, io, gimp.
  [[nodiscard]] Result<bool> overwrite(const Placement& placement, const PlaceOptions& options,
                                       std::vector<std::string>& notes);

  /// From now on earlier results are replaced by new ones made from their originals.
  void work_on_originals(bool originals) override;

  bool send_gray_as_rgb() override;
  /// What place() made, or left alone: ids of layers, and the service of the first of them.
  [[nodiscard]] const std::vector<int>& new_layers() const { return new_layers_; }
  [[nodiscard]] const std::string& service_used() const { return service_used_; }
  /// False if the service says of every result that it left the picture as it was.
  [[nodiscard]] bool changed() const { return changed_; }

 private:
  struct SentPicture;
  struct Ready;
  class HostExport;

  /// A source, by ids: libgimp drops its objects when GIMP's are gone.
  struct Layer {
    int chosen_id = -1;    ///< what the user chose
    int original_id = -1;  ///< of an earlier result: its original, if that is still there
    /// What the earlier result covers of the original, if not all of it.
    std::optional<Rectangle> original_box;
    int sent_id = -1;     ///< one of the two
    Result<void> looked;  ///< an error: why it cannot be sent
    unsigned sent_tattoo = 0;
    LayerAttributes attributes;
    SentArea area;
    /// The newest export of the whole area, by the layer that was sent.
    std::map<int, std::shared_ptr<const SentPicture>> sent;
  };

  GimpHost(int image_id, Home home) : image_id_(image_id), home_(std::move(home)) {}
  [[nodiscard]] Result<void> add(GimpLayer* layer);
  void prepare_screen();
  [[nodiscard]] Result<void> look_at(Layer& layer, int sent_id);
  [[nodiscard]] Result<GimpDrawable*> drawable_of(const Layer& layer) const;
  [[nodiscard]] PlaceRequest request_for(const Placement& placement,
                                         const PlaceOptions& options) const;
  /// The layer of a result that is the same as what was sent, which needs no new one; else null.
  [[nodiscard]] GimpLayer* layer_left_alone(const Placement& placement) const;
  [[nodiscard]] Result<Ready> make_ready(const Placement& placement, const PlaceOptions& options);
  [[nodiscard]] Result<Ready> make_ready(const Placement& placement, PlaceRequest request);
  /// Those whose image or source was there when they were made, and no longer is.
  [[nodiscard]] Result<void> make_lost_ones_again(std::vector<Ready>& ready,
                                                  const std::vector<Placement>& placed,
                                                  const PlaceOptions& options);
  [[nodiscard]] Result<void> insert(std::vector<Ready>& ready, const PlaceOptions& options,
                                    std::vector<std::string>& notes);
  /// Takes away the earlier results whose place and name `new_layers_` have.
  void remove_replaced(const std::vector<Ready>& ready);
  /// Chooses what has come, unless the user went on to something else and works on that.
  void choose_new_layers(const std::vector<Ready>& ready, const ChosenItems& before);
  /// Notes in the journal that the results are in the image; not of what was paid for if
  /// `keep_paid`, for then the script fails.
  void settle_jobs(const std::vector<Placement>& placements, bool keep_paid,
                   const ProcessEvents& process_events);

  int image_id_;
  ChosenItems chosen_;  ///< when the run began
  bool gray_as_rgb_ = false;
  int display_id_ = -1;  ///< from which the run was started; -1 without windows
  Home home_;
  std::vector<Source> sources_;
  std::vector<Layer> layers_;
  std::vector<int> new_layers_;
  std::string service_used_;
  bool changed_ = false;
  std::future<void> screen_conversions_;  ///< are being looked for
};

}  // namespace sharpen
