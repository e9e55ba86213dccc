"""Pictures of what the settings and the models do, for the manual: crops at 100 % of the project's photograph, made worse on
purpose and sharpened by the real service. Arguments: the build folder, the output folder."""

import os
import pathlib
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
build, output = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
os.environ["REMOTE_SHARPEN_BUILD"] = str(build)
sys.path.insert(0, str(root / "bench" / "engine_bench"))
from service_calls import Service

SIZE = (1200, 900)
PART = "1200x900+1000+350"  # of the photograph: the bird
HEAD = "250x210+430+90"  # of that part

# What was done to the part in linear light, then the noise (a standard deviation in 1/255), and the crop that is shown.
FAULTS = {
    "defocus": (lambda: disk(3.4), 1),
    "grainy": (lambda: disk(3), 6),
    "soft": (lambda: ["-blur", "0x1.4"], 1),
    "motion": (lambda: line(14, 5), 1),
}


def convert(*arguments):
    subprocess.run(["convert", *map(str, arguments)], check=True)


def kernel(rows):
    """As ImageMagick reads it, with a sum of 1."""
    total = sum(map(sum, rows))
    text = " ".join(",".join(f"{value / total:.6f}" for value in row) for row in rows)
    return ["-morphology", "Convolve", f"{len(rows[0])}x{len(rows)}: {text}"]


def disk(radius):
    """What a lens out of focus makes of a point."""
    reach, fine = int(radius) + 1, [(i - 4.5) / 10 for i in range(10)]
    return kernel([[sum((x + u) ** 2 + (y + v) ** 2 <= radius ** 2 for u in fine for v in fine)
                    for x in range(-reach, reach + 1)] for y in range(-reach, reach + 1)])


def line(width, height):
    """What a camera that moved by so many pixels makes of a point."""
    steps = [(t * width / 200, t * height / 200) for t in range(-100, 101)]
    across, down = width // 2 + 1, height // 2 + 1
    return kernel([[sum(max(0, 1 - abs(x - u)) * max(0, 1 - abs(y - v)) for u, v in steps)
                    for x in range(-across, across + 1)] for y in range(-down, down + 1)])


def spoiled(folder, name):
    """The part of the photograph with one of the faults."""
    blur, noise = FAULTS[name]
    file = folder / f"{name}.png"
    convert(root / "data" / "perched-osprey.jpg", "-crop", PART, "+repage", "-colorspace", "RGB", *blur(), "-colorspace", "sRGB",
            "-seed", "7", "-attenuate", noise / 20, "+noise", "Gaussian", "-depth", "8", "-strip", file)
    return file


def row(folder, name, pictures):
    """Crops side by side, with a gap between them."""
    crops = []
    for index, picture in enumerate(pictures):
        crop = folder / f"crop-{index}.png"
        convert(picture, "-crop", HEAD, "+repage", *(["-bordercolor", "white", "-border", "0"]), crop)
        crops += ["(", crop, *(["-gravity", "east", "-background", "white", "-splice", "4x0"]
                               if index + 1 < len(pictures) else []), ")"]
    convert(*crops, "+append", "-strip", "-quality", "88", output / f"{name}.jpg")


def main():
    with tempfile.TemporaryDirectory() as name, Service(f"{name}/state") as service:
        folder = pathlib.Path(name)

        def sharpened(source, **fields):
            target = folder / f"result-{len(list(folder.iterdir()))}.png"
            found = service.sharpen(source, target, {"output_format": "png", **fields})
            print(source.stem, fields, found["summary"], flush=True)
            if not found["changed"]:
                raise RuntimeError(f"{source.stem} came back unchanged")
            return target

        soft, grainy, defocus, motion = (spoiled(folder, name) for name in ("soft", "grainy", "defocus", "motion"))
        for setting, low, high, source in (("strength", 0.25, 1, defocus), ("minor_denoise", 0.01, 1, grainy),
                                           ("denoise_strength", 0, 1, grainy)):
            row(folder, f"setting-{setting.replace('_', '-')}",
                [source, *(sharpened(source, model="Lens Blur V2", **{setting: value}) for value in (low, high))])
        for model, source in (("Standard", soft), ("Lens Blur V2", defocus), ("Motion Blur", motion)):
            row(folder, f"model-{model.lower().replace(' ', '-')}", [source, sharpened(source, model=model)])


main()
