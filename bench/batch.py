#!/usr/bin/env python3
"""Many files at once, beside a loop that takes one after the other.

Pictures of 6 megapixels go to a service that changes nothing and takes two seconds for each. The ideal is what the
service needs with so many at once, or what two cores need for decoding and encoding, whichever is more.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests" / "gimp"))
import harness  # noqa: E402

CORES = 2
LOOP = """(begin (script-fu-use-v3)
  (for-each (lambda (name)
    (let ((image (gimp-file-load RUN-NONINTERACTIVE (string-append "%(input)s/" name))))
      (plug-in-remote-sharpen #:image image #:drawables (gimp-image-get-selected-drawables image)
                              #:service "own-server" #:service-url "%(url)s")
      (gimp-file-save RUN-NONINTERACTIVE image (string-append "%(output)s/" name))
      (gimp-image-delete image)))
    '(%(names)s)))"""


def make_pictures(folder, count):
    folder.mkdir()
    for index in range(count):
        subprocess.run(["convert", str(TOP / "data" / "perched-osprey.jpg"), "-crop", f"3000x2000+{index}+{index // 2}",
                        "+repage", "-quality", "92", str(folder / f"{index:03}.jpg")], check=True)


class Memory:
    """The most that a process and all below it held at once, in megabytes (proportional set size)."""

    def __init__(self, root):
        self.peak, self.root, self.end = 0.0, root, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def family(self):
        parents = {}
        for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
                parents[int(status.parent.name)] = int(fields[1])
            except OSError:
                pass
        wanted = {self.root}
        while more := {child for child, parent in parents.items() if parent in wanted} - wanted:
            wanted |= more
        return wanted

    def watch(self):
        while not self.end.wait(0.25):
            total = 0
            for process in self.family():
                try:
                    for line in pathlib.Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                        if line.startswith("Pss:"):
                            total += int(line.split()[1])
                except OSError:
                    pass
            self.peak = max(self.peak, total / 1024)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.set()
        self.thread.join()


def measured(command, environment, log):
    """Seconds on the clock and of all cores, and the peak of memory, of a command with all that it starts."""
    def cpu():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime
    before, begin = cpu(), time.monotonic()
    with open(log, "w", encoding="utf-8") as out, \
            subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT) as process:
        with Memory(process.pid) as memory:
            process.wait()
    seconds = time.monotonic() - begin
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{pathlib.Path(log).read_text(errors='replace')[-3000:]}")
    return seconds, cpu() - before, memory.peak


def main():
    parser = argparse.ArgumentParser(prog="tools/bench batch", description=__doc__)
    parser.add_argument("--json")
    parser.add_argument("--files", type=int, default=64)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--memory", action="store_true", help="also 16 and 256 files, for the memory")
    parser.add_argument("--build", default=os.environ.get("REMOTE_SHARPEN_BUILD"))
    options = parser.parse_args()
    build = pathlib.Path(options.build)
    counts = sorted({options.files} | ({16, 64, 256} if options.memory else set()))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        plug_in, service = build / "plugin" / "remote-sharpen", build / "service" / "sharpen-service"
        gimp = harness.Gimp(folder, plug_in, service, core=("script-fu", "file-jpeg"))
        program = gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
        rows = []
        with harness.sharpen_service(str(service), folder, "--engine", "identity", "--workers", "16", "--behaviour",
                                     "processing_ms=2000") as url:
            for count in counts:
                inputs = folder / f"in-{count}"
                make_pictures(inputs, count)
                seconds, cpu, peak = measured(
                    [program, inputs, "-o", folder / f"out-{count}", "--service", "own-server", "--service-url", url,
                     "--jobs", str(options.jobs)], gimp.environment, folder / "batch.log")
                service, processor = count / options.jobs * 2, cpu / CORES
                ideal = max(service, processor)
                rows.append({"files": count, "jobs": options.jobs, "seconds": round(seconds, 1),
                             "service_seconds": round(service, 1), "processor_seconds": round(processor, 1),
                             "cpu_seconds": round(cpu, 1), "ideal_seconds": round(ideal, 1),
                             "ideal_factor": round(seconds / ideal, 2), "peak_mb": round(peak),
                             "load": round(os.getloadavg()[0], 1)})
                if count == options.files:
                    main_row = rows[-1]
            names = " ".join(f'"{file.name}"' for file in sorted((folder / f"in-{options.files}").iterdir()))
            (folder / "loop").mkdir()
            script = LOOP % {"input": folder / f"in-{options.files}", "output": folder / "loop", "url": url,
                             "names": names}
            loop, _, loop_peak = measured(
                ["gimp-console-3", "--no-interface", "--no-data", "--no-fonts", "--new-instance", "--quit",
                 "--batch-interpreter=plug-in-script-fu-eval", "-b", script], gimp.environment, folder / "loop.log")
    # The ideal is the more of the two: what the service alone needs, and half of the processor's seconds.
    print(f"{'files':>6} {'at once':>8} {'seconds':>8} {'service':>8} {'cpu / 2':>8} {'factor':>7} {'peak MB':>8} {'load':>6}")
    for row in rows:
        print(f"{row['files']:6} {row['jobs']:8} {row['seconds']:8.1f} {row['service_seconds']:8.1f} "
              f"{row['processor_seconds']:8.1f} {row['ideal_factor']:7.2f} {row['peak_mb']:8} {row['load']:6}")
    print(f"{options.files:6} {'loop':>8} {loop:8.1f} {'':8} {'':8} "
          f"{loop / main_row['ideal_seconds']:7.2f} {loop_peak:8.0f}")
    if options.json:
        figures = {"ideal_factor": main_row["ideal_factor"], "sequential_seconds": round(loop, 1),
                   "sequential_factor": round(loop / main_row["seconds"], 2), "peak_mb": main_row["peak_mb"],
                   "rows": rows}
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
