#!/usr/bin/env python3
"""tasks.py - what is no chat, through the whole gateway: embeddings and the like.

The client is wire.py, which believes nothing.  Providers are sites of the simulated one; what
it was really asked is compared with what the client sent.
"""
import base64
import collections
import json
import struct

from rig import Report, Rig, gateway, provider, wait_for

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


def settled(rig, answer):
    """The rows of its request; of an answer whose length was told they may come after it."""
    wait_for("its rows", lambda: any(r["last"] for r in rig.rows(answer)))
    return rig.rows(answer)


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
    row = settled(rig, answer)[-1]
    usage = answer.json["usage"]["prompt_tokens"]
    equal("outcome", row["outcome"], "ok")
    equal("tokens in", row["in"], usage)
    equal("tokens out", row["out"], 0)
    equal("cost", row["cost"], usage * 1000)
    rig.sim.site("alpha", {"body": json.dumps({"data": [{"embedding": [1.5]}]})})
    answer = embed(rig, given="four letters", encoding_format="float")
    equal("estimated", answer.json["usage"]["prompt_tokens"], settled(rig, answer)[-1]["in"])
    rig.sim.site("alpha")


def failing_over(rig):
    rig.sim.forget()
    rig.sim.site("gamma", then={"status": 500})
    answer = embed(rig, "safe", encoding_format="float")
    equal("status", answer.status, 200)
    equal("who answered", answer.headers["x-switchyard-provider"], "beta")
    check("who did not", "gamma:m=broken" in answer.headers["x-switchyard-tried"], answer.headers)
    equal("rows", [(r["provider"], r["outcome"]) for r in settled(rig, answer)],
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
    equal("none at all", (answer.status, answer.error["param"]), (400, "model"))
    check("says why", "does not do embeddings" in answer.error["message"], answer.error)
    answer = embed(rig, "alpha:chatter")
    check("a model that chats", answer.status == 400 and "embed" in answer.error["message"], answer)

# --- Completions -----------------------------------------------------------------------------

def complete(rig, model="alpha:m", prompt="one two three", **more):
    return rig.client.ask("POST", "/v1/completions", {"model": model, "prompt": prompt, **more})


def completed(answer):
    """Texts and finish reasons by choice, of a stream or a whole answer."""
    texts, finish = collections.defaultdict(str), {}
    for part in answer.chunks if answer.streams else [answer.json]:
        equal("object", part["object"], "text_completion")
        for c in part["choices"]:
            check("text is a string", isinstance(c["text"], str), c)
            texts[c["index"]] += c["text"]
            if c["finish_reason"]:
                finish[c["index"]] = c["finish_reason"]
    return dict(texts), finish


def completions(rig):
    for how, model in (("passed on", "alpha:m"), ("as a chat", "alpha:chatter"),
                       ("in another dialect", "claude:m")):
        for stream in (False, True):
            report.case = f"completions {how}{' streamed' if stream else ''}"
            answer = complete(rig, model, stream=stream, max_tokens=50,
                              stream_options={"include_usage": True} if stream else None)
            equal("status", answer.status, 200)
            equal("faults", answer.events.faults, [])
            texts, finish = completed(answer)
            equal("finish", finish, {0: "stop"})
            check("text", "one two three" in texts[0], texts)
            check("usage", answer.usage["prompt_tokens"] > 0, answer.usage)
            check("end", answer.done or not stream, answer)
            row = settled(rig, answer)[-1]
            equal("counted", (row["outcome"], row["in"], row["out"]),
                  ("ok", answer.usage["prompt_tokens"], answer.usage["completion_tokens"]))
    report.case = "completions"
    answer = complete(rig, stream=True)
    equal("no usage unasked", answer.usage, None)
    check("billed all the same", settled(rig, answer)[-1]["out"] > 0, settled(rig, answer))
    equal("choices", len(completed(complete(rig, n=2))[0]), 2)
    answer = complete(rig, "alpha:chatter", n=2)
    equal("choices of a chat", sorted(completed(answer)[0]), [0, 1])
    complete(rig, logprobs=2, echo=True, suffix="end")
    equal("what a chat has not", sent(rig, "alpha")["suffix"], "end")
    complete(rig, "alpha:chatter", stop=["x"], seed=7, user="u")
    body = sent(rig, "alpha")
    equal("as a message", body["messages"], [{"role": "user", "content": "one two three"}])
    equal("the rest", (body["stop"], body["seed"]), (["x"], 7))


def completions_refused(rig):
    for field, value in (("suffix", "x"), ("echo", True), ("logprobs", 1), ("best_of", 3)):
        answer = complete(rig, "alpha:chatter", **{field: value})
        equal(field, (answer.status, answer.error["param"]), (400, field))
    for prompt in (["a", "b"], [1, 2]):
        answer = complete(rig, "claude:m", prompt)
        equal(f"{prompt}", (answer.status, answer.error["param"]), (400, "prompt"))
    bad(rig, "/v1/completions", (
        ("no prompt", {"model": "alpha:m"}, "prompt"),
        ("prompts of two kinds", {"model": "alpha:m", "prompt": ["a", 1]}, "prompt"),
        ("an object", {"model": "alpha:m", "prompt": ["a", {}]}, "prompt[1]"),
        ("no prompts", {"model": "alpha:m", "prompt": []}, "prompt"),
        ("n", {"model": "alpha:m", "prompt": "a", "n": 0}, "n"),
        ("temperature", {"model": "alpha:m", "prompt": "a", "temperature": 3}, "temperature")))


def completions_broken(rig):
    rig.sim.site("delta", then={"cut_after": 2, "cut": "clean"})
    answer = complete(rig, "delta:m", stream=True)
    check("a cut stream says so", answer.error and not answer.done, answer)
    rig.sim.site("delta", then={"error_at": 1})
    answer = complete(rig, "delta:m", stream=True)
    check("so does one with an error", answer.error and not answer.done, answer)
    rig.sim.site("delta", then={"no_done": True})
    check("only the mark is missing", complete(rig, "delta:m", stream=True).done)
    rig.sim.site("gamma", then={"error_at": 0})
    answer = complete(rig, "safe", stream=True)
    equal("an error first", (answer.headers["x-switchyard-provider"], answer.done), ("beta", True))
    for body in ("null", "[]", '"x"', "{}"):
        rig.sim.site("gamma", then={"body": body})
        for stream in (False, True):
            answer = complete(rig, "safe", stream=stream)
            equal(f"{body} is no completion", answer.headers["x-switchyard-provider"], "beta")
    rig.sim.site("gamma")
    rig.sim.site("delta")


# --- Reranking -------------------------------------------------------------------------------

DOCUMENTS = ["Lyon is a city.", "What the capital of France is: Paris.", "The capital."]


def rank(rig, model="alpha:m", documents=None, path="/v1/rerank", **more):
    return rig.client.ask("POST", path, {"model": model, "query": "capital of France",
                                         "documents": documents or DOCUMENTS, **more})


def reranking(rig):
    for path in ("/v1/rerank", "/v2/rerank", "/rerank"):
        answer = rank(rig, path=path)
        equal(f"{path}: order", [r["index"] for r in answer.json["results"]], [1, 2, 0])
    scores = [r["relevance_score"] for r in answer.json["results"]]
    equal("best first", scores, sorted(scores, reverse=True))
    check("no documents unasked", "document" not in answer.json["results"][0], answer.json)
    row = settled(rig, answer)[-1]
    equal("counted", (row["in"], row["cost"]), (answer.json["usage"]["total_tokens"],
                                                answer.json["usage"]["total_tokens"] * 1000))
    answer = rank(rig, top_n=1, return_documents=True)
    equal("one, with its text", [(r["index"], r["document"]) for r in answer.json["results"]],
          [(1, {"text": DOCUMENTS[1]})])
    equal("documents are not wanted back", sent(rig, "alpha")["return_documents"], False)
    answer = rank(rig, top_k=99)
    equal("more than there are", len(answer.json["results"]), 3)
    mixed = [{"text": "nothing", "id": 4}, {"title": "France"}, "plain"]
    answer = rank(rig, documents=mixed, return_documents=True, top_n=1)
    equal("objects come back whole", answer.json["results"][0]["document"], {"title": "France"})
    equal("and go out as texts", sent(rig, "alpha")["documents"],
          ["nothing", '{"title": "France"}', "plain"])
    rig.sim.site("alpha", {"no_usage": True})
    answer = rank(rig)
    check("an estimate for the client", answer.json["usage"]["total_tokens"] > 0, answer.json)
    equal("and no price", settled(rig, answer)[-1]["priced"], False)


def reranking_broken(rig):
    rig.sim.site("gamma", then={"status": 500})
    answer = rank(rig, "safe")
    equal("failing over", (answer.status, answer.headers["x-switchyard-provider"]), (200, "beta"))
    for name, result in (("out of range", {"index": 3, "relevance_score": 1}),
                         ("no number", {"index": 0, "relevance_score": "1"})):
        rig.sim.site("gamma", then={"body": {"results": [result]}})
        answer = rank(rig, "safe")
        equal(name, answer.headers["x-switchyard-provider"], "beta")
    rig.sim.site("gamma")
    answer = rank(rig, "none")
    check("a dialect without", "does not do reranking" in answer.error["message"], answer)
    bad(rig, "/v1/rerank", (
        ("no query", {"model": "alpha:m", "documents": ["a"]}, "query"),
        ("an empty query", {"model": "alpha:m", "query": "", "documents": ["a"]}, "query"),
        ("no documents", {"model": "alpha:m", "query": "q"}, "documents"),
        ("none of them", {"model": "alpha:m", "query": "q", "documents": []}, "documents"),
        ("too many", {"model": "alpha:m", "query": "q", "documents": ["a"] * 1001}, "documents"),
        ("a number", {"model": "alpha:m", "query": "q", "documents": ["a", 1]}, "documents[1]"),
        ("top_n", {"model": "alpha:m", "query": "q", "documents": ["a"], "top_n": 0}, "top_n")))


# --- Moderations, images, audio --------------------------------------------------------------

def moderations(rig):
    answer = rig.client.ask("POST", "/v1/moderations",
                            {"model": "alpha:m", "input": ["all is well", "Violence!"]})
    equal("flagged", [r["flagged"] for r in answer.json["results"]], [False, True])
    equal("not priced", (settled(rig, answer)[-1]["priced"], settled(rig, answer)[-1]["cost"]), (False, 0))
    answer = rig.client.ask("POST", "/v1/moderations", {"input": "x"})
    equal("the usual model is a name like others", (answer.status, answer.error["param"]),
          (404, "model"))
    check("it is named", "omni-moderation-latest" in answer.error["message"], answer.error)
    bad(rig, "/v1/moderations", (
        ("no input", {"model": "alpha:m"}, "input"),
        ("a number", {"model": "alpha:m", "input": 1}, "input"),
        ("a number among", {"model": "alpha:m", "input": ["a", 1]}, "input[1]"),
        ("nothing", {"model": "alpha:m", "input": []}, "input")))


def images(rig):
    body = {"model": "alpha:m", "prompt": "a lighthouse", "n": 2, "size": "256x256"}
    answer = rig.client.ask("POST", "/v1/images/generations", body)
    equal("images", len(answer.json["data"]), 2)
    row = settled(rig, answer)[-1]
    equal("counted", (row["in"], row["out"], row["priced"]),
          (answer.json["usage"]["input_tokens"], 200, True))
    equal("sent", sent(rig, "alpha"), {**body, "model": "m"})
    rig.sim.site("alpha", {"no_usage": True})
    row = settled(rig, rig.client.ask("POST", "/v1/images/generations", body))[-1]
    equal("uncounted is unpriced", (row["in"], row["priced"], row["cost"]), (0, False, 0))
    answer = rig.client.ask("POST", "/v1/images/generations", {**body, "n": 1, "stream": True})
    equal("events", [json.loads(d)["type"] for _, d in answer.events.list],
          ["image_generation.partial_image"] * 2 + ["image_generation.completed"])
    equal("names of events", answer.events.list[-1][0], "image_generation.completed")
    equal("counted in the last", settled(rig, answer)[-1]["out"], 100)
    bad(rig, "/v1/images/generations", (
        ("no prompt", {"model": "alpha:m"}, "prompt"),
        ("empty prompt", {"model": "alpha:m", "prompt": ""}, "prompt"),
        ("eleven", {"model": "alpha:m", "prompt": "x", "n": 11}, "n"),
        ("size", {"model": "alpha:m", "prompt": "x", "size": 256}, "size"),
        ("compression", {"model": "alpha:m", "prompt": "x", "output_compression": 101},
         "output_compression")))
    rig.sim.site("delta", then={"no_finish": True})
    answer = rig.client.ask("POST", "/v1/images/generations",
                            {"model": "delta:m", "prompt": "x", "stream": True})
    check("a stream without its last event", answer.error is not None, answer)
    rig.sim.site("delta")


def form(parts, boundary="----x1y2z3", end="--"):
    """(name, value) or (name, value, filename, type), as multipart/form-data."""
    out = b""
    for name, value, *file in parts:
        value = value.encode() if isinstance(value, str) else value
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        head += f'; filename="{file[0]}"\r\nContent-Type: {file[1]}' if file else ""
        out += head.encode() + b"\r\n\r\n" + value + b"\r\n"
    return out + f"--{boundary}{end}\r\n".encode()


def post_form(rig, path, body, boundary="----x1y2z3", headers=None):
    return rig.client.ask("POST", path, body if isinstance(body, bytes) else form(body, boundary), {
        "Content-Type": f"multipart/form-data; boundary={boundary}", **(headers or {})})


def fnv(data):
    h = 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return f"{h:016x}"


NASTY = bytes(range(256)) * 8 + b"\r\n------x1y2z\r\n--\r\n------x1y2z3x\r\n" + b"\r\n"


def image_edits(rig):
    answer = post_form(rig, "/v1/images/edits", [
        ("image[]", NASTY, "a.png", "image/png"), ("image[]", b"", "b.png", "image/png"),
        ("prompt", "make it é"), ("model", "alpha:m"), ("mask", b"mask", "m.png", "image/png")])
    equal("status", answer.status, 200)
    equal("files as they were", [(f["name"], f["filename"], f["type"], f["bytes"], f["hash"])
                                 for f in answer.json["files"]],
          [("image[]", "a.png", "image/png", len(NASTY), fnv(NASTY)),
           ("image[]", "b.png", "image/png", 0, fnv(b"")),
           ("mask", "m.png", "image/png", 4, fnv(b"mask"))])
    answer = post_form(rig, "/v1/images/edits", [
        ("image", b"1", "a.png", "image/png"), ("prompt", "x"), ("model", "alpha:m"),
        ("stream", "true")])
    equal("a stream", json.loads(answer.events.list[-1][1])["type"], "image_edit.completed")
    answer = post_form(rig, "/v1/images/variations",
                       [("image", b"1", "a.png", "image/png"), ("model", "alpha:m")])
    equal("variations", answer.status, 200)
    answer = rig.client.ask("POST", "/v1/images/edits", {"model": "alpha:m", "prompt": "x"})
    equal("JSON without images", (answer.status, answer.error["param"]), (400, "images"))


def speech(rig):
    said = {"model": "alpha:m", "input": "one two three four", "voice": "alloy"}
    answer = rig.client.ask("POST", "/v1/audio/speech", said)
    sound = b"".join(b"\xff\xfb\x90\0" + w for w in (b"one ", b"two ", b"three ", b"four"))
    equal("bytes", answer.body, sound)
    equal("type", answer.headers["content-type"], "audio/mpeg")
    equal("row", [(r["outcome"], r["priced"]) for r in settled(rig, answer)], [("ok", False)])
    rig.sim.site("alpha", {"event_delay_ms": 300})
    exchange = rig.client.start("POST", "/v1/audio/speech", said)
    answer = exchange.whole()
    check("as it comes", answer.ended - answer.first > 0.5, answer.ended - answer.first)
    equal("all of it", answer.body, sound)
    rig.sim.site("delta", then={"cut_after": 2})
    try:
        answer = rig.client.ask("POST", "/v1/audio/speech", {**said, "model": "delta:m"})
        check("a cut is seen", answer.cut, answer)
    except ConnectionError:
        pass
    rig.sim.site("gamma", then={"status": 503})
    answer = rig.client.ask("POST", "/v1/audio/speech", {**said, "model": "safe"})
    equal("failing over", (answer.headers["x-switchyard-provider"], answer.body), ("beta", sound))
    rig.sim.site("gamma", then={"body": {"error": {"message": "no", "code": "server_error"}}})
    answer = rig.client.ask("POST", "/v1/audio/speech", {**said, "model": "safe"})
    equal("JSON is no sound", (answer.headers["x-switchyard-provider"], answer.body), ("beta", sound))
    answer = rig.client.ask("POST", "/v1/audio/speech", {**said, "stream_format": "sse"})
    equal("events", [json.loads(d)["type"] for _, d in answer.events.list],
          ["speech.audio.delta", "speech.audio.done"])
    equal("counted", settled(rig, answer)[-1]["out"], 20)
    rig.sim.site("gamma")
    rig.sim.site("delta")
    bad(rig, "/v1/audio/speech", (
        ("no input", {"model": "alpha:m", "voice": "alloy"}, "input"),
        ("no voice", {"model": "alpha:m", "input": "x"}, "voice"),
        ("too fast", {**said, "speed": 9}, "speed")))


def transcripts(rig):
    sound = ("file", NASTY, "talk.mp3", "audio/mpeg")
    text = f"{len(NASTY)} bytes that hash to {fnv(NASTY)}"
    for path in ("transcriptions", "translations"):
        answer = post_form(rig, f"/v1/audio/{path}", [sound, ("model", "alpha:m")])
        equal(f"{path}: text", answer.json["text"], text)
        equal("counted", settled(rig, answer)[-1]["out"], 8)
        for kind in ("text", "srt"):
            answer = post_form(rig, f"/v1/audio/{path}",
                               [("model", "alpha:m"), sound, ("response_format", kind)])
            equal(f"{kind}: type", answer.headers["content-type"], "text/plain; charset=utf-8")
            check(f"{kind}: not wrapped", answer.body.decode().endswith(text + "\n"), answer)
            equal("not counted", settled(rig, answer)[-1]["priced"], False)
    answer = post_form(rig, "/v1/audio/transcriptions", [sound, ("model", "alpha:m"),
                                                         ("response_format", "verbose_json")])
    equal("by the second is unpriced", settled(rig, answer)[-1]["priced"], False)
    answer = post_form(rig, "/v1/audio/transcriptions", [sound, ("model", "alpha:m"),
                                                         ("stream", "true")])
    equal("a stream's end", json.loads(answer.events.list[-1][1])["text"], text)
    rig.sim.site("gamma", then={"status": 500})
    answer = post_form(rig, "/v1/audio/transcriptions", [sound, ("model", "safe")])
    equal("failing over", (answer.headers["x-switchyard-provider"], answer.json["text"]),
          ("beta", text))
    rig.sim.site("gamma")
    answer = rig.client.ask("POST", "/v1/deployments/alpha:m/audio/transcriptions", form([sound]),
                            {"Content-Type": "multipart/form-data; boundary=----x1y2z3"})
    equal("the path's model is put in", answer.json.get("text"), text)


def forms_refused(rig):
    path = "/v1/audio/transcriptions"
    sound = ("file", b"sound", "a.mp3", "audio/mpeg")
    model = ("model", "alpha:m")
    whole = form([sound, model])
    for name, body, param in (
            ("no file", form([model]), "file"),
            ("a file without a name", form([("file", "sound"), model]), "file"),
            ("an empty file", form([("file", b"", "a.mp3", "audio/mpeg"), model]), "file"),
            ("no model", form([sound]), "model"),
            ("two models", form([sound, model, model]), "model"),
            ("a model that is a file", form([sound, ("model", b"m", "m", "text/plain")]), "model"),
            ("temperature", form([sound, model, ("temperature", "hot")]), "temperature"),
            ("temperature above", form([sound, model, ("temperature", "1.5")]), "temperature"),
            ("stream", form([sound, model, ("stream", "perhaps")]), "stream"),
            ("wrong encoding", form([sound, model, ("prompt", b"\xff\xfe")]), "prompt"),
            ("cut before its end", whole[:-20], None),
            ("without an end", form([sound, model], end=""), None),
            ("nothing", b"", None),
            ("no form at all", b'{"model":"alpha:m"}', None),
            ("a part without a name", whole.replace(b'; name="model"', b""), None),
            ("too many parts", form([("a", "b")] * 200 + [sound, model]), None)):
        answer = post_form(rig, path, body)
        equal(name, (answer.status in (400, 413), (answer.error or {}).get("param")), (True, param))
    for name, kind in (("another boundary", "multipart/form-data; boundary=other"),
                       ("no boundary", "multipart/form-data"),
                       ("a boundary too long", "multipart/form-data; boundary=" + "x" * 71)):
        answer = rig.client.ask("POST", path, whole, {"Content-Type": kind})
        equal(name, answer.status, 400)
    equal("a quoted boundary", rig.client.ask("POST", path, whole, {
        "Content-Type": 'Multipart/Form-Data; charset=utf-8; boundary="----x1y2z3"'}).status, 200)
    answer = rig.client.ask("POST", path, {"model": "alpha:m"})
    equal("JSON", (answer.status, "multipart" in answer.error["message"]), (415, True))
    answer = rig.client.ask("POST", "/v1/chat/completions", whole,
                            {"Content-Type": "multipart/form-data; boundary=----x1y2z3"})
    equal("a form for a chat", answer.status, 415)
    answer = post_form(rig, path, form([("file", b"x" * 34_000_000, "a.mp3", "audio/mpeg"), model]))
    equal("too large", answer.status, 413)


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
                     failing_over, bad_embeddings, completions, completions_refused,
                     completions_broken, reranking, reranking_broken, moderations, images, image_edits, speech, transcripts,
                     forms_refused):
            report.run(case.__name__, case, rig)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
