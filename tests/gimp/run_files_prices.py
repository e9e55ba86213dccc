"""Usage: run_files_prices.py PLUG-IN SHARPEN-SERVICE: each price is in one report, whatever happened to its job."""

import contextlib
import http.server
import os
import shutil
import signal
import sqlite3
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

from files_case import FilesCase
from pictures import add_make, picture


@contextlib.contextmanager
def losing_a_result(behind):
    """A gateway before a service. The first question where a result lies finds nothing."""
    lost = threading.Event()

    class Gateway(http.server.BaseHTTPRequestHandler):
        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: self.headers[name] for name in ("X-API-Key", "Content-Type") if name in self.headers}
            request = urllib.request.Request(behind + self.path, body or None, headers, method=self.command)
            try:
                answer = urllib.request.urlopen(request)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                status, data = answer.status, answer.read()
            if status == 200 and "/download/" in self.path and not lost.is_set():
                lost.set()
                status, data = 404, b"{}"
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = pass_on

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Prices(FilesCase):
    def twins(self):
        """Two files of one picture, so that they share a job."""
        first = picture(self.input / "first.jpg", quality="90")
        shutil.copy(first, self.input / "second.jpg")
        add_make(self.input / "second.jpg", b"Kameramacher")

    def costs(self):
        return sorted((file["result"], file.get("cost", 0)) for file in self.report().values())

    def owner_of_a_job(self):
        """The process that has a job at the service."""
        file = self.gimp.profile / "remote-sharpen" / "jobs.sqlite"
        while not file.exists() or not self.jobs("status"):
            time.sleep(0.02)
        with contextlib.closing(sqlite3.connect(file, timeout=10)) as journal:
            ((owner,),) = journal.execute("SELECT owner FROM jobs")
        return int(owner.split()[0])

    def test_a_job_that_two_pictures_share_is_counted_once(self):
        self.serve("--behaviour", "processing_ms=1000")
        self.twins()
        self.run_command("in", "-o", "out")
        costs = [cost for _, cost in self.costs()]
        self.assertEqual((self.charged(), sum(costs)), (1, 1))

    def test_a_job_of_a_killed_run_is_counted_where_its_result_is(self):
        self.serve("--behaviour", "processing_ms=4000")
        picture(self.input / "a.png")
        run = threading.Thread(target=self.command, args=("in", "-o", "out"), kwargs={"timeout": 60})
        run.start()
        os.kill(self.owner_of_a_job(), signal.SIGKILL)
        run.join()
        self.run_command("in", "-o", "out")
        self.assertEqual((self.charged(), self.costs()), (1, [("done", 1)]))

    def test_a_job_that_failed_for_one_picture_is_counted_with_the_other(self):
        behind = self.serve()
        self.twins()
        self.url = self.enterContext(losing_a_result(behind))
        self.run_command("in", "-o", "out", "--jobs", "1", status=1)
        self.assertEqual((self.charged(), self.costs()), (1, [("done", 1), ("failed", 0)]))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
