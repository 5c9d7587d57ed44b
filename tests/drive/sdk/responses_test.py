"""responses_test.py - the Responses API of the official openai client for Python, unmodified.

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


def tool(name, field):
    return {"type": "function", "name": name, "description": f"The {name}", "strict": True,
            "parameters": {"type": "object", "properties": {field: {"type": "string"}},
                           "required": [field], "additionalProperties": False}}


WEATHER, TIME = tool("weather", "city"), tool("time", "zone")


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


def calls_of(response):
    return [item for item in response.output if item.type == "function_call"]


class Cases:
    """Run once for each target, by the classes made below."""

    target = ""

    def setUp(self):
        self.faulty = self.target + "f"
        script(self.faulty, [])

    def create(self, model="echo", text="Hello", **more):
        return client().responses.create(
            model=f"{self.target}:{model}", input=more.pop("input", text), **more)

    def stream(self, model="lorem", text="Hi", **more):
        return client().responses.stream(model=f"{self.target}:{model}", input=text, **more)

    def test_create(self):
        r = self.create(text="Good morning")
        self.assertEqual(r.output_text, "Good morning")
        self.assertEqual(r.status, "completed")
        self.assertEqual(r.usage.total_tokens, r.usage.input_tokens + r.usage.output_tokens)
        self.assertTrue(r._request_id.startswith("req_"))
        self.assertIsNone(r.error)
        self.assertEqual(r.usage.output_tokens_details.reasoning_tokens, 0)

    def test_async(self):
        async def run():
            async with openai.AsyncOpenAI(base_url=URL, api_key=KEY) as c:
                answers = await asyncio.gather(*(
                    c.responses.create(model=f"{self.target}:echo", input=f"n{i}")
                    for i in range(20)))
            return [a.output_text for a in answers]
        self.assertEqual(asyncio.run(run()), [f"n{i}" for i in range(20)])

    def test_items(self):
        r = self.create(instructions="Be brief.", input=[
            {"role": "user", "content": [{"type": "input_text", "text": "One"}]},
            {"role": "assistant", "content": "Two"}, {"role": "user", "content": "Three"}])
        self.assertEqual(r.output_text, "Three")

    def test_stream(self):
        events = list(self.create("lorem", stream=True))
        self.assertEqual([e.sequence_number for e in events], list(range(len(events))))
        self.assertEqual(events[0].type, "response.created")
        self.assertEqual(events[0].response.status, "in_progress")
        self.assertEqual(events[-1].type, "response.completed")
        text = "".join(e.delta for e in events if e.type == "response.output_text.delta")
        self.assertEqual(events[-1].response.output_text, text)
        self.assertEqual(text, self.create("lorem").output_text)

    def test_async_stream(self):
        async def run():
            async with openai.AsyncOpenAI(base_url=URL, api_key=KEY) as c:
                async with c.responses.stream(model=f"{self.target}:lorem", input="Hi") as s:
                    return (await s.get_final_response()).output_text
        self.assertEqual(len(asyncio.run(run()).split()), 40)

    def test_stream_helper(self):
        with self.stream() as stream:
            deltas = "".join(e.delta for e in stream if e.type == "response.output_text.delta")
            final = stream.get_final_response()
        self.assertEqual(final.output_text, deltas)

    def test_stream_helper_tools(self):
        with self.stream("tools-parallel", tools=[WEATHER, TIME]) as stream:
            snapshots = {e.item_id: e.snapshot for e in stream
                         if e.type == "response.function_call_arguments.delta"}
            final = stream.get_final_response()
        self.assertGreaterEqual(len(calls_of(final)), 2)
        for call in calls_of(final):
            self.assertEqual(call.arguments, snapshots[call.id])
            self.assertIsInstance(call.parsed_arguments, dict)

    def test_stream_helper_reasoning(self):
        with self.stream("reason", "Think", reasoning={"effort": "low", "summary": "auto"},
                         max_output_tokens=4000) as stream:
            thought = "".join(e.delta for e in stream
                              if e.type == "response.reasoning_summary_text.delta")
            final = stream.get_final_response()
        self.assertEqual(final.output_text, "Think")
        self.assertEqual(final.output[0].summary[0].text, thought)

    def test_length(self):
        r = self.create("lorem", max_output_tokens=16)
        self.assertEqual((r.status, r.incomplete_details.reason),
                         ("incomplete", "max_output_tokens"))
        self.assertEqual(r.usage.output_tokens, 16)

    def test_length_in_a_stream(self):
        events = list(self.create("lorem", stream=True, max_output_tokens=16))
        self.assertEqual(events[-1].type, "response.incomplete")
        self.assertEqual(events[-1].response.output[-1].status, "incomplete")

    def test_tool_round_trip(self):
        question = [{"role": "user", "content": "Weather?"}]
        first = self.create("tools", input=question, tools=[WEATHER])
        [call] = calls_of(first)
        self.assertNotEqual(call.id, call.call_id)
        r = self.create("tools", tools=[WEATHER], input=[
            *question, *first.output,
            {"type": "function_call_output", "call_id": call.call_id, "output": "snow"}])
        self.assertIn("snow", r.output_text)

    def test_previous_response(self):
        first = self.create("tools", "Weather?", tools=[WEATHER])
        more = {"previous_response_id": first.id, "tools": [WEATHER], "input": [
            {"type": "function_call_output", "call_id": calls_of(first)[0].call_id,
             "output": "sleet"}]}
        self.assertIn("sleet", self.create("tools", **more).output_text)
        with self.stream("tools", more.pop("input"), **more) as stream:
            self.assertIn("sleet", stream.get_final_response().output_text)

    def test_retrieve_and_delete(self):
        r = self.create(text="Keep me")
        self.assertEqual(client().responses.retrieve(r.id).output_text, "Keep me")
        [item] = client().responses.input_items.list(r.id)
        self.assertEqual(item.content[0].text, "Keep me")
        client().responses.delete(r.id)
        with self.assertRaises(openai.NotFoundError):
            client().responses.retrieve(r.id)
        with self.assertRaises(openai.BadRequestError) as caught:
            self.create(previous_response_id=r.id)
        self.assertEqual(caught.exception.code, "previous_response_not_found")

    def test_parallel_tools(self):
        self.assertGreaterEqual(
            len(calls_of(self.create("tools-parallel", tools=[WEATHER, TIME]))), 2)

    def test_parallel_off(self):
        raw = client().responses.with_raw_response.create(
            model=f"{self.target}:tools-parallel", input="Hi", tools=[WEATHER, TIME],
            parallel_tool_calls=False)
        if self.target in ("ge", "co"):  # they cannot be asked that, which is said
            self.assertIn("parallel_tool_calls", raw.headers["x-switchyard-dropped"].split())
        else:
            self.assertEqual(len(calls_of(raw.parse())), 1)

    def test_parse(self):
        r = client().responses.parse(model=f"{self.target}:json", input="An event",
                                     text_format=Event)
        self.assertIsInstance(r.output_parsed, Event)

    def test_parse_stream(self):
        with self.stream("json", "An event", text_format=Event) as stream:
            self.assertIsInstance(stream.get_final_response().output_parsed, Event)

    def test_parse_tool(self):
        flat = openai.pydantic_function_tool(Event)["function"]
        r = client().responses.parse(model=f"{self.target}:tools", input="An event",
                                     tools=[{"type": "function", **flat}])
        Event.model_validate_json(calls_of(r)[0].arguments)

    def test_vision(self):
        r = self.create("vision", input=[{"role": "user", "content": [
            {"type": "input_text", "text": "Which?"},
            {"type": "input_image", "detail": "auto",
             "image_url": "data:image/jpeg;base64,/9j/4AAQSkZJRg=="}]}])
        self.assertIn("jpeg", r.output_text)

    def test_extra_body_is_survived(self):
        self.assertEqual(self.create(extra_body={"some_new_field": {"a": [1, 2]}}).output_text,
                         "Hello")

    def test_headers(self):
        raw = client().responses.with_raw_response.create(
            model=f"{self.target}:echo", input="Hi", truncation="auto", store=False)
        self.assertTrue(raw.headers["content-type"].startswith("application/json"))
        self.assertEqual(raw.headers["x-switchyard-provider"], self.target)
        self.assertEqual(raw.parse().truncation, "disabled")
        self.assertIs(raw.parse().store, False)

    def test_provider_errors(self):
        for status, kind in ((400, openai.BadRequestError), (429, openai.RateLimitError),
                             (500, openai.InternalServerError), (529, openai.InternalServerError)):
            with self.subTest(status=status):
                script(self.faulty, [], {"status": status})
                with self.assertRaises(kind) as caught:
                    client().responses.create(model=f"{self.faulty}:py{status}", input="Hi")
                self.assertIsInstance(caught.exception.body["message"], str)
                self.assertTrue(caught.exception.request_id.startswith("req_"))

    def test_failure_inside_a_stream(self):
        script(self.faulty, [], {"cut_after": 4, "cut": "abort"})
        events = list(client().responses.create(
            model=f"{self.faulty}:lorem", input="Hi", stream=True))
        self.assertEqual(events[-1].type, "response.failed")
        self.assertEqual(events[-1].response.error.code, "server_error")
        with self.assertRaises(RuntimeError), client().responses.stream(
                model=f"{self.faulty}:lorem", input="Hi") as stream:
            stream.get_final_response()

    def test_retry_is_hidden(self):
        script(self.faulty, [{"status": 503}])
        raw = client().responses.with_raw_response.create(
            model=f"{self.faulty}:pysingle", input="Hi")
        self.assertEqual(raw.headers["x-switchyard-attempts"], "2")

    def test_timeout(self):
        script(self.faulty, [], {"delay_ms": 3000})
        with self.assertRaises(openai.APITimeoutError):
            client(timeout=0.3).responses.create(model=f"{self.faulty}:pytime", input="Hi")


class General(unittest.TestCase):
    def refused(self, param, code, **more):
        with self.assertRaises(openai.BadRequestError) as caught:
            client().responses.create(
                **{"model": f"{TARGETS[0]}:echo", "input": "Hi", **more})
        self.assertEqual((caught.exception.param, caught.exception.code), (param, code))

    def test_refused(self):
        self.refused("background", "unsupported_parameter", background=True)
        self.refused("tools[0].type", "unsupported_value", tools=[{"type": "web_search"}])
        self.refused("conversation", "unsupported_parameter", conversation="conv_1")
        self.refused("input", "empty_array", input=[])
        self.refused("temperature", "decimal_above_max_value", temperature=3)
        self.refused("max_output_tokens", "integer_below_min_value", max_output_tokens=1)

    def test_wrong_key(self):
        with self.assertRaises(openai.AuthenticationError):
            openai.OpenAI(base_url=URL, api_key="sy_no", max_retries=0).responses.create(
                model="x", input="Hi")

    def test_unknown_model(self):
        with self.assertRaises(openai.NotFoundError) as caught:
            client().responses.create(model="no-such-model", input="Hi")
        self.assertEqual(caught.exception.code, "model_not_found")


for _target in TARGETS:
    _name = f"Target_{_target}"
    globals()[_name] = type(_name, (Cases, unittest.TestCase), {"target": _target})

if __name__ == "__main__":
    unittest.main(verbosity=1)
