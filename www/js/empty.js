/*
 * The Overview when there is nothing to add up: how to begin, or how to get back to figures.
 *
 * Loaded only then.
 */
import { h, text, button, command } from './dom.js';
import { periodWords, providers } from './overview.js';
import { words } from './strings.js';

/* For a shell: what is inside single quotes. */
function quoted(body) {
  return body.replaceAll('\'', '\'\\\'\'');
}

function curl(meta) {
  const url = meta.base_url ?? new URL('../v1', document.baseURI).href;
  const model = JSON.stringify(meta.routes[0] ?? 'MODEL');
  const ask = JSON.stringify({ messages: [{ role: 'user', content: words.neverPrompt }] });
  return { url, line: [
    `curl ${url}/chat/completions \\`,
    '  -H "Authorization: Bearer $SWITCHYARD_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${quoted(`{"model":${model},\n       ${ask.slice(1)}`)}'`,
  ].join('\n') };
}

function never(answer, ctx) {
  const { url, line } = curl(ctx.meta);
  const list = answer.data.providers;
  return [
    h('section.card.lone.first-steps',
      h('h2.big', h('span.pulse', { 'aria-hidden': 'true' }), words.neverTitle),
      h('p', words.neverLead),
      h('ol.first',
        h('li', h('h3', words.neverKey), command('switchyard key create --label first')),
        h('li', h('h3', words.neverCurl), command(line),
          h('p.note', words.neverSdk, ' ', h('code', url))),
        h('li', h('h3', words.neverAfter), h('ul', words.neverWill.map((w) => h('li', w)))))),
    list ? h('div.lone.bare', providers(list, answer.as_of, ctx)) : null,
  ];
}

function quiet(answer, ctx) {
  const { state, cal, go } = ctx;
  const day = cal.isoDay(answer.data.last_request);
  const buttons = state.filters.size
    ? [button('.main', { click: () => go({ drop: 'last' }) }, words.filteredDo),
      button('', { click: () => go({ drop: 'all' }) }, words.filteredAll)]
    : [button('.main', { click: () => go({ r: `${day}..${day}` }) }, words.quietDo)];
  return h('section.card.lone',
    h('h2.big', state.filters.size ? words.filteredTitle : words.quietTitle),
    h('p', state.filters.size ? text(words.filteredLead, { period: periodWords(answer, ctx) })
      : text(words.quietLead, { time: cal.full(answer.data.last_request) })),
    h('p.buttons', buttons));
}

/** In place of tiles and charts. */
export function empty(answer, ctx) {
  if (answer.data.never)
    return never(answer, ctx);
  return [quiet(answer, ctx),
    h('div.lone.bare', providers(answer.data.providers, answer.as_of, ctx))];
}
