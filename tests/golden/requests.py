#!/usr/bin/env python3
"""Recorded requests in Anthropic's, Bedrock's, Cohere's and Gemini's dialects, there and back.

Each recorded request is written as an OpenAI client would write it (by the code below, which
shares nothing with the gateway), translated by the gateway, and compared with the recording:
what the provider was sent then, it should be sent now.  Differences that are meant are named
in MEANT; any other fails.  Requests that OpenAI's dialect cannot say are listed, not skipped
silently.
"""

import glob
import json
import os
import re
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


# --- From generateContent to chat completions ------------------------------------------------

def camel(o):
    """Google's names in one spelling; what clients named themselves stays."""
    if isinstance(o, list):
        return [camel(x) for x in o]
    if not isinstance(o, dict):
        return o
    return {re.sub(r"_([a-z])", lambda m: m.group(1).upper(), k):
            v if k in ("args", "response", "properties") or "chema" in k or k == "parameters" else camel(v)
            for k, v in o.items()}


# Clients that write enums as numbers.
TYPES = {1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object"}


def json_schema(s):
    """A schema with the types of JSON Schema, and without what neither form of Google's has."""
    if isinstance(s, list):
        return [json_schema(x) for x in s]
    if not isinstance(s, dict):
        return s
    out = {k: json_schema(v) for k, v in s.items() if k not in (
        "$schema", "additionalProperties", "title", "default", "propertyOrdering", "property_ordering", "$id")}
    if isinstance(out.get("type"), (str, int)):
        out["type"] = TYPES.get(out["type"]) or out["type"].lower()
    return out


def gemini_attachment(p):
    data = p.get("inlineData")
    if not data:
        raise Unsayable("a file at Google")
    url = "data:%s;base64,%s" % (data["mimeType"], data["data"])
    if data["mimeType"].startswith("audio/"):
        return {"type": "input_audio", "input_audio": {
            "format": data["mimeType"].split("/")[1], "data": data["data"]}}
    if data["mimeType"].startswith("image/"):
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "file", "file": {"file_data": url}}


def gemini_user(parts, calls):
    messages, content = [], []
    for p in parts:
        result = p.get("functionResponse")
        if result:
            text = json.dumps(result["response"])
            more = [gemini_attachment(x) for x in result.get("parts") or []]
            messages.append({"role": "tool", "tool_call_id": calls.pop(0),
                             "content": [{"type": "text", "text": text}] + more})
        elif "text" in p:
            content.append({"type": "text", "text": p["text"]})
        else:
            content.append(gemini_attachment(p))
    return messages + ([{"role": "user", "content": content}] if content else [])


def gemini_model(parts, calls):
    out = {"role": "assistant", "content": [], "tool_calls": [], "reasoning_details": []}
    for p in parts:
        call, signature = p.get("functionCall"), p.get("thoughtSignature")
        if call:
            calls.append(call.get("id") or "call_%d" % (len(calls) + 1))
            out["tool_calls"].append({"id": calls[-1], "type": "function", "function": {
                "name": call["name"], "arguments": json.dumps(call.get("args", {}))}})
            if signature:
                out["tool_calls"][-1]["extra_content"] = {"google": {"thought_signature": signature}}
        elif "text" in p and not p.get("thought"):
            out["content"].append({"type": "text", "text": p["text"]})
            if signature:
                out["reasoning_details"].append({"type": "reasoning.encrypted", "data": signature,
                                                 "format": "google-gemini-v1", "index": 0})
        elif set(p) - {"text", "thought"}:
            raise Unsayable("a part of %s" % ", ".join(sorted(p)))
    return {k: v for k, v in out.items() if v or k == "role"}


def gemini_tools(recorded, out):
    for t in recorded:
        for kind in t:
            if kind not in ("functionDeclarations", "googleSearch"):
                raise Unsayable("a tool of %s" % kind)
        if "googleSearch" in t:
            out["web_search_options"] = {}
        for f in t.get("functionDeclarations") or []:
            if "responseJsonSchema" in f:
                raise Unsayable("a schema of results")
            fn = {k: f[k] for k in ("name", "description") if k in f}
            schema = f.get("parametersJsonSchema") or f.get("parameters")
            if schema:
                fn["parameters"] = json_schema(schema)
            out.setdefault("tools", []).append({"type": "function", "function": fn})


def gemini_config(config, out):
    for theirs, ours in (("maxOutputTokens", "max_tokens"), ("temperature", "temperature"), ("topP", "top_p"),
                         ("topK", "top_k"), ("candidateCount", "n")):
        if theirs in config:
            out[ours] = config[theirs]
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    if schema:
        out["response_format"] = {"type": "json_schema", "json_schema": {
            "name": "answer", "schema": json_schema(schema)}}
    elif config.get("responseMimeType") == "application/json":
        out["response_format"] = {"type": "json_object"}
    if config.get("thinkingConfig"):
        out["google"] = {"thinking_config": config["thinkingConfig"]}


def gemini_as_openai(body):
    body, calls = camel(body), []
    out = {"model": "m", "messages": []}
    for p in (body.get("systemInstruction") or {}).get("parts") or []:
        out["messages"].append({"role": "system", "content": p["text"]})
    for c in body["contents"]:
        if c.get("role") == "model":
            out["messages"].append(gemini_model(c["parts"], calls))
        else:
            out["messages"] += gemini_user(c["parts"], calls)
    gemini_tools(body.get("tools") or [], out)
    gemini_config(body.get("generationConfig") or {}, out)
    choice_ = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    if choice_.get("mode") in ("AUTO", "NONE", "ANY"):
        out["tool_choice"] = {"AUTO": "auto", "NONE": "none", "ANY": "required"}[choice_["mode"]]
    for key, ours in (("safetySettings", "safety_settings"), ("cachedContent", "cached_content")):
        if body.get(key):
            out[ours] = body[key]
    return out


def unsigned(body, model):
    """Before its third generation Gemini does not need its signatures back, and is not sent them."""
    out = json.loads(json.dumps(body))
    out.pop("model", None) # the path says it
    for c in out.get("contents") or []:
        for p in c["parts"]:
            if "gemini-2." in model:
                p.pop("thoughtSignature", None)
    return out


def gemini_plain(body):
    """The same request in one form: what is default left out, schemas under one name."""
    out = camel(json.loads(json.dumps(body)))
    config = out.get("generationConfig") or {}
    if config.get("candidateCount") == 1:
        del config["candidateCount"]
    schema = config.pop("responseJsonSchema", None) or config.pop("responseSchema", None)
    if schema:
        config["schema"] = json_schema(schema)
    if config.get("responseMimeType") == "text/plain":
        del config["responseMimeType"]
    thinking = config.get("thinkingConfig") or {}
    if not thinking.get("includeThoughts", True):
        del thinking["includeThoughts"]
    if "thinkingLevel" in thinking:
        thinking["thinkingLevel"] = thinking["thinkingLevel"].upper()
    (out.get("systemInstruction") or {}).pop("role", None)
    for c in out["contents"]:
        c.setdefault("role", "user")
        c["parts"] = [p for p in c["parts"] if not p.get("thought")]
        for p in c["parts"]:
            for key in ("functionCall", "functionResponse"):
                if key in p:
                    p[key].pop("id", None) # ours are OpenAI's
            if "functionCall" in p:
                p["functionCall"].setdefault("args", {})
    for t in out.get("tools") or []:
        for f in t.get("functionDeclarations") or []:
            if not f.get("description"):
                f.pop("description", None)
            schema = f.pop("parametersJsonSchema", None) or f.pop("parameters", None)
            if schema and schema.get("properties"):
                f["parameters"] = json_schema(schema)
    for key in ("tools", "safetySettings", "generationConfig", "systemInstruction"):
        if not out.get(key):
            out.pop(key, None)
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
    "gemini": ("generateContent", "https://generativelanguage.googleapis.com/v1beta", gemini_as_openai, gemini_plain),
    "vertex": ("generateContent", "https://aiplatform.googleapis.com/v1", gemini_as_openai, gemini_plain),
}
SET = {"vertex": {"dialect": "gemini", "vertex": "yes"}}

# What differs on purpose: where, and why.
MEANT = {
    "max_tokens": "fitted to the model",
    "inferenceConfig.maxTokens": "fitted to the model",
    "stream": "a long answer is always streamed",
    "thinking.display": "has no word in OpenAI's dialect",
    "thinking.budget_tokens": "fitted into the client's limit",
    "top_p": "one of temperature and top_p",
    r"generationConfig\.thinkingConfig": "no thoughts where there is little room",
    r"generationConfig\.thinkingConfig\.thinking(Budget|Level)": "a budget is a level in the third generation",
}


def judge(dialect, recorded, sent):
    meant, other = [], []
    in_one_form = WAYS[dialect][3]
    for path, old, new in differences(in_one_form(recorded), in_one_form(sent)):
        why = next((why for where, why in MEANT.items() if re.fullmatch(where, path)), None)
        if why:
            meant.append("%s (%s)" % (path, why))
        else:
            other.append("%s: was %.120r, is %.120r" % (path, old, new))
    return meant, other


def translate(program, dialect, recording):
    body = recording["request"]["body"]
    _, base_url, write, _ = WAYS[dialect]
    job = {"set": {"dialect": dialect, "model": body.get("model", recording["model"]), "base_url": base_url,
                   **SET.get(dialect, {})},
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
        if WAYS[dialect][0] == "generateContent":
            recording["request"]["body"] = unsigned(recording["request"]["body"], recording["model"])
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
