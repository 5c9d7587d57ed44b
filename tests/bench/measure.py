"""measure.py - sides that are measured in turns, and what is made of the samples.

Settings: BENCH_ROUNDS (5), BENCH_SECONDS (2) a sample.
"""
import json
import os
import re
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../drive"))
import rig as whole  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "2"))
TICK = os.sysconf("SC_CLK_TCK")
LUA = 'wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\n' \
      'wrk.headers["Authorization"]="Bearer {key}"\nlocal f=io.open("{body}","rb")\n' \
      'wrk.body=f:read("*a")\nf:close()\n'


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

    def lua(self, folder, size):
        return LUA.format(key=self.key, body=self.body_file(folder, size))

    def body_file(self, folder, size):
        path = os.path.join(folder, f"{self.name}-{size}.json")
        with open(path, "w", encoding="ascii") as f:
            f.write(body_of(self.model, size))
        return path


class Sample:
    def __init__(self, side, folder, size, clients):
        lua = os.path.join(folder, "post.lua")
        with open(lua, "w", encoding="ascii") as f:
            f.write(side.lua(folder, size))
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
