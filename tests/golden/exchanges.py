#!/usr/bin/env python3
"""Replays what real providers answered, and compares what our clients read with it.

Each recording is played whole and cut into pieces of 1, 7 and 1,000 bytes, once to a client
that streams and once to one that does not.  What is expected is read from the recording by
the code below, which shares nothing with the gateway; the result is checked against the
shapes of OpenAI's reference.  Prints a row a provider, and every difference.
"""

import base64
import glob
import json
import os
import re
import struct
import subprocess
import sys
import zlib

STEPS = (1 << 30, 1, 7, 1000)
FINISH = {
    "stop": "stop", "eos": "stop", "end_turn": "stop", "stop_sequence": "stop",
    "length": "length", "max_tokens": "length",
    "tool_calls": "tool_calls", "tool_use": "tool_calls", "function_call": "function_call",
    "content_filter": "content_filter", "refusal": "content_filter", "pause_turn": "stop",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter", "content_filtered": "content_filter",
    "COMPLETE": "stop", "STOP_SEQUENCE": "stop", "MAX_TOKENS": "length", "TOOL_CALL": "tool_calls",
}


class Want:
    """What a recording says."""

    def __init__(self):
        self.text, self.calls, self.finish, self.usage = {}, {}, {}, None
        self.refusal = {}
        self.kind = None # of the failure, where it has to fail
        # Of the first choice; None where a reader of recordings does not look for them.
        self.thoughts, self.places = None, None


# --- Reading recordings in OpenAI's dialect -------------------------------------------------

def content_text(content):
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(p.get("text", "") for p in content if p.get("type") == "text")
    return ""


def add_call(calls, at, index, delta):
    """A provider may leave out the index, or send the id and the name again and again."""
    fn = delta.get("function") or delta.get("custom") or {}
    mine = calls.setdefault(at, [])
    new_id = delta.get("id") or None
    slot = None
    for c in mine:
        if index is not None and c["index"] == index and (not new_id or c["id"] == new_id):
            slot = c
    if slot is None and index is None and not new_id and mine:
        slot = mine[-1]
    if slot is None:
        slot = {"index": index, "id": new_id, "name": fn.get("name"), "args": ""}
        mine.append(slot)
    args = fn.get("arguments") or fn.get("input") or ""
    slot["args"] += args if isinstance(args, str) else json.dumps(args)


def openai_counts(usage):
    prompt, completion = usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0
    details = usage.get("completion_tokens_details") or usage.get("completion_token_details") or {}
    reasoning = details.get("reasoning_tokens") or 0
    total = usage.get("total_tokens") or 0
    if reasoning and prompt + completion + reasoning == total:
        completion += reasoning
    return prompt, completion


def objects_of(body, stream):
    if not stream:
        yield json.loads(body)
        return
    for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
            yield json.loads(line[5:])


def want_openai(body, stream):
    want = Want()
    for o in objects_of(body, stream):
        groq = o.get("x_groq") or {}
        for u in (o.get("usage"), groq.get("usage")):
            if u and (u.get("prompt_tokens") or u.get("completion_tokens")) is not None:
                want.usage = openai_counts(u)
                break
        for c in o.get("choices") or []:
            i = c.get("index", 0)
            m = c.get("delta" if stream else "message") or {}
            want.text[i] = want.text.get(i, "") + content_text(m.get("content"))
            want.refusal[i] = want.refusal.get(i, "") + (m.get("refusal") or "")
            for n, t in enumerate(m.get("tool_calls") or []):
                add_call(want.calls, i, t.get("index") if stream else n, t)
            if m.get("function_call"):
                add_call(want.calls, i, 0, {"function": m["function_call"]})
            if c.get("finish_reason"):
                want.finish[i] = c["finish_reason"]
    for i in want.text:
        native = want.finish.get(i, "stop")
        mapped = FINISH.get(native, "stop")
        if want.calls.get(i) and mapped in ("stop", "function_call"):
            mapped = "tool_calls"
        want.finish[i] = mapped
    return want


# --- Reading recordings in Anthropic's dialect ----------------------------------------------

def want_anthropic(body, stream):
    want = Want()
    want.text[0], want.calls[0], want.refusal[0] = "", [], ""
    usage, finish = {}, None
    if not stream:
        o = json.loads(body)
        usage, finish = o["usage"], o["stop_reason"]
        for b in o["content"]:
            if b["type"] == "text":
                want.text[0] += b["text"]
            elif b["type"] == "tool_use":
                want.calls[0].append({"id": b["id"], "name": b["name"], "args": json.dumps(b["input"])})
    else:
        blocks = {}
        for o in objects_of(body, True):
            if o["type"] == "message_start":
                usage.update({k: v for k, v in (o["message"].get("usage") or {}).items() if v is not None})
            elif o["type"] == "content_block_start":
                blocks[o["index"]] = b = o["content_block"]
                if b["type"] == "tool_use":
                    want.calls[0].append({"id": b["id"], "name": b["name"], "args": ""})
                elif b["type"] == "text":
                    want.text[0] += b.get("text") or ""
            elif o["type"] == "content_block_delta":
                d = o["delta"]
                if d["type"] == "text_delta":
                    want.text[0] += d["text"]
                elif d["type"] == "input_json_delta" and blocks[o["index"]]["type"] == "tool_use":
                    want.calls[0][-1]["args"] += d["partial_json"]
            elif o["type"] == "message_delta":
                finish = o["delta"].get("stop_reason") or finish
                usage.update({k: v for k, v in (o.get("usage") or {}).items() if v is not None})
    for c in want.calls[0]:
        c["args"] = c["args"] or "{}"
    if finish == "refusal": # it has no words of its own for that; ours do
        want.refusal[0] = None
    prompt = sum(usage.get(k) or 0 for k in
                 ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"))
    want.usage = (prompt, usage.get("output_tokens") or 0)
    want.finish[0] = FINISH.get(finish, "stop")
    return want


# --- Reading recordings of Bedrock's Converse -----------------------------------------------

def frames(body):
    """The events of an event stream: name and payload."""
    at = 0
    while at < len(body):
        total, headers, prelude = struct.unpack(">III", body[at:at + 12])
        assert zlib.crc32(body[at:at + 8]) == prelude
        assert zlib.crc32(body[at:at + total - 4]) == struct.unpack(">I", body[at + total - 4:at + total])[0]
        names, i, end = {}, at + 12, at + 12 + headers
        while i < end:
            n = body[i]
            length = struct.unpack(">H", body[i + n + 2:i + n + 4])[0]
            names[body[i + 1:i + 1 + n].decode()] = body[i + n + 4:i + n + 4 + length].decode()
            i += n + 4 + length
        yield names[":event-type"], json.loads(body[end:at + total - 4])
        at += total


def want_bedrock(body, stream):
    want = Want()
    want.text[0], want.calls[0], want.refusal[0] = "", [], ""
    usage, stop, mine = {}, None, {}
    if not stream:
        o = json.loads(body)
        usage, stop = o["usage"], o["stopReason"]
        for b in o["output"]["message"]["content"]:
            want.text[0] += b.get("text", "")
            for c in b.get("citationsContent", {}).get("content", []):
                want.text[0] += c["text"]
            use = b.get("toolUse", {})
            if use and use.get("type") != "server_tool_use":
                want.calls[0].append({"id": use["toolUseId"], "name": use["name"], "args": json.dumps(use["input"])})
    else:
        for name, o in frames(base64.b64decode(body)):
            at = o.get("contentBlockIndex")
            use = o.get("start", {}).get("toolUse", {})
            if name == "contentBlockStart" and use and use.get("type") != "server_tool_use":
                mine[at] = {"id": use["toolUseId"], "name": use["name"], "args": ""}
                want.calls[0].append(mine[at])
            elif name == "contentBlockDelta":
                want.text[0] += o["delta"].get("text", "")
                if at in mine:
                    mine[at]["args"] += o["delta"].get("toolUse", {}).get("input", "")
            elif name == "messageStop":
                stop = o["stopReason"]
            elif name == "metadata":
                usage = o["usage"]
    for c in want.calls[0]:
        c["args"] = c["args"] or "{}"
    want.finish[0] = FINISH[stop]
    want.usage = (sum(usage.get(k, 0) for k in ("inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")),
                  usage["outputTokens"])
    return want


# --- Reading recordings in Gemini's dialect --------------------------------------------------

GEMINI_FINISH = {"STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter", "OTHER": "stop",
                 1: "stop", 2: "length", 3: "content_filter", 5: "stop"}


def want_gemini(body, stream):
    want, usage, said, native, blocked = Want(), {}, set(), {}, False
    documents = json.loads(body) if body.lstrip()[0] == "[" else list(objects_of(body, stream))
    for o in documents:
        usage.update(o.get("usageMetadata") or {})
        blocked |= "blockReason" in (o.get("promptFeedback") or {}) and not o.get("candidates")
        for c in o.get("candidates") or []:
            i = c.get("index", 0)
            want.text.setdefault(i, "")
            want.refusal.setdefault(i, "")
            for p in (c.get("content") or {}).get("parts") or []:
                call = p.get("functionCall")
                if call:
                    want.calls.setdefault(i, []).append({
                        "id": call.get("id"), "name": call["name"], "args": json.dumps(call.get("args", {}))})
                elif not p.get("thought"):
                    want.text[i] += p.get("text", "")
                if call or (not p.get("thought") and (p.get("text") or set(p) - {"text", "thoughtSignature"})):
                    said.add(i)
            native[i] = c.get("finishReason") or native.get(i)
    if blocked:
        want.text[0], want.refusal[0], native[0] = "", None, "SAFETY"
    for i in want.text:
        if native.get(i) is None:
            want.kind = "truncated"
            return want
        want.finish[i] = GEMINI_FINISH[native[i]]
        if want.finish[i] == "stop" and want.calls.get(i):
            want.finish[i] = "tool_calls"
        if want.finish[i] == "content_filter" and i not in said:
            want.refusal[i] = None # it has no words of its own for that; ours do
        if want.finish[i] == "stop" and i not in said:
            want.kind = "broken"
    prompt = usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0)
    want.usage = (prompt, usage.get("totalTokenCount", 0) - prompt) if usage else None
    return want


# --- Reading recordings in Cohere's dialect -------------------------------------------------

def cohere_message(body, stream):
    """A stream put together to the message that it stands for, its finish and its usage."""
    if not stream:
        o = json.loads(body)
        return o["message"], o["finish_reason"], o["usage"]
    message = {"content": [], "tool_calls": [], "citations": [], "tool_plan": ""}
    for o in objects_of(body, True):
        m = (o.get("delta") or {}).get("message") or {}
        if o["type"] == "content-start":
            message["content"].append(dict(m["content"]))
        elif o["type"] == "content-delta":
            for k, v in m["content"].items():
                message["content"][o["index"]][k] += v
        elif o["type"] == "tool-plan-delta":
            message["tool_plan"] += m["tool_plan"]
        elif o["type"] == "tool-call-start":
            message["tool_calls"].append(json.loads(json.dumps(m["tool_calls"])))
        elif o["type"] == "tool-call-delta":
            message["tool_calls"][-1]["function"]["arguments"] += m["tool_calls"]["function"]["arguments"]
        elif o["type"] == "citation-start":
            message["citations"].append(m["citations"])
        elif o["type"] == "message-end":
            return message, o["delta"]["finish_reason"], o["delta"]["usage"]
    raise ValueError("no message-end")


def cohere_places(message):
    """Where the web is cited: address and words; each a place in the whole text."""
    texts = [b.get("text", "") for b in message["content"]]
    for c in message.get("citations") or []:
        at = c.get("content_index", len(texts) - 1)
        before = sum(len(t) for t in texts[:at])
        for s in c["sources"]:
            url = (s.get("document") or s.get("tool_output") or {}).get("url")
            if url:
                yield url, before + c["start"], before + c["end"]


def want_cohere(body, stream):
    want = Want()
    message, finish, usage = cohere_message(body, stream)
    content = message.get("content") or []
    want.text[0] = "".join(b.get("text", "") for b in content)
    want.thoughts = "".join(b.get("thinking", "") for b in content) + (message.get("tool_plan") or "")
    want.calls[0] = [{"id": t["id"], "name": t["function"]["name"], "args": t["function"]["arguments"]}
                     for t in message.get("tool_calls") or []]
    want.places = list(cohere_places(dict(message, content=content)))
    want.refusal[0], want.finish[0] = "", FINISH[finish]
    tokens = usage["tokens"]
    want.usage = (tokens["input_tokens"] + tokens.get("image_tokens", 0), tokens["output_tokens"])
    return want


# --- Reading what our client got -------------------------------------------------------------

class Wrong(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Wrong(what)


def check_usage(u):
    for k in ("prompt_tokens", "completion_tokens", "total_tokens"):
        check(isinstance(u.get(k), int) and u[k] >= 0, "usage.%s is %r" % (k, u.get(k)))
    check(u["total_tokens"] >= u["prompt_tokens"] + u["completion_tokens"], "usage.total_tokens")


def check_head(o, kind):
    check(o.get("object") == kind, "object is %r" % o.get("object"))
    check(isinstance(o.get("id"), str) and o["id"], "id is %r" % o.get("id"))
    check(isinstance(o.get("created"), int), "created is %r" % o.get("created"))
    check(isinstance(o.get("model"), str), "model is %r" % o.get("model"))
    check(isinstance(o.get("choices"), list), "choices is %r" % o.get("choices"))
    check("error" not in o, "error in an answer")


def note_first(got, i, m):
    """Thoughts and citations of the first choice, or a piece of them."""
    if i != 0:
        return
    got.thoughts = (got.thoughts or "") + (m.get("reasoning_content") or "")
    got.places = (got.places or []) + [
        (a["url_citation"]["url"], a["url_citation"].get("start_index"), a["url_citation"].get("end_index"))
        for a in m.get("annotations") or [] if a["type"] == "url_citation"]


def got_whole(text, verbatim):
    got = Want()
    o = json.loads(text)
    check_head(o, "chat.completion")
    for c in o["choices"]:
        i = c["index"]
        # Azure leaves out the message of a filtered answer; verbatim is verbatim.
        m = c["message"] if not verbatim else c.get("message", {"role": "assistant", "content": ""})
        check(m["role"] == "assistant" and "content" in m, "message")
        check(m.get("tool_calls") != [] or verbatim, "tool_calls is empty")
        got.text[i] = m["content"] or ""
        got.refusal[i] = m.get("refusal") or ""
        note_first(got, i, m)
        got.finish[i] = c["finish_reason"]
        for t in m.get("tool_calls") or []:
            check(t["type"] == "function" and isinstance(t["id"], str) and t["id"], "call")
            check(isinstance(t["function"]["arguments"], str), "arguments")
            got.calls.setdefault(i, []).append(
                {"id": t["id"], "name": t["function"]["name"], "args": t["function"]["arguments"]})
        if m.get("function_call"):
            got.calls[i] = [dict(m["function_call"], id=None, args=m["function_call"]["arguments"])]
    check_usage(o["usage"])
    got.usage = (o["usage"]["prompt_tokens"], o["usage"]["completion_tokens"])
    return got


def got_stream(text, verbatim):
    """The rules of a stream: roles, indexes, one finish, usage last, [DONE] once."""
    got, heads, ended = Want(), set(), False
    check(text.endswith("data: [DONE]\n\n"), "no [DONE] at the end")
    check(text.count("data: [DONE]") == 1, "more than one [DONE]")
    records = text.split("\n\n")[:-2]
    for r in records:
        check(r.startswith("data: ") and "\n" not in r, "framing: %r" % r[:60])
        o = json.loads(r[6:])
        check_head(o, "chat.completion.chunk")
        heads.add((o["id"], o["model"], o["created"]))
        check(not ended, "a chunk after the usage")
        if o.get("usage"):
            check(o["choices"] == [], "usage beside choices")
            check_usage(o["usage"])
            got.usage = (o["usage"]["prompt_tokens"], o["usage"]["completion_tokens"])
            ended = True
        for c in o["choices"]:
            i, d = c["index"], c["delta"]
            first = i not in got.text
            check(("role" in d) == first or verbatim, "role")
            check(i not in got.finish, "a chunk after the finish")
            got.text[i] = got.text.get(i, "") + (d.get("content") or "")
            got.refusal[i] = got.refusal.get(i, "") + (d.get("refusal") or "")
            note_first(got, i, d)
            for t in d.get("tool_calls") or []:
                mine, n = got.calls.setdefault(i, []), t["index"]
                check(n <= len(mine), "sparse index")
                if n == len(mine):
                    check(t["type"] == "function" and t["id"], "first delta of a call")
                    mine.append({"id": t["id"], "name": t["function"]["name"], "args": ""})
                else:
                    check(verbatim or not ("id" in t or "name" in t["function"]), "id again")
                mine[n]["args"] += t["function"].get("arguments") or ""
            if d.get("function_call"):
                f, mine = d["function_call"], got.calls.setdefault(i, [])
                if f.get("name"):
                    mine.append({"id": None, "name": f["name"], "args": ""})
                mine[-1]["args"] += f.get("arguments") or ""
            if c.get("finish_reason"):
                got.finish[i] = c["finish_reason"]
    check(len(heads) == 1, "id, model or created change: %r" % heads)
    return got


def same_json(a, b):
    try:
        return json.loads(a) == json.loads(b)
    except ValueError:
        return a == b


def compare(want, got, usage_told):
    for i in want.text:
        check(got.text.get(i, "") == want.text[i], "text %d: %r, not %r" % (
            i, got.text.get(i, "")[:80], want.text[i][:80]))
        refusal = want.refusal.get(i, "")
        check(got.refusal.get(i, "") == refusal if refusal is not None else got.refusal.get(i), "refusal")
        mine, theirs = got.calls.get(i, []), want.calls.get(i, [])
        check(len(mine) == len(theirs), "%d calls, not %d" % (len(mine), len(theirs)))
        for a, b in zip(mine, theirs):
            check(a["name"] == b["name"], "name %r, not %r" % (a["name"], b["name"]))
            check(not b["id"] or a["id"] in (None, b["id"]), "id %r, not %r" % (a["id"], b["id"]))
            check(same_json(a["args"], b["args"] or "{}"), "arguments %r, not %r" % (a["args"], b["args"]))
        finish = got.finish.get(i)
        finish = "tool_calls" if finish == "function_call" else finish
        check(finish == want.finish[i] or (mine and finish == "stop"),
              "finish %r, not %r" % (finish, want.finish[i]))
    if want.thoughts is not None:
        check((got.thoughts or "") == want.thoughts, "thoughts %.80r, not %.80r" % (got.thoughts, want.thoughts))
    if want.places is not None:
        check((got.places or []) == want.places, "citations %r, not %r" % (got.places, want.places))
    check(set(got.text) == set(want.text), "choices %r, not %r" % (set(got.text), set(want.text)))
    if usage_told and want.usage:
        check(got.usage == want.usage, "usage %r, not %r" % (got.usage, want.usage))


# --- Running ---------------------------------------------------------------------------------

def request_for(recording, client_streams):
    """The recorded request where it is one of ours, so that its tools and n hold."""
    body = recording["request"].get("body") if recording["endpoint"] == "chat" else None
    body = dict(body) if isinstance(body, dict) and body.get("messages") else {
        "messages": [{"role": "user", "content": "hello"}]}
    for key in ("stream", "stream_options"):
        body.pop(key, None)
    body["model"] = "route"
    # Tools that one provider runs itself are refused elsewhere.
    if body.get("tools"):
        body["tools"] = [t for t in body["tools"] if t.get("type") in ("function", "custom")]
    if client_streams:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return body


class Replay:
    """What replay.c says of an exchange."""

    READING = re.compile(r"(?s)(.*)\n-- (whole|cut) finish=(\S*) .*usage=(\w+) in=(\d+) "
                         r"in_cache_read=(\d+) in_cache_write=(\d+) out=(\d+) out_reasoning=(\d+)")
    ERROR = re.compile(r"(?m)^error (\w+) \d+ (.*)$")

    def __init__(self, program):
        self.p = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, job):
        self.p.stdin.write(json.dumps(job).encode() + b"\n")
        self.p.stdin.flush()
        line = self.p.stdout.readline()
        if not line:
            sys.exit("replay died on: %s" % json.dumps(job))
        text = json.loads(line)
        reading, error = self.READING.match(text), self.ERROR.search(text)
        if error:
            return {"kind": error.group(1), "message": error.group(2), "out": text[:error.start()]}
        counts = [int(n) for n in reading.groups()[4:]]
        return {"kind": None, "message": None, "out": reading.group(1), "counted": reading.group(4) == "provider",
                "usage": (sum(counts[:3]), sum(counts[3:]))}


CLEAN = {"openai", "azure"}


def ways(recording):
    """How a provider's answers are configured to be read; the clean both ways."""
    if recording["provider"] in CLEAN:
        return ({}, {"clean": "yes", "developer_role": "yes", "max_completion_tokens": "yes"})
    return ({},)


# The dialect of an endpoint, and who reads its recordings.
ENDPOINTS = {
    "chat": ("openai", want_openai),
    "messages": ("anthropic", want_anthropic),
    "converse": ("bedrock", want_bedrock),
    "generateContent": ("gemini", want_gemini),
    "cohere-chat": ("cohere", want_cohere),
}


def is_ours(recording):
    """Cohere's first version is another API, which nobody begins with any more."""
    return recording["endpoint"] in ENDPOINTS and recording["request"].get("path") != "/v1/chat"


def play(replay, recording):
    """Plays one recording in all ways; what was wrong, if anything."""
    body = recording["response"]["body"]
    stream = "stream" in recording["tags"]
    dialect, wanted = ENDPOINTS[recording["endpoint"]]
    answer = "answer_base64" if recording["response"]["body_encoding"] == "base64" else "answer"
    want = Want()
    if "error-in-200" in recording["tags"]:
        want.kind = "policy"
    else:
        want = wanted(body, stream)
    for quirks in ways(recording) if dialect == "openai" else ({},):
        for client_streams in (False, True):
            outs = set()
            for step in STEPS:
                got = replay.run({
                    "set": dict(quirks, dialect=dialect, model=recording["model"] or "m",
                                stream="yes" if stream else "no"),
                    "request": json.dumps(request_for(recording, client_streams)),
                    answer: body, "piece": step})
                where = "quirks %r, client %s, step %d" % (
                    quirks, "streams" if client_streams else "waits", step)
                try:
                    check(got["kind"] == want.kind, "%s: %s" % (got["kind"], got["message"]))
                    if want.kind:
                        check(got["out"] == "" or want.kind == "truncated", "an error was forwarded")
                        continue
                    verbatim = "clean" in quirks and client_streams == stream
                    parse = got_stream if client_streams else got_whole
                    told = parse(got["out"], verbatim)
                    compare(want, told, got["counted"])
                    check(not want.usage or got["counted"], "usage was not seen")
                    check(want.usage is None or got["usage"] == want.usage, "reading's usage")
                    outs.add(got["out"])
                except Wrong as e:
                    return "%s: %s" % (where, e)
                except (KeyError, TypeError, ValueError, IndexError) as e:
                    return "%s: %s: %r" % (where, type(e).__name__, e)
            if len(outs) > 1:
                return "quirks %r: what comes out depends on how it was cut" % quirks
    return None


def main():
    data = os.environ.get("SWITCHYARD_DATA", os.path.join(
        os.environ.get("srcdir", "."), "..", "shared", "data"))
    files = sorted(glob.glob(os.path.join(data, "exchanges", "*", "*.json")))
    if not files:
        print("no recordings in %s (SWITCHYARD_DATA): skipped" % data)
        return 77
    replay = Replay("tests/golden/replay")
    rows, bad = {}, []
    for f in files:
        with open(f, encoding="utf-8") as handle:
            recording = json.load(handle)
        if not is_ours(recording):
            continue
        if '"partialArgs"' in recording["response"]["body"]:
            print("not asked for: arguments in pieces by their paths, %s" % os.path.basename(f))
            continue
        row = rows.setdefault(recording["provider"], {"stream": 0, "whole": 0, "error": 0, "failed": 0})
        if recording["response"]["status"] != 200:
            row["error"] += 1 # the classes of errors have a test of their own
            continue
        row["stream" if "stream" in recording["tags"] else "whole"] += 1
        why = play(replay, recording)
        if why:
            row["failed"] += 1
            bad.append("%s: %s" % (os.path.relpath(f, data), why))
    print("%-16s %7s %7s %7s %7s" % ("provider", "streams", "whole", "errors", "failed"))
    for name, row in sorted(rows.items()):
        print("%-16s %7d %7d %7d %7d" % (name, row["stream"], row["whole"], row["error"], row["failed"]))
    for line in bad:
        print("FAILED", line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
