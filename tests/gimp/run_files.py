"""Usage: run_files.py PLUG-IN SHARPEN-SERVICE: many files at once, as a script and as a shell do it."""

import contextlib
import csv
import json
import os
import pathlib
import shlex
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

import fake_service
from files_case import FilesCase
from pictures import add_make, picture, pixels

COMPLETION = pathlib.Path(__file__).resolve().parents[2] / "data" / "remote-sharpen.bash"
# The administrator may read everything: a test of rights runs as somebody who owns the same files, and may not.
LIKE_A_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if os.geteuid() == 0 else []

# Hides a folder behind a small file system of its own, for a command alone.
SMALL_DISK = """
import ctypes, os, sys
folder, size, *command = sys.argv[1:]
if ctypes.CDLL(None).mount(b"none", folder.encode(), b"tmpfs", 0, b"size=" + size.encode()) != 0:
    sys.exit("no file system of our own")
os.execvp(command[0], command)
"""


class Files(FilesCase):
    def test_a_script_gets_every_picture_once(self):
        self.serve()
        for name in ("a.jpg", "b.png", "c.tif", "gray.png"):
            picture(self.input / name, kind="GRAY" if name == "gray.png" else "RGB", quality="90")
        done = self.script([self.input])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("4 done", done.stdout)
        self.assertEqual(self.charged(), 4)
        for name in ("b.png", "c.tif", "gray.png"):
            self.assertEqual(pixels(self.input / name), pixels(self.output / name), name)
        with open(self.output / "remote-sharpen-report.csv", newline="", encoding="utf-8") as lines:
            self.assertEqual([line["result"] for line in csv.DictReader(lines)], ["done"] * 4)
        again = self.script([self.input])
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertEqual(set(self.results().values()), {"had-it"})
        self.assertEqual(self.charged(), 4)

    def test_a_script_hears_of_failures(self):
        self.serve()
        picture(self.input / "good.png")
        (self.input / "bad.png").write_bytes((self.input / "good.png").read_bytes()[:90])
        done = self.script([self.input])
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.results(), {"good.png": "done", "bad.png": "failed"})

    def test_metadata_and_profile_stay(self):
        self.serve()
        photo = picture(self.input / "photo.jpg", quality="92")
        add_make(photo, b"Kameramacher")
        self.run_command("in", "-o", "out", "--keep-times")
        said = subprocess.run(["identify", "-format", "%[EXIF:Make]", str(self.output / "photo.jpg")],
                              check=True, capture_output=True, text=True).stdout
        self.assertEqual(said, "Kameramacher")
        self.assertEqual(photo.stat().st_mtime_ns, (self.output / "photo.jpg").stat().st_mtime_ns)

    def test_formats_and_names(self):
        self.serve()
        picture(self.input / "deep" / "Photo.JPG", quality="90")
        self.run_command("in", "-o", "out", "--recursive", "--name", "{name}-sharp", "--format", "xcf")
        self.assertTrue((self.output / "deep" / "Photo-sharp.xcf").is_file())
        self.run_command("in", "-o", "out", "--recursive", "--name", "{number} {model}")
        self.assertTrue((self.output / "deep" / "0001 Lens Blur V2.JPG").is_file())
        self.assertEqual(self.charged(), 2)

    def scheme(self, text):
        done = self.gimp.run("scheme", f"(begin (script-fu-use-v3) {text})", timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_layers_become_what_they_look_like(self):
        self.url = self.enterContext(fake_service.FakeService()) + "/flip"
        lower, upper = picture(self.folder / "lower.png"), picture(self.folder / "upper.png", size=32)
        picture(self.input / "alpha.png", kind="RGBA")
        plain, shown = self.input / "locked.xcf", self.folder / "shown.png"
        self.scheme(f"""
            (let* ((image (gimp-file-load RUN-NONINTERACTIVE "{lower}")))
              (gimp-item-set-lock-content (vector-ref (gimp-image-get-layers image) 0) TRUE)
              (gimp-file-save RUN-NONINTERACTIVE image "{plain}"))
            (let* ((image (gimp-file-load RUN-NONINTERACTIVE "{lower}"))
                   (top (gimp-file-load-layer RUN-NONINTERACTIVE image "{upper}")))
              (gimp-image-insert-layer image top 0 0)
              (gimp-layer-set-offsets top 20 10)
              (gimp-layer-set-opacity top 50)
              (gimp-file-save RUN-NONINTERACTIVE image "{self.input / 'two.xcf'}")
              (gimp-image-flatten image)
              (gimp-file-save RUN-NONINTERACTIVE image "{shown}"))""")
        self.run_command("in", "-o", "out", "--format", "png")
        flipped = {"locked": lower, "two": shown}
        for name, file in flipped.items():
            self.assertEqual(pixels(self.output / f"{name}.png"), bytes(byte ^ 1 for byte in pixels(file)), name)
        sent, got = (pixels(folder / "alpha.png", "rgba") for folder in (self.input, self.output))
        self.assertEqual(got[3::4], sent[3::4])
        seen = [at for at in range(0, len(sent), 4) if sent[at + 3] > 0]
        self.assertLess(len(seen), len(sent) // 4)
        for at in seen:
            self.assertEqual(got[at : at + 3], bytes(byte ^ 1 for byte in sent[at : at + 3]))
        self.run_command("in/locked.xcf", "-o", "layers")
        said = self.scheme(f"""
            (display (list "layers:" (vector-length (gimp-image-get-layers
              (gimp-file-load RUN-NONINTERACTIVE "{self.folder / 'layers' / 'locked.xcf'}")))))""")
        self.assertIn("layers: 2", said)

    def test_equal_pictures_are_paid_for_once(self):
        self.serve()
        first = picture(self.input / "first.png")
        shutil.copy(first, self.input / "second.png")
        self.run_command("in", "-o", "out")
        self.assertEqual(self.charged(), 1)
        self.assertEqual((self.output / "first.png").read_bytes(), (self.output / "second.png").read_bytes())

    def test_equal_pictures_are_paid_for_once_however_their_names_end(self):
        self.serve()
        first = picture(self.input / "first.JPG", quality="90")
        for name in ("second.jpg", "third.jpeg"):
            shutil.copy(first, self.input / name)
        self.run_command("in", "-o", "out")
        self.assertEqual(set(self.results().values()), {"done"})
        self.assertEqual(self.charged(), 1)
        self.assertEqual(len({file.read_bytes() for file in self.output.glob("*.[jJ]*") if file.suffix != ".json"}), 1)

    def test_runs_that_begin_at_once_pay_once(self):
        self.serve("--behaviour", "processing_ms=1000", "--behaviour", "aimlapi_form=b64_json")
        picture(self.input / "a.png")
        for charged, service in enumerate(("own-server", "aimlapi"), 1):
            folders = [self.folder / f"{service}-{number}" for number in range(2)]
            runs = [threading.Thread(target=self.run_command, args=("in", "-o", folder), kwargs={"service": service})
                    for folder in folders]
            for run in runs:
                run.start()
            for run in runs:
                run.join()
            self.assertEqual([self.results_in(folder) for folder in folders], [{"a.png": "done"}] * 2)
            self.assertEqual(self.charged(), charged)

    def test_what_another_run_wrote_meanwhile_is_copied(self):
        self.serve("--behaviour", "processing_ms=600000")
        first, second = picture(self.input / "a.png"), picture(self.input / "b.png")
        written = picture(self.folder / "written.png")
        run = threading.Thread(target=self.run_command, args=("in", "-o", "out", "--jobs", "1"),
                               kwargs={"status": 1, "timeout": 60})
        run.start()
        private = self.gimp.profile / "remote-sharpen"
        while len(list((private / "spool").glob("*.png"))) < 2 or not self.jobs("status"):
            time.sleep(0.02)
        stamp = written.stat()
        with contextlib.closing(sqlite3.connect(private / "jobs.sqlite", timeout=10)) as database, database:
            database.execute(
                "INSERT INTO outputs (content, settings, wanted, owner, renewed, file, bytes, modified) SELECT content, settings, "
                "'elsewhere', '', 0, ?, ?, ? FROM outputs WHERE wanted = ?",
                (str(written), stamp.st_size, stamp.st_mtime_ns, str(self.output / "b.png")))
        (job,) = self.jobs("process_id")
        urllib.request.urlopen(urllib.request.Request(self.url + "/image/v1/cancel/" + job, method="DELETE",
                                                      headers={"X-API-Key": "the-key"})).close()
        run.join()
        self.assertEqual(self.results(), {first.name: "failed", second.name: "done"})
        self.assertEqual((self.output / "b.png").read_bytes(), written.read_bytes())
        self.assertEqual(len(self.jobs("process_id")), 1)

    def test_existing_files(self):
        self.serve()
        picture(self.input / "a.png")
        self.output.mkdir()
        (self.output / "a.png").write_text("mine")
        self.run_command("in", "-o", "out")
        self.assertEqual((self.results()["a.png"], (self.output / "a.png").read_text()), ("skipped", "mine"))
        self.run_command("in", "-o", "out", "--if-exists", "number")
        self.assertEqual(pixels(self.output / "a-1.png"), pixels(self.input / "a.png"))
        self.run_command("in", "-o", "out", "--if-exists", "number")
        self.assertFalse((self.output / "a-2.png").exists())
        self.run_command("in", "-o", "out", "--if-exists", "overwrite", "--model", "Standard")
        self.assertEqual(pixels(self.output / "a.png"), pixels(self.input / "a.png"))
        self.assertEqual(self.charged(), 2)

    def test_dry_run_sends_nothing(self):
        self.serve()
        for name in ("a.png", "b.png"):
            picture(self.input / name)
        said = self.run_command("in", "-o", "out", "--dry-run")
        self.assertIn("a.png", said)
        self.assertIn("2 to be sent", said)
        self.assertFalse(self.output.exists())
        self.assertEqual(self.charged(), 0)

    def test_the_limit_is_that_of_the_run(self):
        self.serve()
        for index in range(5):
            picture(self.input / f"{index}.png")
        said = self.run_command("in", "-o", "out", "--max-cost", "3", status=1)
        self.assertEqual(self.charged(), 3)
        self.assertEqual(sorted(self.results().values()), ["done"] * 3 + ["not-sent"] * 2)
        self.assertIn("2 not sent", said.splitlines()[-1])

    def test_what_was_paid_before_does_not_count(self):
        self.serve()
        paid = picture(self.input / "a.png")
        picture(self.input / "b.png")
        done = self.gimp.run("scheme", f"(begin (script-fu-use-v3) (let ((image (gimp-file-load RUN-NONINTERACTIVE "
                             f"{json.dumps(str(paid))}))) (plug-in-remote-sharpen #:image image "
                             f"#:drawables (gimp-image-get-layers image) #:service \"own-server\" "
                             f"#:service-url \"{self.url}\")))", timeout=120)
        self.assertEqual((done.returncode, self.charged()), (0, 1), done.stdout)
        self.run_command("in", "-o", "out", "--max-cost", "1", "--jobs", "1")
        self.assertEqual(self.charged(), 2)
        self.assertEqual(set(self.results().values()), {"done"})

    def test_fewer_at_once_when_the_service_is_busy(self):
        self.serve("--behaviour", "rate_limit=4")
        for index in range(6):
            picture(self.input / f"{index}.png")
        self.run_command("in", "-o", "out")
        self.assertEqual(self.charged(), 6)

    def test_wrong_key_stops_at_once(self):
        self.serve()
        for index in range(8):
            picture(self.input / f"{index}.png")
        done = self.run_command("in", "-o", "out", wrong_key=True, status=1)
        words = list(self.results().values())
        self.assertGreaterEqual(words.count("not-sent"), 2)
        self.assertEqual(words.count("done"), 0)
        self.assertIn("key", done)

    def test_bad_input_is_one_line_each(self):
        self.serve()
        good = picture(self.input / "good.png")
        (self.input / "notes.txt").write_text("no picture at all\n")
        (self.input / "cut.jpg").write_bytes(picture(self.folder / "whole.jpg").read_bytes()[:40])
        (self.input / "gone.png").symlink_to(self.folder / "nowhere.png")
        odd = [b"two\nlines.png", b"quotes \"'\\ .png", b"latin \xe9.png", b"-dash.png", b"(paren).png"]
        for number, name in enumerate(odd):
            other = picture(self.folder / f"odd{number}.png")
            os.rename(other, os.path.join(os.fsencode(self.input), name))
        os.symlink(self.input, self.input / "loop")
        (self.input / "empty").mkdir()
        self.run_command("in", "in/empty", "nowhere", "-o", "out", "--recursive", status=1)
        results = self.results()
        self.assertEqual(results["good.png"], "done")
        self.assertEqual(results["notes.txt"], "ignored")
        self.assertEqual([results[name] for name in ("cut.jpg", "gone.png", "empty", "nowhere")], ["failed"] * 4)
        for name in odd:
            self.assertTrue(os.path.exists(os.path.join(os.fsencode(self.output), name)), name)
        self.assertEqual(pixels(good), pixels(self.output / "good.png"))
        self.assertEqual(self.charged(), 1 + len(odd))

    def test_what_may_not_be_read_or_is_empty(self):
        if subprocess.run([*LIKE_A_USER, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine lets nobody be another user")
        self.serve()
        picture(self.input / "good.png")
        (self.input / "nothing.jpg").touch()
        picture(self.input / "secret.png").chmod(0)
        closed = picture(self.input / "closed" / "hidden.png").parent
        closed.chmod(0)
        self.addCleanup(closed.chmod, 0o700)
        done = self.command("in", "-o", "out", "--recursive", before=LIKE_A_USER)
        said = done.stdout.decode()
        self.assertEqual(done.returncode, 1, said)
        self.assertEqual(self.results(), {"good.png": "done", "nothing.jpg": "failed", "secret.png": "failed",
                                          "closed": "failed"}, said)
        for name, reason in {"nothing.jpg": "empty", "secret.png": "denied", "closed": "denied"}.items():
            self.assertIn(reason, self.report()[name]["error"], name)
        self.assertEqual(self.charged(), 1)
        self.assertEqual(said.splitlines()[-1].split(".")[0], "4 files: 1 done, 3 failed")

    def test_a_folder_that_may_not_be_written_gets_nothing_sent(self):
        if subprocess.run([*LIKE_A_USER, "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine lets nobody be another user")
        self.serve()
        picture(self.input / "a.png")
        self.output.mkdir(0o500)
        done = self.command("in", "-o", "out", before=LIKE_A_USER)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot be written", done.stdout + done.stderr)
        self.assertEqual(self.charged(), 0)

    def test_one_name_in_two_folders(self):
        self.serve()
        for folder in ("first", "second"):
            picture(self.folder / folder / "a.png")
        self.run_command("first", "second", "-o", "out", status=1)
        files = json.loads((self.output / "remote-sharpen-report.json").read_text("utf-8"))["files"]
        self.assertEqual([file["result"] for file in files], ["done", "failed"])
        self.assertIn("same name", files[1]["error"])
        self.assertEqual(pixels(self.output / "a.png"), pixels(self.folder / "first" / "a.png"))
        self.run_command("first", "second", "-o", "numbered", "--if-exists", "number")
        self.assertEqual(pixels(self.folder / "numbered" / "a.png"), pixels(self.folder / "first" / "a.png"))
        self.assertEqual(pixels(self.folder / "numbered" / "a-1.png"), pixels(self.folder / "second" / "a.png"))
        self.assertEqual(self.charged(), 2)

    def test_outputs_that_cannot_be(self):
        self.serve()
        picture(self.input / "a.png")
        picture(self.input / "a.jpg")
        self.run_command("in", "-o", "in", "--if-exists", "overwrite", status=1)
        self.assertEqual(self.charged(), 0)
        (self.input / "remote-sharpen-report.json").unlink()
        (self.input / "remote-sharpen-report.csv").unlink()
        self.run_command("in", "-o", "out", "--format", "tiff", status=1)
        self.assertEqual(sorted(self.results().values()), ["done", "failed"])
        (self.folder / "file").write_text("")
        said = self.command("in", "-o", "file/folder")
        self.assertEqual(said.returncode, 1)
        self.assertIn(b"cannot be written", said.stdout + said.stderr)
        self.assertEqual(self.charged(), 1)

    def test_results_among_the_pictures_are_not_pictures(self):
        self.serve()
        for name in ("a.png", "b.png"):
            picture(self.input / name)
        for _ in range(2):
            self.run_command("in", "-o", "in", "--name", "{name}-sharp")
        results = self.results_in(self.input)
        self.assertEqual([results[name] for name in ("a-sharp.png", "b-sharp.png")], ["skipped"] * 2)
        self.assertEqual([results[name] for name in ("a.png", "b.png")], ["had-it"] * 2)
        self.assertEqual(self.charged(), 2)
        self.run_command("in", "-o", "second", "--model", "Standard")  # by itself a result is a picture like others
        second = self.results_in(self.folder / "second")
        self.assertEqual([second[name] for name in ("a.png", "b.png", "a-sharp.png", "b-sharp.png")], ["done"] * 4)
        # Those that look the same share a job if they are under way together.
        self.assertIn(self.charged(), (4, 5, 6))

    def test_a_folder_is_the_same_however_it_is_spelled(self):
        self.serve()
        picture(self.input / "a.png")
        (self.folder / "link").symlink_to(self.input)
        for spelled in ("out", "./out", f"{self.folder}/in/../out", "link/../out"):
            self.run_command("in", "-o", spelled, "--if-exists", "overwrite")
        self.assertEqual(self.charged(), 1)

    def test_a_dry_run_knows_what_was_done(self):
        self.serve()
        for name in ("a.png", "b.png"):
            picture(self.input / name)
        self.run_command("in/a.png", "-o", "out", "--if-exists", "overwrite")
        said = self.run_command("in", "-o", "out", "--if-exists", "overwrite", "--dry-run")
        self.assertIn("1 to be sent, 1 done before", said)
        self.assertIn("1 credit.", said)

    def test_a_subfolder_that_cannot_be_is_found_before_it_is_paid_for(self):
        self.serve()
        picture(self.input / "deep" / "a.png")
        picture(self.input / "b.png")
        self.output.mkdir()
        (self.output / "deep").write_text("a file")
        self.run_command("in", "-o", "out", "--recursive", status=1)
        self.assertEqual(self.results(), {"a.png": "failed", "b.png": "done"})
        self.assertEqual(self.charged(), 1)

    def test_a_full_disk_loses_nothing(self):
        # Room for all that is asked for before, but not for all results of 13 kB.
        into_small = ["unshare", "--mount", "--map-root-user", "--user", sys.executable, "-c", SMALL_DISK, "out", "40k"]
        self.output.mkdir()
        if subprocess.run([*into_small, "true"], cwd=self.folder, capture_output=True).returncode != 0:
            self.skipTest("this machine lets nobody have a file system of their own")
        self.serve()
        for index in range(4):
            picture(self.input / f"{index}.png")
        done = self.command("in", "-o", "out", "--report", "report", before=into_small)
        self.assertEqual(done.returncode, 1)
        first = json.loads((self.folder / "report.json").read_text("utf-8"))["files"]
        self.assertIn("failed", [file["result"] for file in first])
        self.assertIn("Free some space", " ".join(file.get("error", "") for file in first))
        self.run_command("in", "-o", "out")
        self.assertEqual(self.charged(), 4)
        for index in range(4):
            self.assertEqual(pixels(self.input / f"{index}.png"), pixels(self.output / f"{index}.png"))
        self.assertEqual([file.name for file in self.output.iterdir() if file.name.startswith(".")], [])

    def test_a_file_that_changes_while_it_is_read_is_not_sent(self):
        self.serve()
        growing = picture(self.input / "growing.png")
        picture(self.input / "still.png")
        end = threading.Event()

        def touch():
            while not end.wait(0.001):
                os.utime(growing)

        writer = threading.Thread(target=touch)
        writer.start()
        try:
            self.run_command("in", "-o", "out", status=1)
        finally:
            end.set()
            writer.join()
        self.assertEqual(self.results(), {"growing.png": "failed", "still.png": "done"})
        self.assertIn("changes", self.report()["growing.png"]["error"])
        self.assertEqual(self.charged(), 1)

    def test_long_names_and_many_of_them(self):
        self.serve()
        deep = self.input
        for _ in range(6):
            deep = deep / ("ö" * 80)
        picture(deep / "a.png")
        many = [str(deep / f"no-{index}.png") for index in range(1500)]
        self.run_command(str(deep / "a.png"), *many, "-o", "out", status=1)
        results = self.results()
        self.assertEqual(results["a.png"], "done")
        self.assertEqual(len(results), 1501)

    def test_presets_by_name(self):
        self.serve()
        private = self.gimp.profile / "remote-sharpen"
        private.mkdir(mode=0o700, exist_ok=True)
        settings = json.dumps({"service": "automatic", "service_url": "", "model": "Strong", "max_cost": None})
        (private / "presets.json").write_text(json.dumps({"presets": [{"name": "Soft", "settings": settings}]}))
        picture(self.input / "a.png")
        self.run_command("in", "-o", "out", "--preset", "Soft", "--name", "{model}")
        self.assertTrue((self.output / "Strong.png").is_file(), list(self.output.iterdir()))
        self.run_command("in", "-o", "out", "--preset", "None such", status=1)

    def test_a_blur_by_hand(self):
        self.serve()
        private = self.gimp.profile / "remote-sharpen"
        private.mkdir(mode=0o700, exist_ok=True)
        settings = json.dumps({"blur": "defocus", "values": {"blur_size": 2.2, "blur_edge": 0.5, "keep_grain": 0.25}})
        (private / "presets.json").write_text(json.dumps({"presets": [{"name": "Far", "settings": settings}]}))
        picture(self.input / "a.png")
        for options, expected in (
            (["--blur", "motion", "--blur-size", "7", "--blur-angle", "30", "--protect-sharp", "off"], {"blur_size": 7, "blur_angle": 30}),
            (["--preset", "Far"], {"blur_size": 2.2, "blur_edge": 0.5, "keep_grain": 0.25}),
            (["--preset", "Far", "--blur-size", "3"], {"blur_size": 3, "blur_edge": 0.5, "keep_grain": 0.25}),
            (["--preset", "Far", "--blur", "shake"], {"keep_grain": 0.25}),
        ):
            self.run_command("in", "-o", "out", "--if-exists", "overwrite", *options)
            sent = [{name: job[name] for name in job if name.startswith(("blur", "keep"))} for job in self.jobs()]
            self.assertIn(expected, sent)
        self.run_command("in", "-o", "out", "--if-exists", "overwrite", "--blur-size", "3", status=1)
        self.run_command("in", "-o", "out", "--blur-size", "61", status=2)

    def test_help_and_mistakes(self):
        self.url = "http://127.0.0.1:1"
        said = self.run_command("--help")
        for option in ("--output", "--model", "--minor-denoise", "--jobs", "--dry-run"):
            self.assertIn(option, said)
        self.assertIn(r"\-\-minor\-denoise", self.run_command("--man"))
        self.assertIn("Lens Blur V2", self.run_command("--models"))
        self.assertEqual(self.command("--no-such-option").returncode, 2)
        self.assertEqual(self.command("in").returncode, 2)

    def test_completion(self):
        program = self.gimp.profile / "plug-ins" / "remote-sharpen" / "remote-sharpen"
        for words, expected in ((["--for"], "--format"), (["--format", "ti"], "tiff"), (["--blur", "de"], "defocus"),
                                (["--blur-a"], "--blur-angle"), (["--model", "Lens"], "Lens\\ Blur")):
            said = subprocess.run(
                ["bash", "-c", f'source {shlex.quote(str(COMPLETION))}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _remote_sharpen; '
                 'printf "%s\\n" "${COMPREPLY[@]}"', "bash", program, *words],
                env=self.gimp.environment, check=True, capture_output=True, text=True).stdout
            self.assertIn(expected, said)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
