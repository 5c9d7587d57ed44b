#!/usr/bin/env python3
"""bench.py - what the gateway costs, against the same machine without it.

In one run, interleaved, medians of ROUNDS: straight to the simulated provider, lighttpd with a
responder that does nothing (the floor), and the gateway with everything on: key, limits, a
ledger row an attempt, which are counted at the end.  Generator, provider, web server and gateway share
the machine: ratios count, absolute figures do not.  The provider sends one answer again and
again without looking at what it is asked, so that what it costs is not taken for the gateway.

Settings: BENCH_ROUNDS (5), BENCH_SECONDS (2) a sample, BENCH_STREAMS (2000).
"""
import json
import os
import re
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../drive"))
import rig as whole  # noqa: E402
import wire  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "2"))
STREAMS = int(os.environ.get("BENCH_STREAMS", "2000"))
TICK = os.sysconf("SC_CLK_TCK")
LUA = 'wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\n' \
      'wrk.headers["Authorization"]="Bearer {key}"\nlocal f=io.open("{body}","rb")\n' \
      'wrk.body=f:read("*a")\nf:close()\n'


def configuration(sim):
    return (whole.gateway(first="60s", idle="60s").replace("stream = 60s", "stream = 600s") +
            whole.provider("same", sim, "openai", inner="\tquirks { clean = yes }\n") +
            whole.provider("rebuilt", sim, "openai") +
            whole.provider("crossing", sim, "anthropic") +
            whole.provider("paced", sim, "openai", models=("lorem",), inner="\tquirks { clean = yes }\n"))


ANSWER = {
    "id": "chatcmpl-0123456789", "object": "chat.completion", "created": 1700000000, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "one two three four " * 8,
                                         "refusal": None, "annotations": []},
                 "logprobs": None, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 200, "completion_tokens": 32, "total_tokens": 232,
              "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
              "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0}},
    "service_tier": "default", "system_fingerprint": "fp_0"}
MESSAGE = {
    "id": "msg_0123456789", "type": "message", "role": "assistant", "model": "m",
    "content": [{"type": "text", "text": "one two three four " * 8}],
    "stop_reason": "end_turn", "stop_sequence": None,
    "usage": {"input_tokens": 200, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
              "output_tokens": 32, "service_tier": "standard"}}


def prepare(sim):
    for site in ("direct", "same", "rebuilt"):
        sim.site(site, then={"body": ANSWER, "unread": True})
    sim.site("crossing", then={"body": MESSAGE, "unread": True})


def cpu_seconds(pids):
    spent = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        spent += int(fields[11]) + int(fields[12])
    return spent / TICK


def anonymous_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return int(re.search(r"Pss_Anon:\s+(\d+)", f.read())[1])


def body_of(model, size):
    """About so many bytes of text that no two tests share."""
    text = "the quick brown fox jumps over the lazy dog %d " % size
    filler = (text * (size // len(text) + 1))[:size]
    return json.dumps({"model": model, "max_tokens": 40, "messages": [
        {"role": "system", "content": filler},
        {"role": "user", "content": "one two three four five six seven eight nine ten"}]})


class Side:
    """One thing that is measured: where it listens, and whose CPU time is whose."""

    def __init__(self, name, port, path, key, model, web=(), app=()):
        self.name, self.port, self.path, self.key, self.model = name, port, path, key, model
        self.web, self.app = web, app

    def body_file(self, folder, size):
        path = os.path.join(folder, f"{self.name}-{size}.json")
        with open(path, "w", encoding="ascii") as f:
            f.write(body_of(self.model, size))
        return path


class Sample:
    def __init__(self, side, folder, size, clients):
        lua = os.path.join(folder, "post.lua")
        with open(lua, "w", encoding="ascii") as f:
            f.write(LUA.format(key=side.key, body=side.body_file(folder, size)))
        web, app = cpu_seconds(side.web), cpu_seconds(side.app)
        out = subprocess.run(
            ["wrk", "-t1", f"-c{clients}", f"-d{SECONDS}s", "--timeout", "20s", "--latency",
             "-s", lua, f"http://127.0.0.1:{side.port}{side.path}"],
            capture_output=True, text=True, check=True).stdout
        self.requests = int(re.search(r"(\d+) requests in", out)[1])
        self.bad = sum(int(n) for n in re.findall(r"Non-2xx or 3xx responses: (\d+)", out))
        self.bad += sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)",
                                                   out.split("Socket errors")[-1])
                        ) if "Socket errors" in out else 0
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])
        self.p50 = milliseconds(re.search(r"50%\s+([\d.]+)(\w+)", out))
        self.p99 = milliseconds(re.search(r"99%\s+([\d.]+)(\w+)", out))
        self.web_us = (cpu_seconds(side.web) - web) / max(self.requests, 1) * 1e6
        self.app_us = (cpu_seconds(side.app) - app) / max(self.requests, 1) * 1e6


def milliseconds(found):
    return float(found[1]) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[found[2]]


class Series:
    """Samples of several sides, taken in turns, each round in the other direction."""

    def __init__(self, sides, folder, size, clients):
        self.samples = {s.name: [] for s in sides}
        for n in range(ROUNDS):
            for side in sides[:: 1 if n % 2 == 0 else -1]:
                self.samples[side.name].append(Sample(side, folder, size, clients))

    def median(self, side, what):
        return statistics.median(getattr(s, what) for s in self.samples[side])

    def spread(self, side, what):
        values = [getattr(s, what) for s in self.samples[side]]
        return min(values), max(values)

    def total(self, side, what="requests"):
        return sum(getattr(s, what) for s in self.samples.get(side, ()))


class Targets:
    def __init__(self):
        self.missed = 0

    def line(self, what, value, limit, at_least=False, unit=""):
        good = value >= limit if at_least else value <= limit
        self.missed += not good
        print(f"  {'pass' if good else 'MISS'}  {what:66} {value:8.2f}{unit}"
              f"  (first: {'≥' if at_least else '≤'} {limit:g}{unit})", flush=True)


def show(title, series, sides):
    print(f"\n{title}\n  {'':12}{'req/s':>9} {'least':>8} {'most':>8} {'p50 ms':>8} {'p99 ms':>8}"
          f" {'web us':>8} {'app us':>8} {'bad':>5}")
    for side in sides:
        low, high = series.spread(side, "rate")
        print(f"  {side:12}{series.median(side, 'rate'):9.0f} {low:8.0f} {high:8.0f}"
              f" {series.median(side, 'p50'):8.2f} {series.median(side, 'p99'):8.2f}"
              f" {series.median(side, 'web_us'):8.0f} {series.median(side, 'app_us'):8.0f}"
              f" {series.total(side, 'bad'):5}", flush=True)


def load(*arguments):
    out = subprocess.run([whole.program("tests/bench/load"), *map(str, arguments)],
                         capture_output=True, text=True, check=True)
    return json.loads(out.stdout)


# --- What is measured. ---


def closed_loop(sides, folder, targets, counted):
    by_name = {s.name: s for s in sides}
    for size, clients, limit in ((1000, 64, .70), (1000, 256, .70), (20000, 16, .70),
                                 (500000, 8, .35)):
        names = ["direct", "floor", "same"]
        if (size, clients) == (1000, 64):
            names += ["rebuilt", "crossing"]
        series = Series([by_name[n] for n in names], folder, size, clients)
        for name in names[2:]:
            counted.append((name, series.total(name), clients * ROUNDS))
        show(f"chat, {size} bytes of prompt, {clients} at a time", series, names)
        targets.line(f"requests a second against the floor, {size} bytes, c={clients}",
                     series.median("same", "rate") / series.median("floor", "rate"), limit, True)
        if "crossing" in names:
            targets.line("CPU a request of the worker against the trivial responder's, c=64",
                         series.median("same", "app_us") / series.median("floor", "app_us"), 1.8)
            targets.line("crossing dialects: CPU a request against same dialect",
                         series.median("crossing", "app_us") / series.median("same", "app_us"), 2.5)


def open_loop(sides, folder, targets, counted):
    names = ("direct", "floor", "same")
    got = {n: [] for n in names}
    by_name = {s.name: s for s in sides}
    for n in range(ROUNDS):
        for name in names[:: 1 if n % 2 == 0 else -1]:
            s = by_name[name]
            got[name].append(load("open", s.port, s.path, s.key, s.body_file(folder, 1000), 1000,
                                  SECONDS))
    counted.append(("same", sum(g["whole"] for g in got["same"]), 0))
    median = {n: statistics.median(g["p50_ms"] for g in got[n]) for n in names}
    print("\nopen loop, 1,000 a second, 1,000 bytes of prompt")
    for n in names:
        print(f"  {n:12} p50 {median[n]:7.3f} ms, p99 "
              f"{statistics.median(g['p99_ms'] for g in got[n]):8.3f} ms, failed "
              f"{sum(g['failed'] for g in got[n])}")
    targets.line("added p50, against the floor's added p50",
                 (median["same"] - median["direct"]) / max(median["floor"] - median["direct"], 1e-3),
                 3.5)


def streams(rig, side, folder, targets, counted):
    """Paced streams: 40 events, four a second each."""
    beat, words = 250, 40
    rig.sim.site("paced", then={"event_delay_ms": beat, "words": words})
    path = os.path.join(folder, "stream.json")
    with open(path, "w", encoding="ascii") as f:
        # Usage too: without it the gateway keeps a record back that the provider sent.
        json.dump({"model": "paced:lorem", "stream": True, "messages": [
            {"role": "user", "content": "go"}], "stream_options": {"include_usage": True}}, f)
    app = side.app[0]
    empty, before = anonymous_kb(app), (cpu_seconds(side.web), cpu_seconds(side.app))
    full = []
    sampler = threading.Timer(beat * words / 1000 * .8, lambda: full.append(anonymous_kb(app)))
    sampler.start()
    got = load("streams", side.port, side.path, side.key, path, STREAMS, 4000, beat)
    sampler.join()
    web, app_s = cpu_seconds(side.web) - before[0], cpu_seconds(side.app) - before[1]
    alone = load("streams", rig.sim.port, "/paced/v1/chat/completions", "x", path, STREAMS, 4000,
                 beat)
    counted.append(("paced", got["whole"], 0))
    kb = (full[0] - empty) / STREAMS if full else float("nan")
    print(f"\n{STREAMS} streams of {words} events, {beat} ms apart")
    for name, g in (("direct", alone), ("gateway", got)):
        print(f"  {name:12} whole {g['whole']}, failed {g['failed']}; an event later than its beat:"
              f" p50 {g['p50_ms']:.2f}, p99 {g['p99_ms']:.2f}, most {g['most_ms']:.1f} ms")
    per_event = app_s / max(got["events"], 1) * 1e6
    print(f"  CPU an event: web {web / max(got['events'], 1) * 1e6:.1f} us, worker {per_event:.1f} us")
    targets.line("streams that were not whole", STREAMS - got["whole"], 0)
    targets.line("p99 of an event's delay, ms", got["p99_ms"], 20)
    targets.line("worker CPU an event, against lighttpd's own", app_s / max(web, 1e-3), 1.6)
    targets.line("anonymous memory a stream, KB", kb, 30)


def record(kind, payload=b""):
    return struct.pack("!BBHHBB", 1, kind, 1, len(payload), 0, 0) + payload


def probe(path):
    """Asks the worker itself for /healthz: how long its loop takes to come round."""
    pairs = b""
    for name, value in (("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/healthz"),
                        ("REQUEST_URI", "/healthz"), ("SERVER_PROTOCOL", "HTTP/1.1")):
        pairs += bytes((len(name), len(value))) + name.encode() + value.encode()
    asked = record(1, struct.pack("!HB5x", 1, 0)) + record(4, pairs) + record(4) + record(5)
    began = time.monotonic()
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(asked)
        while s.recv(4096):
            pass
    return (time.monotonic() - began) * 1e3


def stalls(rig, side, targets, counted):
    """The loop's longest stall while bodies of 5 MB pass through, same dialect."""
    path = next(os.path.join(rig.folder, n) for n in sorted(os.listdir(rig.folder))
                if n.startswith("api.sock"))
    body = body_of(side.model, 5_000_000)

    def worst(post):
        over, times = threading.Event(), []

        def ask():
            for _ in range(4):
                post()
            over.set()
        poster = threading.Thread(target=ask)
        poster.start()
        while not over.is_set():
            times.append(probe(path))
        poster.join()
        return max(times)

    client = wire.Client("127.0.0.1", side.port, side.key)
    rounds = []
    for _ in range(ROUNDS):
        rounds.append((worst(lambda: time.sleep(.1)),
                       worst(lambda: client.ask("POST", "/v1/chat/completions", body))))
    counted.append(("same", 4 * ROUNDS, 0))
    still, busy = (statistics.median(r[n] for r in rounds) for n in (0, 1))
    print(f"\n5 MB bodies: longest wait for /healthz {busy:.2f} ms; without them {still:.2f} ms")
    targets.line("longest stall of the loop by a 5 MB body, ms", max(busy - still, 0), 5)


def starts(rig, targets):
    """From exec to the first right answer, and plain CGI."""
    body = body_of("same:m", 1000)
    environment = {"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST",
                   "SCRIPT_NAME": "/v1/chat/completions", "REQUEST_URI": "/v1/chat/completions",
                   "SERVER_PROTOCOL": "HTTP/1.1", "CONTENT_TYPE": "application/json",
                   "CONTENT_LENGTH": str(len(body)), "HTTP_AUTHORIZATION": f"Bearer {rig.key}",
                   "PATH": os.environ["PATH"], **rig.environment()}
    times = []
    for _ in range(20):
        began = time.monotonic()
        done = subprocess.run([whole.program("switchyard.fcgi")], input=body.encode(),
                              env=environment, capture_output=True, check=True)
        times.append((time.monotonic() - began) * 1e3)
        if not done.stdout.startswith(b"Status: 200"):
            raise RuntimeError(done.stdout + done.stderr)
    print(f"\nplain CGI, exec to the whole answer: median {statistics.median(times):.1f} ms")
    targets.line("exec to the first right answer, ms", statistics.median(times), 100)
    targets.line("plain CGI, ms a request", statistics.median(times), 12)
    return len(times)


def main():
    whole.need("lighttpd", "wrk")
    targets = Targets()
    with tempfile.TemporaryDirectory(prefix="switchyard-bench-") as folder, \
            whole.Rig(configuration, secrets=("same", "rebuilt", "crossing", "paced"),
                      sim_log=False) as rig:
        floor_folder = os.path.join(folder, "floor")
        os.makedirs(floor_folder)
        floor = whole.Lighttpd(floor_folder, worker=whole.program("tests/bench/trivial"))
        try:
            measure(rig, floor, folder, targets)
        finally:
            floor.stop()
    print(f"\nbench: {targets.missed} targets missed")
    sys.exit(1 if targets.missed else 0)


def measure(rig, floor, folder, targets):
    counted = []
    prepare(rig.sim)
    whole.wait_for("the floor", lambda: answers(floor.port))
    web = [rig.web.process.pid]
    path = "/v1/chat/completions"
    sides = [Side("direct", rig.sim.port, f"/direct{path}", "x", "m"),
             Side("floor", floor.port, path, "x", "m", [floor.process.pid], floor.workers())]
    sides += [Side(n, rig.web.port, path, rig.key, f"{n}:m", web, rig.web.workers())
              for n in ("same", "rebuilt", "crossing")]
    for side in sides:
        Sample(side, folder, 1000, 16)  # warm
    before = int(rig.dump("count"))
    idle = anonymous_kb(rig.web.workers()[0])
    closed_loop(sides, folder, targets, counted)
    open_loop(sides, folder, targets, counted)
    stalls(rig, sides[2], targets, counted)
    counted.append(("cgi", starts(rig, targets), 0))
    streams(rig, sides[2], folder, targets, counted)
    rows = int(rig.dump("count")) - before
    asked = sum(n for _, n, _ in counted)
    spare = sum(n for _, _, n in counted)
    print(f"\nrows in the ledger {rows}, answers {asked} (and at most {spare} that wrk cut off)")
    print(f"anonymous memory of the worker: {idle} KB warm, "
          f"{anonymous_kb(rig.web.workers()[0])} KB at the end")
    targets.line("answers without a row", max(asked - rows, 0), 0)


def answers(port):
    try:
        return wire.Client("127.0.0.1", port, "x").ask("POST", "/", "{}").status == 200
    except OSError:
        return False


main()
