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
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from measure import (ANSWER, MESSAGE, ROUNDS, SECONDS, Sample, Series, Side, Targets, anonymous_kb,  # noqa: E402
                     cpu_seconds, load, show, whole)
import tls  # noqa: E402
import wire  # noqa: E402

STREAMS = int(os.environ.get("BENCH_STREAMS", "2000"))


def configuration(sim):
    return (whole.gateway(first="60s", idle="60s").replace("stream = 60s", "stream = 600s") +
            whole.provider("same", sim, "openai", inner="\tquirks { clean = yes }\n") +
            whole.provider("rebuilt", sim, "openai") +
            whole.provider("crossing", sim, "anthropic") +
            whole.provider("paced", sim, "openai", models=("lorem",), inner="\tquirks { clean = yes }\n"))


def prepare(sim):
    for site in ("direct", "same", "rebuilt"):
        sim.site(site, then={"body": ANSWER, "unread": True})
    sim.site("crossing", then={"body": MESSAGE, "unread": True})


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


def recording(rig, folder, targets):
    """The same worker, but for the store: what it costs to admit, settle and keep rows."""
    beside = os.path.join(folder, "unrecorded")
    os.makedirs(beside)
    other = whole.Lighttpd(beside, worker=whole.program("tests/bench/unrecorded"),
                           environment=rig.environment())
    try:
        whole.wait_for("the worker that records nothing", lambda: answers(other.port, "GET", "/healthz"))
        path, key = "/v1/chat/completions", rig.key
        sides = [Side("unrecorded", other.port, path, key, "same:m", [other.process.pid], other.workers()),
                 Side("recorded", rig.web.port, path, key, "same:m", [rig.web.process.pid], rig.web.workers())]
        series = Series(sides, folder, 1000, 64)
    finally:
        other.stop()
    show("recording, 1000 bytes of prompt, 64 at a time", series, [s.name for s in sides])
    targets.line("recording usage, against not: requests a second, c=64",
                 series.median("recorded", "rate") / series.median("unrecorded", "rate"), .85, True)
    return series.total("recorded")


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
            run(rig, floor, folder, targets)
        finally:
            floor.stop()
    tls.run(targets)
    print(f"\nbench: {targets.missed} targets missed")
    sys.exit(1 if targets.missed else 0)


def run(rig, floor, folder, targets):
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
    counted.append(("recorded", recording(rig, folder, targets), 64 * ROUNDS))
    streams(rig, sides[2], folder, targets, counted)
    rows = int(rig.dump("count")) - before
    asked = sum(n for _, n, _ in counted)
    spare = sum(n for _, _, n in counted)
    print(f"\nrows in the ledger {rows}, answers {asked} (and at most {spare} that wrk cut off)")
    print(f"anonymous memory of the worker: {idle} KB warm, "
          f"{anonymous_kb(rig.web.workers()[0])} KB at the end")
    targets.line("answers without a row", max(asked - rows, 0), 0)


def answers(port, method="POST", path="/"):
    try:
        return wire.Client("127.0.0.1", port, "x").ask(method, path, "{}" if method == "POST" else "").status == 200
    except OSError:
        return False


main()
