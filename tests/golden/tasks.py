#!/usr/bin/env python3
"""tasks.py - what providers really answered to embeddings and reranking, replayed.

Each recording is the answer to a request in OpenAI's (or Cohere's) shape, asked for in numbers
and in base64, fed in pieces of several sizes: the vectors have the bits of the recording, the
usage is counted, and what is sent asks for the same as the recorded request.
"""
import base64
import glob
import json
import os
import re
import struct
import subprocess
import sys

STEPS = (1 << 20, 1, 1000)
# Whose vectors are no binary32: they pass as they came where no form is asked for.
OWN = {"perplexity"}
DIALECTS = {"gemini": "gemini", "cohere": "cohere"}
QUIRKS = {"voyage": {"rename": "top_n=top_k"}}


class Wrong(Exception):
    pass


def check(right, what):
    if not right:
        raise Wrong(what)


class Replay:
    def __init__(self):
        self.p = subprocess.Popen(["tests/golden/replay"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)

    def run(self, **job):
        self.p.stdin.write(json.dumps(job).encode() + b"\n")
        self.p.stdin.flush()
        line = self.p.stdout.readline()
        if not line:
            sys.exit(f"replay died on: {json.dumps(job)}")
        return json.loads(line)


def bits(vector):
    if isinstance(vector, str):
        return base64.b64decode(vector)
    return struct.pack(f"<{len(vector)}f", *vector)


def recorded(provider, answer):
    """Vectors and tokens (or None) of a recording."""
    if provider == "cohere":
        return answer["embeddings"]["float"], answer["meta"]["billed_units"]["input_tokens"]
    if provider == "gemini":
        usage = answer.get("usageMetadata", {})
        return [e["values"] for e in answer["embeddings"]], usage.get("promptTokenCount")
    rows = sorted(answer["data"], key=lambda r: r["index"])
    usage = answer["usage"]
    return [r["embedding"] for r in rows], usage.get("prompt_tokens", usage["total_tokens"])


def inputs(provider, body, count):
    if provider == "cohere":
        return body["texts"]
    if provider == "gemini":
        return ["a text"] * count  # texts and images were one input there
    return body["input"]


def settings(provider, surface):
    return {"surface": surface, "dialect": DIALECTS.get(provider, "openai"),
            **QUIRKS.get(provider, {})}


READING = re.compile(r"(?s)(.*)\n-- (\w+) .*usage=(\w+) in=(\d+)")


def embeddings(replay, recording):
    provider, body = recording["provider"], recording["request"]["body"]
    vectors, tokens = recorded(provider, json.loads(recording["response"]["body"]))
    for form in (None,) if provider in OWN else ("float", "base64"):
        request = {"model": "m", "input": inputs(provider, body, len(vectors))}
        if form:
            request["encoding_format"] = form
        for step in STEPS:
            said = READING.match(replay.run(
                set=settings(provider, "openai-embeddings"), request=json.dumps(request),
                answer=recording["response"]["body"], piece=step))
            check(said, "no answer came out")
            out, whole, source, counted = said.groups()
            check(whole == "whole", f"{form}: {out[-200:]}")
            answer = json.loads(out)
            rows = answer["data"]
            check([r["index"] for r in rows] == list(range(len(vectors))), "order")
            if form:
                check(all(isinstance(r["embedding"], str) == (form == "base64") for r in rows),
                      f"{form}: form")
                check([bits(r["embedding"]) for r in rows] == [bits(v) for v in vectors],
                      f"{form}: bits differ")
            else:
                check([r["embedding"] for r in rows] == vectors, "vectors differ")
            if form == "float" and not isinstance(vectors[0], str):
                check([r["embedding"] for r in rows] == vectors, "digits differ")
            if tokens is not None:
                check((source, int(counted)) == ("provider", tokens), f"usage {source} {counted}")


def embeddings_sent(replay, recording):
    """For those of OpenAI's dialect the recorded request itself, but for its model."""
    provider, body = recording["provider"], recording["request"]["body"]
    if provider in DIALECTS or not isinstance(body, dict):
        return
    said = replay.run(set=settings(provider, "openai-embeddings"),
                      request=json.dumps({**body, "model": "m"}))
    sent = json.loads(said[said.index("{"):said.rindex("}") + 1])
    want = {k: v for k, v in body.items() if v is not None}
    check(sent == {**want, "model": "m"}, f"sent {sent}")


def rerank(replay, recording):
    body, answer = recording["request"]["body"], json.loads(recording["response"]["body"])
    rows = answer.get("data") or answer["results"]
    request = {"model": "m", "query": body["query"], "documents": body["documents"],
               "top_n": len(rows), "return_documents": True}
    want = sorted(((r["index"], r["relevance_score"]) for r in rows), key=lambda r: -r[1])
    for step in STEPS:
        said = READING.match(replay.run(set=settings(recording["provider"], "rerank"),
                                        request=json.dumps(request),
                                        answer=recording["response"]["body"], piece=step))
        out, whole, source, counted = said.groups()
        check(whole == "whole", out[-200:])
        got = json.loads(out)
        check([(r["index"], r["relevance_score"]) for r in got["results"]] == want, "ranking")
        check(all(r["document"]["text"] == body["documents"][r["index"]]
                  for r in got["results"]), "documents")
        check((source, int(counted)) == ("provider", answer["usage"]["total_tokens"]), "usage")


def main():
    data = os.environ.get("SWITCHYARD_DATA", os.path.join(
        os.environ.get("srcdir", "."), "..", "shared", "data"))
    files = sorted(glob.glob(os.path.join(data, "exchanges", "*", "*.json")))
    if not files:
        print(f"no recordings in {data} (SWITCHYARD_DATA): skipped")
        return 77
    replay, played, failed = Replay(), 0, 0
    for name in files:
        with open(name, encoding="utf-8") as f:
            recording = json.load(f)
        cases = {"embeddings": (embeddings, embeddings_sent), "rerank": (rerank,)}.get(
            recording["endpoint"], ())
        # Ollama's own shape is no dialect here.
        if recording["response"]["status"] != 200 or recording["provider"] == "ollama":
            continue
        for case in cases:
            played += 1
            try:
                case(replay, recording)
            except (Wrong, KeyError, ValueError, AttributeError) as e:
                failed += 1
                print(f"FAILED {os.path.basename(name)}: {case.__name__}: {e!r}")
    print(f"{played} played, {failed} failed")
    return 1 if failed or not played else 0


if __name__ == "__main__":
    sys.exit(main())
