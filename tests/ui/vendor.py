"""A vendor's stand-in: a sharpen-service that has a key and a balance, behind a front that a test can make fail."""

import http.client
import http.server
import json
import socket
import subprocess
import tempfile
import threading
import time

KEY = "recognisable-2f6b1c9d7e"
RESULTS = "/results"


class Vendor:
    """`with Vendor(program, folder) as vendor:`; times are milliseconds of each job."""

    def __init__(self, program, folder, balance=123, pending=0, processing=0):
        self.command = [program, "--state", tempfile.mkdtemp(dir=folder), "--key-file", "-", "--balance", str(balance),
                        "--behaviour", f"pending_ms={pending}", "--behaviour", f"processing_ms={processing}"]
        self.refused = {}  # what a request contains: the status that it is answered with
        self.wants_rgb = False  # gray pictures are refused
        self.held = None  # what a request contains whose bulk waits
        self.submits = 0

    def __enter__(self):
        self.front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        # What is held does not fit into the socket.
        self.front.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.url = f"http://127.0.0.1:{self.front.server_address[1]}"
        self.service = subprocess.Popen([*self.command, "--public-url", self.url + RESULTS], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.service.stdin.write(KEY + "\n")
        self.service.stdin.close()
        announced = json.loads(self.service.stdout.readline())
        self.host, self.results = (announced[name].removeprefix("http://") for name in ("url", "download_url"))
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.front.shutdown()
        self.service.terminate()
        self.service.wait(10)

    def status_for(self, method, path, body):
        """The status of a refusal, or nothing."""
        picture = body.find(b"\x89PNG")
        if self.wants_rgb and picture >= 0 and body[picture + 25] in (0, 4):
            return 415
        return next((status for part, status in self.refused.items() if part in f"{method} {path}"), None)

    def wait_while_held(self, request):
        while self.held and self.held in request:
            time.sleep(0.02)

    def handler(vendor):
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def pass_on(self):
                try:
                    self.pass_on_unless_cancelled()
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def read_body(self):
                length = int(self.headers.get("Content-Length") or 0)
                first = self.rfile.read(length // 100)
                vendor.wait_while_held(self.requestline)
                rest = self.rfile.read(length - len(first))
                if len(first + rest) < length:
                    raise ConnectionResetError
                return first + rest

            def pass_on_unless_cancelled(self):
                body = self.read_body()
                if status := vendor.status_for(self.command, self.path, body):
                    return self.answer(status, "application/json", b'{"message": "The test says no."}')
                vendor.submits += self.command == "POST" and "estimate" not in self.path
                if self.path.startswith(RESULTS):
                    return self.ask(vendor.results, self.path.removeprefix(RESULTS), body)
                self.ask(vendor.host, self.path, body)

            def ask(self, host, path, body):
                service = http.client.HTTPConnection(host)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                service.request(self.command, path, body, headers)
                reply = service.getresponse()
                self.answer(reply.status, reply.getheader("Content-Type", ""), reply.read())

            def answer(self, status, kind, body):
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[:len(body) // 2])
                vendor.wait_while_held(self.requestline)
                self.wfile.write(body[len(body) // 2:])

            do_GET = do_POST = do_DELETE = pass_on

        return Handler
