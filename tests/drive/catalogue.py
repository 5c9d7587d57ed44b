#!/usr/bin/env python3
"""catalogue.py - what a key may ask for and what it costs; and nothing left out in silence.

GET /v1/models in OpenAI's and OpenRouter's fields, for routes, aliases and direct targets; the
header that names what was left out; targets passed over where nothing may be.
"""
from rig import Report, Rig, gateway, provider

report = Report()
check, equal = report.check, report.equal

FACTS = ('\tcontext = 200k\n\tmax_output = 8k\n\tcaps = "chat tools vision reasoning"\n'
         '\tcache_read = 0.10\n\ttiers = "100k: in 2.00 out 6.00"\n\tdeprecated = 2031-05-01\n')


def configuration(sim):
    text = gateway()
    text += provider("alpha", sim, auth="none", models=("plain",), prices=FACTS,
                     inner="\tquirks { drop = \"seed logit_bias\" no_n = yes }\n")
    text += provider("beta", sim, auth="none", models=("large",), price="3.00",
                     inner="\tquirks { clean = yes developer_role = yes }\n",
                     prices='\tcontext = 400k\n\tcaps = "chat tools schema"\n')
    text += provider("gamma", sim, "anthropic", auth="none", models=("claude-sonnet-4-5",))
    text += provider("step", sim, auth="none", prices='\ttiers = "100: in 2.00 out 6.00"\n')
    text += provider("delta", sim, auth="none", unpriced_ok="yes", models=())
    text += 'model free { provider = delta }\nmodel vec { provider = beta in = 0.02 caps = embed }\n'
    text += 'provider eps {\n\tbase = "http://127.0.0.1:9/v1"\n\tdialect = openai\n\tauth = none\n' \
            '\tenabled = yes\n}\nmodel unpriced { provider = eps }\n'
    for name, targets, more in (
            ("one", '"alpha:plain"', ""), ("both", '"alpha:plain", "beta:large"', ""),
            ("open", '"alpha:plain", "delta:free"', ""),
            ("picky", '"alpha:plain", "beta:large"', "\tstrict = yes\n"),
            ("alone", '"alpha:plain"', "\tstrict = yes\n"),
            ("crossed", '"gamma:claude-sonnet-4-5"', "\tstrict = yes\n")):
        text += f"route {name} {{\n\ttargets = {{{targets}}}\n{more}}}\n"
    return text + "alias other { to = both }\n"


def models(rig):
    answer = rig.client.ask("GET", "/v1/models")
    equal("status", answer.status, 200)
    equal("object", answer.json["object"], "list")
    found = {m["id"]: m for m in answer.json["data"]}
    equal("names once", len(found), len(answer.json["data"]))
    for m in found.values():
        for field, kind in (("name", str), ("created", int), ("owned_by", str),
                            ("architecture", dict), ("pricing", dict), ("top_provider", dict),
                            ("supported_parameters", list)):
            check(f"{m['id']}: {field}", isinstance(m.get(field), kind), m)
        equal("object", m["object"], "model")
        check("prices are texts", all(isinstance(p, str) for p in m["pricing"].values()), m)
        equal("one by one", rig.client.ask("GET", f"/v1/models/{m['id']}").json, m)
    return found


def listed(rig):
    found = models(rig)
    equal("routes first", list(found)[:7],
          ["one", "both", "open", "picky", "alone", "crossed", "other"])
    plain = found["alpha:plain"]
    equal("prices", plain["pricing"],
          {"prompt": "0.000001", "completion": "0.000004", "input_cache_read": "0.0000001"})
    equal("tiers", plain["pricing_tiers"],
          [{"above_tokens": 100000, "prompt": "0.000002", "completion": "0.000006"}])
    equal("context", plain["context_length"], 200000)
    equal("top", plain["top_provider"],
          {"context_length": 200000, "max_completion_tokens": 8000, "is_moderated": False})
    equal("modality", plain["architecture"]["modality"], "text+image->text")
    equal("takes", plain["architecture"]["input_modalities"], ["text", "image"])
    equal("end", plain["expiration_date"], "2031-05-01")
    takes = set(plain["supported_parameters"])
    check("takes", {"temperature", "tools", "tool_choice", "reasoning"} <= takes, takes)
    check("takes not", not {"seed", "logit_bias", "structured_outputs"} & takes, takes)
    equal("a route of one is as its model", {**found["one"], "id": 0, "name": 0, "owned_by": 0},
          {**plain, "id": 0, "name": 0, "owned_by": 0})
    both = found["both"]
    equal("the dearest", both["pricing"], {"prompt": "0.000003", "completion": "0.000012",
                                           "input_cache_read": "0.0000001"})
    check("no tiers of several", "pricing_tiers" not in both, both)
    equal("the longest", both["context_length"], 400000)
    check("all that one takes", {"seed", "reasoning"} <= set(both["supported_parameters"]), both)
    equal("nothing ends while one goes on", both["expiration_date"], None)
    equal("an alias", {**found["other"], "id": 0, "name": 0}, {**both, "id": 0, "name": 0})
    equal("unknown is not zero", found["open"]["pricing"], {})
    equal("unknown is not zero", found["delta:free"]["pricing"], {})
    check("what may not be used", "eps:unpriced" not in found, list(found))
    equal("vectors", found["beta:vec"]["architecture"]["modality"], "text->embeddings")
    check("Claude takes no seed", "seed" not in found["gamma:claude-sonnet-4-5"]
          ["supported_parameters"], found["gamma:claude-sonnet-4-5"])


def by_key(rig):
    key = rig.create_key("few", "--routes", "one,both")
    answer = rig.client.ask("GET", "/v1/models", key=key)
    equal("only its own", [m["id"] for m in answer.json["data"]], ["one", "both", "other"])
    equal("own", rig.client.ask("GET", "/v1/models/other", key=key).status, 200)
    answer = rig.client.ask("GET", "/v1/models/alpha:plain", key=key)
    equal("not its own", (answer.status, answer.error["code"]), (404, "model_not_found"))
    equal("none", rig.client.ask("GET", "/v1/models/none").status, 404)


def said(rig):
    """Without a wish it is left out, and named."""
    for stream in (True, False):
        answer = rig.client.chat("one", stream=stream, seed=7, logit_bias={"5": 1})
        equal("status", answer.status, 200)
        equal("dropped", answer.headers.get("x-switchyard-dropped"), "seed logit_bias")
    answer = rig.client.chat("one", stream=False)
    check("nothing to say", "x-switchyard-dropped" not in answer.headers, answer.headers)


def refused(rig):
    wish = {"require_parameters": True}
    for route, more in (("picky", {}), ("both", {"provider": wish}), ("other", {"provider": wish})):
        answer = rig.client.chat(route, stream=False, seed=7, **more)
        equal("status", answer.status, 200)
        equal(f"{route}: passed over", answer.headers["x-switchyard-provider"], "beta")
        equal("the reason", answer.headers["x-switchyard-tried"], "alpha:plain=refused")
        equal("one attempt", answer.headers["x-switchyard-attempts"], "1")
        answer = rig.client.chat(route, stream=False, **more)
        equal("in order otherwise", answer.headers["x-switchyard-provider"], "alpha")
    for route, more in (("alone", {}), ("one", {"provider": wish}), ("crossed", {})):
        for stream in (True, False):
            answer = rig.client.chat(route, stream=stream, seed=7, **more)
            equal(f"{route}: status", answer.status, 400)
            equal("field", answer.error["param"], "seed")
            equal("code", answer.error["code"], "unsupported_parameter")
    equal("refused by name anyway", rig.client.chat("alone", stream=False, n=2).error["param"], "n")
    answer = rig.client.chat("one", stream=False, provider={"require_parameters": "yes"})
    equal("no boolean", (answer.status, answer.error["param"]),
          (400, "provider.require_parameters"))
    equal("false is no wish", rig.client.chat("one", stream=False, seed=7,
                                              provider={"require_parameters": False}).status, 200)


def dear(rig):
    """A long request costs its tier, all of it."""
    dear_ones = 0
    for words in (1, 400):
        row = rig.rows(rig.client.chat("step:m", say="word " * words, stream=False))[0]
        long = row["in"] > 100
        dear_ones += long
        equal("cost", row["cost"],
              row["in"] * (2000 if long else 1000) + row["out"] * (6000 if long else 4000))
    equal("one of two", dear_ones, 1)


def main():
    with Rig(configuration, secrets=()) as rig:
        for case in (listed, by_key, said, refused, dear):
            report.run(case.__name__, case, rig)
        report.run("store", lambda: equal("faults", rig.faults(), []))
    report.finish()


main()
