// openai.test.mjs - the official openai client for Node, unmodified, through the gateway.
//
// The same cases and expectations for each target of SY_TARGETS, whatever dialect the provider
// behind it speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodResponseFormat, zodFunction } from 'openai/helpers/zod';
import { z } from 'zod';

const { SY_URL, SY_KEY, SY_SIM } = process.env;
const targets = process.env.SY_TARGETS.split(' ');

const client = (more = {}) => new OpenAI({ baseURL: SY_URL, apiKey: SY_KEY, maxRetries: 0, ...more });
const ask = (text) => [{ role: 'user', content: text }];
const script = async (site, steps, then) => {
  const res = await fetch(`${SY_SIM}/_sim/site/${site}`, { method: 'PUT', body: JSON.stringify({ steps, then }) });
  assert.equal(res.status < 300, true, await res.text());
};
const attempts = async (site) => (await fetch(`${SY_SIM}/_sim/attempts?site=${site}`)).json();

const weather = {
  type: 'function',
  function: {
    name: 'weather', description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  },
};
const time = {
  type: 'function',
  function: {
    name: 'time', description: 'Time in a zone',
    parameters: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'], additionalProperties: false },
  },
};
const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const gather = async (stream) => {
  const got = { text: '', chunks: [], finish: [], usage: [] };
  for await (const chunk of stream) {
    got.chunks.push(chunk);
    for (const choice of chunk.choices) {
      got.text += choice.delta.content ?? '';
      if (choice.finish_reason) got.finish.push(choice.finish_reason);
    }
    if (chunk.usage) got.usage.push(chunk.usage);
  }
  return got;
};

const checkAnswer = (answer) => {
  assert.match(answer.id, /./);
  assert.equal(answer.object, 'chat.completion');
  assert.equal(Number.isInteger(answer.created), true);
  assert.equal(Math.abs(answer.created - Date.now() / 1000) < 120, true);
  const { prompt_tokens: p, completion_tokens: c, total_tokens: t } = answer.usage;
  assert.equal(t, p + c);
  assert.equal(p > 0, true);
  for (const [i, choice] of answer.choices.entries()) {
    assert.equal(choice.index, i);
    assert.equal(choice.message.role, 'assistant');
    assert.equal('content' in choice.message, true);
    assert.equal(choice.message.refusal ?? null, null);
  }
};

for (const target of targets) {
  const at = (model) => `${target}:${model}`;
  const faulty = `${target}f`; // its site's script is this file's to change
  const it = (name, fn) => test(`${target}: ${name}`, fn);

  it('create', async () => {
    const answer = await client().chat.completions.create({ model: at('echo'), messages: ask('Good morning') });
    checkAnswer(answer);
    assert.equal(answer.choices[0].message.content, 'Good morning');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal('tool_calls' in answer.choices[0].message, false);
    assert.match(answer._request_id, /^req_/);
  });

  it('create, with system and developer turns and a conversation', async () => {
    const answer = await client().chat.completions.create({
      model: at('echo'),
      messages: [
        { role: 'system', content: 'Be brief.' }, { role: 'developer', content: 'Be kind.' },
        { role: 'user', content: 'One' }, { role: 'assistant', content: 'Two' }, { role: 'user', content: 'Three' },
      ],
    });
    assert.equal(answer.choices[0].message.content, 'Three');
  });

  it('create, text in parts', async () => {
    const answer = await client().chat.completions.create({
      model: at('echo'), messages: [{ role: 'user', content: [{ type: 'text', text: 'Part one' }] }],
    });
    assert.equal(answer.choices[0].message.content, 'Part one');
  });

  it('create, other alphabets and emoji', async () => {
    const text = 'Grüße, 你好, สวัสดี, \u{1F600} "quoted" \\ back\n\tnew line';
    const answer = await client().chat.completions.create({ model: at('echo'), messages: ask(text) });
    assert.equal(answer.choices[0].message.content, text);
  });

  it('create, every optional field null', async () => {
    const answer = await client().chat.completions.create({
      model: at('echo'), messages: ask('Hello'), temperature: null, top_p: null, n: null, stop: null, stream: null,
      max_tokens: null, presence_penalty: null, frequency_penalty: null, user: null, tools: null, seed: null,
      response_format: null, logprobs: null, metadata: null,
    });
    assert.equal(answer.choices[0].message.content, 'Hello');
  });

  it('create, with sampling fields, stop, user and metadata', async () => {
    const answer = await client().chat.completions.create({
      model: at('echo'), messages: ask('Hello'), temperature: 0.5, top_p: 0.9, stop: ['END'], user: 'u-1',
      metadata: { feature: 'greeting' }, store: false,
    });
    checkAnswer(answer);
  });

  it('max_tokens and max_completion_tokens cut with length', async () => {
    for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5 }]) {
      const answer = await client().chat.completions.create({ model: at('lorem'), messages: ask('Hi'), ...limit });
      assert.equal(answer.choices[0].finish_reason, 'length');
      assert.equal(answer.choices[0].message.content.trim().split(/\s+/).length, 5);
      assert.equal(answer.usage.completion_tokens, 5);
    }
  });

  it('stream', async () => {
    const got = await gather(await client().chat.completions.create({ model: at('lorem'), messages: ask('Hi'), stream: true }));
    const whole = await client().chat.completions.create({ model: at('lorem'), messages: ask('Hi') });
    assert.equal(got.text, whole.choices[0].message.content);
    assert.deepEqual(got.finish, ['stop']);
    assert.deepEqual(got.usage, []);
    assert.equal(got.chunks.length > 5, true);
    const [first] = got.chunks;
    assert.equal(first.choices[0].delta.role, 'assistant');
    for (const chunk of got.chunks) {
      assert.equal(chunk.object, 'chat.completion.chunk');
      assert.equal(chunk.id, first.id);
      assert.equal(chunk.created, first.created);
      assert.equal(chunk.model, first.model);
    }
    assert.equal(got.chunks.slice(1).every((c) => c.choices.every((ch) => !('role' in ch.delta))), true);
  });

  it('stream with usage, once and last', async () => {
    const got = await gather(await client().chat.completions.create({
      model: at('lorem'), messages: ask('Hi'), stream: true, stream_options: { include_usage: true },
    }));
    assert.equal(got.usage.length, 1);
    assert.deepEqual(got.chunks.at(-1).choices, []);
    assert.equal(got.usage[0].completion_tokens, 40);
    assert.equal(got.usage[0].total_tokens, got.usage[0].prompt_tokens + 40);
  });

  it('stream helper: events and final answer', async () => {
    const runner = client().chat.completions.stream({ model: at('lorem'), messages: ask('Hi') });
    let pieces = '';
    runner.on('content', (delta) => { pieces += delta; });
    const final = await runner.finalChatCompletion();
    assert.equal(final.choices[0].message.content, pieces);
    assert.equal(final.choices[0].finish_reason, 'stop');
  });

  it('stream, cut by length', async () => {
    const got = await gather(await client().chat.completions.create({ model: at('lorem'), messages: ask('Hi'), stream: true, max_tokens: 3 }));
    assert.deepEqual(got.finish, ['length']);
  });

  it('a stream that the client leaves', async () => {
    const stream = await client().chat.completions.create({ model: at('slow'), messages: ask('Hi'), stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    const answer = await client().chat.completions.create({ model: at('echo'), messages: ask('Still there?') });
    assert.equal(answer.choices[0].message.content, 'Still there?');
  });

  it('one tool', async () => {
    const answer = await client().chat.completions.create({ model: at('tools'), messages: ask('Weather?'), tools: [weather] });
    const [choice] = answer.choices;
    assert.equal(choice.finish_reason, 'tool_calls');
    assert.equal(choice.message.tool_calls.length, 1);
    const [call] = choice.message.tool_calls;
    assert.match(call.id, /./);
    assert.equal(call.type, 'function');
    assert.equal(call.function.name, 'weather');
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
  });

  it('a tool and its result', async () => {
    const first = await client().chat.completions.create({ model: at('tools'), messages: ask('Weather?'), tools: [weather] });
    const answer = await client().chat.completions.create({
      model: at('tools'), tools: [weather],
      messages: [...ask('Weather?'), first.choices[0].message,
        { role: 'tool', tool_call_id: first.choices[0].message.tool_calls[0].id, content: 'rain in Oslo' }],
    });
    assert.match(answer.choices[0].message.content, /rain in Oslo/);
    assert.equal(answer.choices[0].finish_reason, 'stop');
  });

  it('parallel tools', async () => {
    const answer = await client().chat.completions.create({ model: at('tools-parallel'), messages: ask('Both'), tools: [weather, time] });
    const calls = answer.choices[0].message.tool_calls;
    assert.equal(calls.length >= 2, true);
    assert.equal(new Set(calls.map((c) => c.id)).size, calls.length);
    for (const call of calls) JSON.parse(call.function.arguments);
  });

  it('parallel tools and all their results', async () => {
    const first = await client().chat.completions.create({ model: at('tools-parallel'), messages: ask('Both'), tools: [weather, time] });
    const { message } = first.choices[0];
    const answer = await client().chat.completions.create({
      model: at('tools-parallel'), tools: [weather, time],
      messages: [...ask('Both'), message,
        ...message.tool_calls.map((c) => ({ role: 'tool', tool_call_id: c.id, content: `result of ${c.function.name}` }))],
    });
    assert.match(answer.choices[0].message.content, /result of/);
  });

  it('streamed tool', async () => {
    const runner = client().chat.completions.stream({ model: at('tools'), messages: ask('Weather?'), tools: [weather] });
    const final = await runner.finalChatCompletion();
    const [call] = final.choices[0].message.tool_calls;
    assert.equal(call.function.name, 'weather');
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
    assert.equal(final.choices[0].finish_reason, 'tool_calls');
  });

  it('streamed parallel tools: indices dense, names once', async () => {
    const stream = await client().chat.completions.create({ model: at('tools-parallel'), messages: ask('Both'), tools: [weather, time], stream: true });
    const calls = [];
    for await (const chunk of stream)
      for (const delta of chunk.choices[0]?.delta.tool_calls ?? []) {
        assert.equal(Number.isInteger(delta.index), true);
        assert.equal(delta.index <= calls.length, true);
        if (delta.index === calls.length) {
          assert.equal(delta.type, 'function');
          calls.push({ id: delta.id, name: delta.function.name, args: '' });
        } else {
          assert.equal('id' in delta, false);
          assert.equal('name' in delta.function, false);
        }
        calls[delta.index].args += delta.function.arguments ?? '';
      }
    assert.equal(calls.length >= 2, true);
    for (const call of calls) JSON.parse(call.args);
  });

  it('tool_choice none, required and by name', async () => {
    const create = (tool_choice) => client().chat.completions.create({ model: at('tools'), messages: ask('?'), tools: [weather, time], tool_choice });
    assert.equal((await create({ type: 'function', function: { name: 'time' } })).choices[0].message.tool_calls[0].function.name, 'time');
    assert.equal((await create('required')).choices[0].message.tool_calls.length, 1);
    assert.equal('tool_calls' in (await create('none')).choices[0].message, false);
  });

  it('runTools goes to its end', async () => {
    const runner = client().chat.completions.runTools({
      model: at('tools'), messages: ask('Weather?'),
      tools: [{ type: 'function', function: { function: async ({ city }) => `sun in ${city}`, parse: JSON.parse, name: 'weather', description: 'd', parameters: weather.function.parameters } }],
    });
    assert.match(await runner.finalContent(), /sun in/);
  });

  it('tools: [] is no tools', async () => {
    const answer = await client().chat.completions.create({ model: at('echo'), messages: ask('Hello'), tools: [] });
    assert.equal(answer.choices[0].message.content, 'Hello');
  });

  it('functions, the old way', async () => {
    const answer = await client().chat.completions.create({ model: at('tools'), messages: ask('Weather?'), functions: [weather.function] });
    assert.equal(answer.choices[0].finish_reason, 'function_call');
    assert.equal(answer.choices[0].message.function_call.name, 'weather');
  });

  it('structured output: parse with a schema', async () => {
    const Event = z.object({ name: z.string(), day: z.number(), tags: z.array(z.string()), kind: z.enum(['talk', 'party']) });
    const answer = await client().chat.completions.parse({
      model: at('json'), messages: ask('An event'), response_format: zodResponseFormat(Event, 'event'),
    });
    Event.parse(answer.choices[0].message.parsed);
  });

  it('structured output: streamed', async () => {
    const Point = z.object({ x: z.number(), y: z.number() });
    const runner = client().chat.completions.stream({
      model: at('json'), messages: ask('A point'), response_format: zodResponseFormat(Point, 'point'),
    });
    Point.parse((await runner.finalChatCompletion()).choices[0].message.parsed);
  });

  it('structured output: json_object', async () => {
    const answer = await client().chat.completions.create({
      model: at('json'), messages: ask('JSON please'), response_format: { type: 'json_object' },
    });
    assert.equal(typeof JSON.parse(answer.choices[0].message.content), 'object');
  });

  it('structured tool: zodFunction parses its arguments', async () => {
    const answer = await client().chat.completions.parse({
      model: at('tools'), messages: ask('?'), tools: [zodFunction({ name: 'place', parameters: z.object({ city: z.string() }) })],
    });
    assert.equal(typeof answer.choices[0].message.tool_calls[0].function.parsed_arguments.city, 'string');
  });

  it('vision: data URL and address', async () => {
    // Bedrock takes the bytes alone.
    const address = target === 'be' ? PIXEL : 'https://images.example/cat.jpg';
    const answer = await client().chat.completions.create({
      model: at('vision'),
      messages: [{ role: 'user', content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: PIXEL, detail: 'low' } },
        { type: 'image_url', image_url: { url: address } },
      ] }],
    });
    assert.match(answer.choices[0].message.content, /2|two/i);
    assert.match(answer.choices[0].message.content, /png/);
  });

  it('reasoning is text of its own', async () => {
    const answer = await client().chat.completions.create({ model: at('reason'), messages: ask('Think'), reasoning_effort: 'low', max_completion_tokens: 4000 });
    assert.equal(answer.choices[0].message.content, 'Think');
    assert.match(answer.choices[0].message.reasoning_content, /\w+ \w+/);
  });

  it('a refusal is told as the dialect tells it', async () => {
    const answer = await client().chat.completions.create({ model: at('refuse'), messages: ask('Do evil') });
    const [choice] = answer.choices;
    assert.equal(Boolean(choice.message.refusal) || choice.finish_reason === 'content_filter', true);
  });

  for (const [status, kind] of [[400, OpenAI.BadRequestError], [429, OpenAI.RateLimitError], [500, OpenAI.InternalServerError], [503, OpenAI.InternalServerError]])
    it(`provider says ${status}: the right exception`, async () => {
      await script(faulty, [], { status });
      await assert.rejects(client().chat.completions.create({ model: `${faulty}:s${status}`, messages: ask('Hi') }), (err) => {
        assert.equal(err instanceof kind, true, `${err.constructor.name}: ${err.message}`);
        assert.equal(typeof err.error.message, 'string');
        assert.match(err.requestID, /^req_/);
        return true;
      });
      await script(faulty, []);
    });

  it("the provider's 401 is not the client's", async () => {
    await script(faulty, [], { status: 401 });
    await assert.rejects(client().chat.completions.create({ model: `${faulty}:other`, messages: ask('Hi') }), (err) => {
      assert.equal(err.status, 502);
      assert.equal(err.code, 'upstream_auth_error');
      return true;
    });
    await script(faulty, []);
  });

  it('an error inside a stream is thrown', async () => {
    await script(faulty, [], { cut_after: 4, cut: 'clean' });
    const stream = await client().chat.completions.create({ model: `${faulty}:lorem`, messages: ask('Hi'), stream: true });
    await assert.rejects(gather(stream), OpenAI.APIError);
    await script(faulty, []);
  });

  it('context too long: its own code', async () => {
    await script(faulty, [], { status: 400, error: target.startsWith('an')
      ? { type: 'invalid_request_error', message: 'prompt is too long: 250000 tokens > 200000 maximum' }
      : target.startsWith('ge')
      ? { code: 400, status: 'INVALID_ARGUMENT', message: 'The input token count (250000) exceeds the maximum number of tokens allowed (8192).' }
      : target === 'co'
      ? { message: 'too many tokens: size limit exceeded by 836 tokens.' }
      : { message: "This model's maximum context length is 8192 tokens.", type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' } });
    await assert.rejects(client().chat.completions.create({ model: `${faulty}:echo`, messages: ask('Hi') }), (err) => {
      assert.equal(err.status, 400);
      assert.equal(err.code, 'context_length_exceeded');
      return true;
    });
    await script(faulty, []);
  });

  it("the client's own timeout", async () => {
    await script(faulty, [], { delay_ms: 3000 });
    await assert.rejects(client({ timeout: 300 }).chat.completions.create({ model: `${faulty}:echo`, messages: ask('Hi') }), OpenAI.APIConnectionTimeoutError);
    await script(faulty, []);
  });

  it('retries are the gateway\'s affair: one failure is hidden', async () => {
    await script(faulty, [{ status: 503 }]);
    const answer = await client({ maxRetries: 2 }).chat.completions.create({ model: `${faulty}:single`, messages: ask('Hi') });
    assert.equal(answer.choices[0].message.content, 'Hi');
    await script(faulty, []);
  });

  it('no retry storm: the client is told to stop', async () => {
    await script(faulty, [], { status: 500 });
    const before = (await attempts(faulty)).length;
    await assert.rejects(client({ maxRetries: 2 }).chat.completions.create({ model: `${faulty}:storm`, messages: ask('Hi') }), OpenAI.InternalServerError);
    assert.equal((await attempts(faulty)).length - before <= 3, true);
    await script(faulty, []);
  });

  it('models: retrieve, with slash and colon', async () => {
    const byColon = await client().models.retrieve(at('echo'));
    const bySlash = await client().models.retrieve(`${target}/echo`);
    assert.equal(byColon.object, 'model');
    assert.equal(bySlash.object, 'model');
  });
}

test('models: list', async () => {
  const models = new Map();
  for await (const model of client().models.list()) models.set(model.id, model);
  for (const target of targets) {
    const model = models.get(`${target}:echo`);
    assert.equal(Number(model.pricing.prompt) > 0, true);
    assert.equal(model.supported_parameters.includes('max_tokens'), true);
  }
});

test('wrong key: AuthenticationError', async () => {
  await assert.rejects(client({ apiKey: 'sy_wrong' }).chat.completions.create({ model: 'x', messages: ask('Hi') }), OpenAI.AuthenticationError);
});

test('unknown model: NotFoundError, with a hint', async () => {
  await assert.rejects(client().chat.completions.create({ model: 'ech', messages: ask('Hi') }), (err) => {
    assert.equal(err instanceof OpenAI.NotFoundError, true);
    assert.equal(err.code, 'model_not_found');
    assert.equal(err.param, 'model');
    assert.match(err.message, /echo/);
    return true;
  });
});

for (const [name, body, param] of [
  ['no messages', {}, 'messages'],
  ['messages empty', { messages: [] }, 'messages'],
  ['messages of the wrong type', { messages: 'Hi' }, 'messages'],
  ['a message without a role', { messages: [{ content: 'Hi' }] }, /messages\[0\]/],
  ['an unknown role', { messages: [{ role: 'boss', content: 'Hi' }] }, /messages\[0\]/],
  ['n of zero', { messages: ask('Hi'), n: 0 }, 'n'],
  ['temperature of the wrong type', { messages: ask('Hi'), temperature: 'hot' }, 'temperature'],
  ['max_tokens negative', { messages: ask('Hi'), max_tokens: -1 }, 'max_tokens'],
  ['stream of the wrong type', { messages: ask('Hi'), stream: 'yes' }, 'stream'],
])
  test(`bad request, ${name}: the field is named`, async () => {
    await assert.rejects(client().chat.completions.create({ model: `${targets[0]}:echo`, ...body }), (err) => {
      assert.equal(err instanceof OpenAI.BadRequestError, true, `${err.constructor.name}: ${err.message}`);
      if (param instanceof RegExp) assert.match(err.param, param);
      else assert.equal(err.param, param);
      return true;
    });
  });

test('unknown path: NotFoundError', async () => {
  await assert.rejects(client().get('/nowhere'), OpenAI.NotFoundError);
});
