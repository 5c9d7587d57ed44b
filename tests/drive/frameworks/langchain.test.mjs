// langchain.test.mjs - LangChain's ChatOpenAI, unmodified, through the gateway.
//
// The same cases for each target of SY_TARGETS, whatever dialect the provider behind the gateway
// speaks.  SY_URL, SY_KEY: the gateway; SY_SIM: the simulated provider's control.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';

const { SY_URL, SY_KEY, SY_SIM } = process.env;
const targets = process.env.SY_TARGETS.split(' ');
const PIXEL = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const script = async (site, then) => {
  const res = await fetch(`${SY_SIM}/_sim/site/${site}`, { method: 'PUT', body: JSON.stringify({ steps: [], ...(then && { then }) }) });
  assert.equal(res.status < 300, true, await res.text());
};
const chat = (model, more = {}) => new ChatOpenAI({ model, apiKey: SY_KEY, configuration: { baseURL: SY_URL }, maxRetries: 0, useResponsesApi: false, ...more });

const weather = tool(async ({ city }) => `snow in ${city}`, { name: 'weather', description: 'Weather of a city', schema: z.object({ city: z.string() }) });
const time = tool(async () => 'noon', { name: 'time', description: 'Time in a zone', schema: z.object({ zone: z.string() }) });
const person = z.object({ name: z.string(), age: z.number(), tags: z.array(z.string()) });

const gather = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { chunks, whole: chunks.reduce((a, b) => a.concat(b)) };
};
const checkUsage = (usage) => {
  assert.equal(usage.input_tokens > 0 && usage.output_tokens > 0, true, JSON.stringify(usage));
  assert.equal(usage.total_tokens, usage.input_tokens + usage.output_tokens);
};

for (const target of targets) {
  const at = (model, more) => chat(`${target}:${model}`, more);
  const faulty = `${target}f`; // its site's script is this file's to change
  const it = (name, run) => test(`${target}: ${name}`, run);

  it('invoke: a string', async () => {
    assert.equal((await at('echo').invoke('Good morning')).content, 'Good morning');
  });

  it('invoke: messages', async () => {
    const answer = await at('echo').invoke([new SystemMessage('Be brief.'), new HumanMessage('Hi'), new AIMessage('Hello.'), new HumanMessage('And now?')]);
    assert.equal(answer.content, 'And now?');
  });

  it('invoke: messages as pairs', async () => {
    assert.equal((await at('echo').invoke([['system', 'Be brief.'], ['human', 'Hi']])).content, 'Hi');
  });

  it('invoke: letters of all kinds', async () => {
    assert.equal((await at('echo').invoke('Grüße 🚂 "q" \\ 日本')).content, 'Grüße 🚂 "q" \\ 日本');
  });

  it('invoke: an id and the kind of message', async () => {
    const answer = await at('echo').invoke('Hi');
    assert.match(answer.id, /./);
    assert.equal(AIMessage.isInstance(answer), true);
  });

  it('invoke: usage_metadata', async () => {
    checkUsage((await at('echo').invoke('one two three')).usage_metadata);
  });

  it('invoke: usage_metadata of thoughts', async () => {
    const { usage_metadata: usage } = await at('reason').invoke('Think');
    checkUsage(usage);
    assert.equal(usage.output_token_details?.reasoning === undefined || usage.output_token_details.reasoning <= usage.output_tokens, true);
  });

  it('invoke: response_metadata', async () => {
    const { response_metadata: said } = await at('echo').invoke('Hi');
    assert.equal(said.finish_reason, 'stop');
    assert.match(said.model_name, /./);
  });

  it('invoke: cut at maxTokens', async () => {
    assert.equal((await at('lorem', { maxTokens: 3 }).invoke('Go')).response_metadata.finish_reason, 'length');
  });

  it('invoke: settings are taken', async () => {
    const answer = await at('echo', { temperature: 0.5, topP: 0.9, presencePenalty: 0.1, frequencyPenalty: 0.1, stop: ['END'], user: 'u-1' }).invoke('Hi');
    assert.equal(answer.content, 'Hi');
  });

  it('invoke: what is refused', async () => {
    const answer = await at('refuse').invoke('Do evil');
    assert.equal(answer.response_metadata.finish_reason === 'content_filter' || Boolean(answer.additional_kwargs.refusal) || /can't/.test(answer.content), true);
  });

  it('invoke: content in parts', async () => {
    const answer = await at('echo').invoke([new HumanMessage({ content: [{ type: 'text', text: 'one ' }, { type: 'text', text: 'two' }] })]);
    assert.match(answer.content, /one\s+two/);
  });

  it('invoke: twelve turns', async () => {
    const turns = [...Array(12).keys()].map((i) => (i % 2 ? new AIMessage(`a${i}`) : new HumanMessage(`q${i}`)));
    assert.equal((await at('echo').invoke([...turns, new HumanMessage('last')])).content, 'last');
  });

  it('batch: in its order', async () => {
    const answers = await at('echo').batch(['one', 'two', 'three']);
    assert.deepEqual(answers.map((a) => a.content), ['one', 'two', 'three']);
  });

  it('batch: two at a time', async () => {
    const answers = await at('echo').batch(['a', 'b', 'c', 'd', 'e'], { maxConcurrency: 2 });
    assert.deepEqual(answers.map((a) => a.content), ['a', 'b', 'c', 'd', 'e']);
  });

  it('batch: a failure is returned among the others', async () => {
    const answers = await chat('nobody:nothing').batch(['a', 'b'], {}, { returnExceptions: true });
    assert.equal(answers.every((a) => a instanceof Error), true);
  });

  it('stream: in pieces', async () => {
    const { chunks, whole } = await gather(await at('lorem').stream('Go'));
    assert.equal(chunks.filter((c) => c.content).length > 3, true);
    assert.equal(whole.content, (await at('lorem').invoke('Go')).content);
  });

  it('stream: usage_metadata, once', async () => {
    const { chunks, whole } = await gather(await at('echo').stream('one two three'));
    checkUsage(whole.usage_metadata);
    assert.equal(chunks.filter((c) => c.usage_metadata).length, 1);
  });

  it('stream: no usage where none is wanted', async () => {
    const { whole } = await gather(await at('echo', { streamUsage: false }).stream('Hi'));
    assert.equal(whole.usage_metadata, undefined);
  });

  it('stream: why it ended', async () => {
    const { whole } = await gather(await at('echo').stream('Hi'));
    assert.equal(whole.response_metadata.finish_reason, 'stop');
  });

  it('stream: cut at maxTokens', async () => {
    const { whole } = await gather(await at('lorem', { maxTokens: 3 }).stream('Go'));
    assert.equal(whole.response_metadata.finish_reason, 'length');
  });

  it('stream: all chunks are of one message', async () => {
    const { chunks } = await gather(await at('lorem').stream('Go'));
    assert.equal(new Set(chunks.map((c) => c.id).filter(Boolean)).size, 1);
  });

  it('streamEvents: from the beginning to the end', async () => {
    const events = [];
    for await (const e of at('echo').streamEvents('Hello there', { version: 'v2' })) events.push(e.event);
    assert.equal(events[0], 'on_chat_model_start');
    assert.equal(events.at(-1), 'on_chat_model_end');
    assert.equal(events.includes('on_chat_model_stream'), true);
  });

  // Not invoke with streaming: true, for which the client fetches a tokenizer from elsewhere.
  it('stream: callbacks see each piece', async () => {
    const tokens = [];
    const { whole } = await gather(await at('lorem', { callbacks: [{ handleLLMNewToken: (t) => { tokens.push(t); } }] }).stream('Go'));
    assert.equal(tokens.join(''), whole.content);
  });

  it('bindTools: a call', async () => {
    const { tool_calls: calls, response_metadata: said } = await at('tools').bindTools([weather]).invoke('Weather?');
    assert.equal(calls.length, 1);
    assert.equal(calls[0].name, 'weather');
    assert.equal(typeof calls[0].args.city, 'string');
    assert.match(calls[0].id, /./);
    assert.equal(said.finish_reason, 'tool_calls');
  });

  it('bindTools: the call and its result', async () => {
    const model = at('tools').bindTools([weather]);
    const first = await model.invoke('Weather?');
    const result = await weather.invoke(first.tool_calls[0]);
    const answer = await model.invoke([new HumanMessage('Weather?'), first, result]);
    assert.match(answer.content, /snow/);
  });

  it('bindTools: calls at once, and all their results', async () => {
    const model = at('tools-parallel').bindTools([weather, time]);
    const first = await model.invoke('Both?');
    assert.deepEqual(first.tool_calls.map((c) => c.name).sort(), ['time', 'weather']);
    const results = first.tool_calls.map((c) => new ToolMessage({ content: `result of ${c.name}`, tool_call_id: c.id }));
    const answer = await model.invoke([new HumanMessage('Both?'), first, ...results]);
    assert.match(answer.content, /result of/);
  });

  it('bindTools: a result that failed', async () => {
    const model = at('tools').bindTools([weather]);
    const first = await model.invoke('Weather?');
    const answer = await model.invoke([new HumanMessage('Weather?'), first, new ToolMessage({ content: 'no station', status: 'error', tool_call_id: first.tool_calls[0].id })]);
    assert.match(answer.content, /no station/);
  });

  it('bindTools: streamed', async () => {
    const { chunks, whole } = await gather(await at('tools').bindTools([weather]).stream('Weather?'));
    assert.equal(whole.tool_calls[0].name, 'weather');
    assert.equal(typeof whole.tool_calls[0].args.city, 'string');
    assert.equal(chunks.some((c) => c.tool_call_chunks?.length), true);
  });

  it('bindTools: several streamed, their pieces kept apart', async () => {
    const { whole } = await gather(await at('tools-parallel').bindTools([weather, time]).stream('Both?'));
    assert.deepEqual(whole.tool_calls.map((c) => c.name).sort(), ['time', 'weather']);
    assert.equal(new Set(whole.tool_calls.map((c) => c.id)).size, 2);
  });

  it('bindTools: any is required', async () => {
    const { tool_calls: calls } = await at('tools').bindTools([weather], { tool_choice: 'any' }).invoke('Hi');
    assert.equal(calls.length, 1);
  });

  it('bindTools: one by name', async () => {
    const { tool_calls: calls } = await at('tools').bindTools([weather, time], { tool_choice: 'time' }).invoke('Hi');
    assert.equal(calls[0].name, 'time');
  });

  it('bindTools: none may be called', async () => {
    const { tool_calls: calls } = await at('tools').bindTools([weather], { tool_choice: 'none' }).invoke('Hi');
    assert.equal(calls.length, 0);
  });

  it('bindTools: strict', async () => {
    const { tool_calls: calls } = await at('tools').bindTools([weather], { strict: true }).invoke('Hi');
    assert.equal(typeof calls[0].args.city, 'string');
  });

  it('withStructuredOutput: a schema of the provider', async () => {
    const got = await at('json').withStructuredOutput(person, { name: 'person', method: 'jsonSchema' }).invoke('A person');
    assert.equal(person.safeParse(got).success, true);
  });

  it('withStructuredOutput: by a function', async () => {
    const got = await at('tools').withStructuredOutput(person, { name: 'person', method: 'functionCalling' }).invoke('A person');
    assert.equal(person.safeParse(got).success, true);
  });

  it('withStructuredOutput: JSON of any kind', async () => {
    const got = await at('json').withStructuredOutput(z.record(z.string(), z.any()), { method: 'jsonMode' }).invoke('JSON, please');
    assert.equal(typeof got, 'object');
  });

  it('withStructuredOutput: with the message it came from', async () => {
    const { raw, parsed } = await at('json').withStructuredOutput(person, { name: 'person', method: 'jsonSchema', includeRaw: true }).invoke('A person');
    assert.equal(person.safeParse(parsed).success, true);
    checkUsage(raw.usage_metadata);
  });

  it('withStructuredOutput: streamed', async () => {
    const pieces = [];
    for await (const p of await at('json').withStructuredOutput(person, { name: 'person', method: 'jsonSchema' }).stream('A person')) pieces.push(p);
    assert.equal(person.safeParse(pieces.at(-1)).success, true);
  });

  it('a chain of prompt, model and parser', async () => {
    const chain = ChatPromptTemplate.fromMessages([['system', 'Be brief.'], ['human', 'Say {what}']]).pipe(at('echo')).pipe(new StringOutputParser());
    assert.equal(await chain.invoke({ what: 'hello' }), 'Say hello');
  });

  it('a chain, streamed', async () => {
    const chain = ChatPromptTemplate.fromTemplate('Say {what}').pipe(at('echo')).pipe(new StringOutputParser());
    let text = '';
    for await (const piece of await chain.stream({ what: 'hello there' })) text += piece;
    assert.equal(text, 'Say hello there');
  });

  it('a picture', async () => {
    const answer = await at('vision').invoke([new HumanMessage({ content: [{ type: 'text', text: 'What?' }, { type: 'image_url', image_url: { url: PIXEL } }] })]);
    assert.match(answer.content, /1 image.*png/);
  });

  it('two pictures, streamed', async () => {
    const image = { type: 'image_url', image_url: { url: PIXEL, detail: 'low' } };
    const { whole } = await gather(await at('vision').stream([new HumanMessage({ content: [{ type: 'text', text: 'What?' }, image, image] })]));
    assert.match(whole.content, /2 images/);
  });

  it('an unknown model', async () => {
    await assert.rejects(chat('nobody:nothing').invoke('Hi'), (err) => err.status === 404 && /nobody/.test(err.message));
  });

  it('an unknown key', async () => {
    await assert.rejects(at('echo', { apiKey: 'sy_wrong' }).invoke('Hi'), (err) => err.status === 401);
  });

  for (const [status, seen] of [[400, 400], [429, 429], [500, 502]]) {
    it(`the provider answers ${status}`, async () => {
      await script(faulty, { status });
      await assert.rejects(chat(`${faulty}:langchain${status}`).invoke('Hi'), (err) => err.status === seen && err.message.length > 0);
      await script(faulty);
    });
  }

  it('it tries again, as often as it was told to', async () => {
    await script(faulty, { status: 503 });
    const started = [];
    const counted = (...args) => { started.push(args); return fetch(...args); };
    await assert.rejects(chat(`${faulty}:langchain503`, { maxRetries: 1, configuration: { baseURL: SY_URL, fetch: counted } }).invoke('Hi'));
    assert.equal(started.length, 2);
    await script(faulty);
  });

  it('a stream that is cut short is an error', async () => {
    await script(faulty, { cut_after: 4, cut: 'clean' });
    await assert.rejects(async () => gather(await chat(`${faulty}:langchaincut`).stream('Go')));
    await script(faulty);
  });

  it('given up before the answer', async () => {
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(at('echo').invoke('Hi', { signal: abort.signal }));
  });

  it('given up in the middle of a stream', async () => {
    const abort = new AbortController();
    let pieces = 0;
    await assert.rejects(async () => {
      for await (const chunk of await at('lorem').stream('Go', { signal: abort.signal })) if (chunk.content && ++pieces === 2) abort.abort();
    });
    assert.equal(pieces < 10, true);
  });
}

test('embeddings: a query and documents', async () => {
  const embeddings = new OpenAIEmbeddings({ model: 'oa:embed', apiKey: SY_KEY, configuration: { baseURL: SY_URL } });
  const [one, two] = await embeddings.embedDocuments(['a', 'b']);
  assert.deepEqual(await embeddings.embedQuery('b'), two);
  assert.equal(one.length, two.length);
});
