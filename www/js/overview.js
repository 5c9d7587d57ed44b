/*
 * The Overview: is everything all right, and what does it cost?
 *
 * Fed with an answer of `summary` (API.md, 5), it returns what to show; it asks for nothing
 * itself.  `ctx` has state, meta, cal (the reporting calendar), go(changes) and list(dim).
 */
import { h, fill, text, plain, name, icon, choice, button, command, colHead, rowHead }
  from './dom.js';
import { money, moneyColumn, moneyAxis, exactUsd, count, percent, roughPercent, change, costChange,
  duration, ago } from './format.js';
import { bars, slots, spark, strip } from './charts.js';
import { words, word } from './strings.js';

const WARN_FAILED = 0.01;
const BAD_FAILED = 0.05;
const MOST_BANNERS = 3;

/* ---- what is wrong, first ---- */

function circuitBanner(b, { cal }, now) {
  const to = b.moved_to === null ? null : name(b.moved_to);
  return [
    fill(words.bannerOpen, { provider: name(b.provider), time: cal.time(b.since),
      ago: ago(now - b.since) }),
    fill(to ? words.bannerMoved : words.bannerMovedAny, { to, moved: words.requests(b.moved),
      failed: count(b.failed) }),
  ];
}

function budgetBanner(b) {
  const template = b.scope === 'global' ? words.bannerBudgetAll : words.bannerBudget;
  return fill(template, {
    scope: word(words.dims, b.scope, plain(b.scope)),
    name: name(b.label ?? ''),
    share: roughPercent(b.used_uusd / b.limit_uusd),
    used: money(b.used_uusd),
    limit: money(b.limit_uusd),
  });
}

function bannerWith(sentence, command) {
  return [sentence, h('code', command)];
}

/* How bad each kind is, and its sentence. */
const BANNERS = new Map([
  ['circuit_open', [() => 'bad', circuitBanner]],
  ['budget', [(b) => (b.used_uusd >= b.limit_uusd ? 'bad' : 'warn'), budgetBanner]],
  ['unpriced', [() => 'warn',
    (b) => bannerWith(words.bannerUnpriced(b.requests), words.unpricedDo)]],
  ['store_full', [(b) => (b.used_pct >= 95 ? 'bad' : 'warn'),
    (b) => fill(words.bannerStore, { share: roughPercent(b.used_pct / 100) })]],
  ['config_not_applied', [() => 'warn', () => bannerWith(words.bannerConfig, words.configDo)]],
  ['stale', [() => 'warn', (b) => fill(words.bannerStale, { ago: ago(b.lag_s) })]],
  ['partial', [() => 'warn', () => words.bannerPartial]],
]);

function bannerLevel(b) {
  return BANNERS.get(b.kind)[0](b);
}

function banner(b, ctx, now) {
  const level = bannerLevel(b);
  return h(`p.banner.${level}`, icon(level), h('span', BANNERS.get(b.kind)[1](b, ctx, now)));
}

function banners(list, ctx, now) {
  if (!list.length)
    return null;
  const [first, more] = [list.slice(0, MOST_BANNERS), list.slice(MOST_BANNERS)];
  return h('section.banners', { 'aria-label': words.notices },
    first.map((b) => banner(b, ctx, now)),
    more.length ? h('details.banners',
      h('summary', { data: { key: 'more' } }, words.bannerMore(more.length)),
      more.map((b) => banner(b, ctx, now))) : null);
}

/* ---- the answer, in a sentence ---- */

function failedShare(totals) {
  return totals && totals.requests ? totals.upstream_error / totals.requests : null;
}

function failedLevel(share) {
  if (share >= BAD_FAILED)
    return 'bad';
  return share >= WARN_FAILED ? 'warn' : 'good';
}

function worst(levels) {
  return ['bad', 'warn'].find((l) => levels.includes(l)) ?? 'good';
}

/** The period as a sentence begins. */
export function periodWords(answer, { state, cal }) {
  const days = cal.days(answer.from, answer.to);
  return word(words.inRange, state.r, text(words.inDays, { days }));
}

/* Beside what was before, as the sentence goes on. */
function against(now, prev, cmp) {
  if (!prev || prev.cost_uusd <= 0)
    return null;
  const share = (now.cost_uusd - prev.cost_uusd) / prev.cost_uusd;
  const values = { share: percent(Math.abs(share)), before: words.befores[cmp] };
  if (Math.abs(share) < 0.005)
    return text(words.answerSame, values);
  return text(share > 0 ? words.answerMore : words.answerLess, values);
}

function sentence(answer, ctx, notices) {
  const { now, prev } = answer.data;
  const failed = failedShare(now);
  const level = worst([...notices.map(bannerLevel), failedLevel(failed)]);
  const verdict = { good: words.well, warn: words.mixed, bad: words.trouble }[level];
  return h(`p.answer.${level}`, icon(level), h('span',
    h('strong.verdict', verdict), ' ',
    fill(words.answerCost, {
      period: periodWords(answer, ctx),
      requests: h('strong', words.requests(now.requests)),
      cost: h('strong', { title: exactUsd(now.cost_uusd) }, money(now.cost_uusd)),
    }),
    against(now, prev, ctx.state.cmp),
    now.upstream_error ? fill(words.answerFailed, { share: h('strong', percent(failed, true)) })
      : words.answerNoneFailed));
}

function moverWords({ dim, label, share_pct: pct }) {
  return { share: roughPercent(pct / 100), dim: word(words.dims, dim), name: name(label) };
}

/* Which model and which feature, and of what kind the change is. */
function movers(y, rise) {
  const [model, feature] = ['model', 'feature'].map((dim) => y.movers.find((m) => m.dim === dim));
  const first = model ?? feature;
  if (!first)
    return null;
  return [' ', fill(rise ? words.moverRise : words.moverFall, moverWords(first)),
    model && feature ? fill(words.moverIn, moverWords(feature)) : null,
    y.why ? word(words.whys, y.why, '') : null, '.'];
}

function yesterday(y, { cal }) {
  if (!y)
    return null;
  const diff = y.cost_uusd - y.base_cost_uusd;
  const notable = Math.abs(diff) >= 1e6 && Math.abs(diff) >= 0.2 * y.base_cost_uusd;
  const changed = diff > 0 ? words.yesterdayMore : words.yesterdayLess;
  return h('p.yesterday',
    fill(notable ? changed : words.yesterdaySame, {
      cost: money(y.cost_uusd), diff: money(Math.abs(diff)), weekday: cal.weekday(y.from) }),
    notable ? movers(y, diff > 0) : null);
}

/* ---- five figures ---- */

function tile({ label, note, value, exact, line, drawn, level = '' }) {
  return h(`section.card.tile.${level}`,
    h('h2', label, note ? [' ', note] : null),
    h('p.value', { title: exact }, value),
    h('p.delta', line),
    drawn);
}

function deltaLine({ share, abs }) {
  return share ? [h('b', share), ' ', abs] : abs;
}

function costTile({ now, prev, spark: line }) {
  const before = prev?.cost_uusd ?? null;
  return tile({
    label: words.tileCost,
    value: money(now.cost_uusd),
    exact: exactUsd(now.cost_uusd),
    line: deltaLine(change(now.cost_uusd, before, money, before / 1e6)),
    drawn: spark(line.cost_uusd),
  });
}

function requestsTile({ now, prev, spark: line }) {
  const before = prev?.requests ?? null;
  return tile({
    label: words.tileRequests,
    value: count(now.requests),
    exact: words.requestsCached(now.cache_hits),
    line: deltaLine(change(now.requests, before, count, before)),
    drawn: spark(line.requests),
  });
}

function failedTile({ now, prev, spark: line }) {
  const share = failedShare(now);
  const before = failedShare(prev);
  const level = failedLevel(share);
  const of = words.requests(now.requests);
  const shares = line.requests.map((n, i) => (n ? line.upstream_error[i] / n : null));
  return tile({
    label: words.tileFailed,
    level: level === 'good' ? '' : level,
    value: percent(share, true),
    exact: text(words.failedOf, { n: count(now.upstream_error), of }),
    line: [before === null ? '' : text(words.was, { value: percent(before, true) }),
      now.rescued ? words.rescued(now.rescued) : ''].filter(Boolean).join(' · '),
    drawn: spark(shares),
  });
}

/* Under 30 samples a percentile is hearsay, under 5 nothing at all. */
function firstTile({ now, prev, spark: line }) {
  const { ttft_p50_ms: p50, ttft_p95_ms: p95, ttft_n: n } = now;
  const known = n >= 5 && p50 !== null;
  const before = prev && prev.ttft_n >= 30 ? prev.ttft_p50_ms : null;
  let detail = deltaLine(change(p50, before, duration, before));
  if (!known)
    detail = words.noStream;
  else if (n < 30)
    detail = text(words.few, { n });
  return tile({
    label: words.tileFirst,
    note: h('small', words.tileFirstNote),
    value: known ? [duration(p50), h('span.second', ' / ', duration(p95))] : duration(null),
    line: detail,
    drawn: spark(line.ttft_p50_ms),
  });
}

/* A word that explains itself on hover and focus. */
function explained(spec, short, why) {
  return h(spec, { title: why, 'aria-label': why, role: 'note', tabindex: 0 }, short);
}

function savedTile({ now, spark: line }) {
  const saved = now.saved_uusd;
  const full = (saved ?? 0) + now.cost_uusd;
  return tile({
    label: words.tileSaved,
    note: explained('abbr', words.est, words.estWhy),
    value: money(saved),
    exact: exactUsd(saved),
    line: saved === null || full <= 0 ? words.savedUnknown
      : text(words.of, { value: percent(saved / full) }),
    drawn: spark(line.saved_uusd ?? []),
  });
}

/* ---- spend per step ---- */

function sum(list) {
  return list.reduce((a, b) => a + b, 0);
}

/* Others carry the rounding of all (API.md, 4); where there are none, the largest does. */
function roundedBars(data) {
  if (data.other_n || !data.series.length)
    return data;
  const [{ v, ...largest }, ...more] = data.series;
  const whole = { ...largest, v: v.map((x, i) => x + data.other[i]) };
  return { ...data, series: [whole, ...more] };
}

/** The same for a list of `top`. */
export function roundedList(list) {
  if (list.rest.n || !list.id.length)
    return list;
  const [largest, ...more] = list.cost_uusd;
  return { ...list, cost_uusd: [largest + list.rest.cost_uusd, ...more] };
}

/* The bars as columns: a label of null stands for all others. */
function columnsOf(data) {
  const shown = data.series.map(({ label, v }) => ({ label, v }));
  return data.other_n ? [...shown, { label: null, v: data.other }] : shown;
}

function spendTable(data, answer, { cal }, title) {
  const columns = columnsOf(data);
  const write = moneyColumn(data.total);
  const num = (v) => h('td.num', { title: exactUsd(v) }, write(v));
  const labelled = ({ label }) => (label === null ? words.others(data.other_n) : name(label));
  return h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': title },
    h('table.spend-table',
      h('caption.unseen', title),
      h('thead', h('tr', colHead('th', words.steps[answer.step]),
        columns.map((c) => colHead('th.num', labelled(c))), colHead('th.num', words.total))),
      h('tbody', data.t.map((t, i) => h('tr', rowHead(cal.step(t, answer.step)),
        columns.map((c) => num(c.v[i])), num(data.total[i])))),
      h('tfoot', h('tr', rowHead(words.total),
        columns.map((c) => num(sum(c.v))), num(sum(data.total))))));
}

async function spendCsv(data, answer, { cal }) {
  const columns = columnsOf(data);
  const stamp = ['day', 'month'].includes(answer.step) ? cal.isoDay : cal.isoTime;
  const head = columns.map(({ label }) => (label === null ? 'other' : label || words.noName));
  const rows = data.t.map((t, i) => [stamp(t), ...columns.map(({ v }) => exactUsd(v[i])),
    exactUsd(data.total[i])]);
  const days = `${cal.isoDay(answer.from)}_${cal.isoDay(answer.to - 1)}`;
  const { csv, download } = await import('./files.js');
  download(`switchyard-spend-by-${data.by}-${days}.csv`,
    csv([answer.step, ...head, 'total'], rows));
}

/* The legend of the bars: what each colour is, and how much of all. */
function partsTable(data, colours, ctx) {
  const total = sum(data.total);
  const rows = data.series.map((one) => [`s${colours.get(one.id)}`,
    filterButton(ctx, data.by, one, 'part'), sum(one.v)]);
  if (data.other_n)
    rows.push(['so', words.others(data.other_n), sum(data.other)]);
  const write = moneyColumn(rows.map(([, , v]) => v));
  const num = (v) => h('td.num', { title: exactUsd(v) }, write(v));
  const dim = words.dims[data.by];

  return h('table.parts',
    h('caption.unseen', text(words.partsCaption, { dim })),
    h('thead', h('tr', [dim, words.cost, words.share].map((head) => colHead('th', head)))),
    h('tbody', rows.map(([slot, label, v]) => h('tr', { data: { slot } },
      rowHead(h(`span.swatch.${slot}`), label), num(v), h('td.num.muted', percent(v / total))))),
    h('tfoot', h('tr', rowHead(words.total), num(total), h('td'))));
}

function spoken(data, answer, cal, i) {
  const largest = data.series.filter((one) => one.v[i] > 0).sort((a, b) => b.v[i] - a.v[i]);
  const parts = largest.slice(0, 3).map(({ label, v }) => text(words.barsPart,
    { name: plain(label), cost: money(v[i]) }));
  return text(words.barsSpoken, { step: cal.step(data.t[i], answer.step),
    total: money(data.total[i]), parts: parts.join(', ') });
}

function chartSummary(data, answer, cal) {
  if (!sum(data.total))
    return words.barsNothing;
  const highest = data.total.indexOf(Math.max(...data.total));
  const ended = answer.running && data.total.length > 1 ? data.total.slice(0, -1) : data.total;
  return [
    text(words.barsHighest, { step: cal.step(data.t[highest], answer.step),
      cost: money(data.total[highest]) }),
    text(words.barsMean, { cost: money(Math.round(sum(ended) / ended.length)) }),
    data.cmp_total ? words.barsCmp : '',
  ].join(' ');
}

function chart(data, colours, answer, { cal, go }, label) {
  const { step, running } = answer;
  const pick = (i) => {
    const day = cal.isoDay(data.t[i]);
    if (step === 'day' && data.t.length > 1)
      go({ r: `${day}..${day}` });
  };
  return h('figure.spend-figure',
    bars({ label, data: { ...data, running }, colours, pick, write: {
      axis: moneyAxis,
      tick: (t) => cal.tick(t, step, data.t.length),
      step: (t) => cal.step(t, step),
      value: moneyColumn(data.total),
      spoken: (i) => spoken(data, answer, cal, i),
    } }),
    h('figcaption.note', chartSummary(data, answer, cal)));
}

/* Pointing at a row of the legend leaves only its colour in the chart. */
function single(figure, rows) {
  for (const row of rows) {
    row.addEventListener('pointerenter', () => { figure.dataset.only = row.dataset.slot; });
    row.addEventListener('pointerleave', () => { delete figure.dataset.only; });
  }
}

function spend(answer, ctx) {
  const { state, go } = ctx;
  const data = roundedBars(answer.data.bars);
  const title = words.spendPer[answer.step];
  const dim = words.dims[data.by];
  const colours = slots(data.by, data.series.map((one) => one.id));
  const figure = chart(data, colours, answer, ctx, text(words.barsLabel, { title, dim }));
  const parts = partsTable(data, colours, ctx);
  const toFile = async () => {
    await spendCsv(data, answer, ctx);
    ctx.say(words.csvSaved);
  };

  single(figure, parts.querySelectorAll('[data-slot]'));
  return h('section.card.spend', { data: { view: state.v } },
    h('header.card-head',
      h('h2', title),
      choice({ label: `${title}, ${words.by}`, key: 'by', chosen: state.by,
        options: ctx.groupings.map((d) => [d, words.dims[d]]), pick: (by) => go({ by }) }),
      h('span.push'),
      choice({ label: words.view, key: 'view', chosen: state.v,
        options: Object.entries(words.views), pick: (v) => go({ v }) }),
      button('.quiet', { id: 'csv', key: 'csv', click: toFile }, words.csv)),
    h('div.spend-body.as-chart', figure, parts),
    h('div.as-table', spendTable(data, answer, ctx, text(words.tableCaption, { title, dim }))));
}

/* ---- who and what ---- */

/* A name that is a filter: pressing it shows only what has it, pressing it again all. */
function filterButton(ctx, dim, { id, label }, where) {
  const on = ctx.state.filters.get(dim)?.includes(id) ?? false;
  return button('.rank-name', {
    key: `${where}:${dim}:${id}`,
    'aria-pressed': String(on),
    'aria-label': text(on ? words.notOnlyThis : words.onlyThis, { name: plain(label) }),
    click: () => ctx.go({ toggle: [dim, id, label] }),
  }, name(label));
}

function topRow(spec, label, cost, before, total, write) {
  const share = Math.max(0, cost / total || 0);
  return h(spec, { vars: { share: share.toFixed(4) } },
    rowHead(label),
    h('td.num', { title: exactUsd(cost) }, write(cost)),
    h('td.num.muted', percent(share)),
    h('td.num.muted.wide-only', costChange(cost, before)));
}

function topTable(dim, list, total, ctx) {
  const write = moneyColumn(list.cost_uusd);
  const rows = list.id.map((id, i) => topRow('tr',
    filterButton(ctx, dim, { id, label: list.label[i] }, 'top'),
    list.cost_uusd[i], list.prev_cost_uusd?.[i], total, write));
  const { n, cost_uusd: cost, prev_cost_uusd: before } = list.rest;
  if (n)
    rows.push(topRow('tr.rest', words.others(n), cost, before, total, write));
  return h('table.ranks',
    h('thead', h('tr', colHead('th', h('span.unseen', words.dims[dim])),
      colHead('th.num', words.cost), colHead('th.num', words.share),
      colHead('th.num.wide-only', words.change))),
    h('tbody', rows));
}

function topList(dim, list, total, ctx) {
  return h('section.card.list',
    h('header.card-head', h('h2', words.top[dim]), h('span.push'),
      button('.quiet', { key: `all:${dim}`, click: () => ctx.list(dim) },
        text(words.listAll, { dims: words.dimsMany[dim] }))),
    list.id.length ? topTable(dim, list, total, ctx) : h('p.note', words.listNothing));
}

/* ---- providers ---- */

const SIGNS = new Map([['closed', 'good'], ['open', 'bad'], ['half_open', 'try'],
  ['drained', 'hand']]);

function failing(p) {
  return p.attempts > 0 && p.failed / p.attempts >= BAD_FAILED;
}

/* Its sign and its state in words. */
function providerState(p) {
  if (p.circuit === 'closed' && failing(p))
    return ['warn', words.circuitFailing];
  if (p.circuit === 'closed' && !p.attempts)
    return ['good', words.circuitIdle];
  return [SIGNS.get(p.circuit) ?? 'warn', word(words.circuits, p.circuit)];
}

function providerDetail(p, now, cal) {
  if (p.circuit === 'open' && p.retry_at !== null)
    return p.retry_at > now ? text(words.retryIn, { ago: ago(p.retry_at - now) }) : words.retryNow;
  if (!p.attempts)
    return words.providerNone;
  if (p.last_error && failing(p))
    return text(words.lastError, { class: plain(p.last_error.class),
      time: cal.time(p.last_error.at) });
  return null;
}

function stripWords(cells, step) {
  const list = Object.entries(words.stripParts)
    .map(([c, template]) => [template, [...cells].filter((x) => x === c).length])
    .filter(([, n]) => n)
    .map(([template, n]) => text(template, { ago: ago(n * step) }));
  return text(words.stripText, { list: list.join(', ') });
}

function provider(p, data, now, ctx) {
  const [sign, state] = providerState(p);
  const lasting = p.circuit !== 'closed' && p.since !== null;
  const detail = providerDetail(p, now, ctx.cal);
  const day = p.strip && stripWords(p.strip, data.strip_step_s);
  return h(`li.provider.${sign}`,
    h('div.provider-line',
      filterButton(ctx, 'provider', p, 'now'),
      p.sim ? explained('abbr.badge', words.sim, words.simWhy) : null,
      h('span.push'),
      h('span.circuit', icon(sign),
        lasting ? text(words.circuitFor, { word: state, ago: ago(now - p.since) }) : state)),
    day ? [strip(p.strip, day), h('span.unseen', day)] : null,
    h('div.provider-line.note',
      p.attempts ? [text(words.providerFigures, { failed: percent(p.failed / p.attempts),
        first: duration(p.ttft_p50_ms) }), h('span.push')] : null,
      detail));
}

/** The card of the providers and their last day. */
export function providers(data, now, ctx) {
  return h('section.card.list',
    h('header.card-head', h('h2', words.providersNow), h('span.push'),
      h('span.note', words.stripNote)),
    data.list.length ? h('ul.providers', data.list.map((p) => provider(p, data, now, ctx)))
      : [h('p.note', words.noProviders), command(words.noProvidersDo)]);
}

/* ---- all of it ---- */

const TILES = [costTile, requestsTile, failedTile, firstTile, savedTile];
const LISTS = ['model', 'feature', 'user'];

/** What the Overview shows for an answer; `extra` are notices of the page itself. */
export async function overview(answer, ctx, extra) {
  const { data, as_of: now } = answer;
  const { empty } = data.never || !data.now.requests ? await import('./empty.js') : {};
  const notices = [...extra, ...(data.banners ?? [])].filter((b) => BANNERS.has(b.kind));
  const top = banners(notices, ctx, now);

  if (empty)
    return [top, ...empty(answer, ctx)];
  return [
    top,
    h('section.lead', sentence(answer, ctx, notices), yesterday(data.yesterday, ctx)),
    h('div.tiles', TILES.map((make) => make(data))),
    spend(answer, ctx),
    h('div.lists', LISTS.map((dim) => topList(dim, roundedList(data.top[dim]),
      data.now.cost_uusd, ctx))),
    providers(data.providers, now, ctx),
  ];
}
