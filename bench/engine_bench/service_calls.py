"""One running sharpen-service, asked as a client asks it."""

import json
import os
import pathlib
import subprocess
import time
import urllib.request

BUILD = pathlib.Path(os.environ.get("REMOTE_SHARPEN_BUILD", pathlib.Path(__file__).resolve().parents[2] / "build"))
MARK = "------------------------bench"


class Service:
    def __init__(self, state):
        self.process = subprocess.Popen([BUILD / "service" / "sharpen-service", "--state", state],
                                        stdout=subprocess.PIPE, text=True)
        self.url = json.loads(self.process.stdout.readline())["url"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)

    def call(self, path, data=None, content_type=None):
        # A link to a result takes no key.
        own = path.startswith("/")
        headers = {**({"X-API-Key": "bench"} if own else {}), **({"Content-Type": content_type} if content_type else {})}
        url = self.url + path if own else path
        with urllib.request.urlopen(urllib.request.Request(url, data=data, headers=headers)) as answer:
            return answer.read()

    def submit(self, picture, fields):
        """The number of a new job. `fields` are the form's."""
        kind = "jpeg" if picture.suffix in (".jpg", ".jpeg") else picture.suffix[1:]
        body = b"".join(f'--{MARK}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
                        for name, value in fields.items())
        body += (f'--{MARK}\r\nContent-Disposition: form-data; name="image"; filename="picture.{kind}"\r\n'
                 f"Content-Type: image/{kind}\r\n\r\n").encode() + picture.read_bytes() + f"\r\n--{MARK}--\r\n".encode()
        answer = self.call("/image/v1/sharpen/async", body, f"multipart/form-data; boundary={MARK}")
        return json.loads(answer)["process_id"]

    def wait(self, job):
        """The last status of a job, when it has ended."""
        status = {"status": "Pending"}
        while status["status"] in ("Pending", "Processing"):
            time.sleep(0.05)
            status = json.loads(self.call(f"/image/v1/status/{job}"))
        return status

    def sharpen(self, picture, target, fields):
        """Writes the result and returns what the service found."""
        job = self.submit(picture, fields)
        status = self.wait(job)
        if status["status"] != "Completed":
            raise RuntimeError(f"The service says: {status}")
        link = json.loads(self.call(f"/image/v1/download/{job}"))["download_url"]
        target.write_bytes(self.call(link))
        return json.loads(status["options_json"])
