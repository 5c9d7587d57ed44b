"""genai_test.py - the official Google client for Python, unmodified, through the gateway."""
import asyncio
import os
import unittest

from google import genai
from google.genai import errors, types
from pydantic import BaseModel

URL, KEY = os.environ["SY_URL"].removesuffix("/v1"), os.environ["SY_KEY"]
TARGETS = os.environ["SY_TARGETS"].split()


def new_client(key):
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=URL))


CLIENT = new_client(KEY)  # it closes its connections when it is forgotten


class Point(BaseModel):
    x: int
    label: str


def weather(city: str) -> str:
    """Weather of a city."""
    return f"sun in {city}"


class Cases(unittest.TestCase):
    def each(self, run):
        for target in TARGETS:
            with self.subTest(target=target):
                run(lambda model, t=target: f"{t}:{model}")

    def ask(self, model, contents, **config):
        return CLIENT.models.generate_content(model=model, contents=contents,
                                              config=config or None)

    def test_generate_content(self):
        def run(at):
            answer = self.ask(at("echo"), "Grüße, 你好")
            self.assertEqual(answer.text, "Grüße, 你好")
            self.assertEqual(answer.candidates[0].finish_reason, types.FinishReason.STOP)
            usage = answer.usage_metadata
            self.assertEqual(usage.total_token_count,
                             usage.prompt_token_count + usage.candidates_token_count)
        self.each(run)

    def test_stream(self):
        def run(at):
            chunks = list(CLIENT.models.generate_content_stream(model=at("lorem"), contents="Hi"))
            self.assertGreater(len(chunks), 5)
            self.assertEqual("".join(c.text or "" for c in chunks), self.ask(at("lorem"), "Hi").text)
            self.assertEqual(chunks[-1].candidates[0].finish_reason, types.FinishReason.STOP)
            self.assertEqual(chunks[-1].usage_metadata.candidates_token_count, 40)
        self.each(run)

    def test_async(self):
        async def run(model):
            answer = await CLIENT.aio.models.generate_content(model=model, contents="Hi")
            text = ""
            async for chunk in await CLIENT.aio.models.generate_content_stream(
                    model=model, contents="Hi"):
                text += chunk.text or ""
            return answer.text, text
        self.each(lambda at: self.assertEqual(asyncio.run(run(at("echo"))), ("Hi", "Hi")))

    def test_system_instruction(self):
        self.each(lambda at: self.assertEqual(
            self.ask(at("echo"), "Hi", system_instruction="Be brief.", temperature=0.5).text, "Hi"))

    def test_automatic_functions(self):
        self.each(lambda at: self.assertIn(
            "sun in", self.ask(at("tools"), "Weather?", tools=[weather]).text))

    def test_functions_by_hand(self):
        def run(at):
            declared = types.Tool(function_declarations=[types.FunctionDeclaration(
                name="weather", parameters=types.Schema(type="OBJECT", properties={
                    "city": types.Schema(type="STRING")}, required=["city"]))])
            first = self.ask(at("tools"), "Weather?", tools=[declared])
            [call] = first.function_calls
            self.assertIsInstance(call.args["city"], str)
            answer = self.ask(at("tools"), [
                types.Content(role="user", parts=[types.Part(text="Weather?")]),
                first.candidates[0].content,
                types.Content(role="user", parts=[types.Part.from_function_response(
                    name=call.name, response={"result": "rain in Oslo"})])], tools=[declared])
            self.assertIn("rain in Oslo", answer.text)
        self.each(run)

    def test_schema(self):
        def run(at):
            answer = self.ask(at("json"), "A point", response_mime_type="application/json",
                              response_schema=Point)
            self.assertIsInstance(answer.parsed, Point)
        self.each(run)

    def test_chat(self):
        def run(at):
            chat = CLIENT.chats.create(model=at("echo"))
            self.assertEqual(chat.send_message("One").text, "One")
            self.assertEqual("".join(c.text or "" for c in chat.send_message_stream("Two")), "Two")
            self.assertEqual(chat.send_message("Three").text, "Three")
        self.each(run)

    def test_thoughts_go_back(self):
        """This client decodes a signature, and encodes it again in the alphabet of URLs."""
        def run(at):
            chat = CLIENT.chats.create(model=at("reason"), config={
                "max_output_tokens": 4000,
                "thinking_config": {"include_thoughts": True, "thinking_budget": 1024}})
            first = chat.send_message("One")
            self.assertTrue(any(p.thought for p in first.candidates[0].content.parts))
            self.assertEqual(chat.send_message("Two").text, "Two")
        self.each(run)

    def test_picture(self):
        pixel = bytes.fromhex("89504e470d0a1a0a0000000d49484452")
        self.each(lambda at: self.assertIn("1 image", self.ask(
            at("vision"), ["What?", types.Part.from_bytes(data=pixel, mime_type="image/png")]).text))

    def test_errors(self):
        wrong = new_client("sy_wrong")
        with self.assertRaises(errors.ClientError) as caught:
            wrong.models.generate_content(model="x", contents="Hi")
        self.assertEqual((caught.exception.code, caught.exception.status), (401, "UNAUTHENTICATED"))
        with self.assertRaises(errors.ClientError) as caught:
            self.ask("nothing", "Hi")
        self.assertEqual((caught.exception.code, caught.exception.status), (404, "NOT_FOUND"))
        with self.assertRaises(errors.ClientError):
            self.ask(f"{TARGETS[0]}:echo", "Hi", tools=[{"google_search": {}}])

    def test_count_tokens(self):
        counted = CLIENT.models.count_tokens(model=f"{TARGETS[0]}:echo", contents="Hello there")
        self.assertGreater(counted.total_tokens, 0)

    def test_models(self):
        names = [model.name for model in CLIENT.models.list()]
        for target in TARGETS:
            self.assertIn(f"models/{target}:echo", names)


if __name__ == "__main__":
    unittest.main()
