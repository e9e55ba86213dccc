"""Small ICC profiles of the colour spaces that photographers use, made from their published numbers."""

import struct

D50 = (0.9642, 1.0, 0.8249)
# Red, green and blue adapted to D50; the transfer curve is a gamma or "srgb".
SPACES = {
    "sRGB": (((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)), "srgb"),
    "Display P3": (((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)), "srgb"),
    "ProPhoto RGB": (((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491)), 1.8),
}


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))


def curve(transfer):
    if transfer == "srgb":
        parts = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        return b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + b"".join(map(fixed, parts))
    return b"para\0\0\0\0" + struct.pack(">HH", 0, 0) + fixed(transfer)


def text(words):
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 2 * len(words), 28) + words.encode("utf-16-be")


def profile(name):
    """The bytes of a version 4 matrix profile."""
    colours, transfer = SPACES[name]
    tags = {b"desc": text(name), b"cprt": text("public domain"), b"wtpt": xyz(D50)}
    for letter, colour in zip(b"rgb", colours):
        tags[bytes([letter]) + b"XYZ"] = xyz(colour)
        tags[bytes([letter]) + b"TRC"] = curve(transfer)
    return assembled(b"RGB ", tags)


def gray_profile():
    return assembled(b"GRAY", {b"desc": text("gray"), b"cprt": text("public domain"), b"wtpt": xyz(D50),
                               b"kTRC": curve("srgb")})


def assembled(space, tags):
    position = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for signature, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += struct.pack(">4sII", signature, position + len(body), len(data))
        body += data
    size = 128 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04300000, b"mntr", space, b"XYZ ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + b"".join(map(fixed, D50))
    return header + b"\0" * (128 - len(header)) + table + body
