// anthropic.test.mjs - the official Anthropic client for Node, unmodified, through the gateway.
//
// The same cases and expectations for each target of SY_TARGETS, whatever dialect the provider
// behind it speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { betaZodTool } from '@anthropic-ai/sdk/helpers/beta/zod';
import { z } from 'zod';

const { SY_URL, SY_KEY, SY_SIM } = process.env;
const targets = process.env.SY_TARGETS.split(' ');
const BASE = SY_URL.replace(/\/v1$/, '');

// What a provider's own API cannot say, or says in words of its own.
const many = { ge: true, co: true }; // parallel calls cannot be switched off
const noPdf = { co: true };
const overloaded = { ge: 503, co: 503 };
const tooLong = {
  ge: 'The input token count (9500) exceeds the maximum number of tokens allowed (8192).',
  co: 'too many tokens: size limit exceeded by 1308 tokens.',
};

const client = (more = {}) => new Anthropic({ baseURL: BASE, apiKey: SY_KEY, maxRetries: 0, ...more });
const ask = (text) => [{ role: 'user', content: text }];
const script = async (site, steps, then) => {
  const res = await fetch(`${SY_SIM}/_sim/site/${site}`, { method: 'PUT', body: JSON.stringify({ steps, then }) });
  assert.equal(res.status < 300, true, await res.text());
};
const attempts = async (site) => (await (await fetch(`${SY_SIM}/_sim/attempts?site=${site}`)).json());

const weather = {
  name: 'weather', description: 'Weather of a city',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const time = {
  name: 'time', description: 'Time in a zone',
  input_schema: { type: 'object', properties: { zone: { type: 'string' } }, required: ['zone'] },
};
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PDF = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64');

const checkMessage = (m) => {
  assert.match(m.id, /^msg_/);
  assert.equal(m.type, 'message');
  assert.equal(m.role, 'assistant');
  assert.equal(Array.isArray(m.content), true);
  assert.equal(m.usage.input_tokens > 0, true);
  assert.equal(m.usage.output_tokens > 0, true);
  assert.equal('stop_sequence' in m, true);
};
const textOf = (m) => m.content.filter((b) => b.type === 'text').map((b) => b.text).join('');

// The order that every stream keeps, whoever is behind it.
const checkEvents = (events) => {
  let open = -1, next = 0;
  assert.equal(events[0].type, 'message_start');
  assert.equal(events.at(-1).type, 'message_stop');
  assert.equal(events.at(-2).type, 'message_delta');
  assert.equal(events[0].message.usage.input_tokens > 0, true);
  assert.deepEqual(events[0].message.content, []);
  for (const e of events) {
    if (e.type === 'content_block_start') {
      assert.equal(open, -1);
      assert.equal(e.index, next++);
      open = e.index;
    } else if (e.type === 'content_block_delta') {
      assert.equal(e.index, open);
    } else if (e.type === 'content_block_stop') {
      assert.equal(e.index, open);
      open = -1;
    }
  }
  assert.equal(open, -1);
  assert.equal(events.filter((e) => e.type === 'message_start').length, 1);
  assert.equal(events.at(-2).usage.output_tokens > 0, true);
};

for (const target of targets) {
  const at = (model) => `${target}:${model}`;
  const faulty = `${target}f`; // its site's script is this file's to change
  const it = (name, fn) => test(`${target}: ${name}`, fn);
  const create = (model, text, more = {}) =>
    client().messages.create({ model: at(model), max_tokens: 1000, messages: ask(text), ...more });
  const fail = (model, more = {}) =>
    client(more).messages.create({ model: `${faulty}:${model}`, max_tokens: 100, messages: ask('Hello') });

  it('create', async () => {
    const m = await create('echo', 'Good morning');
    checkMessage(m);
    assert.equal(textOf(m), 'Good morning');
    assert.equal(m.stop_reason, 'end_turn');
    assert.match(m._request_id, /^req_/);
  });

  it('create, with a base address that has /v1 already', async () => {
    const m = await client({ baseURL: SY_URL }).messages.create({ model: at('echo'), max_tokens: 10, messages: ask('Hi') });
    assert.equal(textOf(m), 'Hi');
  });

  it('create, with a bearer token', async () => {
    const m = await client({ apiKey: null, authToken: SY_KEY }).messages.create({ model: at('echo'), max_tokens: 10, messages: ask('Hi') });
    assert.equal(textOf(m), 'Hi');
  });

  it('a token of somebody else beside the key', async () => {
    const res = await fetch(`${BASE}/v1/messages?beta=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test-other', 'x-api-key': SY_KEY },
      body: JSON.stringify({ model: at('echo'), max_tokens: 10, messages: ask('Hi') }),
    });
    assert.equal(textOf(await res.json()), 'Hi');
  });

  it('create, system as a string', async () => {
    assert.equal(textOf(await create('echo', 'Three', { system: 'Be brief.' })), 'Three');
  });

  it('create, system in blocks with cache control', async () => {
    const system = [{ type: 'text', text: 'Be brief.' }, { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '1h' } }];
    assert.equal(textOf(await create('echo', 'Three', { system })), 'Three');
  });

  it('create, a conversation in blocks', async () => {
    const m = await create('echo', '', {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'One' }] }, { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
        { role: 'user', content: [{ type: 'text', text: 'Three', cache_control: { type: 'ephemeral' } }] },
      ],
    });
    assert.equal(textOf(m), 'Three');
  });

  it('create, other alphabets and emoji', async () => {
    const text = 'Grüße, 你好, สวัสดี, \u{1F600} "quoted" \\ back\n\tnew line';
    assert.equal(textOf(await create('echo', text)), text);
  });

  it('create, with all plain options', async () => {
    const m = await create('echo', 'Hello', {
      temperature: 0.5, top_p: 0.9, top_k: 10, stop_sequences: ['END'], metadata: { user_id: 'u-1' }, service_tier: 'auto',
    });
    assert.equal(textOf(m), 'Hello');
  });

  it('create, cut by max_tokens', async () => {
    const m = await create('lorem', 'Hello', { max_tokens: 3 });
    assert.equal(m.stop_reason, 'max_tokens');
    assert.equal(m.usage.output_tokens, 3);
  });

  it('create, a refusal', async () => {
    assert.equal((await create('refuse', 'Hello')).stop_reason, 'refusal');
  });

  it('create, usage with a cache', async () => {
    await script(faulty, [{ cached: 5, cache_write: 2 }]);
    const m = await client().messages.create({ model: `${faulty}:echo`, max_tokens: 100, messages: ask('x'.repeat(400)) });
    const { input_tokens: i, cache_read_input_tokens: r, cache_creation_input_tokens: w } = m.usage;
    assert.equal(r, 5);
    assert.equal(i + r + w, 100);
  });

  it('raw response, with headers', async () => {
    const { data, response } = await client().messages.create({ model: at('echo'), max_tokens: 10, messages: ask('Hi') }).withResponse();
    assert.equal(textOf(data), 'Hi');
    assert.match(response.headers.get('request-id'), /^req_/);
    assert.equal(response.headers.get('request-id'), response.headers.get('x-request-id'));
  });

  it('create, streamed', async () => {
    const events = [];
    for await (const e of await create('lorem', 'Hello', { stream: true })) events.push(e);
    checkEvents(events);
    assert.equal(events.at(-2).delta.stop_reason, 'end_turn');
    assert.equal(events.filter((e) => e.delta?.type === 'text_delta').map((e) => e.delta.text).join('').split(' ').length, 40);
  });

  it('stream helper: text, finalText, finalMessage', async () => {
    const stream = client().messages.stream({ model: at('lorem'), max_tokens: 1000, messages: ask('Hello') });
    let text = '', snapshot = '', blocks = 0, events = [];
    stream.on('text', (piece, all) => { text += piece; snapshot = all; });
    stream.on('contentBlock', () => { blocks++; });
    stream.on('streamEvent', (e) => events.push(structuredClone(e)));
    const m = await stream.finalMessage();
    checkMessage(m);
    checkEvents(events);
    assert.equal(text, textOf(m));
    assert.equal(snapshot, text);
    assert.equal(await stream.finalText(), text);
    assert.equal(blocks, 1);
    assert.match(stream.request_id, /^req_/);
  });

  it('stream helper: aborted', async () => {
    await script(faulty, [{ event_delay_ms: 100 }]);
    const stream = client().messages.stream({ model: `${faulty}:lorem`, max_tokens: 1000, messages: ask('Hello') });
    stream.on('text', () => stream.abort());
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
  });

  it('one tool', async () => {
    const m = await create('tools', 'Weather?', { tools: [weather] });
    const [call] = m.content.filter((b) => b.type === 'tool_use');
    assert.equal(m.stop_reason, 'tool_use');
    assert.equal(call.name, 'weather');
    assert.equal(typeof call.input.city, 'string');
    assert.match(call.id, /./);
  });

  it('one tool, streamed in pieces of its input', async () => {
    const stream = client().messages.stream({ model: at('tools'), max_tokens: 1000, messages: ask('Weather?'), tools: [weather] });
    let json = '', events = [];
    stream.on('inputJson', (piece) => { json += piece; });
    stream.on('streamEvent', (e) => events.push(structuredClone(e)));
    const m = await stream.finalMessage();
    checkEvents(events);
    const [call] = m.content.filter((b) => b.type === 'tool_use');
    assert.deepEqual(JSON.parse(json), call.input);
    assert.equal(m.stop_reason, 'tool_use');
  });

  it('parallel tools', async () => {
    const m = await create('tools-parallel', 'Both?', { tools: [weather, time] });
    const calls = m.content.filter((b) => b.type === 'tool_use');
    assert.equal(calls.length >= 2, true);
    assert.equal(new Set(calls.map((c) => c.id)).size, calls.length);
  });

  it('parallel tools, streamed', async () => {
    const stream = client().messages.stream({ model: at('tools-parallel'), max_tokens: 1000, messages: ask('Both?'), tools: [weather, time] });
    const events = [];
    stream.on('streamEvent', (e) => events.push(structuredClone(e)));
    const m = await stream.finalMessage();
    checkEvents(events);
    for (const c of m.content.filter((b) => b.type === 'tool_use')) assert.equal(Object.keys(c.input).length, 1);
  });

  it('parallel tools switched off', async () => {
    const m = await create('tools-parallel', 'Both?', { tools: [weather, time], tool_choice: { type: 'auto', disable_parallel_tool_use: true } });
    const calls = m.content.filter((b) => b.type === 'tool_use').length;
    assert.equal(calls === 1 || many[target] === true, true);
  });

  it('a tool chosen by name', async () => {
    const m = await create('tools', 'Go', { tools: [weather, time], tool_choice: { type: 'tool', name: 'time' } });
    assert.equal(m.content.find((b) => b.type === 'tool_use').name, 'time');
  });

  it('any tool', async () => {
    const m = await create('tools', 'Go', { tools: [weather], tool_choice: { type: 'any' } });
    assert.equal(m.stop_reason, 'tool_use');
  });

  it('a tool without arguments', async () => {
    const m = await create('tools', 'Now', { tools: [{ name: 'now', input_schema: { type: 'object' } }] });
    assert.deepEqual(m.content.find((b) => b.type === 'tool_use').input, {});
  });

  it('results, one failed, in one turn', async () => {
    const tools = [weather, time];
    const first = await create('tools-parallel', 'Both?', { tools });
    const calls = first.content.filter((b) => b.type === 'tool_use');
    const m = await create('tools-parallel', '', {
      tools,
      messages: [
        ...ask('Both?'), { role: 'assistant', content: first.content },
        { role: 'user', content: calls.map((c, i) => ({ type: 'tool_result', tool_use_id: c.id, content: `result ${i}`, is_error: i === 1 })) },
      ],
    });
    assert.match(textOf(m), /result/);
    assert.equal(m.stop_reason, 'end_turn');
  });

  it('a result that is a picture', async () => {
    const m = await create('tools', '', {
      tools: [weather],
      messages: [
        ...ask('Look'), { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [
          { type: 'text', text: 'a map' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }] }] },
      ],
    });
    checkMessage(m);
  });

  it('tool runner', async () => {
    const cities = [];
    const runner = client().beta.messages.toolRunner({
      model: at('tools'), max_tokens: 1000, messages: ask('Weather?'),
      tools: [betaZodTool({ name: 'weather', description: 'Weather', inputSchema: z.object({ city: z.string() }),
        run: async ({ city }) => { cities.push(city); return `sunny in ${city}`; } })],
    });
    const m = await runner;
    assert.equal(cities.length, 1);
    assert.match(textOf(m), /sunny/);
  });

  it('tool runner, streamed', async () => {
    let ran = 0;
    const runner = client().beta.messages.toolRunner({
      model: at('tools'), max_tokens: 1000, messages: ask('Weather?'), stream: true,
      tools: [betaZodTool({ name: 'weather', description: 'Weather', inputSchema: z.object({ city: z.string() }),
        run: async () => { ran++; return 'sunny'; } })],
    });
    let last;
    for await (const stream of runner) last = await stream.finalMessage();
    assert.equal(ran, 1);
    assert.match(textOf(last), /sunny/);
  });

  it('thinking', async () => {
    const m = await create('reason', 'Think', { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } });
    assert.equal(m.content[0].type, 'thinking');
    assert.equal(m.content[0].thinking.length > 0, true);
    assert.equal(typeof m.content[0].signature, 'string');
    assert.equal(textOf(m), 'Think');
  });

  it('thinking, streamed', async () => {
    const stream = client().messages.stream({ model: at('reason'), max_tokens: 4000, messages: ask('Think'), thinking: { type: 'enabled', budget_tokens: 2000 } });
    let thinking = '', events = [];
    stream.on('thinking', (piece) => { thinking += piece; });
    stream.on('streamEvent', (e) => events.push(structuredClone(e)));
    const m = await stream.finalMessage();
    checkEvents(events);
    assert.equal(m.content[0].thinking, thinking);
    assert.equal(thinking.length > 0, true);
  });

  it('thoughts go back with the conversation', async () => {
    const first = await create('reason', 'Think', { max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } });
    const m = await create('echo', '', {
      max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 },
      messages: [...ask('Think'), { role: 'assistant', content: first.content }, ...ask('Again')],
    });
    assert.equal(textOf(m), 'Again');
  });

  it('a picture', async () => {
    const m = await create('vision', '', { messages: [{ role: 'user', content: [
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }, { type: 'text', text: 'What is it?' }] }] });
    assert.match(textOf(m), /1 image/);
    assert.match(textOf(m), /image\/png/);
  });

  it('documents: PDF and text', async () => {
    const m = await create('echo', '', { messages: [{ role: 'user', content: [
      ...(noPdf[target] ? [] : [{ type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: PDF } }]),
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'It rained.' } },
      { type: 'text', text: 'Summarize' }] }] });
    assert.match(textOf(m), /Summarize/);
  });

  it('structured output, parsed by zod', async () => {
    const shape = z.object({ name: z.string(), tags: z.array(z.string()) });
    const m = await client().messages.parse({ model: at('json'), max_tokens: 1000, messages: ask('An event'), output_config: { format: zodOutputFormat(shape) } });
    assert.equal(shape.safeParse(m.parsed_output).success, true);
  });

  it('structured output, streamed', async () => {
    const shape = z.object({ name: z.string() });
    const stream = client().messages.stream({ model: at('json'), max_tokens: 1000, messages: ask('An event'), output_config: { format: zodOutputFormat(shape) } });
    assert.equal(typeof (await stream.finalMessage()).parsed_output.name, 'string');
  });

  it('a thread is refused in words that the client understands', async () => {
    await assert.rejects(create('echo', 'Hi', { thread: { type: 'create' } }), (e) => {
      assert.equal(e.status, 400);
      assert.equal(e.error.error.details.error_code, 'thread_unsupported_request');
      return true;
    });
  });

  it('count tokens: by the provider where it can, else by the gateway, which says so', async () => {
    const count = async (more) => {
      const { data, response } = await client().messages.countTokens({ model: at('echo'), ...more }).withResponse();
      return [data.input_tokens, response.headers.get('x-switchyard-count')];
    };
    const [few, how] = await count({ messages: ask('Hello') });
    const [many] = await count({ messages: ask('Hello '.repeat(200)), system: 'Be brief.', tools: [weather] });
    assert.equal(how, ['an', 'ac'].includes(target) ? null : 'estimated');
    assert.equal(few > 0, true);
    assert.equal(many > few + 100, true);
  });

  it('count tokens: of a provider that fails, by the gateway', async () => {
    await script(faulty, [], { status: 404 });
    const { data, response } = await client().messages.countTokens({ model: `${faulty}:lorem`, messages: ask('Hello') }).withResponse();
    assert.equal(data.input_tokens > 0, true);
    assert.equal(response.headers.get('x-switchyard-count'), 'estimated');
    await script(faulty, []);
  });

  it('what an agent sends: system blocks, many tools, betas, thinking', async () => {
    const tools = Array.from({ length: 40 }, (_, i) => ({
      name: `mcp__server__tool_${i}`, description: `Tool ${i}`, eager_input_streaming: true,
      input_schema: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: false,
        properties: { path: { type: 'string' }, depth: { type: 'integer', minimum: 0 } }, required: ['path'] },
    }));
    tools[39].cache_control = { type: 'ephemeral', ttl: '1h' };
    const stream = client().beta.messages.stream({
      model: at('echo'), max_tokens: 32000, betas: ['interleaved-thinking-2025-05-14', 'context-management-2025-06-27'],
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.0; cch=abcde;' },
        { type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral', ttl: '1h' } },
        { type: 'text', text: 'Rules.\n'.repeat(500), cache_control: { type: 'ephemeral', ttl: '1h' } },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: '<system-reminder>\nx\n</system-reminder>' }, { type: 'text', text: 'Look' }] },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm', signature: '' }, { type: 'tool_use', id: 'toolu_01', name: 'mcp__server__tool_0', input: { path: '/tmp' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: [{ type: 'text', text: 'a\nb' }] }, { type: 'text', text: 'And now?', cache_control: { type: 'ephemeral' } }] },
      ],
      tools, thinking: { type: 'adaptive' }, output_config: { effort: 'high' }, temperature: 1,
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      metadata: { user_id: JSON.stringify({ device_id: 'd'.repeat(64), session_id: 's'.repeat(36) }) },
    });
    const m = await stream.finalMessage();
    assert.equal(textOf(m), 'And now?');
  });

  it('a system turn among the messages', async () => {
    const m = await create('echo', '', { messages: [...ask('Hello'), { role: 'system', content: 'Be brief.' }] });
    checkMessage(m);
  });

  it('errors: the body is wrong', async () => {
    await assert.rejects(client().messages.create({ model: at('echo'), messages: ask('Hi') }), (e) => {
      assert.equal(e instanceof Anthropic.BadRequestError, true);
      assert.equal(e.error.error.type, 'invalid_request_error');
      assert.match(e.error.error.message, /max_tokens/);
      assert.equal(e.error.request_id, e.requestID);
      return true;
    });
  });

  it('errors: no such model', async () => {
    await assert.rejects(create('nothing', 'Hi'), Anthropic.NotFoundError);
  });

  it('errors: unknown key', async () => {
    await assert.rejects(client({ apiKey: 'sy_wrong' }).messages.create({ model: at('echo'), max_tokens: 10, messages: ask('Hi') }),
      Anthropic.AuthenticationError);
  });

  it('errors: the provider refuses', async () => {
    await script(faulty, [{ status: 400 }]);
    await assert.rejects(fail('s400'), Anthropic.BadRequestError);
  });

  it('errors: the provider is busy', async () => {
    await script(faulty, [], { status: 429 });
    await assert.rejects(fail('s429'), (e) => e instanceof Anthropic.RateLimitError && e.error.error.type === 'rate_limit_error');
  });

  it('errors: the provider is broken', async () => {
    await script(faulty, [], { status: 500 });
    await assert.rejects(fail('s500'), (e) => e instanceof Anthropic.InternalServerError && e.error.error.type === 'api_error');
  });

  it('errors: the provider is overloaded', async () => {
    await script(faulty, [], { status: overloaded[target] ?? 529 });
    await assert.rejects(fail('s503'), (e) => e.status === 529 && e.error.error.type === 'overloaded_error');
  });

  it('errors: the prompt is too long', async () => {
    await script(faulty, [{ status: 400, error: { type: 'invalid_request_error', code: 'context_length_exceeded',
      message: tooLong[target] ?? "This model's maximum context length is 8192 tokens. However, your messages resulted in 9500 tokens." } }]);
    await assert.rejects(fail('other'), (e) => {
      assert.equal(e.status, 400);
      assert.match(e.error.error.message, target === 'co' ? /prompt is too long/ : /prompt is too long: 9500 tokens > 8192 maximum/);
      return true;
    });
  });

  it('errors: inside a stream', async () => {
    await script(faulty, [{ error_at: 12 }]);
    const stream = client().messages.stream({ model: `${faulty}:storm`, max_tokens: 1000, messages: ask('one two three four five six seven eight nine ten eleven twelve') });
    await assert.rejects(stream.finalMessage(), Anthropic.APIError);
  });

  it('retries by the gateway, unseen by the client', async () => {
    await script(faulty, [{ status: 503 }]);
    const m = await fail('single');
    checkMessage(m);
    assert.equal((await attempts(faulty)).length >= 2, true);
  });

  it('timeouts', async () => {
    await script(faulty, [], { delay_ms: 5000 });
    await assert.rejects(fail('pytime', { timeout: 200 }), Anthropic.APIConnectionTimeoutError);
    await script(faulty, []);
  });
}
