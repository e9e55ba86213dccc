"""Small pictures in files, for tests of runs on files."""

import random
import struct
import subprocess


def picture(file, size=64, kind="RGB", seed=None, **options):
    """A small picture of noise, each another one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    noise = file.with_suffix(".raw-noise")
    channels = {"RGB": 3, "RGBA": 4, "GRAY": 1}[kind]
    noise.write_bytes(random.Random(seed or str(file)).randbytes(size * size * channels))
    arguments = [word for name, value in options.items() for word in (f"-{name}", value)]
    subprocess.run(["convert", "-depth", "8", "-size", f"{size}x{size}",
                    f"{kind.lower()}:{noise}", *arguments, str(file)], check=True)
    noise.unlink()
    return file


def add_make(photo, make):
    """Puts the maker of the camera into a JPEG."""
    text = make + b"\0"
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + \
        struct.pack("<HHII", 0x010F, 2, len(text), 26) + struct.pack("<I", 0) + text
    body = b"Exif\0\0" + tiff
    data = photo.read_bytes()
    photo.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:])


def pixels(file, order="rgb"):
    return subprocess.run(["convert", f"{file}[0]", "-depth", "8", f"{order}:-"], check=True, capture_output=True).stdout
