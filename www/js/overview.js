/*
 * The Overview: is everything all right, and what does it cost?
 *
 * Fed with an answer of `summary` (API.md, 5), it returns what to show; it asks for nothing
 * itself.  `ctx` has state, meta, cal (the reporting calendar), go(changes) and list(dim).
 */
import { h, fill, text, plain, name, icon, choice, command } from './dom.js';
import { money, moneyColumn, moneyAxis, exactUsd, count, percent, roughPercent, change, duration, ago } from './format.js';
import { bars, slots, spark, strip } from './charts.js';
import { words } from './strings.js';

const WARN_FAILED = 0.01;
const BAD_FAILED = 0.05;
const MOST_BANNERS = 3;

/* ---- what is wrong, first ---- */

function circuitBanner(b, { cal }, now) {
  const to = b.moved_to === null ? null : name(b.moved_to);
  const values = { moved: words.requests(b.moved), to, failed: count(b.failed) };
  return [
    fill(words.bannerOpen, { provider: name(b.provider), time: cal.time(b.since), ago: ago(now - b.since) }),
    fill(to ? words.bannerMoved : words.bannerMovedAny, values),
  ];
}

function budgetBanner(b) {
  const values = { share: roughPercent(b.used_uusd / b.limit_uusd), used: money(b.used_uusd), limit: money(b.limit_uusd) };
  return b.scope === 'global' ? fill(words.bannerBudgetAll, values)
    : fill(words.bannerBudget, { ...values, scope: words.dims[b.scope] ?? plain(b.scope), name: name(b.label) });
}

const BANNERS = new Map([
  ['circuit_open', { level: 'bad', say: circuitBanner }],
  ['budget', { level: (b) => (b.used_uusd >= b.limit_uusd ? 'bad' : 'warn'), say: budgetBanner }],
  ['unpriced', { level: 'warn', say: (b) => [words.bannerUnpriced(b.requests), h('code', {}, words.bannerUnpricedDo)] }],
  ['store_full', { level: (b) => (b.used_pct >= 95 ? 'bad' : 'warn'),
    say: (b) => fill(words.bannerStore, { share: roughPercent(b.used_pct / 100) }) }],
  ['config_not_applied', { level: 'warn', say: () => [words.bannerConfig, h('code', {}, words.bannerConfigDo)] }],
  ['stale', { level: 'warn', say: (b) => fill(words.bannerStale, { ago: ago(b.lag_s) }) }],
  ['partial', { level: 'warn', say: () => words.bannerPartial }],
]);

function bannerLevel(b) {
  const { level } = BANNERS.get(b.kind);
  return typeof level === 'function' ? level(b) : level;
}

function banner(b, ctx, now) {
  const level = bannerLevel(b);
  return h('p', { class: `banner ${level}` }, icon(level), h('span', {}, BANNERS.get(b.kind).say(b, ctx, now)));
}

function banners(list, ctx, now) {
  if (!list.length)
    return null;
  const [first, more] = [list.slice(0, MOST_BANNERS), list.slice(MOST_BANNERS)];
  return h('section', { class: 'banners', 'aria-label': words.notices },
    first.map((b) => banner(b, ctx, now)),
    more.length ? h('details', { class: 'banners' }, h('summary', { data: { key: 'more' } }, words.bannerMore(more.length)),
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
  return words.inRange[state.r] ?? text(words.inDays, { days: cal.days(answer.from, answer.to) });
}

function costChange(now, prev, cmp) {
  if (!prev || prev.cost_uusd <= 0)
    return null;
  const share = (now.cost_uusd - prev.cost_uusd) / prev.cost_uusd;
  const before = words.befores[cmp];
  if (Math.abs(share) < 0.005)
    return text(words.answerSame, { before });
  return text(share > 0 ? words.answerMore : words.answerLess, { share: percent(Math.abs(share)), before });
}

function sentence(answer, ctx, notices) {
  const { now, prev } = answer.data;
  const level = worst([...notices.map(bannerLevel), failedLevel(failedShare(now))]);
  const verdict = { good: words.well, warn: words.mixed, bad: words.trouble }[level];
  return h('p', { class: `answer ${level}` }, icon(level), h('span', {},
    h('strong', { class: 'verdict' }, verdict), ' ',
    fill(words.answerCost, { period: periodWords(answer, ctx), requests: h('strong', {}, words.requests(now.requests)),
      cost: h('strong', { title: exactUsd(now.cost_uusd) }, money(now.cost_uusd)) }),
    costChange(now, prev, ctx.state.cmp),
    now.upstream_error ? fill(words.answerFailed, { share: h('strong', {}, percent(failedShare(now), true)) }) : words.answerNoneFailed));
}

function mover(y, rise) {
  const [model, feature] = ['model', 'feature'].map((dim) => y.movers.find((m) => m.dim === dim));
  const first = model ?? feature;
  if (!first)
    return null;
  const values = (m) => ({ share: roughPercent(m.share_pct / 100), dim: words.dims[m.dim], name: name(m.label) });
  return [' ', fill(rise ? words.moverRise : words.moverFall, values(first)),
    model && feature ? fill(words.moverIn, values(feature)) : null, y.why ? words.whys[y.why] : null, '.'];
}

function yesterday(y, { cal }) {
  if (!y)
    return null;
  const diff = y.cost_uusd - y.base_cost_uusd;
  const notable = Math.abs(diff) >= 1e6 && Math.abs(diff) >= 0.2 * y.base_cost_uusd;
  let template = words.yesterdaySame;
  if (notable)
    template = diff > 0 ? words.yesterdayMore : words.yesterdayLess;
  return h('p', { class: 'yesterday' },
    fill(template, { cost: money(y.cost_uusd), diff: money(Math.abs(diff)), weekday: cal.weekday(y.from) }),
    notable ? mover(y, diff > 0) : null);
}

/* ---- five figures ---- */

function tile({ label, note, value, exact, line, drawn, level = '' }) {
  return h('section', { class: `card tile ${level}` },
    h('h2', {}, label, note ? [' ', note] : null),
    h('p', { class: 'value', title: exact }, value),
    h('p', { class: 'delta' }, line),
    drawn);
}

function deltaLine({ share, abs }) {
  if (!abs)
    return '';
  return share ? [h('b', {}, share), ' ', abs] : abs;
}

function costTile({ now, prev, spark: line }) {
  return tile({ label: words.tileCost, value: money(now.cost_uusd), exact: exactUsd(now.cost_uusd),
    line: deltaLine(change(now.cost_uusd, prev?.cost_uusd, money, (prev?.cost_uusd ?? 0) / 1e6)),
    drawn: spark(line.cost_uusd) });
}

function requestsTile({ now, prev, spark: line }) {
  return tile({ label: words.tileRequests, value: count(now.requests), exact: words.requestsCached(now.cache_hits),
    line: deltaLine(change(now.requests, prev?.requests, count, prev?.requests ?? 0)), drawn: spark(line.requests) });
}

function failedTile({ now, prev, spark: line }) {
  const share = failedShare(now);
  const before = failedShare(prev);
  const level = failedLevel(share);
  return tile({ label: words.tileFailed, value: percent(share, true), level: level === 'good' ? '' : level,
    exact: text(words.failedOf, { n: count(now.upstream_error), of: words.requests(now.requests) }),
    line: [before === null ? null : text(words.was, { value: percent(before, true) }),
      now.rescued ? words.rescued(now.rescued) : null].filter(Boolean).join(' · '),
    drawn: spark(line.upstream_error.map((n, i) => (line.requests[i] ? n / line.requests[i] : null))) });
}

/* Under 30 samples a percentile is hearsay, under 5 nothing at all. */
function firstTile({ now, prev, spark: line }) {
  const p50 = now.ttft_p50_ms;
  const known = now.ttft_n >= 5 && p50 !== null;
  const was = prev && prev.ttft_n >= 30 ? change(p50, prev.ttft_p50_ms, duration, 20) : { share: '', abs: '' };
  let detail = deltaLine(was);
  if (!known)
    detail = words.noStream;
  else if (now.ttft_n < 30)
    detail = text(words.few, { n: now.ttft_n });
  return tile({ label: words.tileFirst, note: h('small', {}, words.tileFirstNote),
    value: known ? [duration(p50), h('span', { class: 'second' }, ' / ', duration(now.ttft_p95_ms))] : '–',
    line: detail, drawn: spark(line.ttft_p50_ms) });
}

function savedTile({ now, spark: line }) {
  const saved = now.saved_uusd;
  const full = (saved ?? 0) + now.cost_uusd;
  return tile({ label: words.tileSaved,
    note: h('abbr', { title: words.estWhy, tabindex: 0, role: 'note', 'aria-label': words.estWhy }, words.est),
    value: money(saved), exact: exactUsd(saved),
    line: saved === null || full <= 0 ? words.savedUnknown : text(words.of, { value: percent(saved / full) }),
    drawn: spark(line.saved_uusd ?? []) });
}

/* ---- spend per step ---- */

function spendTable(data, answer, { cal }, title) {
  const write = moneyColumn(data.total);
  const head = [...data.series.map((one) => one.label), ...(data.other_n ? [null] : [])];
  const num = (v, tag = 'td') => h(tag, { class: 'num', title: v === null ? undefined : exactUsd(v) }, write(v));
  const sum = (v) => v.reduce((a, b) => a + b, 0);
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title },
    h('table', { class: 'spend-table' },
      h('caption', { class: 'unseen' }, title),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, words.steps[answer.step]),
        head.map((label) => h('th', { scope: 'col', class: 'num' }, label === null ? words.others(data.other_n) : name(label))),
        h('th', { scope: 'col', class: 'num' }, words.total))),
      h('tbody', {}, data.t.map((t, i) => h('tr', {}, h('th', { scope: 'row' }, cal.step(t, answer.step)),
        data.series.map((one) => num(one.v[i])), data.other_n ? num(data.other[i]) : null, num(data.total[i])))),
      h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, words.total), data.series.map((one) => num(sum(one.v))),
        data.other_n ? num(sum(data.other)) : null, num(sum(data.total))))));
}

async function spendCsv(data, answer, { cal, state }) {
  const stamp = answer.step === 'day' || answer.step === 'month' ? cal.isoDay : cal.isoTime;
  const head = [answer.step, ...data.series.map((one) => one.label || words.noName), ...(data.other_n ? ['other'] : []), 'total'];
  const rows = data.t.map((t, i) => [stamp(t), ...data.series.map((one) => exactUsd(one.v[i])),
    ...(data.other_n ? [exactUsd(data.other[i])] : []), exactUsd(data.total[i])]);
  const { csv, download } = await import('./files.js');
  download(`switchyard-spend-by-${state.by}-${cal.isoDay(answer.from)}_${cal.isoDay(answer.to - 1)}.csv`,
    'text/csv;charset=utf-8', csv(head, rows));
}

function partsTable(data, colours, ctx) {
  const sum = (v) => v.reduce((a, b) => a + b, 0);
  const total = sum(data.total);
  const rows = data.series.map((one) => [`s${colours.get(one.id)}`, filterButton(ctx, data.by, one, 'part'), sum(one.v)]);
  if (data.other_n)
    rows.push(['so', words.others(data.other_n), sum(data.other)]);
  const write = moneyColumn(rows.map(([, , v]) => v));
  return h('table', { class: 'parts' },
    h('caption', { class: 'unseen' }, text(words.partsCaption, { dim: words.dims[data.by] })),
    h('thead', {}, h('tr', {}, [words.dims[data.by], words.cost, words.share]
      .map((word) => h('th', { scope: 'col' }, word)))),
    h('tbody', {}, rows.map(([slot, label, v]) => h('tr', { data: { slot } },
      h('th', { scope: 'row' }, h('span', { class: `swatch ${slot}` }), label),
      h('td', { class: 'num', title: exactUsd(v) }, write(v)), h('td', { class: 'num muted' }, percent(v / total))))),
    h('tfoot', {}, h('tr', {}, h('th', { scope: 'row' }, words.total), h('td', { class: 'num', title: exactUsd(total) }, write(total)),
      h('td', {}))));
}

function spoken(data, answer, cal, i) {
  const parts = data.series.filter((one) => one.v[i] > 0).sort((a, b) => b.v[i] - a.v[i]).slice(0, 3)
    .map((one) => text(words.barsPart, { name: plain(one.label), cost: money(one.v[i]) }));
  return text(words.barsSpoken, { step: cal.step(data.t[i], answer.step), total: money(data.total[i]), parts: parts.join(', ') });
}

function chartSummary(data, answer, cal) {
  const total = data.total.reduce((a, b) => a + b, 0);
  if (!total)
    return words.barsNothing;
  const highest = data.total.indexOf(Math.max(...data.total));
  const whole = data.running && data.total.length > 1 ? data.total.slice(0, -1) : data.total;
  return [
    text(words.barsHighest, { step: cal.step(data.t[highest], answer.step), cost: money(data.total[highest]) }), ' ',
    text(words.barsMean, { cost: money(Math.round(whole.reduce((a, b) => a + b, 0) / whole.length)) }), ' ',
    data.cmp_total ? words.barsCmp : '',
  ];
}

function spend(answer, ctx) {
  const { state, cal, go } = ctx;
  const raw = answer.data.bars;
  const data = { ...raw, running: answer.running };
  const title = words.spendPer[answer.step];
  const colours = slots(data.by, data.series.map((one) => one.id));
  const dim = words.dims[data.by];
  const figure = h('figure', { class: 'spend-figure' },
    bars({ label: text(words.barsLabel, { title, dim }), data, colours,
      write: { axis: moneyAxis, tick: (t) => cal.tick(t, answer.step, data.t.length), step: (t) => cal.step(t, answer.step),
        value: moneyColumn(data.total), spoken: (i) => spoken(data, answer, cal, i) },
      pick: (i) => answer.step === 'day' && data.t.length > 1 && go({ r: `${cal.isoDay(data.t[i])}..${cal.isoDay(data.t[i])}` }) }),
    h('figcaption', { class: 'note' }, chartSummary(data, answer, cal)));
  const parts = partsTable(data, colours, ctx);
  for (const row of parts.querySelectorAll('tr[data-slot]')) {
    row.addEventListener('pointerenter', () => { figure.dataset.only = row.dataset.slot; });
    row.addEventListener('pointerleave', () => { delete figure.dataset.only; });
  }

  return h('section', { class: 'card spend', data: { view: state.v } },
    h('header', { class: 'card-head' },
      h('h2', {}, title),
      choice({ label: `${title}, ${words.by}`, key: 'by', chosen: state.by, pick: (by) => go({ by }),
        options: ctx.groupings.map((d) => [d, words.dims[d]]) }),
      h('span', { class: 'push' }),
      choice({ label: words.view, key: 'view', chosen: state.v, pick: (v) => go({ v }), options: Object.entries(words.views) }),
      h('button', { type: 'button', class: 'quiet', id: 'csv', data: { key: 'csv' }, on: {
        async click() {
        await spendCsv(data, answer, ctx);
        ctx.say(words.csvSaved);
      } } }, words.csv)),
    h('div', { class: 'spend-body as-chart' }, figure, parts),
    h('div', { class: 'as-table' }, spendTable(data, answer, ctx, text(words.tableCaption, { title, dim }))));
}

/* ---- who and what ---- */

function filterButton(ctx, dim, { id, label }, where) {
  const on = ctx.state.filters.get(dim)?.includes(id) ?? false;
  return h('button', { type: 'button', class: 'rank-name', 'aria-pressed': String(on), data: { key: `${where}:${dim}:${id}` },
    'aria-label': text(on ? words.notOnlyThis : words.onlyThis, { name: plain(label) }), on: { click: () => ctx.go({ toggle: [dim, id, label] }) } },
  name(label));
}

function changeCell(now, before) {
  if (before === null || before === undefined)
    return '';
  if (before === 0)
    return now > 0 ? words.isNew : '';
  const { share, abs } = change(now, before, money, before >= 10000 ? 100 : 0);
  return share || abs;
}

function topList(dim, list, total, ctx) {
  const write = moneyColumn(list.cost_uusd);
  const row = (label, cost, before, share, extra) => h('tr', { class: extra, vars: { share: Math.max(0, share || 0).toFixed(4) } },
    h('th', { scope: 'row' }, label),
    h('td', { class: 'num', title: exactUsd(cost) }, write(cost)),
    h('td', { class: 'num muted' }, percent(share)),
    h('td', { class: 'num muted wide-only' }, changeCell(cost, before)));
  const rows = list.id.map((id, i) => row(filterButton(ctx, dim, { id, label: list.label[i] }, 'top'), list.cost_uusd[i],
    list.prev_cost_uusd?.[i], list.cost_uusd[i] / total, 'filled'));
  if (list.rest.n)
    rows.push(row(words.others(list.rest.n), list.rest.cost_uusd, list.rest.prev_cost_uusd, list.rest.cost_uusd / total, 'rest'));
  return h('section', { class: 'card list' },
    h('header', { class: 'card-head' }, h('h2', {}, words.top[dim]), h('span', { class: 'push' }),
      h('button', { type: 'button', class: 'quiet', data: { key: `all:${dim}` }, on: { click: () => ctx.list(dim) } },
        text(words.listAll, { dims: words.dimsMany[dim] }))),
    list.id.length ? h('table', { class: 'ranks' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, h('span', { class: 'unseen' }, words.dims[dim])),
        h('th', { scope: 'col', class: 'num' }, words.cost), h('th', { scope: 'col', class: 'num' }, words.share),
        h('th', { scope: 'col', class: 'num wide-only' }, words.change))),
      h('tbody', {}, rows)) : h('p', { class: 'note' }, words.listNothing));
}

/* ---- providers ---- */

function providerState(p) {
  if (p.circuit === 'closed')
    return p.attempts && p.failed / p.attempts >= BAD_FAILED ? ['warn', words.circuitFailing]
      : ['good', p.attempts ? words.circuits.closed : words.circuitIdle];
  return [{ open: 'bad', half_open: 'try', drained: 'hand' }[p.circuit] ?? 'warn', words.circuits[p.circuit] ?? plain(p.circuit)];
}

function providerDetail(p, now, cal) {
  if (p.circuit === 'open' && p.retry_at !== null)
    return p.retry_at > now ? text(words.retryIn, { ago: ago(p.retry_at - now) }) : words.retryNow;
  if (!p.attempts)
    return words.providerNone;
  if (p.last_error && p.failed / p.attempts >= BAD_FAILED)
    return text(words.lastError, { class: plain(p.last_error.class), time: cal.time(p.last_error.at) });
  return null;
}

function stripWords(cells, step) {
  const parts = ['o', 'd', 'b', 'x', '.'].map((c) => [c, [...cells].filter((x) => x === c).length]).filter(([, n]) => n);
  return text(words.stripText, { list: parts.map(([c, n]) => text(words.stripParts[c], { ago: ago(n * step) })).join(', ') });
}

function provider(p, data, now, ctx) {
  const [sign, word] = providerState(p);
  const since = p.circuit !== 'closed' && p.since !== null ? text(words.circuitFor, { word, ago: ago(now - p.since) }) : word;
  const detail = providerDetail(p, now, ctx.cal);
  const day = p.strip && stripWords(p.strip, data.strip_step_s);
  return h('li', { class: `provider ${sign}` },
    h('div', { class: 'provider-line' }, filterButton(ctx, 'provider', p, 'now'),
      p.sim ? h('abbr', { class: 'badge', title: words.simWhy, 'aria-label': words.simWhy, role: 'note', tabindex: 0 }, words.sim) : null,
      h('span', { class: 'push' }), h('span', { class: 'circuit' }, icon(sign), since)),
    day ? [strip(p.strip, day), h('span', { class: 'unseen' }, day)] : null,
    h('div', { class: 'provider-line note' }, p.attempts
      ? text(words.providerFigures, { failed: percent(p.failed / p.attempts), first: duration(p.ttft_p50_ms) }) : null,
    detail && p.attempts ? h('span', { class: 'push' }) : null, detail));
}

/** The card of the providers and their last day. */
export function providers(data, now, ctx) {
  return h('section', { class: 'card list all-providers' },
    h('header', { class: 'card-head' }, h('h2', {}, words.providersNow), h('span', { class: 'push' }),
      h('span', { class: 'note' }, words.stripNote)),
    data.list.length ? h('ul', { class: 'providers' }, data.list.map((p) => provider(p, data, now, ctx)))
      : [h('p', { class: 'note' }, words.noProviders), command(words.noProvidersDo)]);
}

/* ---- all of it ---- */

/** What the Overview shows for an answer; `extra` are notices of the page itself. */
export async function overview(answer, ctx, extra) {
  const { data } = answer;
  const { empty } = data.never || !data.now.requests ? await import('./empty.js') : {};
  const notices = [...extra, ...(data.banners ?? [])].filter((b) => BANNERS.has(b.kind));
  const now = answer.as_of;
  const top = banners(notices, ctx, now);

  if (empty)
    return [top, ...empty(answer, ctx)];
  return [
    top,
    h('section', { class: 'lead' }, sentence(answer, ctx, notices), yesterday(data.yesterday, ctx)),
    h('div', { class: 'tiles' }, [costTile, requestsTile, failedTile, firstTile, savedTile].map((make) => make(data))),
    spend(answer, ctx),
    h('div', { class: 'lists' }, ['model', 'feature', 'user'].map((dim) => topList(dim, data.top[dim], data.now.cost_uusd, ctx))),
    providers(data.providers, now, ctx),
  ];
}
