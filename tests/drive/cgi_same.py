#!/usr/bin/env python3
"""cgi_same.py - plain CGI and FastCGI give the same answers to the same requests.

Both through lighttpd: mod_fastcgi with a worker, mod_cgi with the same binary started anew for
each request.  Compared are status, headers and body, without what is new every time.
"""
import json
import os
import re
import shutil

from rig import Report, Rig, gateway, program, provider

CHAT = "/v1/chat/completions"
MODELS = ("echo", "lorem", "json", "tools", "tools-parallel", "vision", "reason", "refuse")
FAULTS = {"s500": {"status": 500}, "s400": {"status": 400, "error": {"message": "No."}},
          "s404": {"status": 404}, "cut": {"cut_after": 3}, "html": {"body": "<html>"},
          "empty": {"body": ""}, "bad": {"malformed_at": 2}, "silent": {"no_done": True},
          "inside": {"error_at": 2}, "filter": {"status": 400, "error": {
              "message": "The prompt was filtered.", "code": "content_filter"}}}
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}
TOOLS = [{"type": "function", "function": {"name": n, "parameters": SCHEMA}} for n in ("look", "move")]
EXTRA = {"json": {"response_format": {"type": "json_schema", "json_schema": {
             "name": "person", "strict": True, "schema": SCHEMA}}},
         "tools": {"tools": TOOLS}, "tools-parallel": {"tools": TOOLS}}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
SAY = [{"role": "user", "content": "one two three"}]
LOOK = [{"role": "user", "content": [{"type": "text", "text": "what?"}, PICTURE]}]
FRESH = ((r"req_[0-9a-z]{26}", "req_"), (r"chatcmpl-[0-9a-zA-Z]+", "chatcmpl-"),
         (r"(call|toolu|msg|req)_[A-Za-z]+-\d+[_0-9]*", r"\1_"), (r'"created":\d+', '"created":0'),
         (r"chatcmpl-[a-z]+-\d+", "chatcmpl-"), (r"after \d+ ms", "after ms"))
COMPARED = re.compile(r"content-type|x-|allow$|retry-after|cache-control|vary|www-auth")


def configuration(sim):
    text = gateway(first="5s", idle="5s") + provider("oa", sim, models=MODELS, auth="none")
    text += provider("an", sim, "anthropic", models=MODELS, auth="none")
    for name in FAULTS:
        text += provider(name, sim, models=("m",), auth="none")
    return text + 'route chat { targets = {"oa:echo"} }\nalias other { to = chat }\n'


def bodies():
    """Good ones first, then whatever may be wrong with one."""
    for p in ("oa", "an"):
        for m in MODELS:
            for stream in (False, True):
                yield {"model": f"{p}:{m}", "stream": stream,
                       "messages": LOOK if m == "vision" else SAY, **EXTRA.get(m, {})}
    for more in ({"stream": True, "stream_options": {"include_usage": True}}, {"n": 2},
                 {"n": 2, "stream": True}, {"max_tokens": 2}, {"max_completion_tokens": 1},
                 {"stop": ["x"]}, {"temperature": 0.5, "top_p": 0.9, "seed": 7}, {"user": "u"},
                 {"metadata": {"a": "b"}}, {"x_unknown": [1, 2]}):
        yield {"model": "chat", "messages": SAY, **more}
    yield {"model": "other", "messages": SAY}
    for name in FAULTS:
        yield {"model": f"{name}:m", "messages": SAY}
        yield {"model": f"{name}:m", "messages": SAY, "stream": True}
    good = json.dumps({"model": "chat", "messages": SAY}).encode()
    yield from (b"", b"{", b"[]", b"null", b'"text"', b"17", good[:-1], good + b"x", good + good,
                good.replace(b"one", b"\xff"), good.replace(b'"', b"'"),
                good.replace(b"one", b"\x01"), b'{"model":"chat","model":"oa:echo"}',
                b'{"model":"chat","messages":' + b"[" * 500 + b"]" * 500 + b"}",
                b'{"model":"chat","messages":NaN}', b"\xef\xbb\xbf" + good)
    for wrong in ({}, {"model": 7}, {"model": ""}, {"model": "chta", "messages": SAY},
                  {"model": "chat"}, {"model": "chat", "messages": []},
                  {"model": "chat", "messages": "hello"},
                  {"model": "chat", "messages": [{"role": "king", "content": "x"}]},
                  {"model": "chat", "messages": [{"content": "x"}]},
                  {"model": "chat", "messages": [{"role": "user", "content": 5}]},
                  {"model": "chat", "messages": SAY, "stream": "yes"},
                  {"model": "chat", "messages": SAY, "n": 0},
                  {"model": "chat", "messages": SAY, "max_tokens": -1},
                  {"model": "chat", "messages": SAY, "tools": {}},
                  {"model": "an:echo", "messages": SAY, "temperature": "hot"}):
        yield wrong


def requests():
    """(method, path, body, headers, key or None for the good one)"""
    for body in bodies():
        yield "POST", CHAT, body, {}, None
    good = {"model": "chat", "messages": SAY}
    for method in ("GET", "PUT", "DELETE"):
        yield method, CHAT, None, {}, None
    for path in ("/v1/models", "/v1/models/oa:echo", "/v1/models/none", "/v1/nothing", "/healthz",
                 "/readyz", "/v1/models/oa%3Aecho", "/v1/models/oa%2Fecho", "/v1/../v1/models"):
        yield "GET", path, None, {}, None
    yield "HEAD", "/v1/models", None, {}, None
    yield "POST", "/v1/models", {}, {}, None
    yield "POST", CHAT, good, {}, ""
    yield "POST", CHAT, good, {}, "sk-test-wrong"
    yield "POST", CHAT, good, {"x-api-key": "KEY"}, ""
    yield "POST", CHAT, good, {"x-goog-api-key": "KEY"}, ""
    yield "POST", CHAT + "?key=sy_demo", good, {}, None
    for kind in ("text/plain", "application/json; charset=utf-8", "application/x+json"):
        yield "POST", CHAT, good, {"Content-Type": kind}, None
    yield "POST", CHAT, good, {"Content-Encoding": "gzip"}, None
    yield "POST", CHAT, good, {"x-switchyard-complete": "yes"}, None


def plain(text):
    for pattern, instead in FRESH:
        text = re.sub(pattern, instead, text)
    return text


def seen(answer):
    head = {k: plain(v) for k, v in answer.headers.items() if COMPARED.match(k)}
    return answer.status, head, plain(answer.body.decode("utf-8", "replace")), answer.cut


def install_cgi(rig):
    """As on a shared host: the binary, and beside it a file that says where the root is."""
    folder = os.path.join(rig.folder, "web/cgi")
    os.makedirs(folder)
    shutil.copy(program("switchyard.fcgi"), os.path.join(folder, "gw.cgi"))
    with open(os.path.join(folder, "switchyard.root"), "w", encoding="utf-8") as f:
        f.write(rig.root + "\n")


def main():
    report = Report()
    with Rig(configuration, secrets=()) as rig:
        install_cgi(rig)
        for name, step in FAULTS.items():
            rig.sim.site(name, then=step)
        statuses = set()
        count = 0
        for method, path, body, headers, key in requests():
            headers = {k: rig.key if v == "KEY" else v for k, v in headers.items()}
            one = seen(rig.client.ask(method, path, body, headers, key))
            other = seen(rig.client.ask(method, "/cgi/gw.cgi" + path, body, headers, key))
            what = f"{method} {path} {body if body is not None else ''} {headers}"[:200]
            report.check(what, one == other, f"\n    FastCGI {one}\n    CGI     {other}")
            statuses.add(one[0])
            count += 1
        report.check("a hundred requests", count >= 100, count)
        report.check("of many kinds", len(statuses) >= 7, sorted(statuses))
        report.equal("faults in the store", rig.faults(), [])
        print(f"{count} requests, statuses {sorted(statuses)}")
    report.finish()


main()
