"""rig.py - the whole gateway for a test: simulated provider, store, workers, web server.

Everything lives in one temporary folder and on loopback ports of its own; stop() ends the
processes that were started here, by their ids, and nothing else.  Programs are taken from the
working folder, which is the build folder under make check.
"""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import wire

BUILD = os.path.abspath(os.environ.get("SWITCHYARD_BUILD", "."))
SOURCE = os.path.abspath(os.environ.get("srcdir", os.path.join(os.path.dirname(__file__), "../..")))
DATA = os.path.abspath(os.environ.get("SWITCHYARD_DATA", os.path.join(SOURCE, "../shared/data")))
SKIP = 77

# A build with sanitizers reports into its standard error, which no test may ignore.  Workers are
# not dumpable, so the leak checker cannot look into them: leaks are sought in plain CGI.
SANITIZER_WORDS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:",
                   "WARNING: ThreadSanitizer")
os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
os.environ.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")


def program(name):
    return os.path.join(BUILD, name)


def find_server(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def skip(why):
    print(f"{os.path.basename(sys.argv[0])}: skipped: {why}")
    sys.exit(SKIP)


def need(*names):
    for name in names:
        if not find_server(name):
            skip(f"{name} is missing")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, true, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    raise TimeoutError(f"{what} does not come within {seconds:g} s")


def children(pid):
    """Process ids whose parent is pid."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry))
    return sorted(found)


def end(process, seconds=15):
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Sim:
    """The simulated provider, and its control."""

    def __init__(self, folder, data=None, log=True):
        self.log_file = os.path.join(folder, "sim.log")
        port_file = os.path.join(folder, "sim.port")
        command = [program("switchyard-sim"), "--listen", "127.0.0.1:0", "--port-file",
                   port_file]
        if log:
            command += ["--log", self.log_file]
        if data:
            command += ["--data", data]
        with open(os.path.join(folder, "sim.err"), "wb") as err:
            self.process = subprocess.Popen(command, stderr=err)
        wait_for("the simulated provider", lambda: os.path.exists(port_file))
        with open(port_file, encoding="ascii") as f:
            self.port = int(f.read())
        self.url = f"http://127.0.0.1:{self.port}"

    def _control(self, method, path, body=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        c.request(method, path, None if body is None else json.dumps(body))
        answer = c.getresponse()
        text = answer.read()
        c.close()
        if answer.status != 200:
            raise ValueError(f"simulated provider: {text.decode()}")
        return text

    def script(self, **sites):
        self._control("PUT", "/_sim/script", {"sites": sites})

    def site(self, name, *steps, then=None, **more):
        self._control("PUT", f"/_sim/site/{name}",
                      {"steps": list(steps), **({"then": then} if then else {}), **more})

    def attempts(self, site=None):
        path = "/_sim/attempts" + (f"?site={site}" if site else "")
        return json.loads(self._control("GET", path))

    def requests(self, site, last=1):
        return json.loads(self._control("GET", f"/_sim/requests?site={site}&last={last}"))

    def forget(self):
        self._control("DELETE", "/_sim/attempts")

    def log(self):
        with open(self.log_file, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def stop(self):
        end(self.process)


LIGHTTPD = """
server.modules = ( "mod_fastcgi", "mod_cgi" )
server.document-root = "{folder}/web"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/lighttpd.log"
server.max-fds = 16384
server.max-connections = 8192
server.listen-backlog = 4096
server.max-keep-alive-requests = 100000
server.stream-response-body = 1
server.upload-dirs = ( "{folder}/web" )
server.feature-flags = ( "server.graceful-shutdown-timeout" => 60,
                         "server.h2proto" => "disable" )
server.http-parseopts = ( "url-path-2f-reject" => "disable",
                          "url-path-2f-decode" => "disable" )
$HTTP["url"] =~ "^/cgi/" {{
  cgi.assign = ( ".cgi" => "" )
}} else {{
  fastcgi.server = ( "" => (( {backend}
    "check-local" => "disable",
    "listen-backlog" => 4096,
    "kill-signal" => 15,
    "disable-time" => 0 )) )
}}
"""

SPAWNED = """"bin-path" => "{worker}",
    "socket" => "{folder}/api.sock", "max-procs" => {workers},
    "bin-environment" => ( {environment} ),
    "bin-copy-environment" => ( "PATH", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS" ),"""

ATTACHED = '"socket" => "{socket}",'


class Lighttpd:
    """lighttpd in front of workers that it starts itself, or of a socket that is there."""

    def __init__(self, folder, workers=1, socket_path=None, environment=None, worker=None):
        self.folder, self.port = folder, free_port()
        os.makedirs(os.path.join(folder, "web"), exist_ok=True)
        if socket_path:
            backend = ATTACHED.format(socket=socket_path)
        else:
            pairs = ", ".join(f'"{k}" => "{v}"' for k, v in (environment or {}).items())
            backend = SPAWNED.format(worker=worker or program("switchyard.fcgi"), folder=folder,
                                     workers=workers, environment=pairs)
        conf = os.path.join(folder, "lighttpd.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(LIGHTTPD.format(folder=folder, port=self.port, backend=backend))
        with open(os.path.join(folder, "workers.log"), "ab") as err:
            self.process = subprocess.Popen([find_server("lighttpd"), "-D", "-f", conf],
                                            stderr=err, stdout=err)

    def workers(self):
        return children(self.process.pid)

    def stop(self):
        pids = self.workers() if self.process.poll() is None else []
        end(self.process)
        for pid in pids:  # by now their parent has told them to end
            try:
                wait_for("a worker's end", lambda p=pid: not os.path.exists(f"/proc/{p}"), 12)
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)


def provider(name, sim, dialect="openai", models=("m",), price="1.00", prices="", **options):
    """Configuration text of a provider that the simulated one plays, and its models."""
    options = {"enabled": "yes", **options}
    if options.get("auth") != "none":
        options.setdefault("secret", f'"{name}"')
    inner = options.pop("inner", "")
    if dialect == "anthropic":
        options.setdefault("auth", "x-api-key")
    lines = "\n".join(f"\t{k} = {v}" for k, v in options.items())
    text = (f'provider {name} {{\n\tbase = "{sim.url}/{name}/v1"\n\tdialect = {dialect}\n'
            f"{lines}\n{inner}}}\n")
    for model in models:
        text += (f'model "{model}" {{\n\tprovider = {name}\n\tupstream = "{model}"\n'
                 f"\tin = {price}\n\tout = {float(price) * 4:.2f}\n{prices}}}\n")
    return text


GATEWAY = """gateway {{
	standalone = yes
	heartbeat = {heartbeat}
	attempts = {attempts}
	target_attempts = {target_attempts}
	drain = {drain}
}}
timeouts {{
	connect = 2s
	first = {first}
	idle = {idle}
	no_progress = 20s
	stream = 60s
	whole = {whole}
}}
"""


def gateway(heartbeat="15s", attempts=3, target_attempts=2, drain="8s", first="15s", idle="5s",
            whole="20s"):
    return GATEWAY.format(**locals())


class Rig:
    """with Rig(lambda sim: gateway() + provider("alpha", sim) + ...) as rig: ..."""

    def __init__(self, configuration, secrets=("alpha", "beta", "gamma", "delta"), workers=1,
                 data=None, server=True, folder=None, sim_log=True):
        need("lighttpd")
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="switchyard-")
        self.root = os.path.join(self.folder, "root")
        self.web = self.sim = None
        self.sim_log = sim_log
        try:
            self._start(configuration, secrets, workers, data, server)
        except BaseException:
            self.stop(keep=True)
            self.show_logs()
            raise

    def _start(self, configuration, secrets, workers, data, server):
        for name in ("etc/secrets", "var"):
            os.makedirs(os.path.join(self.root, name), mode=0o700, exist_ok=True)
        self.sim = Sim(self.folder, data, self.sim_log)
        self.text = configuration(self.sim)
        for name in secrets:  # names, or names and what they are
            self.secret(name, secrets[name] if isinstance(secrets, dict) else f"sk-test-{name}")
        self.configure(self.text)
        self.key = self.create_key("test")
        if server:
            self.serve(workers)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.stop(keep=kind is not None)
        if kind is not None:
            self.show_logs()

    # --- The installation. ---

    def environment(self):
        return {"SWITCHYARD_ROOT": self.root,
                "SWITCHYARD_DATADIR": os.path.join(SOURCE, "etc")}

    def secret(self, name, value):
        path = os.path.join(self.root, "etc/secrets", name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="ascii") as f:
            f.write(value + "\n")

    def ctl(self, *words, check=True):
        """Runs the command line; its standard output, or (status, output, errors)."""
        done = subprocess.run([program("switchyard"), "--root", self.root, *words],
                              env={**os.environ, **self.environment()}, capture_output=True,
                              text=True, timeout=60, check=False)
        if not check:
            return done.returncode, done.stdout, done.stderr
        if done.returncode != 0:
            raise RuntimeError(f"switchyard {' '.join(words)}: {done.returncode}\n"
                               f"{done.stdout}{done.stderr}")
        return done.stdout

    def write_configuration(self, text):
        with open(os.path.join(self.root, "etc/switchyard.conf"), "w", encoding="utf-8") as f:
            f.write(text)

    def configure(self, text):
        self.write_configuration(text)
        self.ctl("apply")

    def create_key(self, label, *options):
        return self.ctl("key", "create", "--label", label, *options).strip().splitlines()[-1]

    # --- The servers. ---

    def serve(self, workers=1):
        self.web = Lighttpd(self.folder, workers, environment=self.environment())
        self.client = wire.Client("127.0.0.1", self.web.port, self.key)
        self.base_url = f"http://127.0.0.1:{self.web.port}/v1"
        wait_for("the gateway", self.healthy)

    def healthy(self):
        if self.web.process.poll() is not None:
            raise RuntimeError("lighttpd has ended")
        try:
            return self.client.ask("GET", "/healthz", key="").status == 200
        except OSError:
            return False

    def stop(self, keep=False):
        for part in (self.web, self.sim):
            if part is not None:
                part.stop()
        self.web = self.sim = None
        if not keep:
            self.check_sanitizers()
        if self.own_folder and not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def check_sanitizers(self):
        for name in ("sim.err", "lighttpd.log", "workers.log"):
            found = [line for line in self.log_lines(name)
                     if any(word in line for word in SANITIZER_WORDS)]
            if found:
                self.show_logs()
                raise RuntimeError(f"{name}: {found[0]}")

    def log_lines(self, name):
        try:
            with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace") as f:
                return f.read().splitlines()
        except OSError:
            return []

    def show_logs(self):
        for name in ("sim.err", "lighttpd.log", "workers.log"):
            lines = self.log_lines(name)[-25:]
            if lines:
                print(f"--- {name}", *lines, sep="\n    ", file=sys.stderr)
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # --- What the store says. ---

    def dump(self, *what):
        done = subprocess.run([program("tests/drive/ledger_dump"), self.root, *what],
                              env={**os.environ, **self.environment()}, capture_output=True,
                              text=True, timeout=120, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"ledger_dump {what}: {done.stderr}")
        return done.stdout

    def rows(self, answer=None):
        """All rows of the ledger, oldest first; those of one answer's request."""
        all_ = [json.loads(line) for line in self.dump("rows").splitlines()][::-1]
        if answer is None:
            return all_
        rid = answer.headers.get("x-request-id")
        return sorted((r for r in all_ if r["rid"] == rid), key=lambda r: r["seq"])

    def now(self):
        return json.loads(self.dump("now"))

    def faults(self, idle=True):
        """What is wrong in the store, as lines; none is right."""
        lines = self.dump("idle" if idle else "verify").splitlines()
        return [line for line in lines if line != "faults: 0"]


class Report:
    """Counts, says what failed, and ends as make check wants it."""

    def __init__(self):
        self.passed = self.failed = 0
        self.case = ""

    def check(self, what, right, detail=""):
        if right:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {self.case + ': ' if self.case else ''}{what}"
                  f"{': ' + str(detail) if detail != '' else ''}", flush=True)
        return right

    def equal(self, what, got, wanted):
        return self.check(what, got == wanted, f"{got!r}, not {wanted!r}")

    def run(self, name, case, *arguments):
        """A case that throws has failed, and the next one goes on."""
        self.case = name
        try:
            case(*arguments)
        except Exception as e:  # pylint: disable=broad-except
            self.check(f"{type(e).__name__}", False, str(e))
        self.case = ""

    def finish(self):
        print(f"{os.path.basename(sys.argv[0])}: {self.passed} passed, {self.failed} failed",
              flush=True)
        sys.exit(1 if self.failed else 0)
