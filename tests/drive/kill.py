#!/usr/bin/env python3
"""kill.py - kill -9 of random workers under load: nothing lost, nothing doubled, money agrees.

Four workers share a socket behind lighttpd; some clients stream, others do not, providers
fail now and then.  KILLS says how many are killed (100).  Afterwards what the simulated
provider counted is compared with the ledger, attempt by attempt.
"""
import collections
import os
import random
import signal
import socket
import subprocess
import threading
import time

import wire
from rig import Lighttpd, Report, Rig, gateway, program, provider, wait_for

KILLS = int(os.environ.get("KILLS", "100"))
SECONDS = 50 if KILLS <= 100 else 3600  # a slow machine kills fewer
WORKERS = 4
CLIENTS = 10
PRICE_IN, PRICE_OUT = 1000, 4000  # nano-dollars a token, as provider() prices
report = Report()
check, equal = report.check, report.equal


def configuration(sim):
    text = gateway(first="2s", idle="2s", whole="5s")
    for name, dialect in (("alpha", "openai"), ("beta", "anthropic"), ("gamma", "openai")):
        text += provider(name, sim, dialect, abort_stops_billing="yes")
    return text + ('route chat {\n\tstrategy = weighted\n\ttarget "alpha:m" { weight = 2 }\n'
                   '\ttarget "beta:m" { weight = 1 }\n\tfallback = {"gamma:m"}\n}\n')


class Workers:
    """A pool that is always full: who dies is replaced at once."""

    def __init__(self, rig):
        self.path = os.path.join(rig.folder, "pool.sock")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1024)
        self.environment = {"PATH": os.environ["PATH"], **rig.environment()}
        self.log = open(os.path.join(rig.folder, "workers.log"), "ab")
        self.list = [self._start() for _ in range(WORKERS)]
        self.killed = 0
        self.fallen = []  # ended by themselves: must not be

    def _start(self):
        return subprocess.Popen([program("switchyard.fcgi")], stdin=self.listener,
                                stderr=self.log, env=self.environment)

    def kill_one(self):
        at = random.randrange(WORKERS)
        worker = self.list[at]
        if worker.poll() is not None:
            self.fallen.append(worker.returncode)
        else:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            self.killed += 1
        self.list[at] = self._start()

    def stop(self):
        for worker in self.list:
            worker.terminate()
        for worker in self.list:
            try:
                self.fallen += [worker.wait(15)] if worker.wait(15) else []
            except subprocess.TimeoutExpired:
                worker.kill()
                self.fallen.append("does not end")
        self.listener.close()
        self.log.close()


def says_it_is_whole(answer):
    """By the dialect's own signs: a web server may end a dead worker's answer in good order."""
    if answer.status != 200 or answer.error:
        return False
    return answer.done if answer.streams else answer.finish is not None


def what_it_was(answer, good):
    kind = "stream" if answer.streams else "answer"
    if good:
        return f"whole {kind}"
    if answer.status != 200:
        return f"status {answer.status}"
    if answer.error:
        return "error event"
    return f"cut {kind}" if answer.cut else f"cut {kind}, ended by the server in good order"


class Load:
    """Clients that ask and remember what they were told."""

    def __init__(self, port, key):
        self.over = threading.Event()
        self.seen = []  # (request id, whole, usage)
        self.counts = collections.Counter()
        self.wrong = []  # said to be whole, and are not
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(port, key, n))
                        for n in range(CLIENTS)]
        for t in self.threads:
            t.start()

    def _run(self, port, key, n):
        dice = random.Random(n)
        client = wire.Client("127.0.0.1", port, key, timeout=20)
        while not self.over.is_set():
            stream = dice.random() < 0.6
            words = " ".join(dice.choice(("rail", "yard", "signal")) for _ in range(dice.randint(2, 30)))
            try:
                answer = client.chat("chat", say=words, stream=stream)
            except OSError:
                self._count("no answer")
                continue
            good = says_it_is_whole(answer)
            self._count(what_it_was(answer, good))
            if good and answer.text != words:
                self.wrong.append(answer)
            with self.lock:
                self.seen.append((answer.headers.get("x-request-id"), good, answer.usage))

    def _count(self, what):
        with self.lock:
            self.counts[what] += 1

    def stop(self):
        self.over.set()
        for t in self.threads:
            t.join()


def kill_workers(workers, dice):
    end = time.monotonic() + SECONDS
    while workers.killed < KILLS and time.monotonic() < end:
        time.sleep(dice.uniform(0.02, 0.12))
        workers.kill_one()


def attempts_of(sim):
    """What the provider saw: id -> its line at the end, or at the start where none came."""
    seen, starts = {}, collections.Counter()
    for line in sim.log():
        if line["kind"] == "start":
            starts[line["client_request_id"]] += 1
        if line["kind"] == "end" or line["client_request_id"] not in seen:
            seen[line["client_request_id"]] = line
    return seen, starts


def compare(rows, seen, starts):
    ledger = {r["id"]: r for r in rows if r["seq"] > 0}
    equal("attempts that the provider saw twice", [i for i, n in starts.items() if n > 1], [])
    equal("rows doubled", len(rows) - len({r["id"] for r in rows}), 0)
    equal("attempts that the provider saw, not in the ledger", sorted(set(seen) - set(ledger)), [])
    unsent = [r for i, r in ledger.items() if i not in seen]
    equal("rows of what the provider never saw, that claim more than their intent",
          [r for r in unsent if r["outcome"] not in
           ("unknown", "not_sent", "cancelled", "upstream_error") or r["out"] > 0], [])
    return ledger, unsent


def compare_tokens(ledger, seen):
    counted = [(r, seen[i]) for i, r in ledger.items() if r["source"] == 1 and i in seen]
    wrong = [(r, s) for r, s in counted
             if r["in"] + r["in_cache_read"] + r["in_cache_write"] != s["prompt_tokens"] or
             r["out"] + r["out_reasoning"] != s["completion_tokens"]]
    equal("rows whose tokens are not the provider's", wrong[:3], [])
    bad = [r for r in ledger.values() if r["outcome"] == "ok" and r["source"] != 1]
    equal("whole answers without the provider's usage", bad[:3], [])
    dear = [r for r in ledger.values() if r["cost"] !=
            (r["in"] + r["in_cache_read"] + r["in_cache_write"]) * PRICE_IN +
            (r["out"] + r["out_reasoning"]) * PRICE_OUT]
    equal("rows whose cost is not their tokens'", dear[:3], [])
    return len(counted)


def compare_answers(load, rows):
    by_request = collections.defaultdict(list)
    for r in rows:
        by_request[r["rid"]].append(r)
    lost = [rid for rid, good, _ in load.seen if good and
            not any(r["outcome"] == "ok" for r in by_request[rid])]
    equal("answers that came whole, without a row that says so", lost[:3], [])
    wrong = [(rid, usage) for rid, good, usage in load.seen if good and usage and
             not any(r["in"] + r["in_cache_read"] + r["in_cache_write"] == usage["prompt_tokens"]
                     and r["out"] + r["out_reasoning"] == usage["completion_tokens"]
                     for r in by_request[rid] if r["outcome"] == "ok")]
    equal("answers whose usage is not their row's", wrong[:3], [])


def trouble(rig, workers):
    """Load and kills, until nothing is under way; what clients saw, and how long it took."""
    rig.web = Lighttpd(rig.folder, socket_path=workers.path)
    rig.client = wire.Client("127.0.0.1", rig.web.port, rig.key)
    wait_for("the gateway", rig.healthy)
    load = Load(rig.web.port, rig.key)
    began = time.monotonic()
    try:
        kill_workers(workers, random.Random(7))
    finally:
        took = time.monotonic() - began
        load.stop()
    wait_for("the provider's rest", lambda: all(
        a["outcome"] != "running" for a in rig.sim.attempts()), 30)
    time.sleep(1)
    return load, took


def main():
    with Rig(configuration, server=False) as rig:
        for name in ("alpha", "beta"):
            rig.sim.site(name, then={"event_delay_ms": 4, "fail_share": 0.08, "fail_status": 500})
        rig.sim.site("gamma", then={"event_delay_ms": 4})
        workers = Workers(rig)
        try:
            load, took = trouble(rig, workers)
            faults = rig.faults()
            rows = rig.rows()
            now = rig.now()
        finally:
            workers.stop()

        seen, starts = attempts_of(rig.sim)
        equal("workers that ended by themselves", workers.fallen, [])
        check("kills", workers.killed >= min(KILLS, 20), workers.killed)
        ledger, unsent = compare(rows, seen, starts)
        counted = compare_tokens(ledger, seen)
        compare_answers(load, rows)
        equal("half answers told as whole ones", load.wrong[:3], [])
        equal("faults in the store", faults, [])
        equal("in flight, outbox, reserved",
              (now["in_flight"], now["outbox"], now["reserved"]), (0, 0, 0))
        outcomes = collections.Counter(r["outcome"] for r in ledger.values())
        print(f"{workers.killed} workers killed in {took:.0f} s; {sum(load.counts.values())} requests: "
              f"{dict(load.counts)}")
        print(f"{len(seen)} attempts seen by the provider, {len(ledger)} in the ledger "
              f"({len(unsent)} of them never arrived); by outcome {dict(outcomes)}; "
              f"{counted} counted alike; {sum(r['cost'] for r in rows) / 1e9:.6f} dollars")
    report.finish()


main()
