#!/usr/bin/env python3
"""serve.py - what a client may expect beside an answer: who leaves, waits, asks for what.

Clients that hang up, heartbeats, waits that are told, weights, aliases, unknown models, keys
that are revoked, configurations that change or are refused while streams run on.
"""
import collections
import threading
import time

from rig import Report, Rig, gateway, provider, wait_for

SAY = "one two three four five six"
SLOW = {"event_delay_ms": 100, "words": 40}
report = Report()
check, equal = report.check, report.equal


def configuration(sim):
    return (gateway(heartbeat="300ms", first="10s", idle="10s", whole="10s") +
            provider("alpha", sim, models=("m", "lorem"), auth="none", abort_stops_billing="yes") +
            provider("beta", sim, models=("m", "lorem"), auth="none", abort_stops_billing="no") +
            provider("gamma", sim, "anthropic", models=("m", "lorem"), auth="none",
                     abort_stops_billing="yes") +
            provider("busy", sim, auth="none") + provider("once", sim, auth="none") +
            provider("narrow", sim, models=("lorem",), auth="none", max_in_flight=1) +
            'route chat { targets = {"alpha:m"} fallback = {"beta:m"} }\n'
            'route weighted {\n\tstrategy = weighted\n\ttarget "alpha:m" { weight = 3 }\n'
            '\ttarget "beta:m" { weight = 1 }\n}\n'
            'alias gpt-x { to = chat }\nalias straight { to = "alpha:m" }\n')


def outcome_of(rig, answer_id):
    found = [r for r in rig.rows() if r["rid"] == answer_id]
    return found[-1] if found else None


def leave_after(rig, model, events):
    """Starts a stream, reads so many events, hangs up; the request's id."""
    exchange = rig.client.chat_start(model)
    seen = 0
    for fresh in exchange:
        seen += len(fresh)
        if seen >= events:
            break
    rid = exchange.answer.headers["x-request-id"]
    exchange.leave()
    return rid


def leaving(rig, provider_, ends_at_once):
    rig.sim.forget()
    rig.sim.site(provider_, then=SLOW)
    rid = leave_after(rig, f"{provider_}:lorem", 6)
    left = time.monotonic() * 1000
    wait_for("the upstream's end",
             lambda: rig.sim.attempts(provider_)[0]["outcome"] != "running", 12)
    upstream = rig.sim.attempts(provider_)[0]
    wait_for("its row", lambda: outcome_of(rig, rid), 5)
    row = outcome_of(rig, rid)
    equal("status in the ledger", row["client_status"], 499)
    if ends_at_once:
        equal("the provider sees it", upstream["outcome"], "client_closed")
        check("within a second", upstream["end_ms"] - left < 1500, upstream["end_ms"] - left)
        equal("outcome", row["outcome"], "cancelled")
        check("cost of what came", row["out"] > 0 and row["cost"] > 0, row)
    else:
        equal("the provider is heard out", upstream["outcome"], "whole")
        equal("outcome", row["outcome"], "ok_client_gone")
        equal("its usage", row["out"], upstream["completion_tokens"])


def heartbeats(rig):
    rig.sim.site("alpha", then={"delay_ms": 1500})
    answer = rig.client.chat("alpha:m", SAY)
    equal("text", answer.text, SAY)
    check("comments while nothing comes", answer.events.comments >= 3, answer.events.comments)
    equal("faults", answer.events.faults, [])
    rig.sim.forget()
    rig.sim.site("alpha", then={"delay_ms": 1000, "status": 503})
    rig.sim.site("beta")
    answer = rig.client.chat("chat", SAY)
    equal("text after a heartbeat and a failure", answer.text, SAY)
    equal("calls", [len(rig.sim.attempts(s)) for s in ("alpha", "beta")], [1, 1])
    rig.sim.site("beta", then={"delay_ms": 500, "status": 503})
    answer = rig.client.chat("chat", SAY)
    equal("status, once comments went out", answer.status, 200)
    check("then an error event", answer.error and not answer.done and answer.finish is None, answer)
    answer = rig.client.chat("alpha:m", SAY, stream=False)
    equal("no comments in JSON", answer.status, 503)
    rig.sim.script()


def waits_told(rig):
    rig.sim.site("busy", then={"status": 429, "headers": {"retry-after": "7"}})
    answer = rig.client.chat("busy:m", SAY, stream=False)
    equal("status", answer.status, 429)
    check("retry-after", 7 <= int(answer.headers["retry-after"]) <= 8, answer.headers)
    equal("x-should-retry", answer.headers["x-should-retry"], "true")
    again = rig.client.chat("busy:m", SAY, stream=False)
    equal("status of the next one", again.status, 429)
    equal("calls", len(rig.sim.attempts("busy")), 1)
    rig.sim.site("once", then={"status": 400, "error": {"message": "No.", "code": "x"}})
    answer = rig.client.chat("once:m", SAY, stream=False)
    equal("no advice on a 400", answer.headers.get("x-should-retry"), None)


def narrow(rig):
    rig.sim.site("narrow", then=SLOW)
    first = rig.client.chat_start("narrow:lorem")
    answer = rig.client.chat("narrow:lorem", stream=False)
    equal("status at the provider's limit", answer.status, 503)
    equal("retry-after", answer.headers.get("retry-after"), "1")
    equal("x-should-retry", answer.headers.get("x-should-retry"), "true")
    check("the first one is whole", first.whole().done)
    rig.sim.site("narrow")
    equal("and then there is room", rig.client.chat("narrow:lorem", stream=False).status, 200)


def names(rig):
    counts = collections.Counter()
    for _ in range(200):
        answer = rig.client.chat("weighted", SAY, stream=False)
        counts[answer.headers["x-switchyard-provider"]] += 1
    check("shares of 3 to 1", 120 <= counts["alpha"] <= 178, counts)
    for name, wanted in (("gpt-x", "alpha"), ("straight", "alpha"), ("beta:m", "beta"),
                         ("beta/m", "beta")):
        answer = rig.client.chat(name, SAY, stream=False)
        equal(f"{name} goes to", answer.headers.get("x-switchyard-provider"), wanted)
    answer = rig.client.chat("wieghted", SAY, stream=False)
    equal("unknown model", (answer.status, answer.error["code"], answer.error["param"]),
          (404, "model_not_found", "model"))
    check("did you mean", "'weighted'" in answer.error["message"], answer.error)
    listed = {m["id"] for m in rig.client.ask("GET", "/v1/models").json["data"]}
    check("models listed", {"chat", "weighted", "alpha:m"} <= listed, listed)
    one = rig.client.ask("GET", "/v1/models/alpha:m")
    equal("one model", (one.status, one.json["id"]), (200, "alpha:m"))
    equal("no model", rig.client.ask("GET", "/v1/models/alpha:none").status, 404)


def keys(rig):
    key = rig.create_key("short")
    equal("new key", rig.client.chat("chat", SAY, stream=False, key=key).status, 200)
    rig.ctl("key", "revoke", "short", "--yes")
    answer = rig.client.chat("chat", SAY, stream=False, key=key)
    equal("at the next request", (answer.status, answer.error["code"]), (401, "invalid_api_key"))
    answer = rig.client.chat("chat", SAY, stream=False, key="sk-test-unknown")
    equal("unknown key", (answer.status, answer.error["code"]), (401, "invalid_api_key"))
    answer = rig.client.ask("POST", "/v1/chat/completions", {}, key="")
    equal("no key", answer.status, 401)
    check("a hint", "Authorization" in answer.error["message"], answer.error)
    own = rig.create_key("narrow", "--routes", "chat")
    equal("a route it may use", rig.client.chat("chat", SAY, stream=False, key=own).status, 200)
    equal("one it may not", rig.client.chat("weighted", SAY, stream=False, key=own).status, 403)


def changes(rig):
    rig.sim.site("alpha", then=SLOW)
    running = rig.client.chat_start("alpha:lorem")
    whole = []
    reader = threading.Thread(target=lambda: whole.append(running.whole()))
    reader.start()
    rig.configure(rig.text + 'route fresh { targets = {"beta:m"} }\n')
    answer = rig.client.chat("fresh", SAY)
    equal("a new route at the next request", answer.text, SAY)
    rig.write_configuration(rig.text + "route broken { targets = {\n")
    status, out, err = rig.ctl("apply", check=False)
    check("a broken file is refused", status != 0, out + err)
    check("with its place", "switchyard.conf:" in out + err, out + err)
    rig.write_configuration(rig.text + 'route lost { targets = {"alpah:m"} }\n')
    status, out, err = rig.ctl("apply", check=False)
    check("an unknown provider is refused", status != 0 and "alpha" in out + err, out + err)
    equal("traffic goes on", rig.client.chat("fresh", SAY).text, SAY)
    reader.join(20)
    check("the stream that ran is whole", whole and whole[0].done and not whole[0].cut, whole)
    rig.ctl("rollback")
    equal("rolled back", rig.client.chat("fresh", SAY, stream=False).status, 404)
    rig.configure(rig.text)


def clients_time(rig):
    rig.sim.site("alpha", then={"delay_ms": 5000})
    rig.sim.site("beta")
    answer = rig.client.chat("alpha:m", SAY, stream=False, headers={"x-request-timeout-ms": "700"})
    equal("its time is up", answer.status, 504)
    check("soon", answer.seconds < 3, answer.seconds)
    rig.sim.script()


def wishes(rig):
    answer = rig.client.chat("chat", SAY, stream=False,
                             headers={"x-switchyard-feature": "tests", "x-switchyard-user": "u1"})
    equal("status", answer.status, 200)
    rid = answer.headers["x-request-id"]
    wait_for("its row in the book", lambda: rid in rig.ctl("requests", "--json"), 5)
    out = rig.ctl("request", rid, "--json")
    check("feature", '"tests"' in out, out)
    check("user", '"u1"' in out, out)


def main():
    with Rig(configuration, secrets=()) as rig:
        for name, at_once in (("alpha", True), ("beta", False), ("gamma", True)):
            report.run(f"leaving {name}", leaving, rig, name, at_once)
        rig.sim.script()
        for case in (heartbeats, waits_told, narrow, names, keys, changes, clients_time, wishes):
            report.run(case.__name__, case, rig)
        wait_for("quiet", lambda: rig.now()["in_flight"] == 0, 15)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
