"""Usage: documents_test.py SHARPEN-SERVICE: runs the commands of docs/*.md, which are about the service, as they stand."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "tools"))
from document_blocks import run_each  # noqa: E402

NOT_RUN = ("SHARPEN_OPTIONS=",  # of the unit, which systemd-analyze checks
           "--queue redis:")  # tests/service/ has whole tests of it
SUBMIT = """job=$(curl -sS --fail -H "X-API-Key: $key" -F image=@photo.png -F model='Lens Blur V2' -F output_format=png \\
                  $url/image/v1/sharpen/async | jq -r .process_id)
until [ "$(curl -sS -H "X-API-Key: $key" $url/image/v1/status/$job | jq -r .status)" = Completed ]; do sleep 0.1; done
link=$(curl -sS -H "X-API-Key: $key" $url/image/v1/download/$job | jq -r .download_url)
[[ $link = https://localhost/files/* ]]
curl -sS --fail -o back.png "${link/https:\\/\\/localhost/$url}"
identify back.png
[ "$(curl -sS -o /dev/null -w '%{http_code}' $url/files/metrics)" = 403 ]"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Documents:
    def __init__(self, folder, service):
        self.folder = folder
        programs = folder / "bin"
        programs.mkdir()
        (programs / "sharpen-service").symlink_to(pathlib.Path(service).resolve())
        self.environment = os.environ | {
            "PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin", "XDG_CACHE_HOME": str(folder / "cache"),
            "CURL_CA_BUNDLE": str(folder / "cert.pem")}
        self.contract = ""  # the commands of one page, which use each other's variables
        self.shell("convert -size 96x64 plasma:red-blue -blur 0x2 photo.png && convert -size 2100x1300 gradient: large.png")
        self.shell("openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost "
                   "-keyout key.pem -out cert.pem")

    def shell(self, command, **environment):
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", command], cwd=self.folder, env=self.environment | environment,
                              capture_output=True, text=True, timeout=100, check=False)
        if done.returncode != 0:
            sys.exit(f"FAILED: {command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def started(self, command, use):
        """Calls `use` with the announced addresses while the service of this command runs."""
        with subprocess.Popen(["bash", "-c", "exec " + command], cwd=self.folder, env=self.environment,
                              stdout=subprocess.PIPE, text=True) as service:
            try:
                use(json.loads(service.stdout.readline()))
            finally:
                service.terminate()

    def start(self, command):
        if command.startswith("sharpen-service\n"):
            documented = json.loads(command.splitlines()[1])
            self.started("sharpen-service --idle-exit 60", lambda ready: self.same_members(ready, documented))
            return
        (self.folder / "key.txt").write_text("a key of this test\n")
        here = command.replace("/etc/sharpen.key", "key.txt").replace("0.0.0.0", "127.0.0.1")
        here = re.sub(r"-port \d+", "-port 0", here).replace("--tls-key key.pem", "--tls-key key.pem --state tls")
        self.started(here, lambda ready: self.shell(
            f"curl -sS --fail {ready['url'].replace('127.0.0.1', 'localhost')}/healthz"))

    @staticmethod
    def same_members(ready, documented):
        if ready.keys() != documented.keys():
            sys.exit(f"FAILED: announced are {ready}, documented {documented}")

    def use_contract(self, command):
        self.contract += command + "\n"
        if "/v1/images/generations" not in command:
            return
        script = re.sub(r"^base=.*", "", self.contract, flags=re.M)
        # A person waits before the next line; what is used further down is in the text between.
        script = re.sub(r"^(curl -s -o sharp)", 'until [ "$(curl -s $base/image/v1/status/$id | jq -r .status)" = Completed ]; '
                        r"do sleep 0.1; done\n\1", script, flags=re.M)
        if "$source" in script:
            script = "source=$(curl -s -F model='Lens Blur V2' -F output_format=png -F image=@large.png " \
                     "$base/image/v1/sharpen/async | jq -r .source_id)\n" + script
        state = tempfile.mkdtemp(dir=self.folder)
        self.started(f"sharpen-service --state {state}", lambda ready: self.expect_answers(
            self.shell(script, base=ready["url"])))

    def expect_answers(self, said):
        self.shell("identify sharp.png")
        for member in ('"credits":2', '"url":', '"process_id":'):
            if member not in said.replace('": ', '":'):
                sys.exit(f"FAILED: no {member} in {said}")

    def keys(self, commands):
        self.shell(commands.replace("sudo ", "").replace("/etc/", f"{self.folder}/"))
        keys = self.folder / "sharpen-service" / "keys"
        if keys.parent.stat().st_mode & 0o077 or not re.fullmatch(r"anna [0-9a-f]{48}\n", keys.read_text()):
            sys.exit("FAILED: the file of keys")

    def behind_nginx(self, site):
        """A picture goes through the proxy and back, and the metrics stay inside."""
        keys = self.folder / "sharpen-service" / "keys"
        command = (f"sharpen-service --state proxied --keys {keys} --public-url https://localhost/files "
                   "--max-connections 0 --metrics")
        self.started(command, lambda ready: self.use_proxy(site, ready, keys.read_text().split()[1]))

    def use_proxy(self, site, ready, key):
        port = free_port()
        for there, here in (("http://127.0.0.1:8080", ready["url"]), ("http://127.0.0.1:8081", ready["download_url"]),
                            ("listen 443", f"listen {port}"), ("pictures.example.org;", "localhost;")):
            site = site.replace(there, here)
        site = re.sub(r"\S+/fullchain.pem", f"{self.folder}/cert.pem", site)
        site = re.sub(r"\S+/privkey.pem", f"{self.folder}/key.pem", site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "\n".join(f"{kind}_temp_path {self.folder}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"{user} daemon off; error_log stderr; pid {self.folder}/nginx.pid;\nevents {{}}\n"
            f"http {{ access_log off;\n{paths}\n{site}\n}}\n")
        with subprocess.Popen(["nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"), "-e", "stderr"],
                              env=self.environment) as nginx:
            try:
                url = f"https://localhost:{port}"
                self.shell(f"curl -sS --retry 50 --retry-connrefused --retry-delay 1 {url}/healthz")
                self.shell(SUBMIT, url=url, key=key)
            finally:
                nginx.terminate()


def main():
    with tempfile.TemporaryDirectory() as name:
        documents = Documents(pathlib.Path(name), sys.argv[1])
        ways = {"sharpen-service": documents.start, "base=": documents.use_contract, "curl ": documents.use_contract,
                "printf ": documents.use_contract, "sudo install -d": documents.keys,
                "limit_conn_zone": documents.behind_nginx}
        error = run_each(sorted((TOP / "docs").glob("*.md")), ways, NOT_RUN)
    if error:
        sys.exit(f"FAILED: {error}")
    print("ok")


main()
