#include "plugin/export/formats.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "base/glib_error.h"
#include "base/i18n.h"
#include "plugin/gimp/gimp_ref.h"
#include "plugin/gimp/in_thread.h"

namespace sharpen {
namespace {

enum class Encoding { linear, non_linear, perceptual };

/// babl marks the transfer curve in a format's name: "R'G'B' u8" the space's own, "R~G~B~ u8" that
/// of sRGB, "RGB u8" none.
Encoding encoding_of(const Babl* format) {
  const std::string_view name = babl_format_get_encoding(format);
  if (name.contains('~')) return Encoding::perceptual;
  return name.contains('\'') ? Encoding::non_linear : Encoding::linear;
}

const Babl* format_of(int channels, Encoding encoding, bool alpha, const char* type,
                      const Babl* space) {
  const char mark = encoding == Encoding::perceptual ? '~' : '\'';
  std::string name;
  for (const char letter : std::string_view(channels == 1 ? "Y" : "RGB")) {
    name += letter;
    if (encoding != Encoding::linear) name += mark;
  }
  if (alpha) name += 'A';
  return babl_format_with_space((name + " " + type).c_str(), space);
}

const char* type_name(int bits) { return bits == 8 ? "u8" : "u16"; }

/// Whether the samples are the same but for alpha.
bool has_encoding(const Babl* native, const Babl* wire) {
  return babl_format_get_type(native, 0) == babl_format_get_type(wire, 0) &&
         encoding_of(native) == encoding_of(wire);
}

bool has_floats(const Babl* native) {
  const Babl* type = babl_format_get_type(native, 0);
  return type == babl_type("half") || type == babl_type("float") || type == babl_type("double");
}

void set_plain(TransferFormat& format) {
  format.plain_native = plain(format.native);
  format.plain_wire = plain(format.wire);
  format.plain_wire_alpha = plain(format_of(format.channels, encoding_of(format.wire), true,
                                            type_name(format.bits), babl_space("sRGB")));
}

Ref<GimpColorProfile> transfer_profile(GimpImage* image, Encoding encoding) {
  auto profile = Ref<GimpColorProfile>::adopt(gimp_image_get_effective_color_profile(image));
  if (encoding == Encoding::non_linear) return profile;
  return Ref<GimpColorProfile>::adopt(
      gimp_color_profile_new_srgb_trc_from_color_profile(profile.get()));
}

}  // namespace

const Babl* plain(const Babl* format) {
  std::string name = babl_format_get_encoding(format);
  // Both marks mean sRGB's curve there, but babl converts these six times faster.
  std::ranges::replace(name, '~', '\'');
  return babl_format_with_space(name.c_str(), babl_space("sRGB"));
}

const Babl* as_float(const Babl* format) {
  const std::string_view encoding = babl_format_get_encoding(format);
  const std::string name = std::string(encoding.substr(0, encoding.find(' '))) + " float";
  return babl_format_with_space(name.c_str(), babl_format_get_space(format));
}

bool TransferFormat::is_linear() const { return encoding_of(native) == Encoding::linear; }

std::size_t TransferFormat::native_bytes() const {
  return static_cast<std::size_t>(babl_format_get_bytes_per_pixel(native));
}

std::size_t TransferFormat::sample_bytes() const {
  return native_bytes() / static_cast<std::size_t>(babl_format_get_n_components(native));
}

Result<TransferFormat> transfer_format(GimpDrawable* drawable, bool as_rgb) {
  if (gimp_drawable_is_indexed(drawable))
    return fail(ErrorKind::bad_picture, _("An indexed image cannot be sharpened."),
                _("Convert it to RGB first: Image > Mode > RGB."));
  TransferFormat format;
  format.native = gegl_buffer_get_format(buffer_of(drawable).get());
  const Babl* space = babl_format_get_space(format.native);
  const Encoding encoding = encoding_of(format.native);
  const Babl* type = babl_format_get_type(format.native, 0);
  const bool is_gray = gimp_drawable_is_gray(drawable);

  format.has_alpha = babl_format_has_alpha(format.native);
  format.is_float = has_floats(format.native);
  format.bits = type == babl_type("u8") && encoding != Encoding::linear ? 8 : 16;
  format.channels = is_gray && !as_rgb ? 1 : 3;

  auto profile = transfer_profile(gimp_item_get_image(as_item(drawable)), encoding);
  Encoding sent = encoding == Encoding::non_linear ? encoding : Encoding::perceptual;
  if (!profile || (is_gray && as_rgb)) {
    profile = Ref<GimpColorProfile>::adopt(gimp_color_profile_new_rgb_srgb());
    space = babl_space("sRGB");
    sent = Encoding::non_linear;
  }
  format.wire = format_of(format.channels, sent, false, type_name(format.bits), space);
  format.exact = !(is_gray && as_rgb) && has_encoding(format.native, format.wire);
  set_plain(format);
  if (is_gray && as_rgb) format.plain_native = format.native;
  const auto icc = icc_of(profile.get());
  format.icc.assign(icc.begin(), icc.end());
  return format;
}

Result<const Babl*> find_conversion(const Babl* from, const Babl* to,
                                    const ProcessEvents& process_events) {
  return in_thread([=] { return babl_fish(from, to); }, process_events);
}

void convert(const Babl* fish, std::span<const std::byte> from, std::span<std::byte> to,
             std::size_t pixels) {
  if (pixels == 0) return;
  constexpr std::size_t at_once = 4096;
  const std::size_t from_bytes = from.size() / pixels, to_bytes = to.size() / pixels;
  for (std::size_t done = 0; done < pixels; done += at_once)
    babl_process(fish, from.subspan(done * from_bytes).data(), to.subspan(done * to_bytes).data(),
                 static_cast<long>(std::min(at_once, pixels - done)));
}

GimpPrecision precision_of(const Babl* native) {
  struct Row {
    const char* type;
    GimpPrecision linear, non_linear, perceptual;
  };
  static constexpr Row rows[] = {
      {"u8", GIMP_PRECISION_U8_LINEAR, GIMP_PRECISION_U8_NON_LINEAR, GIMP_PRECISION_U8_PERCEPTUAL},
      {"u16", GIMP_PRECISION_U16_LINEAR, GIMP_PRECISION_U16_NON_LINEAR,
       GIMP_PRECISION_U16_PERCEPTUAL},
      {"u32", GIMP_PRECISION_U32_LINEAR, GIMP_PRECISION_U32_NON_LINEAR,
       GIMP_PRECISION_U32_PERCEPTUAL},
      {"half", GIMP_PRECISION_HALF_LINEAR, GIMP_PRECISION_HALF_NON_LINEAR,
       GIMP_PRECISION_HALF_PERCEPTUAL},
      {"float", GIMP_PRECISION_FLOAT_LINEAR, GIMP_PRECISION_FLOAT_NON_LINEAR,
       GIMP_PRECISION_FLOAT_PERCEPTUAL},
      {"double", GIMP_PRECISION_DOUBLE_LINEAR, GIMP_PRECISION_DOUBLE_NON_LINEAR,
       GIMP_PRECISION_DOUBLE_PERCEPTUAL},
  };
  const Babl* type = babl_format_get_type(native, 0);
  const auto* row = std::ranges::find_if(
      rows, [&](const Row& candidate) { return babl_type(candidate.type) == type; });
  if (row == std::end(rows)) return GIMP_PRECISION_FLOAT_NON_LINEAR;
  switch (encoding_of(native)) {
    case Encoding::linear:
      return row->linear;
    case Encoding::non_linear:
      return row->non_linear;
    case Encoding::perceptual:
      return row->perceptual;
  }
  return row->non_linear;
}

Result<TransferFormat> file_format(int channels, int bits, const std::vector<std::byte>& icc) {
  const bool has_alpha = channels == 2 || channels == 4;
  TransferFormat format;
  format.channels = channels <= 2 ? 1 : 3;
  format.bits = bits;
  format.has_alpha = has_alpha;
  format.exact = true;
  format.icc = icc;
  format.wire = format_of(format.channels, Encoding::non_linear, false, type_name(bits), nullptr);
  TransferFormat blank = format;
  blank.icc.clear();
  const AnswerFormat found = answer_format(blank, channels, bits, icc);
  if (found.lost_profile)
    return fail(ErrorKind::bad_picture,
                _("The saved picture has a colour profile that GIMP cannot use."),
                _("Sharpen the layer again."));
  const Babl* space = babl_format_get_space(found.format);
  format.native = found.format;
  format.wire = format_of(format.channels, Encoding::non_linear, false, type_name(bits), space);
  set_plain(format);
  return format;
}

Result<TransferFormat> kept_format(const Babl* native, int channels, int bits,
                                   const std::vector<std::byte>& icc) {
  auto format = file_format(channels, bits, icc);
  if (!format) return format;
  const bool gray_as_rgb = channels == 3 && babl_format_get_n_components(native) <= 2;
  const bool as_it_is = gray_as_rgb || encoding_of(native) == Encoding::non_linear;
  format->native = native;
  format->wire = format_of(channels, as_it_is ? Encoding::non_linear : Encoding::perceptual, false,
                           type_name(bits), babl_format_get_space(format->wire));
  format->has_alpha = babl_format_has_alpha(native);
  format->is_float = has_floats(native);
  format->exact = !gray_as_rgb && has_encoding(native, format->wire);
  set_plain(*format);
  if (gray_as_rgb) format->plain_native = native;
  return format;
}

AnswerFormat answer_format(const TransferFormat& sent, int channels, int bits,
                           const std::vector<std::byte>& icc) {
  const int colours = channels <= 2 ? 1 : 3;
  const bool has_alpha = channels == 2 || channels == 4;
  // Also of gray that came back as RGB, and of RGB that came back as gray.
  AnswerFormat as_sent = {format_of(colours, encoding_of(sent.wire), has_alpha, type_name(bits),
                                    babl_format_get_space(sent.wire)),
                          true};
  if (icc.empty() || icc == sent.icc) return as_sent;
  GErrorGuard no_profile, no_space;
  const auto profile = Ref<GimpColorProfile>::adopt(gimp_color_profile_new_from_icc_profile(
      reinterpret_cast<const guint8*>(icc.data()), icc.size(), no_profile.out()));
  const Babl* space =
      profile
          ? gimp_color_profile_get_space(
                profile.get(), GIMP_COLOR_RENDERING_INTENT_RELATIVE_COLORIMETRIC, no_space.out())
          : nullptr;
  if (space)
    return {format_of(colours, Encoding::non_linear, has_alpha, type_name(bits), space), false};
  as_sent.lost_profile = true;
  return as_sent;
}

}  // namespace sharpen
