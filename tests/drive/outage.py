#!/usr/bin/env python3
"""outage.py - what happens to the gateway itself: its store locked, missing or full, its
workers told to stop.

While the store is locked or full nothing is sent to a provider, because nothing could say what
it cost; the client is told at once or within three seconds, and all recovers by itself.
"""
import os
import shutil
import signal
import subprocess
import time

from rig import Report, Rig, gateway, program, provider, wait_for

SAY = "one two three four five six"
SLOW = {"event_delay_ms": 100, "words": 30}
report = Report()
check, equal = report.check, report.equal


def configuration(drain="8s"):
    return lambda sim: gateway(drain=drain) + provider(
        "alpha", sim, models=("m", "lorem"), auth="none", abort_stops_billing="yes")


def serves(rig):
    return rig.client.chat("alpha:m", SAY, stream=False).status == 200


def locked(rig, stop):
    """Another process sits in the store's gate: dead to the world, or merely slow."""
    rig.sim.forget()
    running = rig.client.chat_start("alpha:lorem")
    holder = subprocess.Popen([program("tests/drive/ledger_dump"), rig.root, "hold", "60"],
                              env={**os.environ, **rig.environment()}, stdout=subprocess.PIPE)
    try:
        equal("held", holder.stdout.readline(), b"held\n")
        if stop:
            holder.send_signal(signal.SIGSTOP)
        calls = len(rig.sim.attempts())
        answer = rig.client.chat("alpha:m", SAY)
        equal("status and code", (answer.status, (answer.error or {}).get("code")),
              (503, "store_busy"))
        check("within three seconds", answer.seconds < 3, answer.seconds)
        equal("x-should-retry", answer.headers.get("x-should-retry"), "true")
        equal("nothing was sent", len(rig.sim.attempts()), calls)
        health = rig.client.ask("GET", "/healthz", key="")
        check("the loop turns", health.status == 200 and health.seconds < 1, health.seconds)
        first = running.whole()
        check("what ran before is whole", first.done and not first.cut, first)
    finally:
        holder.kill()
        holder.wait()
    wait_for("recovery", lambda: serves(rig), 5)
    wait_for("the row that waited", lambda: any(
        r["outcome"] == "ok" for r in rig.rows(first)), 5)


def full(rig):
    """No space is left below var/."""
    var = os.path.join(rig.root, "var")
    filler = os.path.join(var, "filler")
    with open(filler, "wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            pass
    rig.sim.forget()
    refused, told = [], 0
    for _ in range(1500):
        answer = rig.client.chat("alpha:m", SAY * 20, stream=False)
        told += answer.status == 200
        if answer.status != 200:
            refused.append(answer)
            if len(refused) > 5:
                break
    check("refused in the end", refused, f"{told} answers")
    for answer in refused[:1]:
        equal("status and code", (answer.status, answer.error["code"]), (503, "store_unavailable"))
        check("at once", answer.seconds < 3, answer.seconds)
    check("the worker lives", rig.client.ask("GET", "/healthz", key="").status == 200)
    os.unlink(filler)
    wait_for("recovery", lambda: serves(rig), 10)
    time.sleep(2)
    rows = {r["id"] for r in rig.rows()}
    seen = {a["client_request_id"] for a in rig.sim.attempts()}
    equal("attempts without a row", sorted(seen - rows)[:3], [])


def on_a_small_disk():
    """As root, on a file system of its own in memory."""
    folder = os.path.join(os.getcwd(), f"outage-{os.getpid()}")
    os.makedirs(os.path.join(folder, "root/var"), mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs",
             os.path.join(folder, "root/var")]
    try:
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True,
                                               check=False).returncode != 0:
            print("outage.py: a full disk: skipped, no file system can be mounted here")
            return
        try:
            with Rig(configuration(), secrets=(), folder=folder) as rig:
                full(rig)
                equal("faults", rig.faults(), [])
        finally:
            subprocess.run(["umount", "-l", os.path.join(folder, "root/var")], check=False)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def missing():
    with Rig(configuration(), secrets=(), server=False) as rig:
        var, away = os.path.join(rig.root, "var"), os.path.join(rig.root, "elsewhere")
        os.rename(var, away)
        rig.serve()
        equal("healthz", rig.client.ask("GET", "/healthz", key="").status, 200)
        equal("readyz", rig.client.ask("GET", "/readyz", key="").status, 503)
        answer = rig.client.chat("alpha:m", SAY, stream=False)
        equal("status", answer.status, 503)
        check("a sentence that helps", len(answer.error["message"]) > 20, answer.error)
        os.rename(away, var)
        wait_for("recovery", lambda: serves(rig), 10)
        equal("readyz", rig.client.ask("GET", "/readyz", key="").status, 200)


def draining():
    with Rig(configuration(), secrets=(), workers=2) as rig:
        rig.sim.site("alpha", then=SLOW)
        running = [rig.client.chat_start("alpha:lorem") for _ in range(6)]
        rig.sim.site("alpha")
        worker = rig.web.workers()[0]
        os.kill(worker, signal.SIGTERM)
        others = [rig.client.chat("alpha:m", SAY, stream=False).status for _ in range(20)]
        equal("meanwhile", others, [200] * 20)
        answers = [r.whole() for r in running]
        equal("streams that were whole", sum(a.done and not a.cut for a in answers), 6)
        wait_for("the worker's end", lambda: not os.path.exists(f"/proc/{worker}"), 10)
        wait_for("another one", lambda: len(rig.web.workers()) == 2, 10)
        equal("faults", rig.faults(), [])
    with Rig(configuration("1s"), secrets=()) as rig:
        rig.sim.site("alpha", then={"event_delay_ms": 300, "words": 40})
        running = rig.client.chat_start("alpha:lorem")
        os.kill(rig.web.workers()[0], signal.SIGTERM)
        answer = running.whole()
        check("cut with an error", answer.error and not answer.done, answer)
        rows = rig.rows(answer)
        equal("and a row that says so", [r["outcome"] for r in rows], ["cancelled"])
        equal("faults", rig.faults(), [])


def main():
    with Rig(configuration(), secrets=()) as rig:
        rig.sim.site("alpha", then=None)
        report.run("locked", locked, rig, False)
        report.run("locked by a stopped process", locked, rig, True)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    for case in (missing, draining, on_a_small_disk):
        report.run(case.__name__, case)
    report.finish()


main()
