#!/usr/bin/env python3
"""failover.py - sixteen ways in which providers fail, and what a client must see of them.

Each scenario has providers of its own (so one's circuit does not disturb another's), played
by sites of the simulated provider: s01a is the target, s01b the fallback.  Three attempts, two on one
target, first token within 1.5 s, silence for at most 1.5 s; through lighttpd.  OpenAI's
dialect plays them all, Anthropic's all that differ there.
"""
import json
import threading
import time

from rig import Report, Rig, gateway, provider

SCENARIOS = [f"s{n:02}" for n in range(1, 17)]
DIALECTS = {"o": "openai", "n": "anthropic"}
CUTS = ("abort", "clean", "reset")
SAY = "one two three four five six"
report = Report()
check, equal = report.check, report.equal
CONTEXT = {"openai": {"message": "This model's maximum context length is 8192 tokens.",
                      "type": "invalid_request_error", "param": "messages",
                      "code": "context_length_exceeded"},
           "anthropic": {"type": "error", "error": {
               "type": "invalid_request_error",
               "message": "prompt is too long: 209000 tokens > 200000 maximum"}}}


def variations(name):
    """Sites of their own, so that no circuit opens in between."""
    how = ("-stream", "-whole")
    if name == "s08":
        return [h + cut for h in how for cut in CUTS]
    return [""] if name == "s15" else how


def routes(name):
    a, b, c = (f'"{name}{which}:m"' for which in "abc")
    return (f"route {name} {{\n\ttargets = {{{a}}}\n\tfallback = {{{b}}}\n}}\n"
            f"route {name}-alone {{\n\ttargets = {{{a}}}\n}}\n"
            f"route {name}-three {{\n\ttargets = {{{a}, {b}}}\n\tfallback = {{{c}}}\n}}\n"
            f"route {name}-larger {{\n\ttargets = {{{a}}}\n\tfallback = {{{b}}}\n"
            f"\tcontext_fallback = {{{c}}}\n}}\n"
            f'route {name}-refuse {{\n\ttargets = {{"{name}a:refuse"}}\n'
            f"\tfallback = {{{b}}}\n}}\n")


def configuration(sim):
    text = gateway(first="1500ms", idle="1500ms", whole="2s")
    for d, dialect in DIALECTS.items():
        for s in SCENARIOS:
            for how in variations(s):
                for which in "abc":
                    text += provider(f"{d}{s}{how}{which}", sim, dialect, auth="none",
                                     models=("m", "refuse"))
                text += routes(d + s + how)
    return text


class Case:
    """One scenario in one dialect: its sites, and what is looked at afterwards."""

    def __init__(self, rig, d, name, how=""):
        self.rig, self.d = rig, d
        self.dialect = DIALECTS[d]
        self.route = d + name + how
        self.a, self.b, self.c = (self.route + which for which in "abc")
        self.cut = next((cut for cut in CUTS if how.endswith(cut)), None)

    def play(self, *steps, then=None, b=(), b_then=None):
        self.rig.sim.forget()
        self.rig.sim.site(self.a, *steps, then=then)
        self.rig.sim.site(self.b, *b, then=b_then)
        self.rig.sim.site(self.c)

    def chat(self, suffix="", **more):
        more.setdefault("say", SAY)
        return self.rig.client.chat(self.route + suffix, **more)

    def calls(self):
        attempts = self.rig.sim.attempts()
        return [sum(x["site"] == site for x in attempts) for site in (self.a, self.b, self.c)]

    def starts(self, site):
        return [x["start_ms"] for x in self.rig.sim.attempts(site)]

    def rows(self, answer):
        return self.rig.rows(answer)


def whole(answer, text=SAY):
    """A right answer: all of it once, its end, usage, and nothing a strict reader minds."""
    equal("status", answer.status, 200)
    equal("text", answer.text, text)
    equal("finish", answer.finish, "stop")
    check("usage", answer.usage and answer.usage["completion_tokens"] > 0, answer.usage)
    check("not cut by the server", not answer.cut, answer)
    if answer.streams:
        check("its end", answer.done, answer)
        equal("faults", answer.events.faults, [])


def failed_stream(answer, text):
    """A stream that broke: what came so far, then an error, and no sign of success."""
    equal("status", answer.status, 200)
    check("an error event", answer.error and answer.error.get("message"), answer)
    equal("finish", answer.finish, None)
    check("no [DONE]", not answer.done, answer)
    check("text is a part of the answer, once", text.startswith(answer.text), answer.text)
    equal("faults", answer.events.faults, [])


def ledger(case, answer, *wanted):
    """Rows as (provider, outcome); failed ones cost nothing unless they used tokens."""
    rows = case.rows(answer)
    equal("ledger", [(r["provider"], r["outcome"]) for r in rows], list(wanted))
    for r in rows:
        used = r["in"] + r["in_cache_read"] + r["in_cache_write"] + r["out"] + r["out_reasoning"]
        if r["outcome"] != "ok":
            check("cost of a failed attempt", (r["cost"] > 0) == (used > 0), r)
        else:
            check("cost", r["cost"] == used_cost(r), r)
    if rows:
        equal("last row", [r["last"] for r in rows], [0] * (len(rows) - 1) + [1])
        equal("attempts in the ledger", rows[-1]["attempts"], len(rows))
        equal("attempts header", answer.headers.get("x-switchyard-attempts"), str(len(rows)))
        if rows[-1]["outcome"] == "ok":
            equal("provider header", answer.headers.get("x-switchyard-provider"),
                  rows[-1]["provider"])
    return rows


def used_cost(row):
    """At 1 and 4 dollars a million: 1,000 and 4,000 nano-dollars a token."""
    into = row["in"] + row["in_cache_read"] + row["in_cache_write"]
    return into * 1000 + (row["out"] + row["out_reasoning"]) * 4000


# --- The scenarios. ---


def s01(case, stream):
    later = {"status": 429, "headers": {"retry-after": "2"}}
    case.play(later)
    answer = case.chat(stream=stream)
    whole(answer)
    equal("calls: moves on at once", case.calls(), [1, 1, 0])
    ledger(case, answer, (case.a, "refused"), (case.b, "ok"))
    begin = case.starts(case.a)[0]
    whole(case.chat(stream=stream))
    early = [t for t in case.starts(case.a)[1:] if t < begin + 2000]
    equal("calls before the time it told", early, [])
    time.sleep(2.5)
    case.play(later)
    answer = case.chat("-alone", stream=stream)
    whole(answer)
    times = case.starts(case.a)
    equal("calls without another target", len(times), 2)
    check("waits as told", len(times) == 2 and times[1] - times[0] >= 2000, times)
    ledger(case, answer, (case.a, "refused"), (case.a, "ok"))


def s02(case, stream):
    case.play(then={"status": 429})
    answer = case.chat(stream=stream)
    whole(answer)
    check("calls", case.calls()[0] <= 2 and case.calls()[1] == 1, case.calls())
    ledger(case, answer, *[(case.a, "refused")] * case.calls()[0], (case.b, "ok"))
    answer = case.chat("-alone", stream=stream)
    equal("status without another target", answer.status, 429)
    equal("code", answer.error["code"], "rate_limit_exceeded")
    check("told when", int(answer.headers.get("retry-after", 0)) >= 1, answer.headers)
    check("calls in all", case.calls()[0] <= 3, case.calls())


def s03(case, stream):
    case.play({"status": 500})
    answer = case.chat(stream=stream)
    whole(answer)
    equal("calls", sum(case.calls()), 2)
    rows = ledger(case, answer, (case.a, "upstream_error"),
                  (case.b if case.calls()[1] else case.a, "ok"))
    equal("cost of the 500", rows[0]["cost"], 0)
    case.play({"status": 500})
    answer = case.chat("-alone", stream=stream)
    whole(answer)
    equal("calls without another target", case.calls(), [2, 0, 0])


def s04(case, stream):
    case.play(then={"status": 500})
    answer = case.chat(stream=stream)
    whole(answer)
    equal("the fallback answers", answer.headers["x-switchyard-provider"], case.b)
    check("calls", sum(case.calls()) <= 6, case.calls())
    case.play(then={"status": 500}, b_then={"status": 500})
    answer = case.chat(stream=stream)
    check("status when all fail", answer.status in (502, 503), answer)
    check("calls when all fail", sum(case.calls()) <= 6, case.calls())
    equal("x-should-retry", answer.headers.get("x-should-retry"), "false")


def s05(case, stream):
    for fault in ({"reset": "before_headers"}, {"refuse": True}):
        case.play(fault)
        answer = case.chat(stream=stream)
        whole(answer)
        equal("calls", sum(case.calls()), 2)
        ledger(case, answer, (case.a, "upstream_error"), (case.b, "ok"))


def s06(case, stream):
    case.play({"stall": "before_headers"})
    answer = case.chat(stream=stream)
    whole(answer)
    equal("calls", case.calls(), [1, 1, 0])
    check("within the budget", answer.seconds < 8, answer.seconds)
    ledger(case, answer, (case.a, "timed_out"), (case.b, "ok"))
    case.play({"stall": "before_headers"})
    answer = case.chat("-alone", stream=stream)
    equal("status without another target", answer.status, 504)
    equal("not tried again on that target", case.calls(), [1, 0, 0])


def s07(case, stream):
    for step in ({"stall_after": 0}, {"stall_after": 1}, {"header_delay_ms": 60000}):
        case.play(step)
        answer = case.chat(stream=stream)
        whole(answer)
        equal("calls", case.calls(), [1, 1, 0])
        check("moves on in 15 s", answer.seconds < 15, answer.seconds)
        ledger(case, answer, (case.a, "timed_out"), (case.b, "ok"))


def s08(case, stream):
    step = {"cut_after": words_in(case, 3), "cut": case.cut}
    if stream:
        case.play(step)
        answer = case.chat(stream=True)
        failed_stream(answer, SAY)
        check("some text came", answer.text, answer)
        equal("calls", case.calls(), [1, 0, 0])
        rows = ledger(case, answer, (case.a, "truncated"))
        check("what came is counted", rows and rows[0]["out"] > 0, rows)
    case.play(step if stream else {"cut_after": 60, "cut": case.cut})
    answer = case.chat(stream=stream, headers={"x-switchyard-complete": "yes"})
    whole(answer)
    equal("calls with complete", case.calls(), [1, 1, 0])
    outcome = case.rows(answer)[0]["outcome"]
    check("outcome of the cut one", outcome in ("truncated", "upstream_error", "bad_response"),
          outcome)


def words_in(case, words):
    """Events until so many words have been sent: OpenAI's begin with a role, Anthropic's with
    the message, the block and a ping."""
    return words + (1 if case.d == "o" else 3)


def s09(case, stream):
    step = {"stall_after": words_in(case, 3) if stream else 60}
    if stream:
        case.play(step)
        answer = case.chat(stream=True)
        failed_stream(answer, SAY)
        check("noticed in bounded time", answer.seconds < 10, answer.seconds)
        equal("calls", case.calls(), [1, 0, 0])
        ledger(case, answer, (case.a, "timed_out"))
    case.play(step)
    answer = case.chat(stream=stream, headers={"x-switchyard-complete": "yes"})
    whole(answer)
    equal("calls with complete", case.calls(), [1, 1, 0])


def s10(case, stream):
    if stream:
        case.play({"malformed_at": words_in(case, 2)})
        answer = case.chat()
        equal("status", answer.status, 200)
        equal("finish", answer.finish, "stop")
        words = answer.text.split()
        equal("the rest is delivered", words, "one two four five six".split())
        check("its end", answer.done, answer)
        equal("faults", answer.events.faults, [])
        equal("calls", case.calls(), [1, 0, 0])
        ledger(case, answer, (case.a, "ok"))
    else:
        case.play({"body": "{\"id\": nonsense", "headers": {"content-type": "application/json"}})
        answer = case.chat(stream=False)
        whole(answer)
        ledger(case, answer, (case.a, "bad_response"), (case.b, "ok"))


def s11(case, stream):
    if not stream:
        return
    case.play({"no_done": True})
    answer = case.chat()
    whole(answer)
    check("at once", answer.seconds < 3, answer.seconds)
    equal("calls", case.calls(), [1, 0, 0])
    ledger(case, answer, (case.a, "ok"))


def s12(case, stream):
    too_long = {"status": 400, "error": CONTEXT[case.dialect]}
    if case.d == "n":
        too_long = {"status": 400, "body": CONTEXT["anthropic"]}
    case.play(then=too_long)
    answer = case.chat(stream=stream)
    equal("status", answer.status, 400)
    equal("code", answer.error["code"], "context_length_exceeded")
    equal("not retried", case.calls(), [1, 0, 0])
    rows = ledger(case, answer, (case.a, "refused"))
    equal("cost", rows[0]["cost"], 0)
    case.play(then=too_long)
    answer = case.chat("-larger", stream=stream)
    whole(answer)
    equal("the larger model answers", case.calls(), [1, 0, 1])
    ledger(case, answer, (case.a, "refused"), (case.c, "ok"))


def s13(case, stream):
    case.play()
    answer = case.chat("-refuse", stream=stream)
    equal("status", answer.status, 200)
    equal("finish", answer.finish, "content_filter")
    equal("not routed around", case.calls(), [1, 0, 0])
    if case.d == "o":
        case.play({"status": 400, "error": {"message": "The response was filtered.",
                                            "code": "content_filter"}})
        answer = case.chat(stream=stream)
        equal("status of a refused prompt", answer.status, 400)
        check("its code says so", "content" in (answer.error["code"] or ""), answer)
        equal("not routed around", case.calls(), [1, 0, 0])


def s14(case, stream):
    """The fallback refuses a prompt that ends with an assistant's turn: it must not get one."""
    step = {"cut_after": words_in(case, 3) if stream else 60}
    case.play(step)
    answer = case.chat(stream=stream, headers={"x-switchyard-complete": "yes"})
    whole(answer)
    body = json.loads(case.rig.sim.requests(case.b)[-1]["body"])
    equal("last turn sent to the fallback", body["messages"][-1]["role"], "user")
    if stream:
        case.play(step)
        failed_stream(case.chat(), SAY)


def s15_trip(case):
    case.play(then={"status": 500})
    for _ in range(8):
        whole(case.chat())
    made = case.calls()[0]
    check("circuit opens", made < 8, f"{made} calls of 8")
    before = case.calls()[0]
    for _ in range(5):
        whole(case.chat())
    equal("calls while it is open", case.calls()[0] - before, 0)
    answer = case.chat("-alone")
    check("alone: refused or probed early", answer.status in (502, 503), answer)


def s15_recover(case):
    """The provider is back, slowly: one probe at a time, until the circuit closes."""
    case.play(then={"delay_ms": 300})
    end = time.monotonic() + 60
    while time.monotonic() < end and case.calls()[0] < 6:
        threads = [threading.Thread(target=case.chat) for _ in range(6)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    spans = sorted((x["start_ms"], x["end_ms"]) for x in case.rig.sim.attempts(case.a))
    check("the provider is asked again", len(spans) >= 6, spans)
    if len(spans) > 1:
        check("one probe at a time", spans[1][0] >= spans[0][1], spans[:3])


def s16(case, stream):
    case.play({"status": 503 if case.d == "o" else 529}, b=({"status": 500},))
    answer = case.chat("-three", stream=stream)
    whole(answer)
    rows = ledger(case, answer, (case.a, "refused"), (case.b, "upstream_error"), (case.c, "ok"))
    equal("cost of failed attempts", [r["cost"] for r in rows[:2]], [0, 0])
    equal("model of the last row", rows[-1]["model"], "m")
    equal("model header", answer.headers["x-switchyard-model"], "m")
    tried = answer.headers.get("x-switchyard-tried", "")
    equal("tried header", tried, f"{case.a}:m=overloaded, {case.b}:m=broken")
    equal("model in the answer", answer.model, "m")


def main():
    with Rig(configuration, secrets=()) as rig:
        flapping = [Case(rig, d, "s15") for d in DIALECTS]
        for case in flapping:
            report.run(f"{case.route} trip", s15_trip, case)
        for name in SCENARIOS:
            for d in DIALECTS:
                for how in variations(name):
                    if how:
                        report.run(d + name + how, globals()[name], Case(rig, d, name, how),
                                   how.startswith("-stream"))
        for case in flapping:
            report.run(f"{case.route} recover", s15_recover, case)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
