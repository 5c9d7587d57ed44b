// responses.test.mjs - the Responses API of the official openai client for Node, unmodified.
//
// The same cases and expectations for each target of SY_TARGETS, whatever dialect the provider
// behind it speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodResponsesFunction, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

const { SY_URL, SY_KEY, SY_SIM } = process.env;
const targets = process.env.SY_TARGETS.split(' ');

const client = (more = {}) => new OpenAI({ baseURL: SY_URL, apiKey: SY_KEY, maxRetries: 0, ...more });
const script = async (site, steps, then) => {
  const res = await fetch(`${SY_SIM}/_sim/site/${site}`, { method: 'PUT', body: JSON.stringify({ steps, then }) });
  assert.equal(res.status < 300, true, await res.text());
};
const raw = async (body) => {
  const res = await fetch(`${SY_URL}/responses`, {
    method: 'POST', body: JSON.stringify(body),
    headers: { authorization: `Bearer ${SY_KEY}`, 'content-type': 'application/json' },
  });
  return { res, text: await res.text() };
};

const tool = (name, field) => ({
  type: 'function', name, description: `The ${name}`, strict: true,
  parameters: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field], additionalProperties: false },
});
const weather = tool('weather', 'city');
const time = tool('time', 'zone');
const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

// Types that the client's own declarations know.
const KNOWN = new Set(['created', 'in_progress', 'completed', 'incomplete', 'failed', 'output_item.added', 'output_item.done',
  'content_part.added', 'content_part.done', 'output_text.delta', 'output_text.done', 'output_text.annotation.added',
  'refusal.delta', 'refusal.done', 'function_call_arguments.delta', 'function_call_arguments.done',
  'custom_tool_call_input.delta', 'custom_tool_call_input.done', 'reasoning_summary_part.added',
  'reasoning_summary_part.done', 'reasoning_summary_text.delta', 'reasoning_summary_text.done'].map((t) => `response.${t}`));

// What holds for every stream: numbers, indices, beginnings and ends, and that the pieces make the whole.
const checkStream = (events) => {
  const items = [], done = new Set(), texts = {};
  events.forEach((e, i) => {
    assert.equal(e.sequence_number, i);
    assert.equal(KNOWN.has(e.type), true, e.type);
    assert.equal(e.type === 'response.created', i === 0);
    assert.equal(/\.(completed|incomplete|failed)$/.test(e.type), i === events.length - 1);
    if (e.type === 'response.output_item.added') {
      assert.equal(e.output_index, items.length);
      items.push(e.item);
    } else if (e.type === 'response.output_item.done') {
      assert.equal(e.item.id, items[e.output_index].id);
      assert.equal(e.item.call_id, items[e.output_index].call_id);
      assert.equal(done.has(e.item.id), false);
      done.add(e.item.id);
    } else if ('item_id' in e) {
      assert.equal(e.item_id, items[e.output_index].id);
      assert.equal(done.has(e.item_id), false);
      const key = `${e.output_index}/${e.content_index ?? e.summary_index ?? 0}`;
      if (e.type.endsWith('.delta')) texts[key] = (texts[key] ?? '') + e.delta;
      const whole = e.text ?? e.refusal ?? e.arguments ?? e.input;
      if (e.type.endsWith('.done') && whole !== undefined) assert.equal(whole, texts[key] ?? '');
    }
  });
  const { response } = events.at(-1);
  if (response.status === 'failed') return response;
  assert.deepEqual(response.output.map((o) => o.id), items.map((o) => o.id));
  assert.equal(done.size, items.length);
  response.output.forEach((o, i) => (o.content ?? o.summary ?? []).forEach((part, k) =>
    assert.equal(part.text ?? part.refusal, texts[`${i}/${k}`] ?? '')));
  return response;
};

const gather = async (stream) => {
  const events = [];
  for await (const event of stream) events.push(event);
  return { events, response: checkStream(events) };
};

const checkResponse = (r) => {
  assert.match(r.id, /^resp_./);
  assert.equal(r.object, 'response');
  assert.equal(Number.isInteger(r.created_at), true);
  assert.equal(r.error, null);
  assert.equal(Array.isArray(r.output), true);
  for (const key of ['instructions', 'metadata', 'model', 'parallel_tool_calls', 'temperature', 'tool_choice', 'tools', 'top_p', 'incomplete_details'])
    assert.equal(key in r, true, key);
  const ids = r.output.map((o) => o.id);
  assert.equal(new Set(ids).size, ids.length);
  for (const o of r.output) if ('call_id' in o) assert.notEqual(o.call_id, o.id);
  const { input_tokens: i, output_tokens: o, total_tokens: t } = r.usage;
  assert.equal(t, i + o);
  assert.equal(r.usage.input_tokens_details.cached_tokens <= i, true);
  assert.equal(r.usage.output_tokens_details.reasoning_tokens <= o, true);
};

for (const target of targets) {
  const at = (model) => `${target}:${model}`;
  const faulty = `${target}f`; // its site's script is this file's to change
  const it = (name, fn) => test(`${target}: ${name}`, fn);
  const create = (more) => client().responses.create({ model: at('echo'), ...more });

  it('create', async () => {
    const r = await create({ input: 'Good morning' });
    checkResponse(r);
    assert.equal(r.output_text, 'Good morning');
    assert.equal(r.status, 'completed');
    assert.match(r._request_id, /^req_/);
    assert.equal(r.output[0].role, 'assistant');
    assert.deepEqual(r.output[0].content[0].annotations, []);
  });

  it('M-RESP 1: a string, an easy message and a full item are the same prompt', async () => {
    const forms = ['Hello', [{ role: 'user', content: 'Hello' }],
      [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }]];
    const answers = await Promise.all(forms.map((input) => create({ input })));
    assert.deepEqual(answers.map((r) => [r.output_text, r.usage.input_tokens]),
      answers.map(() => ['Hello', answers[0].usage.input_tokens]));
  });

  it('instructions, roles and a conversation', async () => {
    const r = await create({ instructions: 'Be brief.', input: [
      { role: 'developer', content: 'Be kind.' }, { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' }, { role: 'user', content: 'Three' }] });
    assert.equal(r.output_text, 'Three');
    assert.equal(r.instructions, 'Be brief.');
  });

  it('other alphabets and emoji', async () => {
    const input = 'Grüße, 你好, สวัสดี, \u{1F600} "quoted" \\ back\n\tnew line';
    assert.equal((await create({ input })).output_text, input);
    assert.equal((await gather(await create({ input, stream: true }))).response.output[0].content[0].text, input);
  });

  it('every optional field null', async () => {
    const r = await create({ input: 'Hello', instructions: null, temperature: null, top_p: null, tools: null, tool_choice: null,
      text: null, reasoning: null, metadata: null, user: null, max_output_tokens: null, stream: null, store: null, include: null,
      parallel_tool_calls: null, previous_response_id: null, background: null, conversation: null, truncation: null });
    assert.equal(r.output_text, 'Hello');
  });

  it('M-RESP 2: what was asked is repeated, flat', async () => {
    const format = { type: 'json_schema', name: 'p', strict: true, schema: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false } };
    const r = await create({ input: 'A point', tools: [weather], tool_choice: 'none', text: { format }, temperature: 0.5, metadata: { feature: 'f' }, max_output_tokens: 500 });
    assert.deepEqual([r.tools, r.tool_choice, r.text.format, r.temperature, r.metadata, r.max_output_tokens],
      [[weather], 'none', format, 0.5, { feature: 'f' }, 500]);
  });

  it('max_output_tokens cuts: incomplete', async () => {
    const r = await create({ model: at('lorem'), input: 'Hi', max_output_tokens: 16 });
    assert.equal(r.status, 'incomplete');
    assert.deepEqual(r.incomplete_details, { reason: 'max_output_tokens' });
    assert.equal(r.output.at(-1).status, 'incomplete');
    assert.equal(r.usage.output_tokens, 16);
  });

  it('M-RESP 3, 6, 9: a stream is whole, in order and adds up', async () => {
    const { events, response } = await gather(await create({ model: at('lorem'), input: 'Hi', stream: true }));
    const whole = await create({ model: at('lorem'), input: 'Hi' });
    checkResponse(response);
    assert.equal(response.output[0].content[0].text, whole.output_text);
    assert.deepEqual(response.usage, whole.usage);
    assert.equal(events.filter((e) => e.type === 'response.output_text.delta').length > 5, true);
  });

  it('M-RESP 6: names equal types on the wire, and there is no [DONE]', async () => {
    const { res, text } = await raw({ model: at('tools-parallel'), input: 'Both', tools: [weather, time], stream: true });
    assert.match(res.headers.get('content-type'), /^text\/event-stream/);
    for (const record of text.trimEnd().split('\n\n')) {
      const [, name, data] = /^event: (\S+)\ndata: (.*)$/.exec(record);
      assert.equal(JSON.parse(data).type, name);
    }
    assert.equal(text.includes('[DONE]'), false);
  });

  it('M-RESP 5: stream helper, text', async () => {
    const stream = client().responses.stream({ model: at('lorem'), input: 'Hi' });
    let text = '';
    stream.on('response.output_text.delta', (e) => { text += e.delta; assert.equal(e.snapshot, text); });
    const final = await stream.finalResponse();
    assert.equal(final.output_text, text);
    assert.equal(final.status, 'completed');
  });

  it('M-RESP 5: stream helper, cut by length', async () => {
    const final = await client().responses.stream({ model: at('lorem'), input: 'Hi', max_output_tokens: 16 }).finalResponse();
    assert.equal(final.status, 'incomplete');
    assert.equal(final.output_text.trim().split(/\s+/).length, 16);
  });

  it('one tool', async () => {
    const r = await create({ model: at('tools'), input: 'Weather?', tools: [weather] });
    const call = r.output.find((o) => o.type === 'function_call');
    assert.equal(call.name, 'weather');
    assert.equal(typeof JSON.parse(call.arguments).city, 'string');
    assert.equal(r.status, 'completed');
  });

  it('M-RESP 4: a tool and its result, by call_id', async () => {
    const input = [{ role: 'user', content: 'Weather?' }];
    const first = await create({ model: at('tools'), input, tools: [weather] });
    const call = first.output.find((o) => o.type === 'function_call');
    const r = await create({ model: at('tools'), tools: [weather],
      input: [...input, ...first.output, { type: 'function_call_output', call_id: call.call_id, output: 'rain in Oslo' }] });
    assert.match(r.output_text, /rain in Oslo/);
  });

  it('parallel tools and all their results', async () => {
    const input = [{ role: 'user', content: 'Both' }];
    const first = await create({ model: at('tools-parallel'), input, tools: [weather, time] });
    const calls = first.output.filter((o) => o.type === 'function_call');
    assert.equal(calls.length >= 2, true);
    const r = await create({ model: at('tools-parallel'), tools: [weather, time],
      input: [...input, ...first.output, ...calls.map((c) => ({ type: 'function_call_output', call_id: c.call_id, output: `result of ${c.name}` }))] });
    assert.match(r.output_text, /result of/);
  });

  it('streamed parallel tools', async () => {
    const { events, response } = await gather(await create({ model: at('tools-parallel'), input: 'Both', tools: [weather, time], stream: true }));
    const calls = response.output.filter((o) => o.type === 'function_call');
    assert.equal(calls.length >= 2, true);
    for (const call of calls) JSON.parse(call.arguments);
    for (const e of events) if (e.type === 'response.function_call_arguments.done') assert.match(e.name, /^(weather|time)$/);
  });

  it('M-RESP 5: stream helper, tools', async () => {
    const final = await client().responses.stream({ model: at('tools-parallel'), input: 'Both', tools: [weather, time] }).finalResponse();
    const calls = final.output.filter((o) => o.type === 'function_call');
    assert.equal(calls.length >= 2, true);
    for (const call of calls) assert.equal(typeof call.parsed_arguments, 'object');
  });

  it('tool_choice none, required, by name and among allowed', async () => {
    const choose = async (tool_choice) =>
      (await create({ model: at('tools'), input: '?', tools: [weather, time], tool_choice })).output.filter((o) => o.type === 'function_call');
    assert.equal((await choose({ type: 'function', name: 'time' }))[0].name, 'time');
    assert.equal((await choose('required')).length, 1);
    assert.equal((await choose('none')).length, 0);
    assert.equal((await choose({ type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'time' }] }))[0].name, 'time');
  });

  it('structured output: parse', async () => {
    const Event = z.object({ name: z.string(), day: z.number(), tags: z.array(z.string()), kind: z.enum(['talk', 'party']) });
    const r = await client().responses.parse({ model: at('json'), input: 'An event', text: { format: zodTextFormat(Event, 'event') } });
    Event.parse(r.output_parsed);
  });

  it('structured output: stream helper', async () => {
    const Point = z.object({ x: z.number(), y: z.number() });
    const stream = client().responses.stream({ model: at('json'), input: 'A point', text: { format: zodTextFormat(Point, 'point') } });
    Point.parse((await stream.finalResponse()).output_parsed);
  });

  it('structured tool: zodResponsesFunction', async () => {
    const r = await client().responses.parse({ model: at('tools'), input: '?', tools: [zodResponsesFunction({ name: 'place', parameters: z.object({ city: z.string() }) })] });
    assert.equal(typeof r.output.find((o) => o.type === 'function_call').parsed_arguments.city, 'string');
  });

  it('json_object', async () => {
    const r = await create({ model: at('json'), input: 'JSON please', text: { format: { type: 'json_object' } } });
    assert.equal(typeof JSON.parse(r.output_text), 'object');
  });

  it('images: as data, and by address where the provider follows one', async () => {
    const images = [{ type: 'input_image', image_url: PIXEL, detail: 'low' }];
    if (target !== 'be') images.push({ type: 'input_image', image_url: 'https://images.example/cat.jpg', detail: 'auto' });
    const r = await create({ model: at('vision'), input: [{ role: 'user', content: [{ type: 'input_text', text: 'What is this?' }, ...images] }] });
    assert.match(r.output_text, images.length === 2 ? /2|two/i : /1|one/i);
  });

  it('reasoning is an item of its own, before the message', async () => {
    const body = { model: at('reason'), input: 'Think', reasoning: { effort: 'low', summary: 'auto' }, max_output_tokens: 4000 };
    const r = await create(body);
    assert.deepEqual(r.output.map((o) => o.type), ['reasoning', 'message']);
    assert.match(r.output[0].summary[0].text, /\w+ \w+/);
    const { response } = await gather(await create({ ...body, stream: true }));
    assert.deepEqual(response.output.map((o) => [o.type, o.summary]), r.output.map((o) => [o.type, o.summary]));
    assert.equal((await client().responses.stream(body).finalResponse()).output_text, 'Think');
  });

  it('M-RESP 8: reasoning goes back with the conversation', async () => {
    const input = [{ role: 'user', content: 'Think' }];
    const options = { model: at('reason'), reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'], max_output_tokens: 4000 };
    const first = await create({ ...options, input });
    const r = await create({ ...options, input: [...input, ...first.output, { role: 'user', content: 'Again' }] });
    assert.equal(r.output_text, 'Again');
  });

  it('previous_response_id goes on, whole and streamed', async () => {
    const input = 'Weather?';
    const first = await create({ model: at('tools'), input, tools: [weather] });
    assert.equal(first.store, true);
    const call = first.output.find((o) => o.type === 'function_call');
    const more = { model: at('tools'), tools: [weather], input: [{ type: 'function_call_output', call_id: call.call_id, output: 'fog in Bergen' }] };
    const second = await create({ ...more, previous_response_id: first.id });
    assert.match(second.output_text, /fog in Bergen/);
    assert.equal(second.previous_response_id, first.id);
    const final = await client().responses.stream({ ...more, previous_response_id: first.id }).finalResponse();
    assert.match(final.output_text, /fog in Bergen/);
    const third = await create({ input: 'And then?', previous_response_id: final.id });
    assert.equal(third.output_text, 'And then?');
    assert.equal(third.usage.input_tokens > (await create({ input: 'And then?' })).usage.input_tokens + 5, true);
  });

  it('items are referred to by their ids', async () => {
    const first = await create({ model: at('tools'), input: 'Weather?', tools: [weather] });
    const call = first.output.find((o) => o.type === 'function_call');
    const r = await create({ model: at('tools'), tools: [weather], input: [{ role: 'user', content: 'Weather?' },
      { type: 'item_reference', id: call.id }, { type: 'function_call_output', call_id: call.call_id, output: 'hail' }] });
    assert.match(r.output_text, /hail/);
  });

  it('retrieve, list its input, delete', async () => {
    const first = await create({ input: 'One', instructions: 'Be brief.' });
    const second = await create({ input: [{ role: 'user', content: 'Two' }], previous_response_id: first.id });
    const kept = await client().responses.retrieve(second.id);
    assert.deepEqual([kept.output, kept.usage, kept.previous_response_id, kept.output_text], [second.output, second.usage, first.id, 'Two']);
    const text = (item) => typeof item.content === 'string' ? item.content : item.content[0].text;
    const list = await client().responses.inputItems.list(second.id, { order: 'asc' });
    assert.deepEqual(list.data.map(text), ['One', 'One', 'Two']);
    assert.equal(new Set(list.data.map((i) => i.id)).size, 3);
    const paged = [];
    for await (const item of client().responses.inputItems.list(second.id, { limit: 1 })) paged.push(text(item));
    assert.deepEqual(paged, ['Two', 'One', 'One']);
    await client().responses.delete(first.id);
    await assert.rejects(client().responses.retrieve(first.id), OpenAI.NotFoundError);
    assert.equal((await create({ input: 'Three', previous_response_id: second.id })).output_text, 'Three');
    await assert.rejects(create({ input: 'x', previous_response_id: first.id }), (e) => e.code === 'previous_response_not_found' && e.param === 'previous_response_id');
  });

  it('store: false is not kept, and a streamed answer is', async () => {
    const gone = await create({ input: 'Hi', store: false });
    assert.equal(gone.store, false);
    await assert.rejects(client().responses.retrieve(gone.id), OpenAI.NotFoundError);
    const { response } = await gather(await create({ model: at('lorem'), input: 'Hi', stream: true }));
    assert.deepEqual((await client().responses.retrieve(response.id)).output, response.output);
  });

  it('a refusal is told as the dialect tells it', async () => {
    const r = await create({ model: at('refuse'), input: 'Do evil' });
    const refused = r.output.some((o) => o.content?.some((p) => p.type === 'refusal'));
    assert.equal(refused || r.incomplete_details?.reason === 'content_filter', true);
    assert.equal((await gather(await create({ model: at('refuse'), input: 'Do evil', stream: true }))).response.status, r.status);
  });

  it('a stream that the client leaves', async () => {
    for await (const e of await create({ model: at('slow'), input: 'Hi', stream: true })) if (e.type === 'response.output_text.delta') break;
    assert.equal((await create({ input: 'Still there?' })).output_text, 'Still there?');
  });

  it('errors of the provider have status, type and id', async () => {
    for (const [status, kind] of [[400, OpenAI.BadRequestError], [429, OpenAI.RateLimitError], [503, OpenAI.InternalServerError]]) {
      await script(faulty, [], { status });
      for (const stream of [false, true])
        await assert.rejects(client().responses.create({ model: `${faulty}:s${status}`, input: 'Hi', stream }), (e) => {
          assert.equal(e instanceof kind, true, String(e));
          assert.match(e.requestID, /^req_/);
          return typeof e.error.message === 'string';
        });
    }
    await script(faulty, []);
  });

  it('M-RESP 5: a failure inside a stream is response.failed', async () => {
    await script(faulty, [], { cut_after: 4, cut: 'abort' });
    const { response } = await gather(await client().responses.create({ model: `${faulty}:lorem`, input: 'Hi', stream: true }));
    assert.equal(response.status, 'failed');
    assert.equal(response.error.code, 'server_error');
    assert.equal((await client().responses.stream({ model: `${faulty}:lorem`, input: 'Hi' }).finalResponse()).status, 'failed');
    await script(faulty, []);
  });

  it('another attempt is hidden', async () => {
    await script(faulty, [{ status: 503 }]);
    const { data, response } = await client().responses.create({ model: `${faulty}:single`, input: 'Hi' }).withResponse();
    assert.equal(data.output_text, 'Hi');
    assert.equal(response.headers.get('x-switchyard-attempts'), '2');
  });
}

const refused = (name, body, param, code) => test(`refused: ${name}`, async () => {
  await assert.rejects(client().responses.create({ model: `${targets[0]}:echo`, input: 'Hi', ...body }), (e) => {
    assert.equal(e instanceof OpenAI.BadRequestError, true, String(e));
    assert.deepEqual([e.param, e.code], [param, code]);
    return true;
  });
});

refused('no input', { input: undefined }, 'input', 'missing_required_parameter');
refused('a hosted tool', { tools: [{ type: 'web_search' }] }, 'tools[0].type', 'unsupported_value');
refused('background', { background: true }, 'background', 'unsupported_parameter');
refused('conversation', { conversation: 'conv_1' }, 'conversation', 'unsupported_parameter');
refused('a prompt template', { prompt: { id: 'pmpt_1' } }, 'prompt', 'unsupported_parameter');
refused('an unknown part', { input: [{ role: 'user', content: [{ type: 'input_video' }] }] }, 'input[0].content[0].type', 'invalid_value');

refused('M-RESP 7: an answer that is not kept', { previous_response_id: 'resp_0123' }, 'previous_response_id', 'previous_response_not_found');
refused('an item that is not kept', { input: [{ type: 'item_reference', id: 'msg_0123_0' }] }, 'input[0].id', 'unsupported_value');

test('unknown model', async () => {
  await assert.rejects(client().responses.create({ model: 'no-such-model', input: 'Hi' }), (e) => {
    assert.equal(e instanceof OpenAI.NotFoundError, true);
    return e.code === 'model_not_found' && e.param === 'model';
  });
});

test('wrong key', async () => {
  await assert.rejects(client({ apiKey: 'sy_no' }).responses.create({ model: 'x', input: 'Hi' }), OpenAI.AuthenticationError);
});
