/*
 * The frame of the dashboard: address, settings, sign-in, asking, refreshing, failing.
 *
 * What is shown is a function of the address (its fragment) and the last answer.  Views don't
 * ask for anything; they are handed the answer and `ctx`.
 */
import { h, text, name, plain, icon, button, swap, say } from './dom.js';
import { calendar, ago, shiftDay, daysBetween } from './format.js';
import { overview } from './overview.js';
import { words } from './strings.js';

const main = document.getElementById('main');
const nav = document.getElementById('nav');
const tools = document.getElementById('tools');
const foot = document.getElementById('foot');

/* ---- settings of this browser ---- */

const DEFAULTS = { theme: 'system', density: 'comfortable', refresh: 'auto', shortcuts: 'on' };

function loadSettings() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem('switchyard')) };
  } catch {
    return { ...DEFAULTS };
  }
}

const settings = loadSettings();

function applySettings() {
  const root = document.documentElement.dataset;
  for (const [key, plainValue] of [['theme', 'system'], ['density', 'comfortable']])
    if (settings[key] === plainValue)
      delete root[key];
    else
      root[key] = settings[key];
}

function keepSetting(key, value) {
  settings[key] = value;
  try {
    localStorage.setItem('switchyard', JSON.stringify(settings));
  } catch {
    /* private window: they hold until it closes */
  }
  applySettings();
}

/* ---- the address ---- */

const DIMS = ['model', 'provider', 'route', 'feature', 'user', 'key'];
const GROUPINGS = ['model', 'provider', 'feature', 'user', 'key'];
const RANGES = Object.keys(words.ranges);
const COMPARISONS = Object.keys(words.comparisons);
const DAYS = /^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/;
const SECONDS = /^@(\d{1,11})\.\.(\d{1,11})$/;

function oneOf(list, value, otherwise) {
  return list.includes(value) ? value : otherwise;
}

function knownRange(r) {
  const days = DAYS.exec(r);
  if (days)
    return [days[1], days[2]].every((d) => shiftDay(d, 0) === d) && days[1] <= days[2];
  const seconds = SECONDS.exec(r);
  return seconds ? Number(seconds[1]) < Number(seconds[2]) : RANGES.includes(r);
}

/* `2026-02-31` makes an invalid date of Date, which shiftDay passes on by throwing. */
function usableRange(r) {
  try {
    return knownRange(r);
  } catch {
    return false;
  }
}

/** What the fragment asks for; what it doesn't say or says wrongly is the default. */
function readAddress() {
  const q = new URLSearchParams(location.hash.replace(/^#\/?[a-z]*\??/, ''));
  const filters = new Map();
  for (const dim of DIMS)
    if (q.has(`f.${dim}`))
      filters.set(dim, [...new Set(q.getAll(`f.${dim}`))].slice(0, 20));
  return {
    r: usableRange(q.get('r')) ? q.get('r') : '7d',
    cmp: oneOf(COMPARISONS, q.get('cmp'), 'prev'),
    by: oneOf(GROUPINGS, q.get('by'), 'model'),
    v: oneOf(['chart', 'table'], q.get('v'), 'chart'),
    filters,
  };
}

function query(state, view) {
  const q = new URLSearchParams();
  const put = (key, value, plainValue) => value !== plainValue && q.set(key, value);
  put('r', state.r, '7d');
  put('cmp', state.cmp, 'prev');
  put('by', state.by, 'model');
  if (view)
    put('v', state.v, 'chart');
  for (const [dim, ids] of state.filters)
    ids.forEach((id) => q.append(`f.${dim}`, id));
  return q.toString();
}

function writeAddress(state) {
  const q = query(state, true);
  const hash = q ? `#/overview?${q}` : '#/overview';
  if (hash !== location.hash)
    history.pushState(null, '', hash);
}

/* What ids of filters are called, as far as it has been seen. */
const labels = new Map();

function labelOf(dim, id) {
  return labels.get(`${dim} ${id}`) ?? id;
}

function changedFilters(filters, { toggle, drop }) {
  const next = new Map(filters);
  if (drop === 'all')
    next.clear();
  if (drop === 'last')
    next.delete([...next.keys()].pop());
  if (toggle) {
    const [dim, id, label] = toggle;
    labels.set(`${dim} ${id}`, label);
    const ids = next.get(dim) ?? [];
    const rest = ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];
    next.delete(dim);
    if (rest.length)
      next.set(dim, rest);
  }
  return next;
}

/* ---- asking ---- */

const api = new URL('api/', new URL('.', location.href.split('#')[0]));

class Failure extends Error {
  constructor(status, error = {}, wait = 0) {
    const { code = 'no_answer', message = '', hint = '', request_id: id = '' } = error;
    super(message);
    Object.assign(this, { status, code, hint, id, wait });
  }

  get passing() {
    return [0, 429, 502, 503, 504].includes(this.status);
  }
}

async function failureOf(answer) {
  const parsed = await answer.json().catch(() => null);
  const ours = parsed?.error && typeof parsed.error === 'object';
  return new Failure(answer.status, ours ? parsed.error : { code: `http_${answer.status}` },
    Number(answer.headers.get('Retry-After')) || 0);
}

let csrf = '';

/** An answer of the gateway, or a Failure. */
async function ask(path, { method = 'GET', body, signal } = {}) {
  const headers = {};
  if (body)
    headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf)
    headers['X-CSRF'] = csrf;
  let reply;
  try {
    reply = await fetch(new URL(path, api), { method, headers, signal,
      body: body && JSON.stringify(body), credentials: 'same-origin', redirect: 'error' });
  } catch (cause) {
    if (signal?.aborted)
      throw cause;
    throw new Failure(0);
  }
  if (!reply.ok)
    throw await failureOf(reply);
  if (reply.status === 204)
    return null;
  const parsed = await reply.json().catch(() => null);
  if (parsed?.v !== 1 || !parsed.data)
    throw new Failure(reply.status, { code: 'unreadable', message: words.errorUnreadable });
  return { ...parsed, ...freshnessOf(parsed, reply.headers) };
}

/* What is new in an answer that came unchanged out of the browser's cache is in its headers:
 * how old it was when it arrived, by the gateway's clock alone.  Whether its period goes on
 * is in its body. */
function freshnessOf(parsed, headers) {
  const asOf = Number(headers.get('X-Switchyard-As-Of')) || parsed.as_of;
  const sent = Date.parse(headers.get('Date')) / 1000;
  const lag = asOf && sent ? Math.max(0, sent - asOf) : 0;
  return { as_of: asOf, lag_s: lag, running: parsed.to >= parsed.as_of };
}

/* ---- what is on the screen ---- */

let meta = null;
let state = null;
let cal = null;
let body = null;
let answer = null;
let arrived = 0;
let current = null;
let timer = 0;
let failures = 0;
let endWaiting = () => {};

const ctx = {
  get state() { return state; },
  get meta() { return meta; },
  get cal() { return cal; },
  groupings: GROUPINGS,
  say,
  go,
  list,
};

/** The reader changed something: address, controls, then the figures. */
function go(changes) {
  const { toggle, drop, ...plainChanges } = changes;
  const onlyView = Object.keys(changes).every((key) => key === 'v');
  state = { ...state, ...plainChanges, filters: changedFilters(state.filters, { toggle, drop }) };
  writeAddress(state);
  controls();
  if (onlyView && answer)
    show();
  else
    load();
}

async function list(dim) {
  const { openList } = await import('./listing.js');
  openList({ dim, cal, query: query(state, false), ask });
}

/* What the page itself has to say about the answer. */
function own() {
  const notices = [];
  if (answer.lag_s > 60)
    notices.push({ kind: 'stale', lag_s: answer.lag_s });
  if (answer.partial)
    notices.push({ kind: 'partial' });
  return notices;
}

async function show() {
  swap(body, ...(await overview(answer, ctx, own())).filter(Boolean));
  const later = document.querySelector('[data-key="later"]');
  later.setAttribute('aria-disabled', String(answer.running));
  footer();
  freshness();
}

/* ---- controls above the figures ---- */

function rangeOptions() {
  const options = RANGES.map((r) => [r, words.ranges[r]]);
  if (!RANGES.includes(state.r))
    options.unshift([state.r, customLabel()]);
  return [...options, ['custom', words.custom]];
}

function customLabel() {
  const days = DAYS.exec(state.r);
  if (days) {
    const utc = calendar('UTC');
    return utc.days(Date.parse(days[1]) / 1000, Date.parse(days[2]) / 1000 + 86400);
  }
  const [, from, to] = SECONDS.exec(state.r);
  return `${cal.day(from)}, ${cal.time(from)} – ${cal.time(to)}`;
}

function picker({ label, key, options, chosen, pick }) {
  const change = () => pick(select.value);
  const select = h('select', { 'aria-label': label, data: { key }, on: { change } },
    options.map(([value, word]) => h('option', { value, selected: value === chosen }, word)));
  return h('span.select', select);
}

function today() {
  return cal.isoDay(answer?.as_of ?? Date.now() / 1000);
}

const UP_TO_TODAY = new Map([[1, 'today'], [7, '7d'], [30, '30d'], [90, '90d']]);

/* To the days just before or after those that are shown. */
function shift(direction) {
  if (!answer || (direction > 0 && answer.running))
    return;
  if (answer.to - answer.from < 82800) {
    const length = answer.to - answer.from;
    go({ r: `@${answer.from + direction * length}..${answer.to + direction * length}` });
    return;
  }
  const from = cal.isoDay(answer.from);
  const to = cal.isoDay(answer.to - 1);
  const days = (daysBetween(from, to) + 1) * direction;
  const last = shiftDay(to, days);
  if (last > today())
    return;
  const word = last === today() ? UP_TO_TODAY.get(Math.abs(days)) : null;
  go({ r: word ?? `${shiftDay(from, days)}..${last}` });
}

async function pickRange(r) {
  if (r !== 'custom')
    return go({ r });
  const { dayForm } = await import('./panels.js');
  const [, from, to] = DAYS.exec(state.r) ?? [null, shiftDay(today(), -6), today()];
  document.querySelector('.custom')?.remove();
  const form = dayForm({ from, to, last: today(), pick: (days) => go({ r: days }) });
  document.getElementById('controls').append(form);
  return form.querySelector('input').focus();
}

function chip(dim, id) {
  const label = labelOf(dim, id);
  const described = text(words.filterRemove, { dim: words.dims[dim], name: plain(label) });
  return button('.chip', { key: `chip:${dim}:${id}`, 'aria-label': described,
    click: () => go({ toggle: [dim, id, label] }) },
  h('span', words.dims[dim], ' '), name(label), icon('close'));
}

function chips() {
  if (!state.filters.size)
    return null;
  return h('div.chips', { role: 'group', 'aria-label': words.filters },
    [...state.filters].map(([dim, ids]) => ids.map((id) => chip(dim, id))),
    button('.quiet', { click: () => go({ drop: 'all' }) }, words.filterClear));
}

function arrow(which, direction, label) {
  return button('.arrow', { key: which, title: label, 'aria-label': label,
    click: () => shift(direction) }, icon(which));
}

function controls() {
  swap(document.getElementById('controls'),
    h('div.joined',
      arrow('earlier', -1, words.earlier),
      picker({ label: words.period, key: 'range', chosen: state.r, options: rangeOptions(),
        pick: pickRange }),
      arrow('later', 1, words.later)),
    picker({ label: words.comparison, key: 'cmp', chosen: state.cmp,
      options: COMPARISONS.map((c) => [c, words.comparisons[c]]), pick: (cmp) => go({ cmp }) }));
  swap(document.getElementById('chips'), ...[chips()].filter(Boolean));
}

/* ---- the bar: freshness, settings ---- */

const shared = { settings, keepSetting, plan, signOut, get session() { return meta.session; } };

/* Settings and help are fetched when they are first opened. */
function panel(open) {
  return async () => (await import('./panels.js'))[open](shared);
}

async function refresh() {
  await load();
  say(words.refreshed);
}

function toolbar() {
  tools.replaceChildren(
    button('.fresh', { id: 'fresh', 'aria-label': words.refreshNow, click: refresh }),
    h('span.zone', cal.tz),
    button('', { 'aria-haspopup': 'dialog', click: panel('openSettings') }, words.settings));
}

function interval() {
  if (settings.refresh !== 'auto')
    return Number(settings.refresh);
  return answer.to - answer.from <= 86400 ? 10 : 60;
}

/* Amber only when a refresh is overdue, not between two of them. */
function freshness() {
  const fresh = document.getElementById('fresh');
  if (!fresh || !answer)
    return;
  const age = answer.lag_s + (performance.now() - arrived) / 1000;
  const late = failures > 0 || age > 30 + (Number.isFinite(interval()) ? interval() : 0);
  const time = cal.clock(answer.as_of);
  fresh.classList.toggle('late', late);
  fresh.title = text(words.asOfTitle, { time: cal.full(answer.as_of) });
  const line = text(words.asOf, { time }) + (late ? ` · ${words.stale}` : '');
  if (fresh.textContent !== line)
    fresh.replaceChildren(h('span.dot'), line);
  fresh.setAttribute('aria-label', `${line}. ${words.refreshNow}`);
}

function footer() {
  const { version, generation, demo } = meta;
  foot.replaceChildren(
    h('span', text(words.foot, { version: plain(version), generation: generation ?? '–' })),
    demo ? h('span', words.footDemo) : '',
    h('span', text(words.footZone, { tz: cal.tz })),
    h('span.push'),
    button('.quiet', { click: panel('openHelp') }, words.help),
    h('span.print-only', text(words.printed, { url: location.href,
      time: cal.full(answer.as_of) })));
}

/* ---- loading and refreshing ---- */

function skeleton() {
  const block = (c) => h(`div.bone.${c}`);
  body.replaceChildren(h('div.bones', { 'aria-hidden': 'true' }, block('line'),
    h('div.tiles', Array.from({ length: 5 }, () => block('small'))), block('large')));
}

/* Says that something is on its way, but not for what comes at once. */
function waiting() {
  endWaiting();
  body.setAttribute('aria-busy', 'true');
  const soon = setTimeout(() => (answer ? body.classList.add('busy') : skeleton()), 150);
  const late = setTimeout(() => {
    document.getElementById('wait').textContent = words.slow;
  }, 3000);
  endWaiting = () => {
    clearTimeout(soon);
    clearTimeout(late);
    document.getElementById('wait')?.replaceChildren();
    body?.removeAttribute('aria-busy');
    body?.classList.remove('busy');
  };
}

/** Asks for what the address says.  A newer call makes an older one void. */
async function load({ quietly = false } = {}) {
  current?.abort();
  const mine = new AbortController();
  current = mine;
  clearTimeout(timer);
  if (!quietly)
    waiting();
  try {
    const next = await ask(`summary?${query(state, false)}`, { signal: mine.signal });
    const same = quietly && !failures && next.seq === answer?.seq && next.from === answer.from;
    answer = same ? { ...answer, as_of: next.as_of, lag_s: next.lag_s } : next;
    arrived = performance.now();
    failures = 0;
    notice(null);
    if (same)
      freshness();
    else
      await show();
  } catch (failure) {
    if (mine.signal.aborted)
      return;
    await failed(failure);
  }
  endWaiting();
  plan();
}

function plan() {
  clearTimeout(timer);
  if (document.hidden || !body?.isConnected)
    return;
  const retry = failures ? pause() : 0;
  const running = !answer || answer.data.never || answer.running;
  const wait = retry || (running && answer ? interval() : 0);
  if (wait > 0)
    timer = setTimeout(() => load({ quietly: true }), wait * 1000);
}

/* ---- when it fails ---- */

function notice(line) {
  swap(document.getElementById('notice'), ...(line ? [line] : []));
}

function pause() {
  return Math.min(60, 2 ** failures);
}

/* What can't be shown at all; where even the card can't be had, its title has to do. */
async function trouble(failure, retry) {
  const { errorCard } = await import('./trouble.js').catch(() => ({}));
  const reset = () => go({ r: '7d', cmp: 'prev', by: 'model', drop: 'all' });
  const role = meta?.session?.role ?? '';
  return errorCard ? errorCard(failure, { retry, reset, role, api: api.href })
    : h('p', { role: 'alert' }, words.downTitle);
}

function offline() {
  return h('p.banner.warn', { role: 'alert' }, icon('warn'),
    h('span', text(words.offline, { time: cal.clock(answer.as_of) }),
      text(words.offlineNext, { ago: ago(pause()) })),
    button('', { click: () => load() }, words.retry));
}

/* Something to look at stays; a first view, or one that can't be had, says why. */
async function failed(cause) {
  let failure = cause;
  if (!(cause instanceof Failure)) {
    setTimeout(() => { throw cause; });
    failure = new Failure(200, { code: 'page', message: words.errorUnreadable });
  }
  if (failure.status === 401)
    return enter(words.signInEnded);
  failures = failure.passing ? failures + 1 : 0;
  if (failure.passing && answer) {
    notice(offline());
    return freshness();
  }
  answer = null;
  return swap(body, await trouble(failure, () => load()));
}

/* ---- coming and going ---- */

function frame() {
  body = h('div', { id: 'body' });
  main.replaceChildren(
    h('div.page-head',
      h('div', h('h1', words.pages.overview), h('p.muted', words.question)),
      h('div.controls', { id: 'controls' })),
    h('div', { id: 'chips' }),
    h('div', { id: 'notice' }),
    h('p.muted', { id: 'wait', role: 'status' }),
    body);
  nav.replaceChildren(h('a', { href: '#/overview', 'aria-current': 'page' }, words.pages.overview));
  nav.setAttribute('aria-label', words.nav);
  document.title = text(words.title, { page: words.pages.overview });
}

function start() {
  csrf = meta.session.csrf;
  cal = calendar(meta.tz);
  state = readAddress();
  answer = null;
  failures = 0;
  frame();
  toolbar();
  controls();
  load();
}

function clear() {
  current?.abort();
  clearTimeout(timer);
  endWaiting();
  csrf = '';
  answer = null;
  body = null;
  tools.replaceChildren();
  foot.replaceChildren();
  nav.replaceChildren();
  nav.removeAttribute('aria-label');
  document.title = text(words.title, { page: words.signIn });
}

/* The view to come back to is in the address all the while. */
async function enter(reason) {
  clear();
  const { signIn } = await import('./signin.js');
  signIn({ host: main, ways: meta.sign_in, reason, async send(credentials) {
    await ask('session', { method: 'POST', body: credentials });
    await knowMeta();
    if (meta.session)
      start();
    else
      await enter(words.signInNoCookie);
  } });
}

async function knowMeta() {
  const { data, tz } = await ask('meta');
  meta = { ...data, tz };
  return meta;
}

async function signOut() {
  await ask('session', { method: 'DELETE' }).catch(() => null);
  await enter(words.signInOut);
}

/* `#code=…` is used once and leaves the address at once, so that no copy of it stays behind. */
function takeCode() {
  const found = /^#code=([\w-]{4,64})$/.exec(location.hash);
  if (found)
    history.replaceState(null, '', '#/overview');
  return found?.[1];
}

/* A code that isn't good matters only to one who isn't signed in. */
async function tryCode(code) {
  try {
    await ask('session', { method: 'POST', body: { code } });
    return '';
  } catch (failure) {
    if (failure.status === 401)
      return words.signInCodeWrong;
    throw failure;
  }
}

async function boot() {
  const code = takeCode();
  try {
    const reason = code ? await tryCode(code) : '';
    await knowMeta();
    if (meta.session)
      start();
    else
      await enter(reason);
  } catch (failure) {
    await unreachable(failure);
  }
}

/* Nothing is known yet, not even the zone: say so, and try again by itself. */
async function unreachable(failure) {
  if (!(failure instanceof Failure))
    throw failure;
  failures += 1;
  const again = () => { clearTimeout(timer); boot(); };
  main.replaceChildren(h('h1.unseen', words.product), await trouble(failure, again));
  if (failure.passing)
    timer = setTimeout(again, pause() * 1000);
}

/* ---- keyboard ---- */

const KEYS = new Map([
  ['d', () => go({ r: 'today' })],
  ['y', () => go({ r: 'yesterday' })],
  ['w', () => go({ r: '7d' })],
  ['m', () => go({ r: 'mtd' })],
  ['[', () => shift(-1)],
  [']', () => shift(1)],
  ['c', () => go({ cmp: COMPARISONS[(COMPARISONS.indexOf(state.cmp) + 1) % COMPARISONS.length] })],
  ['t', () => go({ v: state.v === 'chart' ? 'table' : 'chart' })],
  ['e', () => document.getElementById('csv')?.click()],
  ['r', () => load()],
  ['?', panel('openHelp')],
]);

document.addEventListener('keydown', (event) => {
  const typing = event.target instanceof Element && event.target.closest('input, select, dialog');
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (!body || typing || modified || settings.shortcuts === 'off')
    return;
  KEYS.get(event.key)?.();
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden)
    clearTimeout(timer);
  else if (body?.isConnected && settings.refresh !== 'off')
    load({ quietly: true });
});

addEventListener('popstate', () => {
  if (/^#code=/.test(location.hash))
    return void boot();
  if (!body)
    return;
  state = readAddress();
  controls();
  load();
});

setInterval(freshness, 5000);
document.getElementById('skip').textContent = words.skip;
applySettings();
boot();
