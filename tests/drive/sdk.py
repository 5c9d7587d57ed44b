#!/usr/bin/env python3
"""sdk.py - the official openai clients of npm and PyPI against the whole gateway.

The cases are in sdk/; each runs against a provider of OpenAI's dialect whose answers are
rebuilt, one whose answers pass verbatim, one of Anthropic's dialect, one of Bedrock's, whose
requests are signed, one of Gemini's, and one of Cohere's.
"""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rig  # noqa: E402

DIALECTS = {"oa": "openai", "oc": "openai", "an": "anthropic", "be": "bedrock", "ge": "gemini",
            "co": "cohere"}
# Bedrock's requests are signed, for models whose ids have what a path must not have.
SECRETS = {"be": "AKIDEXAMPLE:sk-test-secret", "bef": "AKIDEXAMPLE:sk-test-secret"}
SIGNED = {"auth": "sigv4", "region": "us-east-1"}
PREFIX = {"be": "us.anthropic.claude-haiku-4-5-20251001-v1:0/"}
CLEAN = ("oc", "ac")
MODELS = ("echo", "lorem", "json", "tools", "tools-parallel", "vision", "reason", "refuse")
# One model a case that leaves a mark on its target's health.
FAULTS = ("s400", "s429", "s500", "s503", "py400", "py429", "py500", "py529", "other", "single",
          "storm", "pysingle", "pytime",
          *(kind + fault for kind in ("openai", "compatible", "anthropic", "langchain")
            for fault in ("400", "429", "500", "503", "cut")))
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sdk")


def model(provider, name, upstream):
    return (f'model "{name}" {{ provider = {provider} upstream = "{upstream}"'
            " max_output = 8000 in = 1.00 out = 2.00 }\n")


def configuration(sim, targets):
    text = rig.gateway()
    for name, dialect in targets.items():
        quirks = "\tquirks { clean = yes }\n" if name in CLEAN else ""
        for provider in (name, name + "f"):
            auth = SIGNED if provider in SECRETS else {"auth": "none"}
            text += rig.provider(provider, sim, dialect, models=(), inner=quirks,
                                 abort_stops_billing="yes", **auth)
        for known in MODELS:
            text += model(name, known, PREFIX.get(name, "") + known)
        text += model(name, "slow", "lorem") + model(name, "embed", "embed")
        for fault in ("echo", "lorem", *FAULTS):
            text += model(name + "f", fault,
                          "lorem" if fault == "lorem" or fault.endswith("cut") else "echo")
    return text


def install(run, cases):
    """The clients, as their registries have them; in the build folder, once."""
    os.makedirs(run, exist_ok=True)
    for name in os.listdir(cases):
        if os.path.isfile(os.path.join(cases, name)):
            shutil.copy(os.path.join(cases, name), run)
    python = os.path.join(run, "venv/bin/python")
    steps = [("npm", "node_modules/.package-lock.json", ["npm", "ci"])]
    if os.path.exists(os.path.join(cases, "requirements.txt")):
        steps += [
            ("a virtual environment", "venv/bin/pip", [sys.executable, "-m", "venv", "venv"]),
            ("pip", "venv/installed",
             [python, "-m", "pip", "install", "-q", "-r", "requirements.txt"])]
    for what, done, command in steps:
        if os.path.exists(os.path.join(run, done)):
            continue
        step = subprocess.run(command, cwd=run, capture_output=True, text=True, check=False)
        if step.returncode != 0:
            print(step.stdout, step.stderr)
            if os.environ.get("CI"):
                sys.exit(1)
            rig.skip(f"{what} could not install the clients")
        if done == "venv/installed":
            open(os.path.join(run, done), "w", encoding="ascii").close()
    return python


def judge_python(py):
    """How many cases ran, and how many of them failed; one with several targets may for each."""
    ran = int(re.search(r"^Ran (\d+) tests", py.stderr, re.M)[1])
    bad = min(ran, sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", py.stderr)))
    if bad or py.returncode:
        print(py.stderr[-20000:])
    return ran, max(bad, py.returncode)


def main(node_cases="openai.test.mjs", python_cases="openai_test.py", cases=CASES,
         targets=None):
    """Files of cases, with spaces between: one after the other, as they share faulty sites."""
    rig.need("lighttpd", "node", "npm")
    run = os.path.join(rig.BUILD, f"tests/{os.path.basename(cases)}-run")
    python = install(run, cases)
    targets = targets or DIALECTS
    with rig.Rig(lambda sim: configuration(sim, targets), secrets=SECRETS, workers=2) as gateway:
        for name in targets:
            gateway.sim.site(name, **({"key": SECRETS[name]} if name in SECRETS else {}))
        environment = {**os.environ, "SY_URL": gateway.base_url, "SY_KEY": gateway.key,
                       "SY_SIM": gateway.sim.url, "SY_TARGETS": " ".join(targets)}
        node = subprocess.run(
            ["node", "--test", "--test-concurrency=1", "--test-timeout=300000",
             "--test-reporter=tap", *node_cases.split()], cwd=run, env=environment, capture_output=True, text=True, check=False)
        py = python_cases and subprocess.run(
            [python, python_cases], cwd=run, env=environment, capture_output=True, text=True,
            check=False)
    passed, failed = (int(re.search(rf"^# {word} (\d+)", node.stdout, re.M)[1])
                      for word in ("pass", "fail"))
    if failed or node.returncode:
        print("".join(case for case in re.split(r"(?m)^(?=# Subtest: )", node.stdout)
                      if "\nnot ok" in case)[-60000:])
    ran, bad = judge_python(py) if py else (0, 0)
    print(f"node: {passed} of {passed + failed} cases; python: {ran - bad} of {ran}")
    print(f"{passed + ran - bad} passed, {failed + bad} failed")
    return 1 if failed or bad or node.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
