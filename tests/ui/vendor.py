"""A vendor's stand-in: a sharpen-service that has a key and a balance, behind a front that a test can make fail."""

import http.client
import http.server
import json
import subprocess
import tempfile
import threading

KEY = "recognisable-2f6b1c9d7e"


class Vendor:
    """`with Vendor(program, folder) as vendor:`; times are milliseconds of each job."""

    def __init__(self, program, folder, balance=123, pending=0, processing=0, *options):
        self.command = [program, "--state", tempfile.mkdtemp(dir=folder), "--key-file", "-", "--balance", str(balance),
                        "--behaviour", f"pending_ms={pending}", "--behaviour", f"processing_ms={processing}", *options]
        self.refused = {}  # what a path contains: the status that it is answered with
        self.submits = 0

    def __enter__(self):
        self.service = subprocess.Popen(self.command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.service.stdin.write(KEY + "\n")
        self.service.stdin.close()
        self.host = json.loads(self.service.stdout.readline())["url"].removeprefix("http://")
        self.front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        threading.Thread(target=self.front.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.front.server_address[1]}"
        return self

    def __exit__(self, *_):
        self.front.shutdown()
        self.service.terminate()
        self.service.wait(10)

    def status_for(self, method, path):
        """The status of a refusal, or nothing."""
        return next((status for part, status in self.refused.items() if part in f"{method} {path}"), None)

    def handler(vendor):
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if status := vendor.status_for(self.command, self.path):
                    return self.answer(status, "application/json", b'{"message": "The test says no."}')
                vendor.submits += self.command == "POST" and "estimate" not in self.path
                service = http.client.HTTPConnection(vendor.host)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                service.request(self.command, self.path, body, headers)
                reply = service.getresponse()
                self.answer(reply.status, reply.getheader("Content-Type", ""), reply.read())

            def answer(self, status, kind, body):
                self.send_response(status)
                if kind:
                    self.send_header("Content-Type", kind)
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_DELETE = pass_on

        return Handler
