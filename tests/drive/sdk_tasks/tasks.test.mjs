// tasks.test.mjs - tasks that are no chat, by the official openai client for Node, unmodified.
//
// SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider.  Of the targets of sdk.py, oa and oc
// speak OpenAI's dialect, ge Gemini's and co Cohere's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';

const { SY_URL, SY_KEY, SY_SIM } = process.env;
const client = (more = {}) => new OpenAI({ baseURL: SY_URL, apiKey: SY_KEY, maxRetries: 0, ...more });
const TEXTS = ['The first text.', 'A second one, with an é.', 'third'];
const SOUND = Buffer.from(Array.from({ length: 768 }, (_, i) => i % 256));

// What the provider itself answers, past the gateway, as binary32.
const direct = async (input, more = {}) => {
  const res = await fetch(`${SY_SIM}/oc/v1/embeddings`, {
    method: 'POST', body: JSON.stringify({ model: 'echo', input, encoding_format: 'float', ...more }),
  });
  return (await res.json()).data.map((row) => Float32Array.from(row.embedding));
};
const bits = (rows) => rows.map((row) => Float32Array.from(row.embedding));

for (const target of ['oa', 'oc', 'ge', 'co']) {
  test(`${target}: embeddings as the client asks for them`, async () => {
    const answer = await client().embeddings.create({ model: `${target}:echo`, input: TEXTS });
    assert.deepEqual(bits(answer.data), await direct(TEXTS));
    assert.ok(answer.data.every((row) => Array.isArray(row.embedding)));
    assert.ok(answer.usage.prompt_tokens > 0);
  });
  test(`${target}: embeddings in numbers`, async () => {
    const answer = await client().embeddings.create({ model: `${target}:echo`, input: TEXTS, encoding_format: 'float' });
    assert.deepEqual(bits(answer.data), await direct(TEXTS));
  });
  test(`${target}: embeddings of fewer dimensions`, async () => {
    const answer = await client().embeddings.create({ model: `${target}:echo`, input: 'x', dimensions: 8 });
    assert.deepEqual(bits(answer.data), await direct('x', { dimensions: 8 }));
  });
}

test('embeddings of tokens', async () => {
  assert.equal((await client().embeddings.create({ model: 'oc:echo', input: [1, 2, 3] })).data.length, 1);
  await assert.rejects(client().embeddings.create({ model: 'co:echo', input: [1, 2, 3] }),
    (e) => e instanceof OpenAI.BadRequestError && e.param === 'input');
});

test('embeddings refused', async () => {
  await assert.rejects(client().embeddings.create({ model: 'oc:echo', input: [] }),
    (e) => e instanceof OpenAI.BadRequestError && e.param === 'input' && e.requestID.startsWith('req_'));
  await assert.rejects(client().embeddings.create({ model: 'an:echo', input: 'x' }), /does not do embeddings/);
});

for (const target of ['oa', 'oc', 'an', 'be', 'ge', 'co']) {
  test(`${target}: a completion`, async () => {
    const answer = await client().completions.create({ model: `${target}:echo`, prompt: 'one two' });
    assert.match(answer.choices[0].text, /one two/);
    assert.equal(answer.choices[0].finish_reason, 'stop');
  });
  test(`${target}: a completion, streamed`, async () => {
    let text = '';
    for await (const chunk of await client().completions.create({ model: `${target}:echo`, prompt: 'one two three', stream: true }))
      text += chunk.choices[0]?.text ?? '';
    assert.match(text, /one two three/);
  });
}

test('moderations', async () => {
  const answer = await client().moderations.create({ model: 'oc:echo', input: ['calm', 'violence'] });
  assert.deepEqual(answer.results.map((r) => r.flagged), [false, true]);
});

test('images', async () => {
  const answer = await client().images.generate({ model: 'oc:echo', prompt: 'x', n: 3 });
  assert.equal(answer.data.length, 3);
  const types = [];
  for await (const event of await client().images.generate({ model: 'oc:echo', prompt: 'x', stream: true }))
    types.push(event.type);
  assert.equal(types.at(-1), 'image_generation.completed');
});

test('image edits', async () => {
  const image = await toFile(SOUND, 'é.png', { type: 'image/png' });
  const answer = await client().images.edit({ model: 'oc:echo', image: [image, image], prompt: 'x' });
  assert.deepEqual(answer.files.map((f) => [f.name, f.bytes]), [['image[]', 768], ['image[]', 768]]);
});

test('speech', async () => {
  const answer = await client().audio.speech.create({ model: 'oc:echo', voice: 'alloy', input: 'one two' });
  assert.equal(Buffer.from(await answer.arrayBuffer()).toString('latin1'), '\xff\xfb\x90\0one \xff\xfb\x90\0two');
  assert.equal(answer.headers.get('content-type'), 'audio/mpeg');
});

test('transcriptions', async () => {
  const file = () => toFile(SOUND, 'talk.mp3');
  const c = client().audio.transcriptions;
  const answer = await c.create({ model: 'oc:echo', file: await file() });
  assert.match(answer.text, /^768 bytes/);
  assert.equal(await c.create({ model: 'oc:echo', file: await file(), response_format: 'text' }), `${answer.text}\n`);
  const types = [];
  for await (const event of await c.create({ model: 'oc:echo', file: await file(), stream: true })) types.push(event.type);
  assert.equal(types.at(-1), 'transcript.text.done');
  await assert.rejects(c.create({ model: 'oc:echo', file: await toFile(Buffer.alloc(0), 'a.mp3') }),
    (e) => e instanceof OpenAI.BadRequestError && e.param === 'file');
});

test('translations', async () => {
  const answer = await client().audio.translations.create({ model: 'oc:echo', file: await toFile(SOUND, 'a.wav') });
  assert.match(answer.text, /^768 bytes/);
});
