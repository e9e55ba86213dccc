#!/usr/bin/env python3
"""One large photograph through the running sharpen-service: its speed and its peak memory.

Usage: large.py PHOTO.jpg [--megapixels LIST] [--presets LIST] [--json FILE]

The photograph is enlarged, blurred by a disk of 3 pixels in linear light and sent as PNG; the seconds
run from the submit's answer to the end, decoding and encoding included. Memory is VmHWM of the service's process, a
new one for each row.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "tests" / "gimp"))
import harness

build = pathlib.Path(os.environ.get("REMOTE_SHARPEN_BUILD", here.parent.parent / "build"))
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("photo")
parser.add_argument("--megapixels", default="24,100")
parser.add_argument("--presets", default="quality,fast")
parser.add_argument("--json", help="adds the figures to this file")
options = parser.parse_args()


def make_picture(folder, megapixels):
    width = round((megapixels * 1.5e6) ** 0.5)
    height = round(width / 1.5)
    large, blurred = folder / "large.jpg", folder / f"{megapixels}.png"
    subprocess.run(["magick", options.photo, "-resize", f"{width}x{height}!", "-quality", "98", large], check=True)
    subprocess.run([build / "data" / "blur-photo", large, blurred], check=True)
    large.unlink()
    return blurred


def call(url, data=None, content_type=None):
    headers = {"X-API-Key": "bench", **({"Content-Type": content_type} if content_type else {})}
    with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers)) as answer:
        return answer.read()


def submit(url, picture, fast):
    mark = "------------------------bench"
    fields = {"model": "Strong", "output_format": "png", "fast": "true" if fast else "false"}
    body = b"".join(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                    for name, value in fields.items())
    body += (f'--{mark}\r\nContent-Disposition: form-data; name="image"; filename="large.png"\r\n'
             "Content-Type: image/png\r\n\r\n").encode() + picture.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    answer = call(f"{url}/image/v1/sharpen/async", body, f"multipart/form-data; boundary={mark}")
    return json.loads(answer)["process_id"]


def peak_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def seconds_of_processor(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(folder, picture, megapixels, preset):
    service = subprocess.Popen([build / "service" / "sharpen-service", "--state", tempfile.mkdtemp(dir=folder)],
                               stdout=subprocess.PIPE, text=True)
    try:
        url = json.loads(service.stdout.readline())["url"]
        job = submit(url, picture, preset == "fast")
        begin, status = time.monotonic(), {"status": "Pending"}
        while status["status"] in ("Pending", "Processing"):
            time.sleep(0.1)
            status = json.loads(call(f"{url}/image/v1/status/{job}"))
        now = time.monotonic() - begin
        if status["status"] != "Completed":
            sys.exit(f"The service says: {status}")
        return {"megapixels": megapixels, "preset": preset, "seconds": round(now, 1),
                "mp_per_second": round(megapixels / now, 2),
                "processor_seconds": round(seconds_of_processor(service.pid), 1), "peak_mb": round(peak_mb(service.pid)), "done": json.loads(status["options_json"])["summary"]}
    finally:
        service.terminate()
        service.wait(timeout=20)


rows = []
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    print(f"{'MP':>5} {'preset':<8} {'seconds':>8} {'MP/s':>6} {'processor, s':>13} {'peak, MB':>9}")
    for megapixels in [int(word) for word in options.megapixels.split(",")]:
        picture = make_picture(folder, megapixels)
        for preset in options.presets.split(","):
            row = measure(folder, picture, megapixels, preset)
            rows.append(row)
            print(f"{megapixels:5} {preset:<8} {row['seconds']:8.1f} {row['mp_per_second']:6.2f} "
                  f"{row['processor_seconds']:13.1f} {row['peak_mb']:9}  {row['done']}", flush=True)
if options.json:
    file = pathlib.Path(options.json)
    figures = json.loads(file.read_text()) if file.exists() else {}
    figures["large"] = rows
    figures["megapixels_per_second"] = rows[0]["mp_per_second"]
    for row in rows:
        figures[f"peak_mb_{row['megapixels']}"] = row["peak_mb"]
    file.write_text(json.dumps(figures, indent=2) + "\n")
