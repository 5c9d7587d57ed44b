// ai.test.mjs - the `ai` package, unmodified, through the gateway.
//
// Its providers for OpenAI's chat, for what is compatible with it, and for Anthropic's messages:
// the same cases for each, and for each target of SY_TARGETS, whatever dialect the provider behind
// the gateway speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, Output, RetryError, embed, embedMany, generateObject, generateText, stepCountIs, streamObject, streamText, tool } from 'ai';
import { z } from 'zod';

globalThis.AI_SDK_LOG_WARNINGS = false;
const { SY_URL, SY_KEY, SY_SIM } = process.env;
const targets = process.env.SY_TARGETS.split(' ');
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const makers = {
  openai: (apiKey = SY_KEY) => createOpenAI({ baseURL: SY_URL, apiKey }).chat,
  compatible: (apiKey = SY_KEY) => createOpenAICompatible({ name: 'switchyard', baseURL: SY_URL, apiKey, includeUsage: true, supportsStructuredOutputs: true }),
  anthropic: (apiKey = SY_KEY) => createAnthropic({ baseURL: SY_URL, apiKey }),
};

// Anthropic's clients see thoughts where they ask for them.
const thinking = { providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 1024 } } } };

const script = async (site, then) => {
  const res = await fetch(`${SY_SIM}/_sim/site/${site}`, { method: 'PUT', body: JSON.stringify({ steps: [], ...(then && { then }) }) });
  assert.equal(res.status < 300, true, await res.text());
};
const weather = (more) => tool({ description: 'Weather of a city', inputSchema: z.object({ city: z.string() }), ...more });
const person = z.object({ name: z.string(), age: z.number(), tags: z.array(z.string()) });
const user = (...content) => [{ role: 'user', content }];

const partsOf = async (result) => {
  const parts = [];
  for await (const part of result.fullStream) parts.push(part);
  return parts;
};
const textOf = async (result) => {
  let text = '';
  for await (const piece of result.textStream) text += piece;
  return text;
};
const failsWith = (status) => (err) => {
  assert.equal(APICallError.isInstance(err), true, `${err}`);
  assert.equal(err.statusCode, status);
  return true;
};

for (const kind of Object.keys(makers)) for (const target of targets) {
  const model = (name) => makers[kind]()(`${target}:${name}`);
  const faulty = `${target}f`; // its site's script is this file's to change
  const broken = (name) => makers[kind]()(`${faulty}:${name}`);
  // Anthropic's provider asks for objects by way of a tool.
  const objects = kind === 'anthropic' ? 'tools' : 'json';
  const it = (name, run) => test(`${kind}, ${target}: ${name}`, run);

  it('generateText: the text', async () => {
    const { text } = await generateText({ model: model('echo'), prompt: 'Good morning' });
    assert.equal(text, 'Good morning');
  });

  it('generateText: usage', async () => {
    const { usage } = await generateText({ model: model('echo'), prompt: 'one two three' });
    assert.equal(usage.inputTokens > 0, true);
    assert.equal(usage.outputTokens > 0, true);
    assert.equal(usage.totalTokens, usage.inputTokens + usage.outputTokens);
  });

  it('generateText: why it ended, and who answered', async () => {
    const { finishReason, response } = await generateText({ model: model('echo'), prompt: 'Hi' });
    assert.equal(finishReason, 'stop');
    assert.match(response.id, /./);
    assert.match(response.headers['x-request-id'] ?? response.headers['request-id'], /./);
  });

  it('generateText: a system prompt and a conversation', async () => {
    const { text } = await generateText({
      model: model('echo'), system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hi' }, { role: 'assistant', content: 'Hello.' }, { role: 'user', content: 'And now?' }],
    });
    assert.equal(text, 'And now?');
  });

  it('generateText: text in parts', async () => {
    const { text } = await generateText({ model: model('echo'), messages: user({ type: 'text', text: 'one ' }, { type: 'text', text: 'two' }) });
    assert.match(text, /one\s+two/);
  });

  it('generateText: letters of all kinds', async () => {
    const { text } = await generateText({ model: model('echo'), prompt: 'Grüße 🚂 "q" \\ 日本' });
    assert.equal(text, 'Grüße 🚂 "q" \\ 日本');
  });

  it('generateText: cut at maxOutputTokens', async () => {
    const { finishReason } = await generateText({ model: model('lorem'), prompt: 'Go', maxOutputTokens: 3 });
    assert.equal(finishReason, 'length');
  });

  it('generateText: settings are taken', async () => {
    const { text } = await generateText({ model: model('echo'), prompt: 'Hi', temperature: 0.5, stopSequences: ['END'], seed: 7, presencePenalty: 0.1 });
    assert.equal(text, 'Hi');
  });

  it('generateText: thoughts apart from the text', async () => {
    const { text, reasoningText } = await generateText({ model: model('reason'), prompt: 'Think', ...thinking });
    assert.equal(text, 'Think');
    // OpenAI's chat has no thoughts, and its provider looks for none.
    if (kind !== 'openai') assert.match(reasoningText ?? '', /\w/);
  });

  it('generateText: thoughts go back with the next turn', async () => {
    const first = await generateText({ model: model('reason'), prompt: 'Think', ...thinking });
    const { text } = await generateText({
      model: model('reason'), ...thinking, messages: [{ role: 'user', content: 'Think' }, ...first.response.messages, { role: 'user', content: 'Again' }],
    });
    assert.equal(text, 'Again');
  });

  it('generateText: what is refused', async () => {
    const { finishReason, text } = await generateText({ model: model('refuse'), prompt: 'Do evil' });
    assert.equal(finishReason === 'content-filter' || /can't/.test(text), true, finishReason);
  });

  it('tools: a call is handed over', async () => {
    const { toolCalls, finishReason } = await generateText({ model: model('tools'), prompt: 'Weather?', tools: { weather: weather() } });
    assert.equal(toolCalls.length, 1);
    assert.equal(toolCalls[0].toolName, 'weather');
    assert.equal(typeof toolCalls[0].input.city, 'string');
    assert.equal(finishReason, 'tool-calls');
  });

  it('tools: executed, and answered in a second step', async () => {
    const { text, steps } = await generateText({
      model: model('tools'), prompt: 'Weather?', stopWhen: stepCountIs(3),
      tools: { weather: weather({ execute: async () => 'snow' }) },
    });
    assert.equal(steps.length, 2);
    assert.match(text, /snow/);
  });

  it('tools: results that are objects', async () => {
    const { text } = await generateText({
      model: model('tools'), prompt: 'Weather?', stopWhen: stepCountIs(3),
      tools: { weather: weather({ execute: async ({ city }) => ({ city, degrees: [1, 2] }) }) },
    });
    assert.match(text, /degrees/);
  });

  it('tools: several at once, all answered', async () => {
    const ran = [];
    const { steps, text } = await generateText({
      model: model('tools-parallel'), prompt: 'Both?', stopWhen: stepCountIs(3),
      tools: {
        weather: weather({ execute: async () => (ran.push('weather'), 'snow') }),
        time: tool({ inputSchema: z.object({ zone: z.string() }), execute: async () => (ran.push('time'), 'noon') }),
      },
    });
    assert.deepEqual(ran.sort(), ['time', 'weather']);
    assert.equal(new Set(steps[0].toolCalls.map((c) => c.toolCallId)).size, 2);
    assert.match(text, /snow|noon/);
  });

  it('tools: one without arguments', async () => {
    const { toolCalls } = await generateText({ model: model('tools'), prompt: 'Now?', tools: { now: tool({ inputSchema: z.object({}) }) } });
    assert.deepEqual(toolCalls[0].input, {});
  });

  it('tools: one that fails is answered all the same', async () => {
    const { text } = await generateText({
      model: model('tools'), prompt: 'Weather?', stopWhen: stepCountIs(3),
      tools: { weather: weather({ execute: async () => { throw new Error('no station'); } }) },
    });
    assert.match(text, /no station/);
  });

  it('tools: a choice that is required', async () => {
    const { toolCalls } = await generateText({ model: model('tools'), prompt: 'Hi', tools: { weather: weather() }, toolChoice: 'required' });
    assert.equal(toolCalls.length, 1);
  });

  it('tools: a choice by name', async () => {
    const { toolCalls } = await generateText({
      model: model('tools'), prompt: 'Hi', toolChoice: { type: 'tool', toolName: 'time' },
      tools: { weather: weather(), time: tool({ inputSchema: z.object({ zone: z.string() }) }) },
    });
    assert.equal(toolCalls[0].toolName, 'time');
  });

  it('tools: none may be called', async () => {
    const { toolCalls, text } = await generateText({ model: model('tools'), prompt: 'Hi', tools: { weather: weather() }, toolChoice: 'none' });
    assert.equal(toolCalls.length, 0);
    assert.match(text, /\w/);
  });

  it('streamText: the text, in pieces', async () => {
    const result = streamText({ model: model('lorem'), prompt: 'Go' });
    let pieces = 0;
    for await (const piece of result.textStream) pieces += piece.length > 0;
    assert.equal(pieces > 3, true);
    assert.equal(await result.finishReason, 'stop');
  });

  it('streamText: usage at the end', async () => {
    const result = streamText({ model: model('echo'), prompt: 'one two three' });
    await textOf(result);
    const usage = await result.usage;
    assert.equal(usage.inputTokens > 0 && usage.outputTokens > 0, true, JSON.stringify(usage));
  });

  it('streamText: the order of its parts', async () => {
    const types = (await partsOf(streamText({ model: model('echo'), prompt: 'Hello there' }))).map((p) => p.type);
    assert.equal(types[0], 'start');
    assert.equal(types.at(-1), 'finish');
    assert.equal(types.indexOf('text-start') < types.indexOf('text-delta'), true);
    assert.equal(types.lastIndexOf('text-delta') < types.indexOf('text-end'), true);
    assert.equal(types.filter((t) => t === 'text-start').length, 1);
    assert.equal(types.includes('error'), false);
  });

  it('streamText: whole and streamed say the same', async () => {
    const whole = await generateText({ model: model('lorem'), prompt: 'Go' });
    assert.equal(await textOf(streamText({ model: model('lorem'), prompt: 'Go' })), whole.text);
  });

  it('streamText: thoughts before the text', async () => {
    const types = (await partsOf(streamText({ model: model('reason'), prompt: 'Think', ...thinking }))).map((p) => p.type);
    assert.equal(types.includes('error'), false);
    if (kind === 'openai') return;
    assert.equal(types.includes('reasoning-delta'), true, types.join(' '));
    assert.equal(types.indexOf('reasoning-start') < types.indexOf('text-start'), true);
  });

  it('streamText: a call, its input piece by piece', async () => {
    const parts = await partsOf(streamText({ model: model('tools'), prompt: 'Weather?', tools: { weather: weather() } }));
    const input = parts.filter((p) => p.type === 'tool-input-delta').map((p) => p.delta).join('');
    const call = parts.find((p) => p.type === 'tool-call');
    assert.deepEqual(JSON.parse(input), call.input);
    assert.equal(call.toolName, 'weather');
  });

  it('streamText: calls at once have ids of their own', async () => {
    const parts = await partsOf(streamText({
      model: model('tools-parallel'), prompt: 'Both?', tools: { weather: weather(), time: tool({ inputSchema: z.object({ zone: z.string() }) }) },
    }));
    const calls = parts.filter((p) => p.type === 'tool-call');
    assert.deepEqual(calls.map((c) => c.toolName).sort(), ['time', 'weather']);
    assert.equal(new Set(calls.map((c) => c.toolCallId)).size, 2);
  });

  it('streamText: two steps', async () => {
    const result = streamText({
      model: model('tools'), prompt: 'Weather?', stopWhen: stepCountIs(3), tools: { weather: weather({ execute: async () => 'snow' }) },
    });
    assert.match(await textOf(result), /snow/);
    assert.equal((await result.steps).length, 2);
  });

  it('streamText: cut at maxOutputTokens', async () => {
    const result = streamText({ model: model('lorem'), prompt: 'Go', maxOutputTokens: 3 });
    await textOf(result);
    assert.equal(await result.finishReason, 'length');
  });

  it('generateObject: by a schema', async () => {
    const { object } = await generateObject({ model: model(objects), schema: person, prompt: 'A person' });
    assert.equal(person.safeParse(object).success, true);
  });

  it('generateObject: a list', async () => {
    const { object } = await generateObject({ model: model(objects), output: 'array', schema: person, prompt: 'People' });
    assert.equal(Array.isArray(object), true);
  });

  it('generateObject: one of some words', async () => {
    const { object } = await generateObject({ model: model(objects), output: 'enum', enum: ['red', 'green'], prompt: 'A colour' });
    assert.equal(['red', 'green'].includes(object), true);
  });

  it('generateText: an object as its output', async () => {
    const { output } = await generateText({ model: model(objects), output: Output.object({ schema: person }), prompt: 'A person' });
    assert.equal(person.safeParse(output).success, true);
  });

  it('streamObject: piece by piece, and whole', async () => {
    const result = streamObject({ model: model(objects), schema: person, prompt: 'A person' });
    let pieces = 0;
    for await (const piece of result.partialObjectStream) pieces += piece !== undefined;
    assert.equal(pieces > 0, true);
    assert.equal(person.safeParse(await result.object).success, true);
  });

  it('a picture as data', async () => {
    const { text } = await generateText({ model: model('vision'), messages: user({ type: 'text', text: 'What?' }, { type: 'image', image: Buffer.from(PIXEL, 'base64') }) });
    assert.match(text, /1 image.*png/);
  });

  it('two pictures', async () => {
    const image = { type: 'image', image: `data:image/png;base64,${PIXEL}` };
    const { text } = await generateText({ model: model('vision'), messages: user({ type: 'text', text: 'What?' }, image, image) });
    assert.match(text, /2 images/);
  });

  it('an unknown model', async () => {
    await assert.rejects(generateText({ model: makers[kind]()('nobody:nothing'), prompt: 'Hi', maxRetries: 0 }), failsWith(404));
  });

  it('an unknown key', async () => {
    await assert.rejects(generateText({ model: makers[kind]('sy_wrong')(`${target}:echo`), prompt: 'Hi', maxRetries: 0 }), failsWith(401));
  });

  it('a key that is unknown, in a stream: an error and no text', async () => {
    const parts = await partsOf(streamText({ model: makers[kind]('sy_wrong')(`${target}:echo`), prompt: 'Hi', maxRetries: 0, onError: () => {} }));
    assert.equal(parts.some((p) => p.type === 'error'), true);
    assert.equal(parts.some((p) => p.type === 'text-delta'), false);
  });

  for (const [status, name, seen] of [[400, '400', 400], [429, '429', 429], [500, '500', 502]]) {
    it(`the provider answers ${status}`, async () => {
      await script(faulty, { status });
      await assert.rejects(generateText({ model: broken(kind + name), prompt: 'Hi', maxRetries: 0 }), (err) => {
        failsWith(seen)(err);
        assert.equal(err.isRetryable, status !== 400);
        assert.match(err.message, /./);
        return true;
      });
      await script(faulty);
    });
  }

  it('it tries again, as often as it was told to', async () => {
    await script(faulty, { status: 503 });
    await assert.rejects(generateText({ model: broken(`${kind}503`), prompt: 'Hi', maxRetries: 1 }), (err) => RetryError.isInstance(err) && err.errors.length === 2);
    await script(faulty);
  });

  it('a stream that is cut short: an error, and no end that looks well', async () => {
    await script(faulty, { cut_after: 4, cut: 'clean' });
    const parts = await partsOf(streamText({ model: broken(`${kind}cut`), prompt: 'Go', maxRetries: 0, onError: () => {} }));
    assert.equal(parts.some((p) => p.type === 'error'), true, parts.map((p) => p.type).join(' '));
    assert.notEqual(parts.findLast((p) => p.type === 'finish')?.finishReason, 'stop');
    await script(faulty);
  });

  it('given up before the answer', async () => {
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(generateText({ model: model('echo'), prompt: 'Hi', abortSignal: abort.signal, maxRetries: 0 }), { name: 'AbortError' });
  });

  it('given up in the middle of a stream', async () => {
    const abort = new AbortController();
    let aborted = false;
    const result = streamText({ model: model('lorem'), prompt: 'Go', abortSignal: abort.signal, onAbort: () => { aborted = true; } });
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta') abort.abort();
      aborted ||= part.type === 'abort';
    }
    assert.equal(aborted, true);
  });

  it('eight at once do not mix', async () => {
    const texts = await Promise.all([...Array(8).keys()].map(async (i) => (await generateText({ model: model('echo'), prompt: `number ${i}` })).text));
    assert.deepEqual(texts, [...Array(8).keys()].map((i) => `number ${i}`));
  });
}

for (const [name, provider] of [
  ['openai', createOpenAI({ baseURL: SY_URL, apiKey: SY_KEY })],
  ['compatible', createOpenAICompatible({ name: 'switchyard', baseURL: SY_URL, apiKey: SY_KEY })],
]) {
  test(`${name}: a text to a vector`, async () => {
    const { embedding } = await embed({ model: provider.textEmbeddingModel('oa:embed'), value: 'a train' });
    assert.equal(embedding.length > 0 && embedding.every(Number.isFinite), true);
  });

  test(`${name}: several, in their order`, async () => {
    const embeddingModel = provider.textEmbeddingModel('oa:embed');
    const { embeddings, usage } = await embedMany({ model: embeddingModel, values: ['a', 'b', 'c'] });
    assert.equal(embeddings.length, 3);
    assert.deepEqual(embeddings[1], (await embed({ model: embeddingModel, value: 'b' })).embedding);
    assert.equal(usage.tokens > 0, true);
  });
}
