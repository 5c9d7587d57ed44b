#!/usr/bin/env python3
"""tasks.py - what is no chat, through the whole gateway: embeddings and the like.

The client is wire.py, which believes nothing.  Providers are sites of the simulated one; what
it was really asked is compared with what the client sent.
"""
import base64
import json
import struct

from rig import Report, Rig, gateway, provider

report = Report()
check, equal = report.check, report.equal
TEXTS = ["The first text.", "A second one, with an é.", "third"]


def configuration(sim):
    names = ("alpha", "beta", "gamma", "delta")
    text = gateway(whole="5s", idle="3s")
    for name in names:
        text += provider(name, sim, models=("m",), auth="none")
    text += provider("claude", sim, "anthropic", models=("m",), auth="none")
    text += ('model "chatter" {\n\tprovider = alpha\n\tupstream = "m"\n\tin = 1.00\n\tout = 4.00\n'
             '\tcaps = "chat tools"\n}\n')
    text += ('route safe { targets = {"gamma:m"} fallback = {"beta:m"} }\n'
             'route mixed { targets = {"claude:m"} fallback = {"beta:m"} }\n'
             'route none { targets = {"claude:m"} }\n')
    return text


def sent(rig, site):
    """The body of the last request that the site had."""
    return json.loads(rig.sim.requests(site)[-1]["body"])


def floats(data):
    return struct.unpack(f"<{len(data) // 4}f", data)


def embed(rig, model="alpha:m", given=None, **more):
    body = {"model": model, "input": TEXTS if given is None else given, **more}
    return rig.client.ask("POST", "/v1/embeddings", body)


def vectors(answer):
    rows = answer.json["data"]
    equal("order", [r["index"] for r in rows], list(range(len(rows))))
    return [r["embedding"] for r in rows]


def embeddings(rig):
    numbers = embed(rig, encoding_format="float")
    equal("status", numbers.status, 200)
    equal("type", numbers.headers["content-type"], "application/json")
    equal("three vectors", len(vectors(numbers)), 3)
    equal("object", numbers.json["object"], "list")
    check("usage", numbers.json["usage"]["prompt_tokens"] > 0, numbers.json["usage"])
    packed = embed(rig, encoding_format="base64")
    for got, wanted in zip(vectors(packed), vectors(numbers)):
        equal("base64 has the same bits", base64.b64decode(got),
              struct.pack(f"<{len(wanted)}f", *wanted))
    equal("length of base64", len(vectors(packed)[0]), 4 * -(-4 * len(vectors(numbers)[0]) // 3))
    one = embed(rig, given=TEXTS[1], encoding_format="float")
    equal("one text alone", vectors(one)[0], vectors(numbers)[1])
    short = embed(rig, given="x", dimensions=8, encoding_format="float")
    equal("dimensions", len(vectors(short)[0]), 8)


def embeddings_verbatim(rig):
    body = ('{"object":"list","data":[{"object":"embedding","index":0,"embedding":'
            '[0.10000000149011612,-1.17549435e-38]}],"model":"m-2",'
            '"usage":{"prompt_tokens":3,"total_tokens":3},"beyond":{"a":1}}')
    rig.sim.site("alpha", {"body": body})
    answer = embed(rig, given="x", encoding_format="float")
    equal("as the provider wrote it", answer.body.decode(), body)
    rig.sim.site("alpha", {"body": body})
    answer = embed(rig, given="x", encoding_format="base64")
    equal("bits", floats(base64.b64decode(vectors(answer)[0])),
          (struct.unpack("f", struct.pack("f", 0.1))[0], -1.1754943508222875e-38))
    rig.sim.site("alpha")


def embeddings_sent(rig):
    embed(rig, given=TEXTS, dimensions=16, user="u1", encoding_format=None, truncate="END")
    body = sent(rig, "alpha")
    equal("model", body["model"], "m")
    equal("texts", body["input"], TEXTS)
    equal("fields of the provider's own", body.get("truncate"), "END")
    check("no nulls", "encoding_format" not in body, body)
    embed(rig, given=[[1, 2, 3], [4]])
    equal("tokens", sent(rig, "alpha")["input"], [[1, 2, 3], [4]])
    answer = embed(rig, given=[1, 2, 3])
    equal("one list of tokens is one text", len(answer.json["data"]), 1)
    answer = rig.client.ask("POST", "/v1/deployments/alpha:m/embeddings", {"input": "x"})
    equal("the path's model", answer.status, 200)


def embeddings_rows(rig):
    answer = embed(rig)
    row = rig.rows(answer)[-1]
    usage = answer.json["usage"]["prompt_tokens"]
    equal("outcome", row["outcome"], "ok")
    equal("tokens in", row["in"], usage)
    equal("tokens out", row["out"], 0)
    equal("cost", row["cost"], usage * 1000)
    rig.sim.site("alpha", {"body": json.dumps({"data": [{"embedding": [1.5]}]})})
    answer = embed(rig, given="four letters", encoding_format="float")
    equal("estimated", answer.json["usage"]["prompt_tokens"], rig.rows(answer)[-1]["in"])
    rig.sim.site("alpha")


def failing_over(rig):
    rig.sim.forget()
    rig.sim.site("gamma", then={"status": 500})
    answer = embed(rig, "safe", encoding_format="float")
    equal("status", answer.status, 200)
    equal("who answered", answer.headers["x-switchyard-provider"], "beta")
    check("who did not", "gamma:m=broken" in answer.headers["x-switchyard-tried"], answer.headers)
    equal("rows", [(r["provider"], r["outcome"]) for r in rig.rows(answer)],
          [("gamma", "upstream_error"), ("beta", "ok")])
    rig.sim.site("delta", then={"body": "<html>"})
    answer = embed(rig, "delta:m")
    equal("what is no JSON", (answer.status, answer.error["code"]), (502, "upstream_error"))
    rig.sim.site("gamma", then={"cut_after": 40})
    answer = embed(rig, "safe")
    equal("cut short", (answer.status, answer.headers["x-switchyard-provider"]), (200, "beta"))
    rig.sim.site("gamma")
    answer = embed(rig, "mixed")
    equal("a dialect without embeddings", answer.headers["x-switchyard-provider"], "beta")
    answer = embed(rig, "none")
    equal("none at all", answer.status, 503)
    check("says why", "does not do embeddings" in answer.error["message"], answer.error)
    answer = embed(rig, "alpha:chatter")
    check("a model that chats", answer.status == 503 and "embed" in answer.error["message"], answer)


BAD_EMBEDDINGS = (
    ("no model", {"input": "x"}, "model"),
    ("no input", {"model": "alpha:m"}, "input"),
    ("empty input", {"model": "alpha:m", "input": ""}, "input"),
    ("an empty text among others", {"model": "alpha:m", "input": ["a", ""]}, "input[1]"),
    ("a number", {"model": "alpha:m", "input": 7}, "input"),
    ("too many texts", {"model": "alpha:m", "input": ["a"] * 2049}, "input"),
    ("dimensions", {"model": "alpha:m", "input": "x", "dimensions": 0}, "dimensions"),
    ("format", {"model": "alpha:m", "input": "x", "encoding_format": 1}, "encoding_format"),
)


def bad(rig, path, cases):
    for name, body, param in cases:
        answer = rig.client.ask("POST", path, body)
        equal(name, (answer.status, (answer.error or {}).get("param")), (400, param))
        check(f"{name}: says which", param in answer.error["message"], answer.error)


def bad_embeddings(rig):
    bad(rig, "/v1/embeddings", BAD_EMBEDDINGS)
    answer = rig.client.ask("POST", "/v1/embeddings", b'{"model":"alpha:m","input":"\xff"}')
    equal("wrong encoding", answer.status, 400)
    answer = rig.client.ask("POST", "/v1/embeddings", "x=1",
                            {"Content-Type": "application/x-www-form-urlencoded"})
    equal("a form", answer.status, 415)
    answer = rig.client.ask("POST", "/v1/embeddings", {}, key="sy_wrong")
    equal("a wrong key", answer.status, 401)
    answer = embed(rig, "alpha:mm")
    equal("no such model", (answer.status, answer.error["param"]), (404, "model"))


def main():
    with Rig(configuration) as rig:
        for case in (embeddings, embeddings_verbatim, embeddings_sent, embeddings_rows,
                     failing_over, bad_embeddings):
            report.run(case.__name__, case, rig)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
