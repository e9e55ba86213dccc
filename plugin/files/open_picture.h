#pragma once

#include <libgimp/gimp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "base/error.h"
#include "client/home.h"
#include "client/jobs/job.h"
#include "plugin/files/files_options.h"
#include "plugin/host/gimp_host.h"

namespace sharpen {

/// A file of a run, open in GIMP without a window. Main thread only; the image ends with it.
class OpenPicture {
 public:
  /// Lets GIMP load the file. Of several layers, what is to be seen of them is sharpened. Errors:
  /// bad_picture, gimp, and those of GimpHost::open().
  [[nodiscard]] static Result<std::unique_ptr<OpenPicture>> load(const std::filesystem::path& file,
                                                                 const Home& home);
  OpenPicture(const OpenPicture&) = delete;
  OpenPicture& operator=(const OpenPicture&) = delete;
  ~OpenPicture();

  [[nodiscard]] std::uint32_t width() const { return host_->sources().front().width; }
  [[nodiscard]] std::uint32_t height() const { return host_->sources().front().height; }

  /// Starts writing what is to be sent.
  [[nodiscard]] Result<std::unique_ptr<Export>> begin_export() { return host_->begin_export(0); }
  /// From now on gray travels as RGB. False: it is not gray, or does so already.
  [[nodiscard]] bool send_gray_as_rgb() { return host_->send_gray_as_rgb(); }

  /// Puts the result above its source, or in its place if `format` has no layers; its job stays in
  /// the journal. Returns what has to be said.
  [[nodiscard]] Result<std::vector<std::string>> place(JobResult& result, const Settings& settings,
                                                       OutputFormat format);

  /// Writes the image, result on top, with the metadata and the profile of the file. Errors: gimp.
  [[nodiscard]] Result<void> save(const std::filesystem::path& file, OutputFormat format,
                                  int jpeg_quality);

 private:
  explicit OpenPicture(int image_id) : image_id_(image_id) {}
  [[nodiscard]] Result<GimpLayer*> prepare(GimpImage* image);
  void show_result_alone(GimpImage* image, OutputFormat format) const;

  int image_id_;
  int visible_id_ = -1;  ///< a layer of our own of what is to be seen, where there are several
  std::unique_ptr<GimpHost> host_;
};

}  // namespace sharpen
