#!/usr/bin/env python3
"""responses.py - the Responses API through the whole gateway: what is kept, for whom, how long.

The client is wire.py, which believes nothing.  Shapes and events are the golden cases' affair;
here it is two workers, two keys, failures, and processes that are killed.
"""
import json
import os
import signal

from rig import Report, Rig, gateway, provider, wait_for

report = Report()
check, equal = report.check, report.equal
PATH = "/v1/responses"


def configuration(sim, **more):
    text = gateway(heartbeat="1s", **more)
    for name in ("alpha", "beta"):
        text += provider(name, sim, models=("m",), auth="none")
    return text + provider("claude", sim, "anthropic", models=("m",), auth="none")


def create(rig, text="Hello", model="alpha:m", key=None, **more):
    return rig.client.ask("POST", PATH, {"model": model, "input": text, **more}, key=key)


def said(answer):
    return answer.json["output"][0]["content"][0]["text"]


def get(rig, answer_id, key=None, more=""):
    return rig.client.ask("GET", f"{PATH}/{answer_id}{more}", key=key)


def prompt_of(rig, site):
    """The texts of the messages that the site was last asked with."""
    body = json.loads(rig.sim.requests(site)[-1]["body"])
    return [m["content"] if isinstance(m["content"], str) else m["content"][0]["text"]
            for m in body["messages"]]


def going_on(rig):
    """Every worker finds what any of them kept, whatever provider answered."""
    answer = create(rig, "0")
    for i in range(1, 12):
        model = "claude:m" if i % 2 else "alpha:m"
        answer = create(rig, str(i), model, previous_response_id=answer.json["id"])
        equal("status", answer.status, 200)
        equal("text", said(answer), str(i))
    equal("all of the conversation", prompt_of(rig, "claude"),
          [str(i // 2) for i in range(2 * 11)] + ["11"])
    listed = get(rig, answer.json["id"], more="/input_items?order=asc&limit=100").json
    equal("listed", len(listed["data"]), 23)
    equal("no more", listed["has_more"], False)


def instructions_hold_once(rig):
    first = create(rig, "One", instructions="Be brief.")
    create(rig, "Two", previous_response_id=first.json["id"], instructions="Be kind.")
    equal("prompt", prompt_of(rig, "alpha"), ["Be kind.", "One", "One", "Two"])


def of_its_own_key(rig):
    other = rig.create_key("other")
    mine = create(rig).json["id"]
    equal("mine", get(rig, mine).status, 200)
    for what, answer in (("looked at", get(rig, mine, other)),
                         ("listed", get(rig, mine, other, "/input_items")),
                         ("deleted", rig.client.ask("DELETE", f"{PATH}/{mine}", key=other))):
        equal(f"another's, {what}", answer.status, 404)
    answer = create(rig, key=other, previous_response_id=mine)
    equal("another's, gone on from", (answer.status, answer.error["code"]),
          (400, "previous_response_not_found"))
    equal("without a key", get(rig, mine, "sy_wrong").status, 401)
    equal("still mine", get(rig, mine).status, 200)
    equal("deleted", rig.client.ask("DELETE", f"{PATH}/{mine}").json,
          {"id": mine, "object": "response", "deleted": True})
    equal("once", rig.client.ask("DELETE", f"{PATH}/{mine}").status, 404)


def odd_ids(rig):
    good = create(rig).json["id"]
    for name in ("resp_", "resp_x", "req_" + good[5:], good + "0", good.upper(), "%00", "a%2Fb",
                 "x" * 300):
        equal(name[:40], get(rig, name).status in (400, 404), True)
    answer = create(rig, previous_response_id="x" * 5000)
    equal("a long one", (answer.status, answer.error["param"]), (400, "previous_response_id"))
    equal("no such method", rig.client.ask("PUT", f"{PATH}/{good}", {}).status, 405)


def what_failed_is_not_kept(rig):
    rig.sim.site("beta", then={"model": "lorem", "cut_after": 4, "cut": "abort"})
    answer = create(rig, model="beta:m", stream=True)
    last = answer.chunks[-1]
    equal("told", (last["type"], last["response"]["status"]), ("response.failed", "failed"))
    equal("not kept", get(rig, last["response"]["id"]).status, 404)
    rig.sim.site("beta")


def failing_before_its_beginning(rig):
    """The head is out for a heartbeat's sake, and nothing of an answer."""
    rig.sim.site("beta", then={"header_delay_ms": 1600, "cut_after": 0, "cut": "abort"})
    answer = create(rig, model="beta:m", stream=True)
    events = answer.events.list
    equal("status", answer.status, 200)
    equal("one event", [name for name, _ in events], ["error"])
    told = json.loads(events[0][1])
    equal("type", (told["type"], told["sequence_number"]), ("error", 0))
    equal("flat and nested", told["message"], told["error"]["message"])
    rig.sim.site("beta")


def before_its_end_is_read(rig):
    """Who has read the end of an answer may go on from it at once."""
    for i in range(30):
        answer = create(rig, str(i), stream=True)
        again = create(rig, "on", previous_response_id=answer.chunks[-1]["response"]["id"])
        equal("found", again.status, 200)


def workers_die(rig):
    answers = [create(rig, str(i)).json["id"] for i in range(5)]
    old = rig.web.workers()
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_for("other workers", lambda: rig.web.workers() and not set(old) & set(rig.web.workers()))
    wait_for("an answer", lambda: get(rig, answers[0]).status == 200)
    for i, known in enumerate(answers):
        equal("kept", said(get(rig, known)), str(i))


def too_large(rig):
    answer = create(rig, "x" * (3 << 20))
    equal("answered, not kept", (answer.status, answer.json["store"]), (200, False))
    equal("not there", get(rig, answer.json["id"]).status, 404)


def keeping_nothing(rig):
    kept = create(rig).json["id"]
    rig.configure(configuration(rig.sim).replace("gateway {", "gateway {\n\tkeep_responses = 0s", 1))
    answer = create(rig)
    equal("says so", answer.json["store"], False)
    equal("not kept", get(rig, answer.json["id"]).status, 404)
    equal("what was is", get(rig, kept).status, 200)


def main():
    with Rig(configuration, workers=2) as rig:
        for case in (going_on, instructions_hold_once, of_its_own_key, odd_ids,
                     what_failed_is_not_kept, failing_before_its_beginning,
                     before_its_end_is_read, workers_die, too_large, keeping_nothing):
            report.run(case.__name__, case, rig)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
