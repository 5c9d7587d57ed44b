// genai.test.mjs - the official Google client for Node, unmodified, through the gateway.
//
// The same cases and expectations for each target of SY_TARGETS, whatever dialect the provider
// behind it speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ApiError, FinishReason, FunctionCallingConfigMode, GoogleGenAI, HarmBlockThreshold, HarmCategory, ThinkingLevel, Type,
  createPartFromBase64, createPartFromFunctionResponse, createPartFromUri, createUserContent,
} from '@google/genai';

const { SY_URL, SY_KEY, SY_SIM } = process.env;
const targets = process.env.SY_TARGETS.split(' ');
const site = SY_URL.replace(/\/v1$/, '');

const client = (more = {}) => new GoogleGenAI({ apiKey: SY_KEY, httpOptions: { baseUrl: site }, ...more });
const script = async (name, steps, then) => {
  const res = await fetch(`${SY_SIM}/_sim/site/${name}`, { method: 'PUT', body: JSON.stringify({ steps, then }) });
  assert.equal(res.status < 300, true, await res.text());
};
const lastRequest = async (name) => {
  const [last] = await (await fetch(`${SY_SIM}/_sim/requests?site=${name}&last=1`)).json();
  return JSON.parse(last.body);
};

const weather = {
  name: 'weather', description: 'Weather of a city',
  parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING }, days: { type: Type.INTEGER, nullable: true } }, required: ['city'] },
};
const time = {
  name: 'time', description: 'Time in a zone',
  parametersJsonSchema: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] },
};
const functions = (...list) => ({ tools: [{ functionDeclarations: list }] });
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const gather = async (stream) => {
  const got = { text: '', thoughts: '', chunks: [], calls: [] };
  for await (const chunk of stream) {
    got.chunks.push(chunk);
    got.calls.push(...(chunk.functionCalls ?? []));
    for (const part of chunk.candidates?.[0]?.content?.parts ?? [])
      if (part.thought) got.thoughts += part.text ?? '';
      else got.text += part.text ?? '';
  }
  return got;
};

const checkUsage = ({ usageMetadata: u }) => {
  assert.equal(u.promptTokenCount > 0, true);
  assert.equal(u.totalTokenCount, u.promptTokenCount + (u.candidatesTokenCount ?? 0) + (u.thoughtsTokenCount ?? 0));
};

const checkAnswer = (answer) => {
  assert.match(answer.responseId, /./);
  assert.match(answer.modelVersion, /./);
  assert.equal(answer.candidates[0].content.role, 'model');
  checkUsage(answer);
};

const rejects = (promise, status, more = () => true) => assert.rejects(promise, (err) => {
  assert.equal(err instanceof ApiError, true, `${err.constructor.name}: ${err.message}`);
  assert.equal(err.status, status, err.message);
  more(JSON.parse(err.message.replace(/^got status: [A-Z_]+\. /, '')).error);
  return true;
});

for (const target of targets) {
  const at = (model) => `${target}:${model}`;
  const faulty = `${target}f`; // its site's script is this file's to change
  const ask = (model, contents, config) => client().models.generateContent({ model: at(model), contents, config });
  const stream = (model, contents, config) => client().models.generateContentStream({ model: at(model), contents, config });
  const it = (name, fn) => test(`${target}: ${name}`, fn);

  it('generateContent', async () => {
    const answer = await ask('echo', 'Good morning');
    checkAnswer(answer);
    assert.equal(answer.text, 'Good morning');
    assert.equal(answer.candidates[0].finishReason, FinishReason.STOP);
    assert.equal(answer.functionCalls, undefined);
    assert.match(answer.sdkHttpResponse.headers['x-request-id'], /^req_/);
  });

  it('system instruction and a conversation', async () => {
    const answer = await ask('echo', [
      { role: 'user', parts: [{ text: 'One' }] }, { role: 'model', parts: [{ text: 'Two' }] }, { role: 'user', parts: [{ text: 'Three' }] },
    ], { systemInstruction: 'Be brief.' });
    assert.equal(answer.text, 'Three');
    assert.match(JSON.stringify(await lastRequest(target)), /Be brief\./);
  });

  it('text in parts', async () => {
    assert.equal((await ask('echo', createUserContent(['Part one']))).text, 'Part one');
  });

  it('other alphabets and emoji', async () => {
    const text = 'Grüße, 你好, สวัสดี, \u{1F600} "quoted" \\ back\n\tnew line';
    assert.equal((await ask('echo', text)).text, text);
    assert.equal((await gather(await stream('echo', text))).text, text);
  });

  it('every sampling field, stops, labels and safety settings', async () => {
    checkAnswer(await ask('echo', 'Hello', {
      temperature: 0.5, topP: 0.9, topK: 40, maxOutputTokens: 500, stopSequences: ['END'], seed: 7,
      presencePenalty: 0.1, frequencyPenalty: 0.1,
      safetySettings: [{ category: HarmCategory.HARM_CATEGORY_HARASSMENT, threshold: HarmBlockThreshold.BLOCK_NONE }],
    }));
  });

  it('maxOutputTokens cuts with MAX_TOKENS', async () => {
    const answer = await ask('lorem', 'Hi', { maxOutputTokens: 5 });
    assert.equal(answer.candidates[0].finishReason, FinishReason.MAX_TOKENS);
    assert.equal(answer.text.trim().split(/\s+/).length, 5);
    assert.equal(answer.usageMetadata.candidatesTokenCount, 5);
  });

  it('generateContentStream', async () => {
    const got = await gather(await stream('lorem', 'Hi'));
    assert.equal(got.text, (await ask('lorem', 'Hi')).text);
    assert.equal(got.chunks.length > 5, true);
    const finishes = got.chunks.map((c) => c.candidates[0].finishReason).filter(Boolean);
    assert.deepEqual(finishes, [FinishReason.STOP]);
    assert.equal(got.chunks.at(-1).candidates[0].finishReason, FinishReason.STOP);
    for (const chunk of got.chunks) {
      assert.equal(chunk.responseId, got.chunks[0].responseId);
      assert.equal(chunk.candidates[0].content.role, 'model');
      assert.equal(chunk.candidates[0].content.parts.length > 0, true);
    }
  });

  it('usage of a stream, in its last chunk', async () => {
    const last = (await gather(await stream('lorem', 'Hi'))).chunks.at(-1);
    checkUsage(last);
    assert.equal(last.usageMetadata.candidatesTokenCount, 40);
  });

  it('a stream cut by length', async () => {
    const got = await gather(await stream('lorem', 'Hi', { maxOutputTokens: 3 }));
    assert.equal(got.chunks.at(-1).candidates[0].finishReason, FinishReason.MAX_TOKENS);
  });

  it('a stream that the client leaves', async () => {
    for await (const chunk of await stream('slow', 'Hi')) if (chunk.text) break;
    assert.equal((await ask('echo', 'Still there?')).text, 'Still there?');
  });

  it('abortSignal ends a stream', async () => {
    const abort = new AbortController();
    await assert.rejects(async () => {
      for await (const chunk of await stream('slow', 'Hi', { abortSignal: abort.signal })) if (chunk.text) abort.abort();
    }, /abort/i);
    assert.equal((await ask('echo', 'Still there?')).text, 'Still there?');
  });

  it('chat keeps its history', async () => {
    const chat = client().chats.create({ model: at('echo'), config: { systemInstruction: 'Be brief.' } });
    assert.equal((await chat.sendMessage({ message: 'One' })).text, 'One');
    assert.equal((await chat.sendMessage({ message: 'Two' })).text, 'Two');
    assert.equal(chat.getHistory(true).length, 4);
    assert.match(JSON.stringify(await lastRequest(target)), /One.*One.*Two/);
  });

  it('chat, streamed: what came in chunks goes back as one turn', async () => {
    const chat = client().chats.create({ model: at('lorem') });
    const { text } = await gather(await chat.sendMessageStream({ message: 'One' }));
    await gather(await chat.sendMessageStream({ message: 'Two' }));
    const sent = await lastRequest(target);
    if (target === 'ge') { // its own models get them as they come
      const parts = sent.contents.filter((c) => c.role === 'model').flatMap((c) => c.parts);
      assert.equal(parts.map((p) => p.text).join(''), text);
      return;
    }
    assert.equal(sent.messages.length, 3);
    assert.equal(JSON.stringify(sent.messages[1]).includes(text), true);
  });

  it('one function', async () => {
    const answer = await ask('tools', 'Weather?', functions(weather));
    checkAnswer(answer);
    assert.equal(answer.candidates[0].finishReason, FinishReason.STOP);
    const [call] = answer.functionCalls;
    assert.equal(answer.functionCalls.length, 1);
    assert.match(call.id, /./);
    assert.equal(call.name, 'weather');
    assert.equal(typeof call.args.city, 'string');
  });

  it('a function and its result', async () => {
    const first = await ask('tools', 'Weather?', functions(weather));
    const [call] = first.functionCalls;
    const answer = await ask('tools', [
      createUserContent('Weather?'), first.candidates[0].content,
      createUserContent(createPartFromFunctionResponse(call.id, call.name, { output: 'rain in Oslo' })),
    ], functions(weather));
    assert.match(answer.text, /rain in Oslo/);
  });

  it('a function and its result, without ids', async () => {
    const answer = await ask('tools', [
      { role: 'user', parts: [{ text: 'Weather?' }] },
      { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Oslo' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { result: 'rain' } } }] },
    ], functions(weather));
    assert.match(answer.text, /rain/);
  });

  it('parallel functions and all their results', async () => {
    const first = await ask('tools-parallel', 'Both', functions(weather, time));
    const calls = first.functionCalls;
    assert.equal(calls.length >= 2, true);
    assert.equal(new Set(calls.map((c) => c.id)).size, calls.length);
    const answer = await ask('tools-parallel', [
      createUserContent('Both'), first.candidates[0].content,
      createUserContent(calls.map((c) => createPartFromFunctionResponse(c.id, c.name, { output: `result of ${c.name}` }))),
    ], functions(weather, time));
    assert.match(answer.text, /result of/);
  });

  it('streamed functions come whole', async () => {
    const got = await gather(await stream('tools-parallel', 'Both', functions(weather, time)));
    assert.equal(got.calls.length >= 2, true);
    for (const call of got.calls) assert.equal(typeof call.args, 'object');
    assert.equal(got.chunks.at(-1).candidates[0].finishReason, FinishReason.STOP);
  });

  it('which function: NONE, ANY and by name', async () => {
    const choose = (mode, ...allowedFunctionNames) => ask('tools', '?', {
      ...functions(weather, time),
      toolConfig: { functionCallingConfig: { mode, ...(allowedFunctionNames.length ? { allowedFunctionNames } : {}) } },
    });
    assert.equal((await choose(FunctionCallingConfigMode.ANY, 'time')).functionCalls[0].name, 'time');
    assert.equal((await choose(FunctionCallingConfigMode.ANY)).functionCalls.length, 1);
    assert.equal((await choose(FunctionCallingConfigMode.NONE)).functionCalls, undefined);
  });

  const callable = (log) => ({
    tool: async () => ({ functionDeclarations: [weather] }),
    callTool: async (calls) => {
      log.push(...calls);
      return calls.map((c) => createPartFromFunctionResponse(c.id ?? '', c.name, { output: `sun in ${c.args.city}` }));
    },
  });

  it('automatic function calling goes to its end', async () => {
    const log = [];
    const answer = await ask('tools', 'Weather?', { tools: [callable(log)] });
    assert.equal(log.length, 1);
    assert.match(answer.text, /sun in/);
    assert.equal(answer.automaticFunctionCallingHistory.length, 3);
  });

  it('automatic function calling, streamed', async () => {
    const log = [];
    const got = await gather(await stream('tools', 'Weather?', { tools: [callable(log)] }));
    assert.equal(log.length, 1);
    assert.match(got.text, /sun in/);
  });

  it('JSON by a schema of Google', async () => {
    const answer = await ask('json', 'An event', {
      responseMimeType: 'application/json',
      responseSchema: {
        type: Type.OBJECT, required: ['name', 'day', 'tags', 'kind'], propertyOrdering: ['name', 'day', 'tags', 'kind'],
        properties: {
          name: { type: Type.STRING }, day: { type: Type.INTEGER }, tags: { type: Type.ARRAY, items: { type: Type.STRING } },
          kind: { type: Type.STRING, format: 'enum', enum: ['talk', 'party'] },
        },
      },
    });
    const { name, day, tags, kind } = JSON.parse(answer.text);
    assert.equal(typeof name, 'string');
    assert.equal(Number.isInteger(day), true);
    assert.equal(Array.isArray(tags), true);
    assert.equal(['talk', 'party'].includes(kind), true);
  });

  it('JSON by a JSON schema, streamed', async () => {
    const got = await gather(await stream('json', 'A point', {
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object', properties: { x: { type: 'number' }, y: { type: 'number' } }, required: ['x', 'y'], additionalProperties: false },
    }));
    assert.equal(typeof JSON.parse(got.text).x, 'number');
  });

  it('JSON without a schema', async () => {
    assert.equal(typeof JSON.parse((await ask('json', 'JSON please', { responseMimeType: 'application/json' })).text), 'object');
  });

  it('pictures: inline and by address', async () => {
    const parts = ['What is this?', createPartFromBase64(PIXEL, 'image/png')];
    // Bedrock takes no addresses.
    if (target !== 'be') parts.push(createPartFromUri('https://images.example/cat.jpg', 'image/jpeg'));
    const { text } = await ask('vision', createUserContent(parts));
    assert.match(text, new RegExp(`${parts.length - 1} image`));
    assert.match(text, /png/);
  });

  it('thoughts are parts of their own', async () => {
    const answer = await ask('reason', 'Think', { maxOutputTokens: 4000, thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.LOW } });
    assert.equal(answer.text, 'Think');
    const thoughts = answer.candidates[0].content.parts.filter((p) => p.thought);
    assert.match(thoughts.map((p) => p.text).join(''), /\w+ \w+/);
  });

  it('thoughts, streamed, by a budget', async () => {
    const got = await gather(await stream('reason', 'Think', { maxOutputTokens: 4000, thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } }));
    assert.equal(got.text, 'Think');
    assert.match(got.thoughts, /\w+ \w+/);
  });

  it('thoughts that nobody asked for are not shown', async () => {
    const answer = await ask('reason', 'Think');
    assert.equal(answer.candidates[0].content.parts.some((p) => p.thought), false);
    assert.equal(answer.text, 'Think');
  });

  it('thoughts go back in a chat', async () => {
    const chat = client().chats.create({ model: at('reason'), config: { maxOutputTokens: 4000, thinkingConfig: { includeThoughts: true, thinkingLevel: ThinkingLevel.LOW } } });
    const { chunks } = await gather(await chat.sendMessageStream({ message: 'One' }));
    assert.equal((await gather(await chat.sendMessageStream({ message: 'Two' }))).text, 'Two');
    if (target === 'an') // the only one of these dialects that signs its thoughts
      assert.equal(chunks.some((c) => c.candidates[0].content.parts[0].thoughtSignature), true);
  });

  it('a refusal has its words or its reason', async () => {
    const answer = await ask('refuse', 'Do evil');
    assert.equal(/can't help/.test(answer.text ?? '') || answer.candidates[0].finishReason === FinishReason.SAFETY, true);
  });

  it('a tool that runs at Google goes there alone', async () => {
    if (target === 'ge') {
      await ask('echo', 'News?', { tools: [{ googleSearch: {} }] });
      assert.match(JSON.stringify(await lastRequest(target)), /googleSearch/);
      return;
    }
    await rejects(ask('echo', 'News?', { tools: [{ googleSearch: {} }] }), 400, (error) => {
      assert.match(error.message, /googleSearch/);
      assert.equal(error.status, 'INVALID_ARGUMENT');
    });
  });

  for (const [status, word] of [[400, 'INVALID_ARGUMENT'], [429, 'RESOURCE_EXHAUSTED']])
    it(`provider says ${status}: so does the gateway`, async () => {
      await script(faulty, [], { status });
      await rejects(client().models.generateContent({ model: `${faulty}:s${status}`, contents: 'Hi' }), status, (error) => {
        assert.equal(error.code, status);
        assert.equal(error.status, word);
        assert.equal(typeof error.message, 'string');
      });
      await script(faulty, []);
    });

  it("the provider's 500 is a 5xx", async () => {
    await script(faulty, [], { status: 500 });
    await rejects(client().models.generateContent({ model: `${faulty}:s500`, contents: 'Hi' }), 502, (error) => assert.equal(error.status, 'INTERNAL'));
    await script(faulty, []);
  });

  it('an error inside a stream is thrown', async () => {
    await script(faulty, [], { cut_after: 4, cut: 'clean' });
    await rejects(client().models.generateContentStream({ model: `${faulty}:lorem`, contents: 'Hi' }).then(gather), 502);
    await script(faulty, []);
  });

  it('one failure is hidden', async () => {
    await script(faulty, [{ status: 503 }]);
    assert.equal((await client().models.generateContent({ model: `${faulty}:single`, contents: 'Hi' })).text, 'Hi');
    await script(faulty, []);
  });

  it("the client's own timeout", async () => {
    await script(faulty, [], { delay_ms: 3000 });
    await assert.rejects(client().models.generateContent({ model: `${faulty}:echo`, contents: 'Hi', config: { httpOptions: { timeout: 300 } } }));
    await script(faulty, []);
  });
}

const echo = `${targets[0]}:echo`;

test('countTokens', async () => {
  const few = await client().models.countTokens({ model: echo, contents: 'Hi' });
  const many = await client().models.countTokens({ model: echo, contents: 'Hi '.repeat(1000) });
  assert.equal(few.totalTokens > 0, true);
  assert.equal(many.totalTokens > 100 * few.totalTokens, true);
});

test('models: list and get', async () => {
  const names = [];
  for await (const model of await client().models.list()) names.push(model.name);
  for (const target of targets) assert.equal(names.includes(`models/${target}:echo`), true);
  const model = await client().models.get({ model: echo });
  assert.equal(model.name, `models/${echo}`);
  assert.equal(model.outputTokenLimit, 8000);
  await rejects(client().models.get({ model: 'ech' }), 404);
});

test('a model by another name: models/, a slash, v1 and a base address with v1', async () => {
  const text = async (model, more) => (await client(more).models.generateContent({ model, contents: 'Hi' })).text;
  assert.equal(await text(`models/${echo}`), 'Hi');
  assert.equal(await text(`${targets[0]}/echo`), 'Hi');
  assert.equal(await text(echo, { apiVersion: 'v1' }), 'Hi');
  assert.equal(await text(echo, { httpOptions: { baseUrl: SY_URL } }), 'Hi');
});

test('the client of Vertex, with a key', async () => {
  const vertex = client({ vertexai: true });
  assert.equal((await vertex.models.generateContent({ model: echo, contents: 'Hi' })).text, 'Hi');
  assert.equal((await gather(await vertex.models.generateContentStream({ model: echo, contents: 'Hi' }))).text, 'Hi');
});

test('a key in the address, as old clients have it', async () => {
  const post = (query, body) => fetch(`${site}/v1beta/models/${echo}:generateContent${query}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const body = { contents: [{ parts: [{ text: 'Hi' }] }] };
  const answer = await (await post(`?key=${SY_KEY}`, body)).json();
  assert.equal(answer.candidates[0].content.parts[0].text, 'Hi');
  assert.equal((await post('?key=sy_wrong', body)).status, 401);
  assert.equal((await post('', body)).status, 401);
});

test('a stream without alt=sse is one array', async () => {
  const res = await fetch(`${site}/v1beta/models/${echo}:streamGenerateContent`, {
    method: 'POST', headers: { 'content-type': 'application/json', 'x-goog-api-key': SY_KEY }, body: JSON.stringify({ contents: [{ parts: [{ text: 'One two three' }] }] }),
  });
  assert.match(res.headers.get('content-type'), /^application\/json/);
  const chunks = await res.json();
  assert.equal(chunks.map((c) => c.candidates[0].content.parts[0].text).join(''), 'One two three');
});

test('wrong key: 401, with the reason that clients look for', () => rejects(
  client({ apiKey: 'sy_wrong' }).models.generateContent({ model: echo, contents: 'Hi' }), 401, (error) => {
    assert.equal(error.status, 'UNAUTHENTICATED');
    assert.equal(error.details[0].reason, 'API_KEY_INVALID');
  }));

test('unknown model: 404, with a hint', () => rejects(
  client().models.generateContent({ model: 'ech', contents: 'Hi' }), 404, (error) => {
    assert.equal(error.status, 'NOT_FOUND');
    assert.match(error.message, /echo/);
  }));

for (const [name, contents, config, field] of [
  ['an unknown role', [{ role: 'boss', parts: [{ text: 'Hi' }] }], {}, 'contents[0].role'],
  ['a temperature out of range', 'Hi', { temperature: 9 }, 'generationConfig.temperature'],
  ['an unknown function that is allowed', 'Hi', { ...functions(weather), toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['x'] } } }, 'toolConfig.functionCallingConfig.allowedFunctionNames[0]'],
])
  test(`bad request, ${name}: the field is named`, () => rejects(
    client().models.generateContent({ model: echo, contents, config }), 400, (error) => {
      assert.equal(error.status, 'INVALID_ARGUMENT');
      const [{ field: named }] = error.details.find((d) => d['@type'].endsWith('BadRequest')).fieldViolations;
      assert.equal(named, field);
    }));
