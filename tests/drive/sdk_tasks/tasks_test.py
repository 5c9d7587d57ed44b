"""tasks_test.py - tasks that are no chat, by the official clients for Python, unmodified.

SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider.  Of the targets of sdk.py, oa and oc
speak OpenAI's dialect, ge Gemini's and co Cohere's.
"""

import asyncio
import io
import json
import os
import struct
import unittest
import urllib.request

import cohere
import openai

URL, KEY, SIM = (os.environ[name] for name in ("SY_URL", "SY_KEY", "SY_SIM"))
TEXTS = ["The first text.", "A second one, with an é.", "third"]
SOUND = bytes(range(256)) * 3
DOCUMENTS = ["Lyon is a city.", "What the capital of France is: Paris.", "The capital."]


def client(**more):
    return openai.OpenAI(**{"base_url": URL, "api_key": KEY, "max_retries": 0, **more})


def provider(path, body):
    """What the provider itself answers, past the gateway."""
    request = urllib.request.Request(f"{SIM}/{path}", json.dumps(body).encode(),
                                     {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def bits(vectors):
    return [struct.pack(f"<{len(v)}f", *v) for v in vectors]


def direct(texts, **more):
    answer = provider("oc/v1/embeddings", {"model": "echo", "input": texts,
                                           "encoding_format": "float", **more})
    return bits(row["embedding"] for row in answer["data"])


class Embeddings(unittest.TestCase):
    def test_bits_whoever_is_asked_and_however(self):
        for target in ("oa", "oc", "ge", "co"):
            for form in (openai.omit, "float", "base64"):  # the client decodes only its own wish
                with self.subTest(target=target, form=form):
                    answer = client().embeddings.create(model=f"{target}:echo", input=TEXTS,
                                                        encoding_format=form)
                    vectors = [row.embedding for row in answer.data]
                    if form == "base64":
                        self.assertTrue(all(isinstance(v, str) for v in vectors))
                        continue
                    self.assertEqual(bits(vectors), direct(TEXTS))
                    self.assertEqual([row.index for row in answer.data], [0, 1, 2])
                    self.assertGreater(answer.usage.prompt_tokens, 0)

    def test_one_text(self):
        answer = client().embeddings.create(model="oc:echo", input=TEXTS[1])
        self.assertEqual(bits([answer.data[0].embedding]), direct(TEXTS)[1:2])

    def test_dimensions(self):
        for target in ("oc", "ge", "co"):
            answer = client().embeddings.create(model=f"{target}:echo", input="x", dimensions=16)
            self.assertEqual(bits([answer.data[0].embedding]), direct("x", dimensions=16))

    def test_tokens(self):
        answer = client().embeddings.create(model="oc:echo", input=[[1, 2], [3]])
        self.assertEqual(len(answer.data), 2)
        with self.assertRaises(openai.BadRequestError) as caught:
            client().embeddings.create(model="ge:echo", input=[1, 2])
        self.assertEqual(caught.exception.param, "input")

    def test_a_batch(self):
        texts = [f"text {i}" for i in range(500)]
        answer = client().embeddings.create(model="oc:echo", input=texts)
        self.assertEqual(bits(row.embedding for row in answer.data), direct(texts))

    def test_purpose(self):
        answer = client().embeddings.create(model="co:echo", input="x",
                                            extra_body={"input_type": "query"})
        self.assertEqual(len(answer.data), 1)

    def test_errors(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            client().embeddings.create(model="oc:echo", input="")
        self.assertEqual(caught.exception.param, "input")
        with self.assertRaises(openai.NotFoundError):
            client().embeddings.create(model="oc:none", input="x")
        with self.assertRaises(openai.AuthenticationError):
            client(api_key="sy_wrong").embeddings.create(model="oc:echo", input="x")
        with self.assertRaises(openai.BadRequestError) as caught:
            client().embeddings.create(model="an:echo", input="x")
        self.assertIn("does not do embeddings", str(caught.exception))

    def test_async(self):
        async def ask():
            async with openai.AsyncOpenAI(base_url=URL, api_key=KEY) as c:
                return await asyncio.gather(*(c.embeddings.create(model="oc:echo", input=t)
                                              for t in TEXTS))
        answers = asyncio.run(ask())
        self.assertEqual(bits(a.data[0].embedding for a in answers), direct(TEXTS))


class Completions(unittest.TestCase):
    TARGETS = ("oa", "oc", "an", "be", "ge", "co")

    def test_whole(self):
        for target in self.TARGETS:
            with self.subTest(target=target):
                answer = client().completions.create(model=f"{target}:echo", prompt="one two")
                self.assertEqual(answer.object, "text_completion")
                self.assertIn("one two", answer.choices[0].text)
                self.assertEqual(answer.choices[0].finish_reason, "stop")
                self.assertGreater(answer.usage.total_tokens, 0)

    def test_stream(self):
        for target in self.TARGETS:
            with self.subTest(target=target):
                chunks = list(client().completions.create(
                    model=f"{target}:echo", prompt="one two three", stream=True,
                    stream_options={"include_usage": True}))
                self.assertIn("one two three", "".join(
                    c.choices[0].text for c in chunks if c.choices))
                self.assertEqual([c.choices[0].finish_reason for c in chunks if c.choices
                                  and c.choices[0].finish_reason], ["stop"])
                self.assertGreater(chunks[-1].usage.completion_tokens, 0)

    def test_limit(self):
        answer = client().completions.create(model="oc:echo", prompt="one two three",
                                             max_tokens=1)
        self.assertEqual(answer.choices[0].finish_reason, "length")

    def test_refused_by_a_chat(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            client().completions.create(model="an:echo", prompt="x", echo=True)
        self.assertEqual(caught.exception.param, "echo")


class Images(unittest.TestCase):
    def test_generate(self):
        answer = client().images.generate(model="oc:echo", prompt="a lighthouse", n=2)
        self.assertEqual(len(answer.data), 2)
        self.assertTrue(answer.data[0].b64_json)
        self.assertGreater(answer.usage.output_tokens, 0)

    def test_stream(self):
        events = list(client().images.generate(model="oc:echo", prompt="x", stream=True,
                                               partial_images=2))
        self.assertEqual([e.type for e in events], ["image_generation.partial_image"] * 2 +
                         ["image_generation.completed"])
        self.assertEqual(events[-1].usage.output_tokens, 100)

    def test_edit(self):
        for image in (("a.png", SOUND, "image/png"),
                      [("a.png", SOUND, "image/png"), ("b.png", b"2", "image/png")]):
            answer = client().images.edit(model="oc:echo", image=image, prompt="é",
                                          mask=("m.png", b"m", "image/png"))
            files = answer.model_extra["files"]
            self.assertEqual([f["name"] for f in files],
                             ["image", "mask"] if isinstance(image, tuple) else
                             ["image[]", "image[]", "mask"])
            self.assertEqual((files[0]["bytes"], files[0]["filename"]), (len(SOUND), "a.png"))

    def test_edit_stream(self):
        events = list(client().images.edit(model="oc:echo", image=SOUND, prompt="x", stream=True))
        self.assertEqual(events[-1].type, "image_edit.completed")

    def test_variation(self):
        answer = client().images.create_variation(model="oc:echo", image=("a.png", SOUND))
        self.assertEqual(len(answer.data), 1)

    def test_default_model(self):
        with self.assertRaises(openai.NotFoundError) as caught:
            client().images.generate(prompt="x")
        self.assertIn("dall-e-2", str(caught.exception))


class Audio(unittest.TestCase):
    SAID = {"model": "oc:echo", "voice": "alloy", "input": "one two"}
    HEARD = b"\xff\xfb\x90\0one \xff\xfb\x90\0two"

    def test_speech(self):
        answer = client().audio.speech.create(**self.SAID)
        self.assertEqual(answer.content, self.HEARD)
        self.assertEqual(answer.response.headers["content-type"], "audio/mpeg")

    def test_speech_as_it_comes(self):
        with client().audio.speech.with_streaming_response.create(**self.SAID) as answer:
            self.assertEqual(b"".join(answer.iter_bytes()), self.HEARD)

    def test_speech_wrong(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            client().audio.speech.create(model="oc:echo", voice="alloy", input="")
        self.assertEqual(caught.exception.param, "input")

    def test_transcription(self):
        c = client().audio.transcriptions
        answer = c.create(model="oc:echo", file=("talk.mp3", SOUND))
        self.assertIn(f"{len(SOUND)} bytes", answer.text)
        text = c.create(model="oc:echo", file=io.BytesIO(SOUND), response_format="text")
        self.assertEqual(text, answer.text + "\n")
        verbose = c.create(model="oc:echo", file=SOUND, response_format="verbose_json",
                           timestamp_granularities=["word", "segment"], temperature=0.5)
        self.assertEqual(verbose.duration, 1.5)

    def test_transcription_stream(self):
        events = list(client().audio.transcriptions.create(model="oc:echo", file=SOUND,
                                                           stream=True))
        self.assertEqual([e.type for e in events],
                         ["transcript.text.delta", "transcript.text.done"])

    def test_translation(self):
        answer = client().audio.translations.create(model="oc:echo", file=("a.wav", SOUND))
        self.assertIn(f"{len(SOUND)} bytes", answer.text)


class Others(unittest.TestCase):
    def test_moderation(self):
        answer = client().moderations.create(model="oc:echo", input=["calm", "violence"])
        self.assertEqual([r.flagged for r in answer.results], [False, True])
        self.assertTrue(answer.results[1].categories.violence)

    def test_cohere_second(self):
        for target in ("oc", "co"):
            c = cohere.ClientV2(api_key=KEY, base_url=URL.removesuffix("/v1"))
            answer = c.rerank(model=f"{target}:echo", query="capital of France",
                              documents=DOCUMENTS, top_n=2)
            self.assertEqual([r.index for r in answer.results], [1, 2])
            self.assertGreater(answer.results[0].relevance_score,
                               answer.results[1].relevance_score)
            self.assertEqual(answer.meta.billed_units.search_units, 1)

    def test_cohere_first(self):
        c = cohere.Client(api_key=KEY, base_url=URL.removesuffix("/v1"))
        answer = c.rerank(model="oc:echo", query="capital of France", return_documents=True,
                          documents=[*DOCUMENTS, {"text": "x", "id": "7"}])
        self.assertEqual(answer.results[0].document.text, DOCUMENTS[1])

    def test_cohere_errors(self):
        c = cohere.ClientV2(api_key=KEY, base_url=URL.removesuffix("/v1"))
        with self.assertRaises(cohere.BadRequestError):
            c.rerank(model="oc:echo", query="", documents=["a"])
        with self.assertRaises(cohere.NotFoundError):
            c.rerank(model="oc:none", query="q", documents=["a"])


if __name__ == "__main__":
    unittest.main()
