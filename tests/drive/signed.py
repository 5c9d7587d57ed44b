#!/usr/bin/env python3
"""signed.py - Bedrock through the whole gateway: bearer keys and signed requests, binary streams.

Signatures are made again here, from the request as it came in and by code that shares nothing
with the gateway.
"""
import calendar
import email.utils
import hashlib
import hmac
import time
import urllib.parse

from rig import Report, Rig, gateway, provider

ACCESS, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "sk-test-session"
SECRETS = {"bearer": "sk-test-bearer", "signed": f"{ACCESS}:{SECRET}:{TOKEN}", "plain": f"{ACCESS}:{SECRET}",
           "half": "sk-test-of-another-form", "clock": f"{ACCESS}:{SECRET}", "wrong": f"{ACCESS}:{SECRET}",
           "first": "sk-test-first", "later": "sk-test-later", "cut": "sk-test-cut"}
MODELS = ("us.anthropic.claude-sonnet-4-5-20250929-v1:0",
          "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/echo")
SIGNED = {"auth": "sigv4", "region": "us-east-1"}
SAY = "one two three four five six"
report = Report()
check, equal = report.check, report.equal


def configuration(sim):
    text = gateway()
    for name in SECRETS:
        auth = {} if name in ("bearer", "first", "later", "cut") else SIGNED
        text += provider(name, sim, "bedrock", models=MODELS[:1] + ("m",), **auth)
    text += f'model profile {{ provider = signed upstream = "{MODELS[1]}" in = 1.00 out = 4.00 }}\n'
    return text + 'route rescued { targets = { "first:m" } fallback = { "later:m" } }\n'


class Came:
    """A request as the provider got it."""

    def __init__(self, rig, site):
        kept = rig.sim.requests(site)[-1]
        lines = kept["head"].split("\r\n")
        self.path = lines[0].split()[1]
        self.body = kept["body"].encode()
        self.headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}

    def signature(self, secret=SECRET):
        said = self.headers["authorization"]
        scope = said.split("Credential=")[1].split(",")[0].split("/", 1)[1]
        names = said.split("SignedHeaders=")[1].split(",")[0]
        lines = "".join(f"{n}:{self.headers[n]}\n" for n in names.split(";"))
        path = "/".join(urllib.parse.quote(part, safe="-._~") for part in self.path.split("/"))
        canonical = f"POST\n{path}\n\n{lines}\n{names}\n{hashlib.sha256(self.body).hexdigest()}"
        text = (f"AWS4-HMAC-SHA256\n{self.headers['x-amz-date']}\n{scope}\n"
                f"{hashlib.sha256(canonical.encode()).hexdigest()}")
        key = ("AWS4" + secret).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()

    def signed_ms(self):
        return calendar.timegm(time.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")) * 1000


def bearer(rig):
    rig.sim.site("bearer", key=SECRETS["bearer"])
    answer = rig.client.chat("bearer:m", SAY, stream=False)
    equal("text", (answer.status, answer.json["choices"][0]["message"]["content"]), (200, SAY))
    came = Came(rig, "bearer")
    equal("path", came.path, "/bearer/v1/model/m/converse")
    equal("authorization", came.headers["authorization"], "Bearer " + SECRETS["bearer"])
    check("no header of AWS's", not any(n.startswith("x-amz") for n in came.headers), came.headers)


def signed(rig, site, model, token):
    rig.sim.site(site, key=SECRETS[site])
    for stream in (False, True):
        answer = rig.client.chat(f"{site}:{model}", SAY, stream=stream)
        equal("status", answer.status, 200)
        came = Came(rig, site)
        said = came.headers["authorization"]
        check("access key and scope", f"Credential={ACCESS}/" in said and
              "/us-east-1/bedrock/aws4_request" in said, said)
        equal("session token", came.headers.get("x-amz-security-token"), token)
        equal("it is signed", "x-amz-security-token" in said, token is not None)
        equal("signature", said.split("Signature=")[1], came.signature())
        check("time", abs(came.signed_ms() - time.time() * 1000) < 30000, came.headers["x-amz-date"])
        check("colon and slash are encoded", ":" not in came.path and came.path.count("/") == 5, came.path)
        equal("accept", came.headers["accept"],
              "application/vnd.amazon.eventstream" if stream else "application/json")
        check("no secret in it", SECRET not in str(came.headers) + came.body.decode())


def streamed(rig):
    rig.sim.site("plain", key=SECRETS["plain"], then={"slice": 7})
    answer = rig.client.chat("plain:m", SAY)
    equal("status and text", (answer.status, answer.text, answer.done), (200, SAY, True))
    row = rig.rows(answer)[-1]
    equal("outcome", row["outcome"], "ok")


def wrong_key(rig):
    rig.sim.site("wrong", key=f"{ACCESS}:another-secret")
    answer = rig.client.chat("wrong:m", SAY, stream=False)
    equal("status and code", (answer.status, answer.error["code"]), (502, "upstream_auth_error"))
    check("nothing of the credential is told", ACCESS not in answer.body.decode() and
          SECRET not in answer.body.decode(), answer.body)
    equal("asked once", len(rig.sim.attempts("wrong")), 1)


def no_credential(rig):
    answer = rig.client.chat("half:m", SAY, stream=False)
    check("refused by the gateway itself", answer.status >= 500 and rig.sim.attempts("half") == [], answer)
    check("the secret is not told", SECRETS["half"] not in answer.body.decode(), answer.body)


def clock(rig):
    """Ten minutes off: refused, then signed by the provider's time, without the client's notice."""
    ahead = time.time() + 600
    rig.sim.site("clock", {"status": 403, "headers": {"date": email.utils.formatdate(ahead, usegmt=True)}})
    answer = rig.client.chat("clock:m", SAY, stream=False)
    equal("status", answer.status, 200)
    equal("attempts", len(rig.sim.attempts("clock")), 2)
    came = Came(rig, "clock")
    check("signed by the other clock", abs(came.signed_ms() - ahead * 1000) < 30000, came.headers["x-amz-date"])
    rig.sim.site("clock", then={"status": 403, "headers": {"date": email.utils.formatdate(ahead, usegmt=True)}})
    answer = rig.client.chat("clock:m", SAY, stream=False)
    equal("a refusal that is none of the clock's", (answer.status, answer.error["code"]),
          (502, "upstream_auth_error"))


def exceptions(rig):
    rig.sim.site("first", then={"error_at": 0})
    answer = rig.client.chat("rescued", SAY)
    equal("an exception first: another target", (answer.status, answer.text, answer.done), (200, SAY, True))
    equal("rows", [r["provider"] for r in rig.rows(answer)], ["first", "later"])
    rig.sim.site("first", then={"error_at": 4})
    answer = rig.client.chat("first:m", SAY)
    equal("later: an error, and no end", (answer.status, answer.done, (answer.error or {}).get("code")),
          (200, False, "server_is_overloaded"))
    check("the text until then", SAY.startswith(answer.text.rstrip()) and answer.text, answer.text)


def broken(rig):
    for how in ("abort", "clean", "reset"):
        rig.sim.site("cut", then={"cut_after": 4, "cut": how})
        answer = rig.client.chat("cut:m", SAY)
        check(f"cut by {how}: no clean end", not answer.done and answer.error, answer)
    rig.sim.site("cut", then={"malformed_at": 3})
    answer = rig.client.chat("cut:m", SAY)
    check("a changed byte: no clean end", not answer.done and answer.error, answer)
    rig.sim.site("cut", then={"no_done": True})
    answer = rig.client.chat("cut:m", SAY)
    equal("no usage came: whole all the same", (answer.done, answer.text), (True, SAY))


def main():
    with Rig(configuration, secrets=SECRETS) as rig:
        report.run("bearer", bearer, rig)
        report.run("signed, a session", signed, rig, "signed", MODELS[0], TOKEN)
        report.run("signed, an ARN", signed, rig, "signed", "profile", TOKEN)
        report.run("signed", signed, rig, "plain", MODELS[0], None)
        report.run("streamed", streamed, rig)
        report.run("wrong key", wrong_key, rig)
        report.run("no credential", no_credential, rig)
        report.run("exceptions", exceptions, rig)
        report.run("broken streams", broken, rig)
        report.run("clock", clock, rig)  # the last: it changes the worker's idea of the time
        check("store", rig.faults() == [], rig.faults())
    report.finish()


main()
