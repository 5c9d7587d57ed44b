"""Requests through real web servers to a worker that tells what reached it."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import webserver

CHAT = "/v1/chat/completions"
ALIKE = (("Lighttpd", "LighttpdCgi"), ("ApacheFcgid", "ApacheCgid"))
passed = 0
failed = []


def check(name, ok, seen=""):
    global passed
    if ok:
        passed += 1
    else:
        failed.append(name)
        print("FAILED: %s: %s" % (name, str(seen)[:600]))


class Answer:
    """The answers on one connection, as bytes; the first one taken apart."""

    def __init__(self, raw):
        self.raw = raw
        head, _, rest = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        m = re.match(r"HTTP/1\.[01] (\d\d\d)", lines[0])
        self.status = int(m.group(1)) if m else 0
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        chunked = "chunked" in self.headers.get("transfer-encoding", "")
        self.body = unchunk(rest) if chunked else rest

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    def successes(self):
        return len(re.findall(rb"HTTP/1\.[01] 200", self.raw))


def unchunk(data):
    out = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        try:
            n = int(size, 16)
        except ValueError:
            return out
        if n == 0:
            return out
        out += data[:n]
        data = data[n + 2:]


def talk(server, data, seconds=8):
    """Sends bytes, returns what comes until the server closes."""
    raw = b""
    with socket.create_connection(("127.0.0.1", server.port), seconds) as s:
        try:
            s.sendall(data)
        except OSError:
            pass  # refused before all was sent; the answer may be there all the same
        try:
            while True:
                piece = s.recv(65536)
                if not piece:
                    break
                raw += piece
        except OSError:
            pass
    return Answer(raw)


def ask(server, method, path, body=b"", headers=(), mount=None):
    lines = ["%s %s%s HTTP/1.1" % (method, server.mount if mount is None else mount, path),
             "Host: localhost", "Connection: close"]
    if body or method == "POST":
        lines += ["Content-Length: %d" % len(body), "Content-Type: application/json"]
    lines += list(headers)
    return talk(server, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)


def whole_request(server, name):
    a = ask(server, "POST", CHAT, b'{"model":"m"}', [
        "Authorization: Bearer sk-test-1", "X-Switchyard-Feature: mail",
        "X-Stainless-Timeout: 30"])
    told = a.json()
    check(name + " status", a.status == 200, a.raw)
    check(name + " body", told.get("body") == '{"model":"m"}', a.raw)
    check(name + " credential", told.get("credential") == "sk-test-1", a.raw)
    check(name + " feature", told.get("feature") == "mail", a.raw)
    check(name + " timeout", told.get("timeout_ms") == 30000, a.raw)
    check(name + " id", a.headers.get("x-request-id", "").startswith("req_"), a.headers)
    check(name + " type", a.headers.get("content-type") == "application/json", a.headers)
    check(name + " cache", a.headers.get("cache-control") == "private, no-store", a.headers)
    check(name + " sniff", a.headers.get("x-content-type-options") == "nosniff", a.headers)


# Path, and what it may lead to: the model that is asked for, or None for a refusal.  Some
# servers refuse more than we do, so a refusal is always right; another model never is.
PATHS = [
    ("/v1/models", "all"), ("/v1/models/", "all"), ("/models", "all"),
    ("/v1/models?limit=1", "all"), ("/v1/v1/models", "all"), ("/openai/v1/models", "all"),
    ("/v1/models/m", "m"), ("/v1/models/a/b", "a/b"), ("/v1/models/a%2Fb", "a/b"),
    ("/v1/models/a%2fb", "a/b"), ("/v1/models/a%252Fb", "a%2Fb"), ("/v1/models/a:b", "a:b"),
    ("/v1/models/a%3Ab", "a:b"), ("/v1/models/a%20b", "a b"), ("/v1/models/a+b", "a+b"),
    ("/v1/models/%C3%BC", "\u00fc"), ("/v1/models/a@b", "a@b"), ("/v1/models/a~b", "a~b"),
    ("/v1/models/a;b", "a;b"), ("/v1/models/a,b", "a,b"), ("/v1/models/a'b", "a'b"),
    ("/v1/models/..", None), ("/v1/models/../models", None), ("/v1/../healthz", None),
    ("/v1/../v1/models", None), ("/v1/./models", None), ("/v1/models/.", None),
    ("/v1/%2e%2e/v1/models", None), ("/v1/%2E/models", None), ("/v1/models/%2e%2e", None),
    ("/v1/models/x%2f..%2fy", None), ("/v1/models/..%2f..%2fetc", None),
    ("//v1/models", None), ("/v1//models", None), ("/v1/models//m", None),
    ("/v1\\models", None), ("/v1/models\\m", None), ("/v1/models/%5Cm", None),
    ("/v1/models/%00", None), ("/v1/models/m%00x", None), ("/v1/models/%0a", None),
    ("/v1/models/%0d%0aX-Injected:%20yes", None), ("/v1/models/%0d", None),
    ("/v1/models/%7f", None), ("/v1/models/%", None), ("/v1/models/%2", None),
    ("/v1/models/%zz", None), ("/v1/models/%u002f", None), ("/V1/MODELS", None),
    ("/v1%2Fmodels", None), ("/v1/models%2Fm", None), ("/v1/model", None),
    ("/v1/modelsm", None), ("/v1", None), ("/v1/", None), ("/", None),
    ("/admin/api/keys", None), ("/v1/admin", None), ("/v1/models/../../admin/api", None),
    ("/ui/api/summary", None), ("/index.html", None), ("/gw.cgi", None),
]


def paths(server, name):
    for path, model in PATHS:
        a = ask(server, "GET", path)
        label = "%s path %s" % (name, path)
        if a.status == 200:
            check(label, model is not None and a.json().get("models") == model, a.raw)
        else:
            check(label, 400 <= a.status < 500, a.raw)
        check(label + " injects nothing", "x-injected" not in a.headers, a.raw)
    for path in ("/v1/models", "/v1/models/m", "/v1/models/a/b"):
        check("%s must serve %s" % (name, path), ask(server, "GET", path).status == 200)
    if server.mount == "":
        a = talk(server, b"GET http://localhost/v1/models HTTP/1.1\r\nHost: localhost\r\n"
                         b"Connection: close\r\n\r\n")
        check(name + " absolute address", a.status in (200, 400, 404), a.raw)


def framings(server):
    """Requests whose end is in doubt, as bytes."""
    first = "POST %s%s HTTP/1.1\r\nHost: localhost\r\n" % (server.mount, CHAT)
    json_type = "Content-Type: application/json\r\n"
    smuggled = "GET %s/v1/models/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n" % server.mount
    for headers, body in [
            ("Content-Length: 2\r\nContent-Length: 3\r\n", "{} "),
            ("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
            ("Content-Length: 2, 3\r\n", "{} "),
            ("Content-Length: +2\r\n", "{}"), ("Content-Length: -2\r\n", "{}"),
            ("Content-Length: 0x2\r\n", "{}"), ("Content-Length: 2 2\r\n", "{}"),
            ("Content-Length: \r\n", "{}"), ("Content-Length: two\r\n", "{}"),
            ("Content-Length: 99999999999999999999\r\n", "{}"),
            ("Content-Length : 2\r\n", "{}"), ("Content-Length\t: 2\r\n", "{}"),
            (" Content-Length: 2\r\n", "{}"),
            ("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + smuggled),
            ("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + smuggled),
            ("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: identity\r\n", "{}"),
            ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + smuggled),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
             "0\r\n\r\n" + smuggled),
            ("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + smuggled),
            ("Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n" + smuggled),
            ("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\n", "ffffffffffffffff2\r\n{}\r\n0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\n", "2;ext=\"\n\"\r\n{}\r\n0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\n", "2\r\n{}0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n"),
            ("Content-Length: 10\r\n", "{}"),
            ("X-A: a\rContent-Length: 2\r\n", "{}"),
            ("X-A: a\nContent-Length: 2\r\n", "{}"),
            ("X-A: a\x00b\r\nContent-Length: 2\r\n", "{}"),
            ("X-\x01: a\r\nContent-Length: 2\r\n", "{}"),
            (": a\r\nContent-Length: 2\r\n", "{}"),
            ("X-A\r\nContent-Length: 2\r\n", "{}"),
            ("Host: other\r\nContent-Length: 2\r\n", "{}"),
            ("Content-Length: 2\r\nContent_Length: 7\r\n", "{}"),
            ("Content-Length: 2\r\nContent_Type: text/plain\r\n", "{}"),
            ("Content-Length: 2\r\nContent-Encoding: gzip\r\n", "{}"),
    ]:
        # shut down after it, so that a server which waits for more sees the end
        yield headers, (first + json_type + headers + "\r\n" + body).encode("latin-1")


def framing(server, name):
    for headers, data in framings(server):
        a = talk_and_end(server, data)
        label = "%s framing %r" % (name, headers)
        check(label + " one request at most", a.successes() <= 1, a.raw)
        check(label + " nothing smuggled", b"smuggled" not in a.raw, a.raw)
        # mod_fcgid takes broken chunks for a body; what is in them is JSON's affair then
        if a.status == 200 and "Transfer-Encoding" not in headers:
            check(label + " whole", a.json().get("body_bytes") in (0, 2, 3), a.body)


def talk_and_end(server, data):
    raw = b""
    with socket.create_connection(("127.0.0.1", server.port), 3) as s:
        try:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            while True:
                piece = s.recv(65536)
                if not piece:
                    break
                raw += piece
        except OSError:
            pass
    return Answer(raw)


def twice(server, name):
    """A header in two spellings that CGI can't tell apart never gives the second one."""
    for header in ("X-Api-Key", "X-Goog-Api-Key", "Api-Key", "X-Switchyard-User"):
        pair = ["%s: first" % header, "%s: second" % header.replace("-", "_")]
        for lines in (pair, pair[::-1]):
            a = ask(server, "POST", CHAT, b"{}", lines)
            told = a.json()
            check("%s %s" % (name, lines),
                  400 <= a.status < 500 or b"second" not in a.body, a.raw)
            check("%s %s status" % (name, lines), a.status in (200, 400), a.raw)
            check("%s %s told" % (name, lines), a.status != 200 or told, a.raw)


def proxy_header(server, name):
    a = ask(server, "POST", CHAT, b"{}", ["Proxy: http://127.0.0.1:9"])
    check(name + " httpoxy", a.status == 200 and a.json().get("proxy", "?") is None, a.raw)


def sizes(server, name):
    a = ask(server, "POST", CHAT, b"x" * 1000000)
    check(name + " 1 MB", a.json().get("body_bytes") == 1000000, a.raw)
    a = ask(server, "POST", CHAT, b"x" * (1 << 20 | 1))
    check(name + " over the limit", a.status == 413, a.raw)
    chunks = b"".join(b"10000\r\n" + b"x" * 65536 + b"\r\n" for _ in range(32)) + b"0\r\n\r\n"
    a = talk(server, ("POST %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                      % (server.mount, CHAT)).encode() + chunks)
    check(name + " chunked over the limit", a.status == 413, a.raw)
    a = talk(server, ("POST %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "2\r\n{}\r\n0\r\n\r\n" % (server.mount, CHAT)).encode())
    check(name + " chunked", a.json().get("body") == "{}", a.raw)


def refusals(server, name):
    for method, path, headers, status in [
            ("GET", "/nowhere", [], 404), ("GET", CHAT, [], 405),
            ("DELETE", "/v1/models/m", [], 405), ("OPTIONS", CHAT, [], 405),
            ("POST", CHAT, ["Content-Encoding: gzip"], 415),
            ("POST", CHAT + "?api_key=sk-test-1", [], 401)]:
        a = ask(server, method, path, b"{}" if method == "POST" else b"", headers)
        label = "%s %s %s" % (name, method, path)
        check(label, a.status == status, a.raw)
        error = a.json().get("error", {})
        check(label + " in the API's shape", isinstance(error.get("message"), str), a.raw)
        check(label + " with an id", "x-request-id" in a.headers, a.raw)
    a = ask(server, "HEAD", "/healthz")
    check(name + " HEAD", a.status == 200 and a.body == b"", a.raw)
    a = ask(server, "GET", "/healthz")
    check(name + " healthz", a.status == 200 and a.body == b"ok\n", a.raw)


def streams(server, name):
    """Events arrive while others are still to come."""
    data = ("POST %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            "Content-Type: application/json\r\nContent-Length: 9\r\n\r\nstream 60"
            % (server.mount, CHAT)).encode()
    with socket.create_connection(("127.0.0.1", server.port), 8) as s:
        s.sendall(data)
        raw, pieces = b"", 0
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            raw += piece
            pieces += b"data:" in piece
    a = Answer(raw)
    check(name + " stream whole", a.body.count(b"data: {") == 60, a.raw)
    check(name + " stream in pieces", pieces > 5, pieces)


def compare(answers, a, b):
    """Two ways in, the same answers."""
    for (request, x), (_, y) in zip(answers[a], answers[b]):
        x_body = re.sub(rb"req_\w+", b"", x.body)
        y_body = re.sub(rb"req_\w+", b"", y.body)
        check("%s and %s alike: %s" % (a, b, request),
              x.status == y.status and x_body == y_body and
              x.headers.get("content-type") == y.headers.get("content-type") and
              x.headers.get("allow") == y.headers.get("allow"), (x.raw, y.raw))


def hundred(server):
    requests = [("GET", p, b"", ()) for p, _ in PATHS]
    requests += [(m, p, b"", ()) for m in ("PUT", "DELETE", "PATCH")
                 for p in (CHAT, "/v1/models", "/healthz", "/nowhere")]
    requests += [("POST", CHAT, body, ()) for body in
                 (b"{}", b"", b"x" * 70000, b"flood 300000", b"flood 1", b"stream 3",
                  b"\xff\xfe", b'{"a":"b"}')]
    requests += [("POST", CHAT, b"{}", h) for h in
                 (["X-Api-Key: k"], ["Authorization: Bearer k"], ["Authorization: Basic k"],
                  ["X-Goog-Api-Key: k"], ["Api-Key: k"], ["X-Request-Timeout-Ms: 7"],
                  ["Content-Encoding: br"], ["X-Switchyard-Feature: f"],
                  ["Accept: application/json"], ["X-Switchyard-Complete: yes"])]
    requests += [("POST", "/openai/deployments/%s/chat/completions?api-version=1" % m, b"{}",
                  ()) for m in ("m", "a%2Fb", "a:b", "%2e")]
    return [((m, p, b[:20], h), ask(server, m, p, b, h)) for m, p, b, h in requests]


def run_worker(worker, **options):
    return subprocess.run([worker], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=20, **options)


def starts(worker):
    """What a worker is started on."""
    r = run_worker(worker, stdin=subprocess.DEVNULL, env={})
    check("on nothing", r.returncode == 2 and b"web server" in r.stderr, r)
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        tcp.listen(5)
        r = run_worker(worker, stdin=tcp, env={})
        check("on a port", r.returncode == 2 and b"SWITCHYARD_LISTEN_TCP" in r.stderr, r)
    r = run_worker(worker, stdin=subprocess.DEVNULL, env={
        "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/healthz"})
    check("as CGI", r.returncode == 0 and r.stdout.endswith(b"\r\n\r\nok\n"), r)


def stops(worker, directory, number):
    """Told to stop, a worker ends what it has begun, takes no more, and leaves with 0."""
    name = os.path.join(directory, "stop.%d" % number)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen(5)
        w = subprocess.Popen([worker], stdin=listener)
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(name)
        s.sendall(fastcgi_request(b"stream 20"))
        raw = s.recv(65536)
        w.send_signal(number)
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            raw += piece
    check("signal %d: the stream is whole" % number, raw.count(b"data: {") == 20, raw)
    check("signal %d: exit" % number, w.wait(10) == 0, w.returncode)


def fastcgi_request(body):
    def record(kind, content):
        return bytes([1, kind, 0, 1, len(content) >> 8, len(content) & 255, 0, 0]) + content

    pairs = b""
    for name, value in ((b"REQUEST_METHOD", b"POST"), (b"REQUEST_URI", CHAT.encode())):
        pairs += bytes([len(name), len(value)]) + name + value
    return (record(1, b"\0\1\0\0\0\0\0\0") + record(4, pairs) + record(4, b"") +
            record(5, body) + record(5, b""))


def storm(worker, directory):
    """A thousand signals that mean nothing to us disturb nothing."""
    name = os.path.join(directory, "storm")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen(5)
        w = subprocess.Popen([worker], stdin=listener)
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(name)
        s.sendall(fastcgi_request(b"stream 50"))
        raw = s.recv(65536)
        for _ in range(1000):
            for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP, signal.SIGUSR2,
                           signal.SIGALRM):
                w.send_signal(number)
            time.sleep(0.0005)
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            raw += piece
    check("a storm of signals", raw.count(b"data: {") == 50, raw)
    w.terminate()
    check("a storm of signals: exit", w.wait(10) == 0, w.returncode)


def descriptors(worker, directory):
    """Without free descriptors a worker waits; with them it goes on."""
    name = os.path.join(directory, "descriptors")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        listener.listen(200)
        w = subprocess.Popen([worker], stdin=listener, stderr=subprocess.DEVNULL, preexec_fn=
                             lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
    held = []
    for _ in range(100):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(10)
        s.connect(name)
        s.sendall(fastcgi_request(b"silent"))
        held.append(s)
    time.sleep(0.5)
    check("no descriptors left: still there", w.poll() is None, w.returncode)
    for s in held[:90]:
        s.close()
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(name)
        s.sendall(fastcgi_request(b"{}"))
        raw = b""
        while b"body_bytes" not in raw:
            piece = s.recv(65536)
            if not piece:
                break
            raw += piece
    check("descriptors again", b"Status: 200" in raw, raw)
    for s in held[90:]:
        s.close()
    w.terminate()
    check("descriptors: exit", w.wait(10) == 0, w.returncode)


def leaves(server, name):
    """A client that leaves in the middle of a stream is noticed."""
    data = ("POST %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            "Content-Type: application/json\r\nContent-Length: 13\r\n\r\nstream 100000"
            % (server.mount, CHAT)).encode()
    with socket.create_connection(("127.0.0.1", server.port), 8) as s:
        s.sendall(data)
        s.recv(65536)
    told = {}
    for _ in range(100):
        told = ask(server, "POST", CHAT, b"tell").json()
        if told.get("gone", 0) > 0 and told.get("busy") == 1:
            break
        time.sleep(0.05)
    check(name + " client left", told.get("gone") == 1 and told.get("busy") == 1, told)


def each_server(kind, worker, directory, answers):
    server = kind(worker, directory)
    name = kind.__name__
    try:
        server.start()
        whole_request(server, name)
        paths(server, name)
        framing(server, name)
        twice(server, name)
        proxy_header(server, name)
        sizes(server, name)
        refusals(server, name)
        streams(server, name)
        if not server.plain_cgi and kind is not webserver.ApacheFcgid:
            leaves(server, name)
        if any(name in pair for pair in ALIKE):
            answers[name] = hundred(server)
    except (OSError, RuntimeError) as error:
        check(name, False, error)
        if os.path.exists(server.path("error.log")):
            print(open(server.path("error.log")).read()[-2000:])
    finally:
        server.stop()


def main():
    worker = sys.argv[1]
    directory = tempfile.mkdtemp(prefix="switchyard-edge-")
    os.chmod(directory, 0o755)
    answers = {}
    wanted = sys.argv[2:]
    try:
        starts(worker)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            stops(worker, directory, number)
        storm(worker, directory)
        descriptors(worker, directory)
        for kind in webserver.ALL:
            if wanted and kind.__name__ not in wanted:
                continue
            lacking = webserver.missing(kind)
            if lacking:
                print("left out: %s (%s is not installed)" % (kind.__name__, lacking))
                continue
            each_server(kind, worker, directory, answers)
        for a, b in ALIKE:
            if a in answers and b in answers:
                compare(answers, a, b)
    finally:
        if os.environ.get("KEEP"):
            print("kept: " + directory)
        else:
            shutil.rmtree(directory)
    print("%d passed, %d failed" % (passed, len(failed)))
    sys.exit(bool(failed))


main()
