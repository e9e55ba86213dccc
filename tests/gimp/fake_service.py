"""A service that does on purpose what a good one does not: each first part of the path is a fault.

    http://127.0.0.1:PORT/FAULT/image/v1/…

status-NNN   submit is answered with that status
empty        submit is answered with nothing
wrong-size   the picture comes back one row shorter
flip         the lowest bit of every sample is flipped, the profile kept
flip-bare    the same without a profile
recolour     without a profile, too: gray comes back as RGB, and RGB as gray, which is its red
relabel      the numbers come back as they were, but as RGB whose profile is sRGB
eight        16 bits come back as 8
bad-profile  the profile is no profile; bad-chunk: it cannot even be unpacked
gray         colour comes back as gray with a gray profile
webp         the answer is a WebP
slow         the job takes until the file $FAKE_RELEASE exists; $FAKE_SUBMITTED gets a byte each time it is asked for till then
no-gray      gray pictures are refused
no-wide      pictures wider than 40 pixels are refused
good         the picture comes back as it came

The last submit, headers and body, is written to $FAKE_REQUEST if that is set.
"""

import http.server
import json
import os
import pathlib
import struct
import threading
import uuid
import zlib

import icc as profiles


def read_png(data):
    """Width, height, bits, channels, ICC chunk (or None) and raw rows of a PNG."""
    position, packed, icc = 8, b"", None
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        position += 12 + length
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", body[:10])
        elif kind == b"iCCP":
            icc = body
        elif kind == b"IDAT":
            packed += body
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    return width, height, bits, channels, icc, unfilter(zlib.decompress(packed), width * channels * bits // 8,
                                                        channels * bits // 8)


def unfilter(raw, length, step):
    rows, above = [], bytearray(length)
    for start in range(0, len(raw), length + 1):
        kind, row = raw[start], bytearray(raw[start + 1 : start + 1 + length])
        for i in range(length):
            left = row[i - step] if i >= step else 0
            corner = above[i - step] if i >= step else 0
            if kind == 1:
                row[i] = (row[i] + left) & 255
            elif kind == 2:
                row[i] = (row[i] + above[i]) & 255
            elif kind == 3:
                row[i] = (row[i] + (left + above[i]) // 2) & 255
            elif kind == 4:
                estimate = left + above[i] - corner
                _, best = min((abs(estimate - v), n) for n, v in enumerate((left, above[i], corner)))
                row[i] = (row[i] + (left, above[i], corner)[best]) & 255
        rows.append(bytes(row))
        above = row
    return rows


def write_png(width, bits, channels, icc, rows):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    colour = {1: 0, 3: 2, 2: 4, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width, len(rows), bits, colour, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    parts = [chunk(b"IHDR", header)] + ([chunk(b"iCCP", icc)] if icc else [])
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def row_in(channels, step, row):
    """A row in the other channels: three of one, or one of three."""
    pixels = (row[i : i + step * channels] for i in range(0, len(row), step * channels))
    return b"".join(pixel * 3 if channels == 1 else pixel[:step] for pixel in pixels)


def damaged(fault, png):
    if fault == "webp":
        return b"RIFF\x24\0\0\0WEBPVP8 " + bytes(24)
    width, _, bits, channels, icc, rows = read_png(png)
    step = bits // 8
    if fault == "wrong-size":
        rows = rows[:-1]
    if fault.startswith("flip"):
        rows = [bytes(b ^ 1 if i % step == step - 1 else b for i, b in enumerate(row)) for row in rows]
    if fault == "flip-bare":
        icc = None
    if fault == "recolour" or (fault == "relabel" and channels == 1):
        icc = None
        rows = [row_in(channels, step, row) for row in rows]
        channels = 4 - channels
    if fault == "relabel":
        icc = b"sRGB\0\0" + zlib.compress(profiles.profile("sRGB"))
    if fault == "bad-profile":
        icc = b"icc\0\0" + zlib.compress(b"not a profile at all" * 20)
    if fault == "bad-chunk":
        icc = b"icc\0\0not even packed"
    if fault == "gray" and channels == 3:
        rows = [row_in(channels, step, row) for row in rows]
        channels = 1
        icc = b"gray\0\0" + zlib.compress(profiles.gray_profile())
    if fault == "eight" and bits == 16:
        rows, bits = [row[::2] for row in rows], 8
    return write_png(width, bits, channels, icc, rows)


class Handler(http.server.BaseHTTPRequestHandler):
    results = {}

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.path.split("/")[1]
        if "FAKE_REQUEST" in os.environ:
            pathlib.Path(os.environ["FAKE_REQUEST"]).write_bytes(self.path.encode() + bytes(self.headers) + body)
        if fault.startswith("status-"):
            return self.answer(int(fault[7:]), b'{"message": "no"}')
        if fault == "empty":
            return self.answer(200, b"")
        name = uuid.uuid4().hex
        start = body.index(b"\x89PNG")
        end = body.index(b"IEND", start) + 8
        if fault == "no-gray" and body[start + 25] in (0, 4):
            return self.answer(415, b'{"message": "no gray"}')
        if fault == "no-wide" and int.from_bytes(body[start + 16 : start + 20]) > 40:
            return self.answer(415, b'{"message": "too wide"}')
        self.results[name] = (fault, body[start:end])
        self.answer(200, json.dumps({"process_id": name, "source_id": name}).encode())

    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        fault, png = self.results.get(name, ("", b""))
        if "/files/" in self.path:
            return self.answer(200, damaged(fault, png), "image/png")
        if "/download/" in self.path:
            host = self.headers["Host"]
            return self.answer(200, json.dumps({"download_url": f"http://{host}/{fault}/files/{name}"}).encode())
        if "/status/" not in self.path or not png:
            return self.answer(404, b'{"message": "no such job"}')
        waits = fault == "slow" and not pathlib.Path(os.environ["FAKE_RELEASE"]).exists()
        if waits:
            with open(os.environ["FAKE_SUBMITTED"], "ab") as asked:
                asked.write(b".")
        width, height = struct.unpack(">II", png[16:24])
        self.answer(200, json.dumps({
            "process_id": name, "status": "Processing" if waits else "Completed", "progress": 50 if waits else 100,
            "output_width": width, "output_height": height, "credits": 1,
        }).encode())


class FakeService:
    """The server in a thread; `with FakeService() as address:`."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_):
        self.server.shutdown()
