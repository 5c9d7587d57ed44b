"""openai_test.py - the official openai client for Python, unmodified, through the gateway.

The same cases and expectations for each target of SY_TARGETS, whatever dialect the provider
behind it speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.
"""

import asyncio
import json
import os
import unittest
import urllib.request

import openai
from pydantic import BaseModel

URL, KEY, SIM = (os.environ[name] for name in ("SY_URL", "SY_KEY", "SY_SIM"))
TARGETS = os.environ["SY_TARGETS"].split()

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather", "description": "Weather of a city", "strict": True,
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
                       "required": ["city"], "additionalProperties": False},
    },
}
TIME = {
    "type": "function",
    "function": {
        "name": "time", "description": "Time in a zone", "strict": True,
        "parameters": {"type": "object", "properties": {"zone": {"type": "string"}},
                       "required": ["zone"], "additionalProperties": False},
    },
}


class Event(BaseModel):
    name: str
    day: int
    tags: list[str]


def client(**more):
    return openai.OpenAI(base_url=URL, api_key=KEY, **{"max_retries": 0, **more})


def script(site, steps, then=None):
    body = json.dumps({"steps": steps, **({"then": then} if then else {})}).encode()
    request = urllib.request.Request(f"{SIM}/_sim/site/{site}", body, method="PUT")
    urllib.request.urlopen(request, timeout=5).read()


def ask(text):
    return [{"role": "user", "content": text}]


class Cases:
    """Run once for each target, by the classes made below."""

    target = ""

    def setUp(self):
        self.faulty = self.target + "f"
        script(self.faulty, [])

    def create(self, model="echo", text="Hello", **more):
        return client().chat.completions.create(
            model=f"{self.target}:{model}", messages=more.pop("messages", ask(text)), **more)

    def test_create(self):
        answer = self.create(text="Good morning")
        self.assertEqual(answer.choices[0].message.content, "Good morning")
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertIsNone(answer.choices[0].message.tool_calls)
        self.assertEqual(answer.usage.total_tokens,
                         answer.usage.prompt_tokens + answer.usage.completion_tokens)
        self.assertTrue(answer._request_id.startswith("req_"))

    def test_raw_response_headers(self):
        raw = client().chat.completions.with_raw_response.create(
            model=f"{self.target}:echo", messages=ask("Hi"))
        self.assertTrue(raw.headers["content-type"].startswith("application/json"))
        self.assertEqual(raw.headers["x-switchyard-provider"], self.target)
        self.assertEqual(raw.headers["x-switchyard-attempts"], "1")
        self.assertEqual(raw.headers["cache-control"], "private, no-store")

    def test_async(self):
        async def run():
            async with openai.AsyncOpenAI(base_url=URL, api_key=KEY) as c:
                answers = await asyncio.gather(*(
                    c.chat.completions.create(model=f"{self.target}:echo", messages=ask(f"n{i}"))
                    for i in range(20)))
            return [a.choices[0].message.content for a in answers]
        self.assertEqual(asyncio.run(run()), [f"n{i}" for i in range(20)])

    def test_stream(self):
        chunks = list(self.create("lorem", stream=True))
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertEqual(text, self.create("lorem").choices[0].message.content)
        self.assertEqual([c.choices[0].finish_reason for c in chunks
                          if c.choices and c.choices[0].finish_reason], ["stop"])
        self.assertEqual([c.usage for c in chunks if c.usage], [])

    def test_stream_usage(self):
        chunks = list(self.create("lorem", stream=True, stream_options={"include_usage": True}))
        self.assertEqual([c.usage.completion_tokens for c in chunks if c.usage], [40])
        self.assertEqual(chunks[-1].choices, [])

    def test_async_stream(self):
        async def run():
            async with openai.AsyncOpenAI(base_url=URL, api_key=KEY) as c:
                stream = await c.chat.completions.create(
                    model=f"{self.target}:lorem", messages=ask("Hi"), stream=True)
                return "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])
        self.assertEqual(len(asyncio.run(run()).split()), 40)

    def test_stream_helper(self):
        with client().chat.completions.stream(
                model=f"{self.target}:lorem", messages=ask("Hi")) as stream:
            deltas = "".join(e.delta for e in stream if e.type == "content.delta")
            final = stream.get_final_completion()
        self.assertEqual(final.choices[0].message.content, deltas)
        self.assertEqual(final.choices[0].message.role, "assistant")

    def test_length(self):
        answer = self.create("lorem", max_tokens=4)
        self.assertEqual(answer.choices[0].finish_reason, "length")
        self.assertEqual(answer.usage.completion_tokens, 4)

    def test_one_tool(self):
        call = self.create("tools", tools=[WEATHER]).choices[0].message.tool_calls[0]
        self.assertEqual((call.type, call.function.name), ("function", "weather"))
        self.assertIsInstance(json.loads(call.function.arguments)["city"], str)

    def test_tool_round_trip(self):
        first = self.create("tools", tools=[WEATHER])
        message = first.choices[0].message
        answer = self.create("tools", tools=[WEATHER], messages=[
            *ask("Weather?"), message,
            {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "snow"}])
        self.assertIn("snow", answer.choices[0].message.content)

    def test_parallel_tools(self):
        calls = self.create("tools-parallel", tools=[WEATHER, TIME]).choices[0].message.tool_calls
        self.assertGreaterEqual(len(calls), 2)
        self.assertEqual(len({c.id for c in calls}), len(calls))

    def test_parallel_off(self):
        raw = client().chat.completions.with_raw_response.create(
            model=f"{self.target}:tools-parallel", messages=ask("Hi"), tools=[WEATHER, TIME],
            parallel_tool_calls=False)
        if self.target in ("ge", "co"):  # they cannot be asked that, which is said
            self.assertIn("parallel_tool_calls", raw.headers["x-switchyard-dropped"].split())
        else:
            self.assertEqual(len(raw.parse().choices[0].message.tool_calls), 1)

    def test_streamed_tools_helper(self):
        with client().chat.completions.stream(
                model=f"{self.target}:tools-parallel", messages=ask("Both"),
                tools=[WEATHER, TIME]) as stream:
            final = stream.get_final_completion()
        calls = final.choices[0].message.tool_calls
        self.assertGreaterEqual(len(calls), 2)
        for call in calls:
            self.assertIn(call.function.name, ("weather", "time"))
            self.assertIsInstance(call.function.parsed_arguments, dict)

    def test_parse(self):
        answer = client().chat.completions.parse(
            model=f"{self.target}:json", messages=ask("An event"), response_format=Event)
        self.assertIsInstance(answer.choices[0].message.parsed, Event)

    def test_parse_stream(self):
        with client().chat.completions.stream(
                model=f"{self.target}:json", messages=ask("An event"), response_format=Event) as s:
            self.assertIsInstance(s.get_final_completion().choices[0].message.parsed, Event)

    def test_parse_tool(self):
        answer = client().chat.completions.parse(
            model=f"{self.target}:tools", messages=ask("An event"),
            tools=[openai.pydantic_function_tool(Event)])
        call = answer.choices[0].message.tool_calls[0]
        self.assertIsInstance(call.function.parsed_arguments, Event)

    def test_parse_cut_by_length(self):
        script(self.faulty, [], {"model": "lorem"})
        with self.assertRaises(openai.LengthFinishReasonError):
            client().chat.completions.parse(
                model=f"{self.faulty}:echo", messages=ask("Hi"), response_format=Event, max_tokens=3)

    def test_vision(self):
        answer = self.create("vision", messages=[{"role": "user", "content": [
            {"type": "text", "text": "Which?"},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,/9j/4AAQSkZJRg=="}}]}])
        self.assertIn("jpeg", answer.choices[0].message.content)

    def test_reasoning(self):
        message = self.create("reason", reasoning_effort="low",
                              max_completion_tokens=4000).choices[0].message
        self.assertGreater(len(message.reasoning_content.split()), 3)

    def test_extra_body_is_survived(self):
        answer = self.create(extra_body={"some_new_field": {"a": [1, 2]}})
        self.assertEqual(answer.choices[0].message.content, "Hello")

    def test_provider_errors(self):
        for status, kind in ((400, openai.BadRequestError), (429, openai.RateLimitError),
                             (500, openai.InternalServerError), (529, openai.InternalServerError)):
            with self.subTest(status=status):
                script(self.faulty, [], {"status": status})
                with self.assertRaises(kind) as caught:
                    client().chat.completions.create(
                        model=f"{self.faulty}:py{status}", messages=ask("Hi"))
                self.assertIsInstance(caught.exception.body["message"], str)
                self.assertTrue(caught.exception.request_id.startswith("req_"))

    def test_timeout(self):
        script(self.faulty, [], {"delay_ms": 3000})
        with self.assertRaises(openai.APITimeoutError):
            client(timeout=0.3).chat.completions.create(
                model=f"{self.faulty}:pytime", messages=ask("Hi"))

    def test_retry_is_hidden(self):
        script(self.faulty, [{"status": 503}])
        raw = client().chat.completions.with_raw_response.create(
            model=f"{self.faulty}:pysingle", messages=ask("Hi"))
        self.assertEqual(raw.headers["x-switchyard-attempts"], "2")

    def test_error_inside_a_stream(self):
        script(self.faulty, [], {"cut_after": 4, "cut": "abort"})
        with self.assertRaises(openai.APIError):
            list(client().chat.completions.create(
                model=f"{self.faulty}:lorem", messages=ask("Hi"), stream=True))


class General(unittest.TestCase):
    def test_models(self):
        models = {m.id: m for m in client().models.list()}
        for target in TARGETS:
            model = models[f"{target}:echo"]
            self.assertGreater(float(model.pricing["prompt"]), 0)
            self.assertIn("text", model.architecture["output_modalities"])
            self.assertIn("max_tokens", model.supported_parameters)

    def test_wrong_key(self):
        with self.assertRaises(openai.AuthenticationError):
            openai.OpenAI(base_url=URL, api_key="sy_no", max_retries=0).models.list()

    def test_unknown_model(self):
        with self.assertRaises(openai.NotFoundError) as caught:
            client().chat.completions.create(model="no-such-model", messages=ask("Hi"))
        self.assertEqual(caught.exception.code, "model_not_found")
        self.assertEqual(caught.exception.param, "model")

    def test_no_messages(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            client().chat.completions.create(model=f"{TARGETS[0]}:echo", messages=[])
        self.assertEqual(caught.exception.param, "messages")

    def test_too_large(self):
        with self.assertRaises(openai.APIStatusError) as caught:
            client().chat.completions.create(
                model=f"{TARGETS[0]}:echo", messages=ask("x" * (33 << 20)))
        self.assertEqual(caught.exception.status_code, 413)


for _target in TARGETS:
    _name = f"Target_{_target}"
    globals()[_name] = type(_name, (Cases, unittest.TestCase), {"target": _target})

if __name__ == "__main__":
    unittest.main(verbosity=1)
