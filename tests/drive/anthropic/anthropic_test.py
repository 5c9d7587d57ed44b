"""anthropic_test.py - the official Anthropic client for Python, unmodified, through the gateway.

The same cases and expectations for each target of SY_TARGETS, whatever dialect the provider
behind it speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.
"""

import asyncio
import base64
import json
import os
import unittest
import urllib.request

import anthropic
from anthropic import beta_tool
from pydantic import BaseModel

URL, KEY, SIM = (os.environ[name] for name in ("SY_URL", "SY_KEY", "SY_SIM"))
TARGETS = os.environ["SY_TARGETS"].split()
BASE = URL.removesuffix("/v1")

WEATHER = {"name": "weather", "description": "Weather of a city",
           "input_schema": {"type": "object", "properties": {"city": {"type": "string"}},
                            "required": ["city"]}}
TIME = {"name": "time", "description": "Time in a zone",
        "input_schema": {"type": "object", "properties": {"zone": {"type": "string"}},
                         "required": ["zone"]}}
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
         "AABJRU5ErkJggg==")
THINKING = {"type": "enabled", "budget_tokens": 2000}


class Event(BaseModel):
    name: str
    tags: list[str]


def client(**more):
    return anthropic.Anthropic(**{"base_url": BASE, "api_key": KEY, "max_retries": 0, **more})


def script(site, steps, then=None):
    body = json.dumps({"steps": steps, **({"then": then} if then else {})}).encode()
    request = urllib.request.Request(f"{SIM}/_sim/site/{site}", body, method="PUT")
    urllib.request.urlopen(request, timeout=5).read()


def ask(text):
    return [{"role": "user", "content": text}]


def text_of(message):
    return "".join(b.text for b in message.content if b.type == "text")


def calls_of(message):
    return [b for b in message.content if b.type == "tool_use"]


class Cases:
    """Run once for each target, by the classes made below."""

    target = ""

    def setUp(self):
        self.faulty = self.target + "f"
        script(self.faulty, [])

    def arguments(self, model="echo", text="Hello", **more):
        return {"model": f"{self.target}:{model}", "max_tokens": 1000, "messages": ask(text), **more}

    def create(self, *args, **more):
        return client().messages.create(**self.arguments(*args, **more))

    def ask_faulty(self, model, **more):
        return client(**more).messages.create(model=f"{self.faulty}:{model}", max_tokens=100,
                                              messages=ask("Hello"))

    def check(self, message):
        self.assertTrue(message.id.startswith("msg_"))
        self.assertEqual((message.type, message.role), ("message", "assistant"))
        self.assertGreater(message.usage.input_tokens, 0)
        self.assertGreater(message.usage.output_tokens, 0)

    def check_events(self, events):
        opened, following = None, 0
        self.assertEqual([events[0].type, events[-2].type, events[-1].type],
                         ["message_start", "message_delta", "message_stop"])
        for event in events:
            if event.type == "content_block_start":
                self.assertIsNone(opened)
                self.assertEqual(event.index, following)
                opened, following = event.index, following + 1
            elif event.type == "content_block_delta":
                self.assertEqual(event.index, opened)
            elif event.type == "content_block_stop":
                self.assertEqual(event.index, opened)
                opened = None
        self.assertIsNone(opened)

    def test_create(self):
        message = self.create(text="Good morning")
        self.check(message)
        self.assertEqual(text_of(message), "Good morning")
        self.assertEqual(message.stop_reason, "end_turn")
        self.assertTrue(message._request_id.startswith("req_"))

    def test_base_with_v1(self):
        answer = client(base_url=URL).messages.create(**self.arguments())
        self.assertEqual(text_of(answer), "Hello")

    def test_bearer(self):
        answer = anthropic.Anthropic(base_url=BASE, api_key=None, auth_token=KEY,
                                     max_retries=0).messages.create(**self.arguments())
        self.assertEqual(text_of(answer), "Hello")

    def test_raw_response(self):
        raw = client().messages.with_raw_response.create(**self.arguments())
        self.assertTrue(raw.headers["request-id"].startswith("req_"))
        self.assertEqual(text_of(raw.parse()), "Hello")

    def test_async(self):
        async def main():
            async with anthropic.AsyncAnthropic(base_url=BASE, api_key=KEY, max_retries=0) as c:
                return await asyncio.gather(*(c.messages.create(**self.arguments(text=str(n)))
                                              for n in range(8)))
        self.assertEqual([text_of(m) for m in asyncio.run(main())], [str(n) for n in range(8)])

    def test_async_stream(self):
        async def main():
            async with anthropic.AsyncAnthropic(base_url=BASE, api_key=KEY, max_retries=0) as c:
                async with c.messages.stream(**self.arguments("lorem")) as stream:
                    text = "".join([piece async for piece in stream.text_stream])
                    return text, await stream.get_final_message()
        text, message = asyncio.run(main())
        self.assertEqual(text, text_of(message))

    def test_system_string(self):
        self.assertEqual(text_of(self.create(system="Be brief.")), "Hello")

    def test_system_blocks(self):
        system = [{"type": "text", "text": "Be brief."},
                  {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}]
        self.assertEqual(text_of(self.create(system=system)), "Hello")

    def test_conversation(self):
        message = self.create(messages=[*ask("One"), {"role": "assistant", "content": "Two"},
                                        *ask([{"type": "text", "text": "Three"}])])
        self.assertEqual(text_of(message), "Three")

    def test_alphabets(self):
        text = 'Grüße, 你好, สวัสดี, \U0001F600 "quoted" \\ back\n\tnew line'
        self.assertEqual(text_of(self.create(text=text)), text)

    def test_options(self):
        message = self.create(extra_body={"temperature": 0.5, "top_p": 0.9, "top_k": 10},
                              stop_sequences=["END"], metadata={"user_id": "u-1"},
                              service_tier="auto")
        self.assertEqual(text_of(message), "Hello")

    def test_max_tokens(self):
        self.assertEqual(self.create("lorem", max_tokens=3).stop_reason, "max_tokens")

    def test_refusal(self):
        self.assertEqual(self.create("refuse").stop_reason, "refusal")

    def test_cache_usage(self):
        script(self.faulty, [{"cached": 5, "cache_write": 2}])
        usage = client().messages.create(model=f"{self.faulty}:echo", max_tokens=100,
                                         messages=ask("x" * 400)).usage
        self.assertEqual(usage.cache_read_input_tokens, 5)
        self.assertEqual(usage.input_tokens + usage.cache_read_input_tokens +
                         usage.cache_creation_input_tokens, 100)

    def test_stream_of_events(self):
        events = list(self.create("lorem", stream=True))
        self.check_events(events)
        self.assertGreater(events[0].message.usage.input_tokens, 0)
        self.assertEqual(events[-2].delta.stop_reason, "end_turn")

    def test_stream_helper(self):
        with client().messages.stream(**self.arguments("lorem")) as stream:
            text = "".join(stream.text_stream)
            message = stream.get_final_message()
        self.check(message)
        self.assertEqual(text, text_of(message))
        self.assertEqual(len(text.split()), 40)

    def test_stream_final_text(self):
        with client().messages.stream(**self.arguments(text="One two")) as stream:
            self.assertEqual(stream.get_final_text(), "One two")

    def test_stream_left_early(self):
        script(self.faulty, [{"event_delay_ms": 50}])
        with client().messages.stream(model=f"{self.faulty}:lorem", max_tokens=1000,
                                      messages=ask("Hello")) as stream:
            for _ in stream.text_stream:
                break
        self.assertEqual(text_of(self.create()), "Hello")

    def test_tool(self):
        message = self.create("tools", tools=[WEATHER])
        self.assertEqual(message.stop_reason, "tool_use")
        self.assertEqual(calls_of(message)[0].name, "weather")
        self.assertIsInstance(calls_of(message)[0].input["city"], str)

    def test_tool_streamed(self):
        pieces = ""
        with client().messages.stream(**self.arguments("tools", tools=[WEATHER])) as stream:
            for event in stream:
                if event.type == "input_json":
                    pieces += event.partial_json
            message = stream.get_final_message()
        self.assertEqual(json.loads(pieces), calls_of(message)[0].input)

    def test_parallel_tools(self):
        calls = calls_of(self.create("tools-parallel", tools=[WEATHER, TIME]))
        self.assertGreaterEqual(len(calls), 2)
        self.assertEqual(len({c.id for c in calls}), len(calls))

    def test_parallel_tools_streamed(self):
        with client().messages.stream(**self.arguments("tools-parallel",
                                                       tools=[WEATHER, TIME])) as stream:
            message = stream.get_final_message()
        self.assertEqual({len(c.input) for c in calls_of(message)}, {1})

    def test_one_at_a_time(self):
        choice = {"type": "auto", "disable_parallel_tool_use": True}
        message = self.create("tools-parallel", tools=[WEATHER, TIME], tool_choice=choice)
        self.assertTrue(len(calls_of(message)) == 1 or self.target in ("ge", "co"))

    def test_tool_by_name(self):
        message = self.create("tools", tools=[WEATHER, TIME],
                              tool_choice={"type": "tool", "name": "time"})
        self.assertEqual(calls_of(message)[0].name, "time")

    def test_tool_without_arguments(self):
        tools = [{"name": "now", "input_schema": {"type": "object"}}]
        self.assertEqual(calls_of(self.create("tools", tools=tools))[0].input, {})

    def test_tools_and_no_choice(self):
        self.assertEqual(text_of(self.create(tools=[], tool_choice={"type": "auto"})), "Hello")

    def test_results(self):
        first = self.create("tools-parallel", tools=[WEATHER, TIME])
        results = [{"type": "tool_result", "tool_use_id": c.id, "content": f"result {i}",
                    "is_error": i == 1} for i, c in enumerate(calls_of(first))]
        message = self.create("tools-parallel", tools=[WEATHER, TIME], messages=[
            *ask("Both?"), {"role": "assistant", "content": first.content}, *ask(results)])
        self.assertIn("result", text_of(message))
        self.assertEqual(message.stop_reason, "end_turn")

    def test_tool_runner(self):
        cities = []

        @beta_tool
        def weather(city: str) -> str:
            """Weather of a city

            Args:
                city: The city
            """
            cities.append(city)
            return f"sunny in {city}"

        runner = client().beta.messages.tool_runner(
            **self.arguments("tools", tools=[weather]))
        message = runner.until_done()
        self.assertEqual(len(cities), 1)
        self.assertIn("sunny", text_of(message))

    def test_thinking(self):
        message = self.create("reason", text="Think", max_tokens=4000, thinking=THINKING)
        self.assertEqual(message.content[0].type, "thinking")
        self.assertTrue(message.content[0].thinking)
        self.assertEqual(text_of(message), "Think")

    def test_thinking_streamed(self):
        with client().messages.stream(**self.arguments(
                "reason", "Think", max_tokens=4000, thinking=THINKING)) as stream:
            thoughts = "".join(e.thinking for e in stream if e.type == "thinking")
            message = stream.get_final_message()
        self.assertEqual(thoughts, message.content[0].thinking)
        self.assertTrue(thoughts)

    def test_thoughts_go_back(self):
        first = self.create("reason", text="Think", max_tokens=4000, thinking=THINKING)
        message = self.create(max_tokens=4000, thinking=THINKING, messages=[
            *ask("Think"), {"role": "assistant", "content": first.content}, *ask("Again")])
        self.assertEqual(text_of(message), "Again")

    def test_picture(self):
        message = self.create("vision", messages=ask([
            {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": PIXEL}},
            {"type": "text", "text": "What is it?"}]))
        self.assertIn("1 image", text_of(message))

    def test_documents(self):
        pdf = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()
        document = {"type": "document", "title": "a.pdf", "source": {
            "type": "base64", "media_type": "application/pdf", "data": pdf}}
        message = self.create(messages=ask([
            *([document] if self.target != "co" else []),  # which takes none
            {"type": "document",
             "source": {"type": "text", "media_type": "text/plain", "data": "It rained."}},
            {"type": "text", "text": "Summarize"}]))
        self.assertIn("Summarize", text_of(message))

    def test_parse(self):
        message = client().messages.parse(**self.arguments("json", output_format=Event))
        self.assertIsInstance(message.parsed_output, Event)

    def test_count_tokens(self):
        few = client().messages.count_tokens(model=f"{self.target}:echo", messages=ask("Hello"))
        many = client().messages.count_tokens(model=f"{self.target}:echo", tools=[WEATHER],
                                              messages=ask("Hello " * 200), system="Be brief.")
        self.assertGreater(few.input_tokens, 0)
        self.assertGreater(many.input_tokens, few.input_tokens + 100)

    def test_agent(self):
        tools = [{"name": f"mcp__server__tool_{n}", "description": f"Tool {n}",
                  "input_schema": {"type": "object", "properties": {"path": {"type": "string"}},
                                   "required": ["path"], "additionalProperties": False}}
                 for n in range(40)]
        with client().beta.messages.stream(
                model=f"{self.target}:echo", max_tokens=32000,
                betas=["interleaved-thinking-2025-05-14"], thinking={"type": "adaptive"},
                system=[{"type": "text", "text": "x-anthropic-billing-header: cch=abcde;"},
                        {"type": "text", "text": "You are an agent.",
                         "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
                tools=tools, messages=[
                    *ask("Look"),
                    {"role": "assistant", "content": [
                        {"type": "tool_use", "id": "toolu_01", "name": "mcp__server__tool_0",
                         "input": {"path": "/tmp"}}]},
                    *ask([{"type": "tool_result", "tool_use_id": "toolu_01", "content": "a"},
                          {"type": "text", "text": "And now?"}])]) as stream:
            self.assertEqual(stream.get_final_text(), "And now?")

    def test_bad_request(self):
        with self.assertRaises(anthropic.BadRequestError) as caught:
            self.create(messages=[{"role": "wizard", "content": "Hi"}])
        self.assertEqual(caught.exception.body["error"]["type"], "invalid_request_error")
        self.assertIn("messages[0].role", caught.exception.body["error"]["message"])
        self.assertEqual(caught.exception.body["request_id"], caught.exception.request_id)

    def test_unknown_model(self):
        with self.assertRaises(anthropic.NotFoundError):
            self.create("nothing")

    def test_unknown_key(self):
        with self.assertRaises(anthropic.AuthenticationError):
            client(api_key="sy_wrong").messages.create(**self.arguments())

    def test_refused_by_provider(self):
        script(self.faulty, [{"status": 400}])
        with self.assertRaises(anthropic.BadRequestError):
            self.ask_faulty("py400")

    def test_busy(self):
        script(self.faulty, [], {"status": 429})
        with self.assertRaises(anthropic.RateLimitError):
            self.ask_faulty("py429")

    def test_broken(self):
        script(self.faulty, [], {"status": 500})
        with self.assertRaises(anthropic.InternalServerError):
            self.ask_faulty("py500")

    def test_overloaded(self):
        script(self.faulty, [], {"status": 503 if self.target in ("ge", "co") else 529})
        with self.assertRaises(anthropic.InternalServerError) as caught:
            self.ask_faulty("py529")
        self.assertEqual(caught.exception.status_code, 529)
        self.assertEqual(caught.exception.body["error"]["type"], "overloaded_error")

    def test_retries(self):
        script(self.faulty, [{"status": 503}])
        self.check(self.ask_faulty("pysingle"))

    def test_timeout(self):
        script(self.faulty, [], {"delay_ms": 5000})
        with self.assertRaises(anthropic.APITimeoutError):
            self.ask_faulty("pytime", timeout=0.2)


for _target in TARGETS:
    globals()[f"Test_{_target}"] = type(f"Test_{_target}", (Cases, unittest.TestCase),
                                        {"target": _target})

if __name__ == "__main__":
    unittest.main()
