#!/usr/bin/env python3
"""Replays what real providers answered to clients of the Responses API.

As exchanges.py does, whose reading of the recordings this uses; what the client gets is checked
here against the shapes of OpenAI's reference: items, parts, events, their order and their numbers.
"""

import glob
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from exchanges import (ENDPOINTS, STEPS, Replay, Want, Wrong, check, compare,  # noqa: E402
                       is_ours)

DONE = {"response.output_text.done": "text", "response.refusal.done": "refusal",
        "response.reasoning_summary_text.done": "text",
        "response.function_call_arguments.done": "arguments",
        "response.custom_tool_call_input.done": "input"}
STATUS = {"length": ("incomplete", "max_output_tokens"),
          "content_filter": ("incomplete", "content_filter")}


def add_places(got, part):
    """Citations of the web, by their places in all of the text."""
    before = len(got.text[0])
    for a in part["annotations"]:
        if a["type"] == "url_citation":
            got.places = (got.places or []) + [
                (a["url"], before + a["start_index"], before + a["end_index"])]


def read_response(r, want):
    """The response as exchanges.py compares it."""
    check(r["object"] == "response" and r["id"].startswith("resp_"), "id")
    check(r["error"] is None and isinstance(r["created_at"], int), "error, created_at")
    got, ids = Want(), [o["id"] for o in r["output"]]
    check(len(set(ids)) == len(ids) and all(ids), "ids %r" % ids)
    got.text[0], got.refusal[0] = "", ""
    for o in r["output"]:
        if o["type"] == "message":
            check(o["role"] == "assistant" and o["content"], "a message without content")
            for part in o["content"]:
                if part["type"] == "output_text":
                    add_places(got, part)
                    got.text[0] += part["text"]
                else:
                    got.refusal[0] += part["refusal"]
        elif o["type"] == "function_call":
            check(o["call_id"] and o["call_id"] != o["id"], "call_id")
            got.calls.setdefault(0, []).append(
                {"id": o["call_id"], "name": o["name"], "args": o["arguments"]})
        elif o["type"] == "reasoning":
            got.thoughts = (got.thoughts or "") + "".join(p["text"] for p in o["summary"])
        else:
            check(o["type"] == "image_generation_call", o["type"])
    finish = want.finish.get(0)
    details = r["incomplete_details"] and r["incomplete_details"]["reason"]
    check((r["status"], details) == STATUS.get(finish, ("completed", None)), "status %r of %r" % (
        r["status"], finish))
    got.finish[0] = finish
    u = r["usage"]
    check(u["total_tokens"] == u["input_tokens"] + u["output_tokens"], "usage.total_tokens")
    check(u["input_tokens_details"]["cached_tokens"] <= u["input_tokens"], "cached_tokens")
    check(u["output_tokens_details"]["reasoning_tokens"] <= u["output_tokens"], "reasoning_tokens")
    got.usage = (u["input_tokens"], u["output_tokens"])
    return got


def read_stream(text):
    """The response at the end of a stream that keeps the rules."""
    items, done, pieces = [], set(), {}
    check(text.endswith("\n\n") and "[DONE]" not in text, "the end")
    records = text.split("\n\n")[:-1]
    for number, record in enumerate(records):
        name, data = record.split("\n")
        e = json.loads(data[len("data: "):])
        check(name == "event: " + e["type"], "name %r" % name)
        check(e["sequence_number"] == number, "number %r" % e["sequence_number"])
        check((e["type"] == "response.created") == (number == 0), "response.created")
        if e["type"] == "response.output_item.added":
            check(e["output_index"] == len(items), "output_index")
            items.append(e["item"])
            continue
        if "output_index" not in e:
            continue
        item = items[e["output_index"]]
        if e["type"] == "response.output_item.done":
            check((e["item"]["type"], e["item"]["id"], e["item"].get("call_id"))
                  == (item["type"], item["id"], item.get("call_id")), "another item ended")
            done.add(e["output_index"])
            items[e["output_index"]] = e["item"]
            continue
        late = e["type"] == "response.output_text.annotation.added"
        check(e["item_id"] == item["id"] and (late or e["output_index"] not in done), "item_id")
        at = (e["output_index"], e.get("content_index", e.get("summary_index", 0)))
        if e["type"].endswith(".delta"):
            pieces[at] = pieces.get(at, "") + e["delta"]
        elif e["type"] in DONE:
            check(e[DONE[e["type"]]] == pieces.get(at, ""), "pieces are not the whole")
    check(len(done) == len(items), "items without an end")
    last = e["response"]
    check(e["type"] == "response." + last["status"], "the last event is %r" % e["type"])
    strip = [dict(o, content=[dict(p, annotations=0) for p in o["content"]])
             if o["type"] == "message" else o for o in items]
    told = [dict(o, content=[dict(p, annotations=0) for p in o["content"]])
            if o["type"] == "message" else o for o in last["output"]]
    check(strip == told, "items are not the response's")
    return last


def request_for(recording, client_streams):
    tools = (recording["request"].get("body") or {}).get("tools") \
        if recording["endpoint"] == "chat" else None
    body = {"model": "route", "input": "hello", "stream": client_streams}
    flat = [dict({"type": "function"}, **t["function"]) for t in tools or []
            if t.get("type") == "function"]
    return dict(body, tools=flat) if flat else body


def play(replay, recording):
    body, stream = recording["response"]["body"], "stream" in recording["tags"]
    dialect, wanted = ENDPOINTS[recording["endpoint"]]
    answer = "answer_base64" if recording["response"]["body_encoding"] == "base64" else "answer"
    want, whole = Want(), None
    if "error-in-200" in recording["tags"]:
        want.kind = "policy"
    else:
        want = wanted(body, stream)
    # One answer is all that this API has.
    for part in (want.text, want.calls, want.finish, want.refusal):
        for i in [i for i in part if i > 0]:
            del part[i]
    for client_streams in (False, True):
        outs = set()
        for step in STEPS:
            got = replay.run({
                "set": {"surface": "openai-responses", "dialect": dialect,
                        "model": recording["model"] or "m", "stream": "yes" if stream else "no"},
                "request": json.dumps(request_for(recording, client_streams)),
                answer: body, "piece": step})
            try:
                check(got["kind"] == want.kind, "%s: %s" % (got["kind"], got["message"]))
                if want.kind:
                    check("response.completed" not in got["out"], "a failure told as an answer")
                    continue
                response = read_stream(got["out"]) if client_streams else json.loads(got["out"])
                compare(want, read_response(response, want), got["counted"])
                outs.add(got["out"])
                # Ids that the provider does not give are made up anew each time.
                output = [dict(o, call_id=None) for o in response["output"]]
                check(whole in (None, output), "streamed and whole answers differ")
                whole = output
            except Wrong as e:
                return "client %s, step %d: %s" % (client_streams, step, e)
        if len(outs) > 1:
            return "what comes out depends on how it was cut"
    return None


def main():
    data = os.environ.get("SWITCHYARD_DATA", os.path.join(
        os.environ.get("srcdir", "."), "..", "shared", "data"))
    files = sorted(glob.glob(os.path.join(data, "exchanges", "*", "*.json")))
    if not files:
        print("no recordings in %s (SWITCHYARD_DATA): skipped" % data)
        return 77
    replay, played, bad = Replay("tests/golden/replay"), 0, []
    for f in files:
        with open(f, encoding="utf-8") as handle:
            recording = json.load(handle)
        if not is_ours(recording) or recording["response"]["status"] != 200 \
                or '"partialArgs"' in recording["response"]["body"]:
            continue
        played += 1
        why = play(replay, recording)
        if why:
            bad.append("%s: %s" % (os.path.relpath(f, data), why))
    for line in bad:
        print("FAILED", line)
    print("%d recordings, %d failed" % (played, len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
