#!/usr/bin/env python3
"""exchanges_e2e.py - what real providers answered, played through the whole gateway.

The simulated provider plays each recording, whole and in pieces of 1, 7 and 1,000 bytes, under
the packaged row of its provider; a client reads it through lighttpd, streaming where the
recording does.  What is expected is read from the recording by tests/golden/exchanges.py; the
shape is held against OpenAI's reference here.  Prints a row a provider; nothing is left out.
"""
import collections
import glob
import json
import os
import sys
import time

from rig import DATA, SOURCE, Report, Rig, gateway, skip

sys.path.insert(0, os.path.join(SOURCE, "tests/golden"))
import exchanges as golden  # noqa: E402

SLICES = (None, 1, 7, 1000)
FINISHES = {"stop", "length", "tool_calls", "content_filter", "function_call"}
# A provider's error, by its status: what our client may be told.  Credentials are the
# gateway's affair, so their refusal is no 401; some providers refuse them by a 400 or 404.
# Bedrock says 400 of a model that it does not have.
TOLD = {400: (400, 404, 502), 401: (502,), 403: (502,), 404: (404, 502), 429: (429, 502)}


class Shape(Exception):
    pass


def need(right, what):
    if not right:
        raise Shape(what)


def integer(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def usage_shape(u):
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        need(integer(u.get(name)), f"usage.{name} is {u.get(name)!r}")
    need(u["total_tokens"] == u["prompt_tokens"] + u["completion_tokens"], f"total of {u}")
    for group in ("prompt_tokens_details", "completion_tokens_details"):
        for name, value in (u.get(group) or {}).items():
            need(integer(value), f"usage.{group}.{name} is {value!r}")
    cached = (u.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    reasoning = (u.get("completion_tokens_details") or {}).get("reasoning_tokens", 0)
    need(cached <= u["prompt_tokens"], f"cached of {u}")
    need(reasoning <= u["completion_tokens"], f"reasoning of {u}")


def head_shape(o, kind):
    need(o.get("object") == kind, f"object is {o.get('object')!r}")
    need(isinstance(o.get("id"), str) and o["id"].startswith("chatcmpl-"), f"id {o.get('id')!r}")
    need(integer(o.get("created")) and abs(time.time() - o["created"]) < 60,
         f"created is {o.get('created')!r}")
    need(isinstance(o.get("model"), str) and o["model"], f"model is {o.get('model')!r}")
    need(isinstance(o.get("choices"), list), "choices")
    for name in ("system_fingerprint", "service_tier"):
        need(o.get(name) is None or isinstance(o[name], str), name)


def call_shape(call):
    need(isinstance(call.get("id"), str) and call["id"], f"id of a call: {call}")
    need(call.get("type") == "function", f"type of a call: {call}")
    need(isinstance(call["function"].get("name"), str), f"name of a call: {call}")
    need(isinstance(call["function"].get("arguments"), str), f"arguments of a call: {call}")


def answer_shape(o):
    head_shape(o, "chat.completion")
    need([c.get("index") for c in o["choices"]] == list(range(len(o["choices"]))), "indexes")
    for c in o["choices"]:
        m = c["message"]
        need(m.get("role") == "assistant", f"role {m.get('role')!r}")
        need("content" in m and isinstance(m["content"], (str, type(None))), "content")
        need(isinstance(m.get("refusal"), (str, type(None))), "refusal")
        need(c.get("finish_reason") in FINISHES, f"finish {c.get('finish_reason')!r}")
        if "tool_calls" in m:
            need(m["tool_calls"], "an empty list of calls")
            need(c["finish_reason"] in ("tool_calls", "length", "content_filter"),
                 f"calls end with {c['finish_reason']}")
        for call in m.get("tool_calls") or []:
            call_shape(call)
    usage_shape(o["usage"])


def chunk_shape(o, begun, ended):
    head_shape(o, "chat.completion.chunk")
    for c in o["choices"]:
        d = c["delta"]
        need(("role" in d) == (c["index"] not in begun), "role: once, at the beginning")
        need(c["index"] not in ended, "something after a finish")
        need(isinstance(d.get("content"), (str, type(None))), "content")
        begun.add(c["index"])
        if c.get("finish_reason") is not None:
            need(c["finish_reason"] in FINISHES, f"finish {c['finish_reason']!r}")
            ended.add(c["index"])
        for call in d.get("tool_calls") or []:
            need(integer(call.get("index")), f"index of a call: {call}")
            if "id" in call:
                call_shape(call)
            else:
                need(isinstance(call["function"].get("arguments"), str), f"arguments: {call}")


def stream_shape(chunks):
    begun, ended = set(), set()
    for o in chunks:
        chunk_shape(o, begun, ended)
    need(len({(o["id"], o["created"], o["model"]) for o in chunks}) == 1, "heads differ")
    need(begun == ended, f"choices {begun}, of which {ended} end")
    told = [o for o in chunks if o.get("usage")]
    need(len(told) <= 1 and (not told or told[0] is chunks[-1] and not told[0]["choices"]),
         "usage comes once, last, alone")
    for o in told:
        usage_shape(o["usage"])


# --- Playing. ---


class Recording:
    def __init__(self, path, number):
        with open(path, encoding="utf-8") as f:
            self.data = json.load(f)
        self.name = os.path.relpath(path, os.path.join(DATA, "exchanges"))
        self.provider = self.data["provider"]
        self.model = f"r{number}"
        self.status = self.data["response"]["status"]
        self.stream = "stream" in self.data["tags"]
        self.error = self.status != 200 or "error-in-200" in self.data["tags"]
        self.dialect, self.wanted = (golden.ENDPOINTS[self.data["endpoint"]]
                                     if golden.is_ours(self.data) else (None, None))


def recordings():
    paths = sorted(glob.glob(os.path.join(DATA, "exchanges", "*", "*.json")))
    if not paths:
        skip(f"no recordings in {DATA} (SWITCHYARD_DATA)")
    all_ = [Recording(path, n) for n, path in enumerate(paths)]
    return [r for r in all_ if r.dialect and
            '"partialArgs"' not in r.data["response"]["body"]]  # never asked for


PACKAGED = {"together": "togetherai", "fireworks": "fireworks-ai", "bedrock": "amazon-bedrock",
            "gemini": "google"}
# It wants to see a credential, and this one is signed with.
SECRETS = {"amazon-bedrock": "AKIDEXAMPLE:sk-test-secret:sk-test-session"}


def site(r):
    """The provider's packaged row; one Anthropic recording is of its OpenAI-like endpoint."""
    if r.provider == "anthropic" and r.dialect == "openai":
        return "anthropic-as-openai"
    return PACKAGED.get(r.provider, r.provider)


def configuration(list_, sim):
    text = gateway().replace("standalone = yes", "standalone = no")
    for name, dialect in sorted({(site(r), r.dialect) for r in list_}):
        text += (f'provider {name} {{\n\tbase = "{sim.url}/{name}/v1"\n\tdialect = {dialect}\n'
                 + ("\tauth = sigv4\n\tregion = us-east-1\n" if name in SECRETS else
                    "\tauth = none\n\tquery = \"\"\n") + "\tenabled = yes\n}\n")
    for r in list_:
        text += f'model "{r.model}" {{ provider = {site(r)} in = 1.00 out = 4.00 }}\n'
    return text


def clean_providers():
    """Those whose answers pass as they are, by the packaged rows."""
    with open(os.path.join(SOURCE, "etc/providers.conf"), encoding="utf-8") as f:
        blocks = f.read().split("\nprovider ")[1:]
    return {b.split()[0].strip('"') for b in blocks
            if "clean = yes" in b.split("\n}")[0]}


def play(rig, r, cut, clean):
    step = {"exchange": r.name}
    if cut:
        step["slice"] = cut
    rig.sim.site(site(r), then=step, **({"key": SECRETS[site(r)]} if site(r) in SECRETS else {}))
    body = golden.request_for(r.data, r.stream)
    body["model"] = f"{site(r)}:{r.model}"
    answer = rig.client.ask("POST", "/v1/chat/completions", body)
    if r.error:
        wanted = TOLD.get(r.status, (400,))
        need(answer.status in wanted, f"status {answer.status}, of {r.status}")
        error = answer.json["error"]
        need(error["message"] and error["type"], f"error {error}")
        return
    want = r.wanted(r.data["response"]["body"], r.stream)
    if want.kind:
        need(answer.status == 502, f"status {answer.status} of an answer that failed")
        return
    need(answer.status == 200, f"status {answer.status}: {answer.body[:200]}")
    need(not answer.cut, "cut")
    verbatim = site(r) in clean and r.dialect == "openai"
    text = answer.body.decode()
    if r.stream:
        need(answer.events.faults == [], answer.events.faults)
        got = golden.got_stream(text, verbatim)
        if not verbatim:
            stream_shape(answer.chunks)
    else:
        got = golden.got_whole(text, verbatim)
        if not verbatim:
            answer_shape(answer.json)
    golden.compare(want, got, want.usage is not None)


def main():
    report = Report()
    list_ = recordings()
    clean = clean_providers()
    table = collections.defaultdict(collections.Counter)
    with Rig(lambda sim: configuration(list_, sim), secrets=SECRETS,
             data=os.path.join(DATA, "exchanges")) as rig:
        for r in list_:
            row = table[r.provider]
            row["errors" if r.error else "streams" if r.stream else "whole"] += 1
            for cut in SLICES if not r.error else (None,):
                try:
                    play(rig, r, cut, clean)
                    right, why = True, ""
                except (Shape, golden.Wrong) as e:
                    right, why = False, str(e)
                except (KeyError, TypeError, ValueError, IndexError, OSError) as e:
                    right, why = False, f"{type(e).__name__}: {e}"
                row["played"] += 1
                row["failed"] += not right
                report.check(f"{r.name}, pieces of {cut or 'any size'}", right, why)
        report.check("store", rig.faults() == [], rig.faults())
    columns = ("streams", "whole", "errors", "played", "failed")
    print(f"{'provider':16}" + "".join(f"{c:>9}" for c in columns))
    for name, row in sorted(table.items()):
        print(f"{name:16}" + "".join(f"{row[c]:9}" for c in columns))
    report.finish()


main()
