// The embedded engine on spoiled photographs, against deconvolutions that are told the blur.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/engine_bench/cells.h"

namespace {

using namespace sharpen;
using bench::Spoiling;

constexpr double kHarm = -0.1;  ///< dB: worse than this is a failure

std::vector<Spoiling> all_cells(bool reduced) {
  if (reduced) {
    return {{"in-family", "disk4", false, 1, 0, "Strong"},
            {"in-family", "disk3", true, 1, 0, "Lens Blur V2"},
            {"in-family", "motion9_30", false, 1, 0, "Strong"},
            {"in-family", "disk4", false, 1, 92, "Strong"},
            {"in-family", "gauss1.5", true, 1, 0, "Standard"},
            {"outside", "hexagon4", true, 1, 0, "Strong"},
            {"outside", "shake1", true, 1, 0, "Strong"},
            {"sharp", "none", false, 1, 0, "Strong"},
            {"sharp", "none", false, 1, 90, "Lens Blur V2"},
            {"sharp", "none", false, 1, 92, "Motion Blur"},
            {"mixed", "disk4", false, 1, 0, "Lens Blur V2"}};
  }
  std::vector<Spoiling> cells;
  for (const bool linear : {false, true}) {
    for (const char* blur :
         {"disk2", "disk4", "disk8", "gauss1.5", "gauss3", "motion9_30", "motion21_70"}) {
      cells.push_back({"in-family", blur, linear, 1, 0, "Strong"});
    }
  }
  cells.push_back({"in-family", "disk4", false, 3, 0, "Strong"});
  cells.push_back({"in-family", "motion9_30", false, 3, 0, "Strong"});
  cells.push_back({"in-family", "disk4", false, 1, 92, "Strong"});
  cells.push_back({"in-family", "motion21_70", false, 1, 92, "Strong"});
  for (const char* blur : {"hexagon4", "shake1", "shake5", "shake7", "varying"}) {
    cells.push_back({"outside", blur, true, 1, 0,
                     std::string_view(blur) == "varying" ? "Lens Blur V2" : "Strong"});
  }
  for (const char* model :
       {"Standard", "Strong", "Natural", "Lens Blur", "Lens Blur V2", "Motion Blur", "Refocus"}) {
    cells.push_back({"sharp", "none", false, 1, 0, model});
    cells.push_back({"sharp", "none", false, 1, 92, model});
  }
  cells.push_back({"mixed", "disk4", false, 1, 0, "Lens Blur V2"});
  cells.push_back({"mixed", "disk4", true, 1, 0, "Refocus"});
  return cells;
}

struct Options {
  std::vector<std::filesystem::path> photos;
  std::filesystem::path json, crops;
  std::uint32_t side = 600;
  bool reduced = false, fast = false, peers = true, verbose = false;
  std::string only, blur;
};

void usage() {
  std::puts(
      "engine-bench [--json FILE] [--crops FOLDER] [--side PIXELS] [--fast] [--reduced]\n"
      "             [--no-peers] [--only GROUP] [--blur BLUR] [--verbose] PHOTO...\n"
      "Spoils the middle of each sharp photograph, sharpens it, and compares with the original.\n"
      "Ends with status 1 if any picture came out worse than it went in by more than 0.1 dB.");
}

Options parse(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string word = arguments[i];
    const auto value = [&] { return i + 1 < arguments.size() ? arguments[++i] : ""; };
    if (word == "--json")
      options.json = value();
    else if (word == "--crops")
      options.crops = value();
    else if (word == "--only")
      options.only = value();
    else if (word == "--blur")
      options.blur = value();
    else if (word == "--side")
      options.side = static_cast<std::uint32_t>(std::atoi(value()));
    else if (word == "--fast")
      options.fast = true;
    else if (word == "--reduced")
      options.reduced = true;
    else if (word == "--verbose")
      options.verbose = true;
    else if (word == "--no-peers")
      options.peers = false;
    else if (word == "--help") {
      usage();
      std::exit(0);
    } else
      options.photos.emplace_back(word);
  }
  if (options.photos.empty()) {
    usage();
    std::exit(2);
  }
  return options;
}

/// As a part of file names.
std::string name_of(const Spoiling& how) {
  return how.blur + (how.linear ? "-linear" : "-encoded") + (how.noise > 1 ? "-noise" : "") +
         (how.jpeg ? "-jpeg" : "");
}

/// Input, the best peer if there is one, ours and the truth, as PNG side by side in a folder.
void save_crops(const std::filesystem::path& folder, const std::string& name,
                const bench::Cell& cell, const bench::Picture& ours,
                std::span<const bench::Peer> peers) {
  std::filesystem::create_directories(folder);
  const std::string base = folder / name;
  bench::write_photo(base + "-1-input.png", cell.input);
  if (!peers.empty()) {
    const auto best = std::ranges::max_element(peers, {}, &bench::Peer::gain);
    bench::write_photo(base + "-2-peer.png", best->result);
  }
  bench::write_photo(base + "-3-ours.png", ours);
  bench::write_photo(base + "-4-truth.png", cell.truth);
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse({argv, static_cast<std::size_t>(argc)});
  JsonWriter json;
  json.begin_object().begin_array("rows");
  std::printf("%-10s %-12s %-7s %5s %5s %-13s %7s %7s  %-16s %7s\n", "group", "blur", "domain",
              "noise", "codec", "model", "mean", "worst", "best peer", "mean");
  double pixels = 0, seconds = 0;
  int harmed = 0;
  for (const Spoiling& how : all_cells(options.reduced)) {
    if (!options.only.empty() && options.only != how.group) continue;
    if (!options.blur.empty() && options.blur != how.blur) continue;
    double sum = 0, worst = 1e9, peer_sum[3] = {};
    std::string worst_photo;
    for (const auto& file : options.photos) {
      const auto photo = bench::read_photo(file, options.side);
      const auto cell = bench::spoil(photo, how);
      const int border = std::max(4, cell.kernel.width() - 1);
      const auto start = std::chrono::steady_clock::now();
      engine::Report report;
      const auto result = bench::sharpen(cell, how.model, options.fast, report);
      const double gain =
          bench::psnr(result, cell.truth, border) - bench::psnr(cell.input, cell.truth, border);
      if (report.changed) {
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        pixels += double(cell.input[0].size());
      }
      if (options.verbose) {
        std::printf("  %-24s %+6.2f  %s%s\n", file.stem().c_str(), gain, report.summary.c_str(),
                    report.linear_light ? ", linear" : "");
      }
      sum += gain;
      if (gain < worst) {
        worst = gain;
        worst_photo = file.stem();
      }
      if (gain < kHarm) {
        ++harmed;
        std::fprintf(stderr, "HARM %s %s %s: %+.2f dB (%s)\n", file.stem().c_str(),
                     how.blur.c_str(), how.model.c_str(), gain, report.summary.c_str());
      }
      std::vector<bench::Peer> peers;
      if (options.peers && !options.reduced && how.group == "in-family") {
        peers = bench::oracles(cell, how.linear, border);
        for (std::size_t p = 0; p < peers.size(); ++p) peer_sum[p] += peers[p].gain;
      }
      if (!options.crops.empty() && how.group == "in-family") {
        save_crops(options.crops, file.stem().string() + "-" + name_of(how), cell, result, peers);
      }
    }
    const double count = double(options.photos.size());
    const char* names[] = {"unsharp mask", "Wiener", "Richardson-Lucy"};
    const auto* best = std::max_element(peer_sum, peer_sum + 3);
    const bool compared = options.peers && !options.reduced && how.group == "in-family";
    const char* peer = compared ? names[best - peer_sum] : "";
    const std::string codec = how.jpeg ? "q" + std::to_string(how.jpeg) : "png";
    std::printf("%-10s %-12s %-7s %5.1f %5s %-13s %+7.2f %+7.2f  %-16s %s\n", how.group.c_str(),
                how.blur.c_str(), how.linear ? "linear" : "encoded", how.noise, codec.c_str(),
                how.model.c_str(), sum / count, worst, peer,
                compared ? std::to_string(*best / count).substr(0, 5).c_str() : "");
    std::fflush(stdout);
    json.begin_object()
        .member("group", how.group)
        .member("blur", how.blur)
        .member("domain", how.linear ? "linear" : "encoded")
        .member("noise", how.noise)
        .member("codec", codec)
        .member("model", how.model)
        .member("gain_mean_db", sum / count)
        .member("gain_worst_db", worst)
        .member("worst_picture", worst_photo);
    if (compared) json.member("best_peer", peer).member("best_peer_db", *best / count);
    json.end_object();
  }
  json.end_array();
  const double speed = seconds > 0 ? pixels / seconds / 1e6 : 0;
  json.member("megapixels_per_second", speed).member("harmed", harmed).end_object();
  std::printf("%.2f MP/s; %d pictures came out worse than they went in\n", speed, harmed);
  if (!options.json.empty()) std::ofstream(options.json) << json.text(true) << '\n';
  return harmed > 0 ? 1 : 0;
}
