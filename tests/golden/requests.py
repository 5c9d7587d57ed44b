#!/usr/bin/env python3
"""Recorded requests in Anthropic's, Bedrock's and Cohere's dialects, there and back.

Each recorded request is written as an OpenAI client would write it (by the code below, which
shares nothing with the gateway), translated by the gateway, and compared with the recording:
what the provider was sent then, it should be sent now.  Differences that are meant are named
in MEANT; any other fails.  Requests that OpenAI's dialect cannot say are listed, not skipped
silently.
"""

import glob
import json
import os
import subprocess
import sys


class Unsayable(Exception):
    """OpenAI's dialect has no words for this."""


# --- From Messages to chat completions -------------------------------------------------------

def blocks_of(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content or []


def data_url(source):
    return "data:%s;base64,%s" % (source["media_type"], source["data"])


def part(block):
    kind = block["type"]
    if kind == "text":
        out = {"type": "text", "text": block["text"]}
    elif kind == "image":
        source = block["source"]
        url = source["url"] if source["type"] == "url" else data_url(source)
        out = {"type": "image_url", "image_url": {"url": url}}
    elif kind == "document" and block["source"]["type"] == "base64" and "citations" not in block:
        out = {"type": "file", "file": {"file_data": data_url(block["source"])}}
        if "title" in block:
            out["file"]["filename"] = block["title"]
    else:
        raise Unsayable("a %s block" % kind if "citations" not in block else "citations on request")
    if "cache_control" in block:
        out["cache_control"] = block["cache_control"]
    return out


def user_messages(content):
    results, parts = [], []
    for b in blocks_of(content):
        if b["type"] != "tool_result":
            parts.append(part(b))
            continue
        inner = [part(x) for x in blocks_of(b.get("content"))]
        message = {"role": "tool", "tool_call_id": b["tool_use_id"], "content": inner}
        for key in ("cache_control", "is_error"):
            if b.get(key):
                message[key] = b[key]
        results.append(message)
    return results + ([{"role": "user", "content": parts}] if parts else [])


def assistant_message(content):
    out = {"role": "assistant", "content": [], "tool_calls": [], "reasoning_details": []}
    for b in blocks_of(content):
        if b["type"] == "tool_use":
            out["tool_calls"].append({"id": b["id"], "type": "function", "function": {
                "name": b["name"], "arguments": json.dumps(b["input"])}})
            if "cache_control" in b:
                out["cache_control"] = b["cache_control"]
        elif b["type"] == "thinking":
            out["reasoning_details"].append({
                "type": "reasoning.text", "text": b["thinking"], "signature": b["signature"],
                "format": "anthropic-claude-v1", "index": len(out["reasoning_details"])})
        elif b["type"] == "redacted_thinking":
            out["reasoning_details"].append({
                "type": "reasoning.encrypted", "data": b["data"],
                "format": "anthropic-claude-v1", "index": len(out["reasoning_details"])})
        else:
            out["content"].append(part(b))
    return {k: v for k, v in out.items() if v or k == "role"}


def tools(recorded):
    out = []
    for t in recorded:
        if t.get("type", "custom") != "custom":
            raise Unsayable("a tool of type %s" % t["type"])
        fn = {"name": t["name"], "parameters": t["input_schema"]}
        for key in ("description", "strict"):
            if key in t:
                fn[key] = t[key]
        tool = {"type": "function", "function": fn}
        if "cache_control" in t:
            tool["cache_control"] = t["cache_control"]
        out.append(tool)
    return out


def choice(recorded):
    return {"auto": "auto", "any": "required", "none": "none", "tool": {
        "type": "function", "function": {"name": recorded.get("name")}}}[recorded["type"]]


def as_openai(body):
    out = {"model": "m", "messages": [], "max_completion_tokens": body["max_tokens"]}
    if body.get("system"):
        out["messages"].append({"role": "system", "content": [part(b) for b in blocks_of(body["system"])]})
    for m in body["messages"]:
        if m["role"] == "user":
            out["messages"] += user_messages(m["content"])
        else:
            out["messages"].append(assistant_message(m["content"]))
    if body.get("tools"):
        out["tools"] = tools(body["tools"])
    if "tool_choice" in body:
        out["tool_choice"] = choice(body["tool_choice"])
        if body["tool_choice"].get("disable_parallel_tool_use"):
            out["parallel_tool_calls"] = False
    schema = body.get("output_format") or (body.get("output_config") or {}).get("format")
    if schema:
        out["response_format"] = {"type": "json_schema", "json_schema": {
            "name": "answer", "schema": schema["schema"]}}
    thinking = body.get("thinking") or {}
    if thinking.get("type") == "enabled":
        out["reasoning"] = {"max_tokens": thinking["budget_tokens"]}
    elif thinking.get("type") == "disabled":
        out["reasoning_effort"] = "none"
    for key in ("temperature", "top_p", "top_k", "stream"):
        if key in body:
            out[key] = body[key]
    if "stop_sequences" in body:
        out["stop"] = body["stop_sequences"]
    if "service_tier" in body:
        out["service_tier"] = {"standard_only": "default", "auto": "auto"}[body["service_tier"]]
    return out


# --- From Cohere's chat to chat completions --------------------------------------------------

def cohere_content(content):
    return content if isinstance(content, str) else [dict(p) for p in content if p.get("text") != ""]


def cohere_as_openai_message(m):
    out = {"role": m["role"]}
    content = m.get("content", "")
    if not isinstance(content, str) and any(p["type"] not in ("text", "image_url") for p in content):
        raise Unsayable("a %s block" % content[0]["type"])
    content = cohere_content(content) or m.get("tool_plan")
    out["content"] = content or (None if m.get("tool_calls") else "")
    for key in ("tool_calls", "tool_call_id"):
        if key in m:
            out[key] = m[key]
    return out


def cohere_as_openai(body):
    out = {"model": "m", "messages": [cohere_as_openai_message(m) for m in body["messages"]]}
    for theirs, ours in (("max_tokens", "max_tokens"), ("temperature", "temperature"), ("p", "top_p"), ("k", "top_k"),
                         ("stop_sequences", "stop"), ("seed", "seed"), ("stream", "stream"), ("tools", "tools"),
                         ("documents", "documents"), ("citation_options", "citation_options")):
        if theirs in body:
            out[ours] = body[theirs]
    if "tool_choice" in body:
        out["tool_choice"] = body["tool_choice"].lower()
    schema = (body.get("response_format") or {}).get("json_schema")
    if schema:
        out["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    thinking = body.get("thinking") or {}
    if thinking.get("type") == "disabled":
        out["reasoning_effort"] = "none"
    elif thinking:
        out["reasoning"] = {"max_tokens": thinking["token_budget"]} if "token_budget" in thinking else {"effort": "high"}
    return out


def cohere_plain(body):
    """The same request in one form: content as blocks, without those of no text."""
    out = json.loads(json.dumps(body))
    for m in out["messages"]:
        m["content"] = [b for b in blocks_of(m.get("content")) if b.get("text") != ""]
    for key in ("stream", "tools"):
        if not out.get(key):
            out.pop(key, None)
    return out


# --- From Converse to chat completions -------------------------------------------------------

def converse_parts(blocks):
    parts = []
    for b in blocks:
        if "text" in b:
            parts.append({"type": "text", "text": b["text"]})
        elif "image" in b and "bytes" in b["image"]["source"]:
            parts.append({"type": "image_url", "image_url": {"url": "data:image/%s;base64,%s" % (
                b["image"]["format"], b["image"]["source"]["bytes"])}})
        elif "json" in b:
            parts.append({"type": "text", "text": json.dumps(b["json"])})
        elif "cachePoint" in b:
            parts[-1]["cache_control"] = {"type": "ephemeral", **({"ttl": b["cachePoint"]["ttl"]}
                                                                  if "ttl" in b["cachePoint"] else {})}
        else:
            raise Unsayable("a block of %s" % " and ".join(b))
    return parts


def converse_messages(message):
    content, out = message["content"], []
    if message["role"] == "user":
        for b in content:
            if "toolResult" in b:
                r = b["toolResult"]
                out.append({"role": "tool", "tool_call_id": r["toolUseId"], "content": converse_parts(r["content"]),
                            **({"is_error": True} if r.get("status") == "error" else {})})
        words = converse_parts([b for b in content if "toolResult" not in b])
        return out + ([{"role": "user", "content": words}] if words else [])
    said = {"role": "assistant", "content": converse_parts(
        [b for b in content if "toolUse" not in b and "reasoningContent" not in b]), "tool_calls": [
            {"id": b["toolUse"]["toolUseId"], "type": "function", "function": {
                "name": b["toolUse"]["name"], "arguments": json.dumps(b["toolUse"]["input"])}}
            for b in content if "toolUse" in b], "reasoning_details": [
                {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": i,
                 **b["reasoningContent"]["reasoningText"]}
                for i, b in enumerate(content) if "reasoningContent" in b]}
    return [{k: v for k, v in said.items() if v or k == "role"}]


def converse_as_openai(body):
    out = {"model": "m", "messages": []}
    if body.get("system"):
        out["messages"].append({"role": "system", "content": converse_parts(body["system"])})
    for m in body["messages"]:
        out["messages"] += converse_messages(m)
    limits, own = body.get("inferenceConfig") or {}, dict(body.get("additionalModelRequestFields") or {})
    for theirs, ours in (("maxTokens", "max_completion_tokens"), ("temperature", "temperature"),
                         ("topP", "top_p"), ("stopSequences", "stop")):
        if theirs in limits:
            out[ours] = limits[theirs]
    if "inferenceConfig" in own:
        out["top_k"] = own.pop("inferenceConfig")["topK"]
    if "reasoning_config" in own:
        out["reasoning"] = {"max_tokens": own.pop("reasoning_config")["budget_tokens"]}
    if own:
        raise Unsayable("fields of the model's own: %s" % " ".join(own))
    for tool in (body.get("toolConfig") or {}).get("tools", []):
        if "toolSpec" not in tool:
            raise Unsayable("a tool that the service runs")
        spec = tool["toolSpec"]
        out.setdefault("tools", []).append({"type": "function", "function": {
            "name": spec["name"], "parameters": spec["inputSchema"]["json"],
            **({"description": spec["description"]} if "description" in spec else {})}})
    if "outputConfig" in body:
        schema = body["outputConfig"]["textFormat"]["structure"]["jsonSchema"]
        out["response_format"] = {"type": "json_schema", "json_schema": {
            "name": schema["name"], "schema": json.loads(schema["schema"])}}
    if "guardrailConfig" in body:
        out["guardrailConfig"] = body["guardrailConfig"]
    return out


def converse_plain(body):
    """Turns of one role joined, what Anthropic renamed by its newer name, results as text."""
    out = json.loads(json.dumps(body))
    messages = []
    for m in out["messages"]:
        for b in m["content"]:
            for r in (b.get("toolResult") or {}).get("content", []):
                if "json" in r:
                    r["text"] = json.dumps(r.pop("json"))
        if messages and messages[-1]["role"] == m["role"]:
            messages[-1]["content"] += m["content"]
        else:
            messages.append(m)
    out["messages"] = messages
    out.setdefault("inferenceConfig", {})
    own = out.get("additionalModelRequestFields") or {}
    if "reasoning_config" in own:
        own["thinking"] = own.pop("reasoning_config")
    return out


# --- Comparing -------------------------------------------------------------------------------

def plain(body):
    """The same request in one form: content as blocks, what is default left out."""
    out = json.loads(json.dumps(body))
    schema = out.pop("output_format", None)
    if schema:
        out["output_config"] = {"format": schema}
    for m in out["messages"]:
        m["content"] = blocks_of(m["content"])
        for b in m["content"]:
            if b["type"] == "tool_result":
                b["content"] = blocks_of(b.get("content"))
                if not b.get("is_error"):
                    b.pop("is_error", None)
            # a sign that newer servers put on calls
            b.pop("caller", None)
    if "system" in out:
        out["system"] = blocks_of(out["system"])
    for t in out.get("tools") or []:
        t.pop("type", None)
        if t.get("strict") is False:
            del t["strict"]
    if (out.get("thinking") or {}).get("type") == "disabled":
        del out["thinking"]
    for key in ("temperature", "top_p"):
        if out.get(key) == 1:
            del out[key]
    for key in ("stream", "tools", "system"):
        if not out.get(key):
            out.pop(key, None)
    return out


def differences(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            here = "%s.%s" % (path, key) if path else key
            if key not in a or key not in b:
                yield here, a.get(key), b.get(key)
            else:
                yield from differences(a[key], b[key], here)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, "%s[%d]" % (path, i))
    elif a != b:
        yield path, a, b


# How a dialect's requests are written as OpenAI's, and compared.
WAYS = {
    "anthropic": ("messages", "https://api.anthropic.com/v1", as_openai, plain),
    "bedrock": ("converse", "https://bedrock-runtime.us-east-1.amazonaws.com", converse_as_openai, converse_plain),
    "cohere": ("cohere-chat", "https://api.cohere.com/v2", cohere_as_openai, cohere_plain),
}

# What differs on purpose: where, and why.
MEANT = {
    "max_tokens": "fitted to the model",
    "inferenceConfig.maxTokens": "fitted to the model",
    "stream": "a long answer is always streamed",
    "thinking.display": "has no word in OpenAI's dialect",
    "thinking.budget_tokens": "fitted into the client's limit",
    "top_p": "one of temperature and top_p",
}


def judge(dialect, recorded, sent):
    meant, other = [], []
    in_one_form = WAYS[dialect][3]
    for path, old, new in differences(in_one_form(recorded), in_one_form(sent)):
        if path in MEANT:
            meant.append("%s (%s)" % (path, MEANT[path]))
        else:
            other.append("%s: was %.120r, is %.120r" % (path, old, new))
    return meant, other


def translate(program, dialect, recording):
    body = recording["request"]["body"]
    _, base_url, write, _ = WAYS[dialect]
    job = {"set": {"dialect": dialect, "model": body.get("model", recording["model"]), "base_url": base_url},
           "request": json.dumps(write(body))}
    said = json.loads(subprocess.run([program], input=json.dumps(job).encode() + b"\n",
                                     stdout=subprocess.PIPE, check=True).stdout)
    if not said.startswith("POST "):
        sys.exit("%s was refused: %s" % (recording["id"], said))
    return json.JSONDecoder().raw_decode(said[said.index("\n{") + 1:])[0]


def main():
    data = os.environ.get("SWITCHYARD_DATA", os.path.join(
        os.environ.get("srcdir", "."), "..", "shared", "data"))
    files = [(dialect, f) for dialect, way in sorted(WAYS.items()) for f in sorted(
        glob.glob(os.path.join(data, "exchanges", dialect, "*--%s--*.json" % way[0])))]
    if not files:
        print("no recordings in %s (SWITCHYARD_DATA): skipped" % data)
        return 77
    program = os.path.join("tests", "golden", "replay")
    failed = without = 0
    for dialect, f in files:
        with open(f, encoding="utf-8") as handle:
            recording = json.load(handle)
        name = os.path.basename(f)[:-len(".json")].replace("--%s" % WAYS[dialect][0], "")
        if not recording["request"].get("body") or recording["request"].get("path") == "/v1/chat":
            without += 1
            continue
        try:
            meant, other = judge(dialect, recording["request"]["body"], translate(program, dialect, recording))
        except Unsayable as e:
            print("unsayable  %-60s %s" % (name[:60], e))
            continue
        print("%-10s %-60s %s" % ("DIFFERS" if other else "same", name[:60], ", ".join(meant)))
        for line in other:
            print("           " + line)
        failed += bool(other)
    print("%d recordings, %d without a request, %d differ" % (len(files), without, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
