/*
 * An invented history of requests and the answers of API.md over it.
 *
 * Cells of an hour are made from a seed, so that every run sees the same; all answers are
 * folds over the same cells, so that what must add up does.
 */

export const TZ = 'Europe/Berlin';
export const NOW = Date.UTC(2026, 0, 14, 13, 3, 12) / 1000;
const HOUR = 3600;
const DAYS_KEPT = 100;

function dice(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/* feature, route, model, provider, key, requests an hour at noon, micro-dollars a request */
const FLOWS = [
  ['support-bot', 'smart', 'gpt-5', 'openai', 'website', 42, 5200],
  ['support-bot', 'smart', 'claude-sonnet-4-5', 'anthropic', 'website', 12, 6100],
  ['code-review', 'careful', 'claude-sonnet-4-5', 'anthropic', 'ci', 9, 21000],
  ['code-review', 'careful', 'claude-opus-4-5', 'anthropic', 'ci', 2, 70000],
  ['search', 'embed', 'text-embedding-3-small', 'openai', 'indexer', 160, 14],
  ['summaries', 'cheap', 'gpt-5-mini', 'azure-eu', 'backoffice', 55, 900],
  ['summaries', 'cheap', 'mistral-small', 'mistral', 'backoffice', 48, 260],
  ['translation', 'cheap', 'mistral-small', 'mistral', 'backoffice', 30, 310],
  ['translation', 'cheap', 'gpt-5-mini', 'openai', 'backoffice', 12, 640],
  ['extraction', 'cheap', 'llama-3.3-70b', 'groq', 'indexer', 36, 420],
  ['', 'smart', 'gpt-5', 'azure-eu', 'playground', 3, 8800],
  ['voice-notes', 'cheap', 'gemini-2.5-flash', 'google', 'mobile', 22, 380],
  ['reports', 'careful', 'deepseek-chat', 'deepseek', 'backoffice', 5, 1900],
];
const USERS = [
  'mira',
  'team-berlin',
  'jonas',
  'acme-gmbh',
  'ops',
  'lea',
  'tomasz',
  'customer-4711',
  'customer-0815',
  'nadia',
  'batch',
  'ines',
  '',
];
const PROVIDERS = ['openai', 'anthropic', 'azure-eu', 'mistral', 'groq', 'google', 'deepseek'];
const COUNTS = [
  'requests',
  'ok',
  'client_error',
  'upstream_error',
  'cancelled',
  'refused',
  'rescued',
  'cache_hits',
  'unpriced',
  'cost_uusd',
  'in',
  'in_cache_read',
  'in_cache_write',
  'out',
  'out_reasoning',
  'saved_uusd',
  'ttft_n',
  'ttft_sum',
];

/* Busy by day, quiet by night and at weekends, growing slowly, dearer in the last two days. */
function load(t, roll) {
  const d = new Date(t * 1000);
  const h = d.getUTCHours() + 1;
  const sun = Math.max(0.08, Math.sin(((h - 6) / 15) * Math.PI));
  const weekday = [0.35, 1, 1.08, 1.04, 1.02, 0.95, 0.4][d.getUTCDay()];
  return sun * weekday * (1 + (t - NOW) / (DAYS_KEPT * 86400) / 3) * (0.8 + 0.4 * roll());
}

function cell(flow, t, user, requests, roll) {
  const [feature, route, model, provider, key, , price] = flow;
  const rise = feature === 'support-bot' && t > NOW - 38 * HOUR ? 1.7 : 1;
  const failed = roll() < 0.05 ? Math.ceil(requests * 0.04 * roll()) : 0;
  const refused = roll() < 0.01 ? 1 : 0;
  const cancelled = roll() < 0.08 ? 1 : 0;
  const client = roll() < 0.06 ? 1 : 0;
  const ok = Math.max(0, requests - failed - refused - cancelled - client);
  const cost = Math.round(requests * price * rise * (0.85 + 0.3 * roll()));
  return {
    t,
    feature,
    route,
    model,
    provider,
    key,
    user,
    requests: ok + failed + refused + cancelled + client,
    ok,
    client_error: client,
    upstream_error: failed,
    cancelled,
    refused,
    rescued: roll() < 0.02 ? Math.min(ok, 2) : 0,
    cache_hits: Math.round(ok * 0.08),
    unpriced: 0,
    cost_uusd: cost,
    in: requests * 1400,
    in_cache_read: requests * 620,
    in_cache_write: requests * 25,
    out: requests * 180,
    out_reasoning: model.startsWith('gpt-5') ? requests * 90 : 0,
    saved_uusd: Math.round(cost * 0.2),
    ttft_n: ok,
    ttft_sum: ok * Math.round(260 + 260 * roll()),
  };
}

/** All cells; `rename(dim, name)` may give the labels other names. */
export function makeCells({ rename = (_, x) => x, until = NOW } = {}) {
  const roll = dice(20260114);
  const cells = [];
  const first = Math.floor((NOW - DAYS_KEPT * 86400) / HOUR) * HOUR;
  for (let t = first; t <= until; t += HOUR)
    for (const flow of FLOWS)
      for (let k = 0; k < 2; k++) {
        const part = t + HOUR > NOW ? (NOW - t) / HOUR : 1;
        const requests = Math.round((flow[5] * load(t, roll) * part) / 2);
        const user = USERS[Math.floor(USERS.length * roll() ** 1.8)];
        if (requests > 0)
          cells.push(cell(flow, t, user, requests, roll));
      }
  for (const one of cells)
    for (const dim of ['feature', 'route', 'model', 'provider', 'key', 'user'])
      one[dim] = rename(dim, one[dim]);
  return cells;
}

/* ---- the calendar of the reporting zone ---- */

const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: TZ,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function wall(t) {
  const p = Object.fromEntries(
    parts.formatToParts(t * 1000).map(({ type, value }) => [type, Number(value)]),
  );
  return p;
}

/* Midnight of a local day; days beyond a month's end roll over. */
function midnight(y, m, d) {
  const utc = Date.UTC(y, m - 1, d) / 1000;
  const w = wall(utc);
  const offset = Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute, w.second) / 1000 - utc;
  return utc - offset;
}

function dayOf(t, shift = 0) {
  const { year, month, day } = wall(t);
  return midnight(year, month, day + shift);
}

const WORDS = {
  '1h': (now) => [now - HOUR, now],
  '24h': (now) => [now - 24 * HOUR, now],
  today: (now) => [dayOf(now), now],
  yesterday: (now) => [dayOf(now, -1), dayOf(now)],
  '7d': (now) => [dayOf(now, -6), now],
  '30d': (now) => [dayOf(now, -29), now],
  '90d': (now) => [dayOf(now, -89), now],
  mtd: (now) => [midnight(wall(now).year, wall(now).month, 1), now],
  lastmonth: (now) => [
    midnight(wall(now).year, wall(now).month - 1, 1),
    midnight(wall(now).year, wall(now).month, 1),
  ],
  '12m': (now) => [midnight(wall(now).year, wall(now).month - 11, 1), now],
};

/** [from, to) of a range word, or null. */
export function range(r, now = NOW) {
  if (WORDS[r])
    return WORDS[r](now);
  const days = /^(\d{4})-(\d\d)-(\d\d)\.\.(\d{4})-(\d\d)-(\d\d)$/.exec(r);
  if (days) {
    const [y, m, d, y2, m2, d2] = days.slice(1).map(Number);
    return [midnight(y, m, d), Math.min(now, midnight(y2, m2, d2 + 1))];
  }
  const seconds = /^@(\d+)\.\.(\d+)$/.exec(r);
  return seconds ? [Number(seconds[1]), Number(seconds[2])] : null;
}

export function before([from, to], cmp) {
  const shift = { prev: to - from, week: 7 * 86400, month: 28 * 86400, year: 364 * 86400 }[cmp];
  if (!shift)
    return null;
  const days = cmp === 'prev' ? Math.ceil((to - from) / 86400 - 1e-9) * 86400 : shift;
  const by = to - from > 86400 ? days : shift;
  return [from - by, to - by];
}

function stepFor([from, to]) {
  const length = to - from;
  if (length <= 3 * HOUR)
    return '5min';
  if (length <= 48 * HOUR)
    return 'hour';
  return length <= 92 * 86400 ? 'day' : 'month';
}

function grid([from, to], step) {
  const t = [];
  if (step === 'day')
    for (let at = dayOf(from); at < to; at = dayOf(at + 30 * HOUR)) t.push(at);
  else if (step === 'month')
    for (let at = from; at < to; at = midnight(wall(at).year, wall(at).month + 1, 1))
      t.push(at);
  else
    for (
      let at = from - (from % (step === 'hour' ? HOUR : 300));
      at < to;
      at += step === 'hour' ? HOUR : 300
    )
      t.push(at);
  return t;
}

/* ---- folds ---- */

function zero() {
  return Object.fromEntries(COUNTS.map((key) => [key, 0]));
}

function add(sum, one) {
  for (const key of COUNTS)
    sum[key] += one[key];
  return sum;
}

function totals(cells) {
  const sum = cells.reduce(add, zero());
  const p50 = sum.ttft_n ? Math.round(sum.ttft_sum / sum.ttft_n) : null;
  const { ttft_sum: _, ...kept } = sum;
  return { ...kept, ttft_p50_ms: p50, ttft_p95_ms: p50 && Math.round(p50 * 3.4) };
}

function group(cells, dim) {
  const groups = new Map();
  for (const one of cells) {
    if (!groups.has(one[dim]))
      groups.set(one[dim], []);
    groups.get(one[dim]).push(one);
  }
  return groups;
}

function ranked(cells, dim) {
  return [...group(cells, dim)]
    .map(([id, list]) => ({ id, list, cost: totals(list).cost_uusd }))
    .sort((a, b) => b.cost - a.cost || (a.id < b.id ? -1 : 1));
}

function slotOf(t, grid_) {
  let i = grid_.length - 1;
  while (i > 0 && grid_[i] > t)
    i--;
  return i;
}

function perStep(cells, t, key = 'cost_uusd') {
  const v = t.map(() => 0);
  for (const one of cells)
    v[slotOf(one.t, t)] += one[key];
  return v;
}

function barsOf(view, by) {
  const { t, cells, cmpCells, back } = view;
  const all = ranked(cells, by);
  const series = all.slice(0, 6).map(({ id, list }) => ({ id, label: id, v: perStep(list, t) }));
  const total = perStep(cells, t);
  return {
    unit: 'uusd',
    by,
    t,
    series,
    other: total.map((x, i) => x - series.reduce((sum, one) => sum + one.v[i], 0)),
    other_n: Math.max(0, all.length - 6),
    total,
    cmp_total:
      cmpCells &&
      perStep(
        cmpCells.map((one) => ({ ...one, t: one.t + back })),
        t,
      ),
  };
}

function topOf(view, dim, limit) {
  const all = ranked(view.cells, dim);
  const prev =
    view.cmpCells && new Map(ranked(view.cmpCells, dim).map(({ id, cost }) => [id, cost]));
  const shown = all.slice(0, limit);
  const sum = shown.map(({ list }) => totals(list));
  const now = totals(view.cells);
  const prevTotal = view.cmpCells && totals(view.cmpCells).cost_uusd;
  const prevShown = prev && shown.map(({ id }) => prev.get(id) ?? 0);
  const rest = Object.fromEntries(
    COUNTS.filter((key) => key !== 'ttft_sum').map((key) => [
      key,
      now[key] - sum.reduce((x, one) => x + one[key], 0),
    ]),
  );
  return {
    shown,
    sum,
    now,
    prevShown,
    rest: {
      n: all.length - shown.length,
      ...rest,
      prev_cost_uusd: prev && prevTotal - prevShown.reduce((a, b) => a + b, 0),
    },
  };
}

function topShort(view, dim) {
  const { shown, sum, prevShown, rest } = topOf(view, dim, 8);
  return {
    id: shown.map(({ id }) => id),
    label: shown.map(({ id }) => id),
    cost_uusd: sum.map((one) => one.cost_uusd),
    prev_cost_uusd: prevShown,
    requests: sum.map((one) => one.requests),
    rest,
  };
}

function sparkOf(cells, [from, to]) {
  const n = Math.min(28, Math.max(2, Math.round((to - from) / HOUR)));
  const t = Array.from({ length: n }, (_, i) => Math.round(from + ((to - from) * i) / n));
  const groups = t.map(() => []);
  for (const one of cells)
    groups[slotOf(one.t, t)].push(one);
  const sums = groups.map(totals);
  return {
    t,
    ...Object.fromEntries(
      ['cost_uusd', 'requests', 'upstream_error', 'ttft_p50_ms', 'saved_uusd'].map((key) => [
        key,
        sums.map((one) => one[key]),
      ]),
    ),
  };
}

function yesterdayOf(cells) {
  const [from, to] = [dayOf(NOW, -1), dayOf(NOW)];
  const within = (a, b) => totals(cells.filter((one) => one.t >= a && one.t < b)).cost_uusd;
  return {
    from,
    to,
    cost_uusd: within(from, to),
    base_cost_uusd: within(dayOf(NOW, -8), dayOf(NOW, -7)),
    movers: cells.length
      ? [
          { dim: 'model', id: cells[0].model, label: cells[0].model, share_pct: 71 },
          { dim: 'feature', id: cells[0].feature, label: cells[0].feature, share_pct: 64 },
        ]
      : [],
    why: 'size',
  };
}

/* What `r`, `cmp`, `f.DIM` select. */
export function select(cells, query) {
  const span = range(query.get('r') ?? '7d');
  const matches = (one) =>
    [...new Set(query.keys())]
      .filter((key) => key.startsWith('f.'))
      .every((key) => query.getAll(key).includes(one[key.slice(2)]));
  const filtered = cells.filter(matches);
  const within = ([from, to]) => filtered.filter((one) => one.t >= from && one.t < to);
  const prev = before(span, query.get('cmp') ?? 'prev');
  const step = stepFor(span);
  return {
    span,
    prev,
    step,
    t: grid(span, step),
    filtered,
    cells: within(span),
    cmpCells: prev && within(prev),
    back: prev ? span[0] - prev[0] : 0,
  };
}

export function head(view, seq = 88412) {
  return {
    v: 1,
    as_of: NOW,
    seq,
    tz: TZ,
    from: view.span[0],
    to: view.span[1],
    step: view.step,
    cmp: view.prev && { from: view.prev[0], to: view.prev[1] },
    partial: false,
    cost_ms: 2.1,
  };
}

export function summary(cells, query, { providers, banners }) {
  const view = select(cells, query);
  return {
    ...head(view),
    data: {
      never: false,
      last_request: NOW - 2,
      in_flight: 3,
      now: totals(view.cells),
      prev: view.cmpCells && totals(view.cmpCells),
      spark: sparkOf(view.cells, view.span),
      bars: barsOf(view, query.get('by') ?? 'model'),
      top: Object.fromEntries(
        ['model', 'feature', 'user'].map((dim) => [dim, topShort(view, dim)]),
      ),
      providers,
      banners,
      yesterday: yesterdayOf(view.filtered),
    },
  };
}

export function series(cells, query) {
  const view = select(cells, query);
  return { ...head(view), data: barsOf(view, query.get('by') ?? 'model') };
}

export function top(cells, query) {
  const view = select(cells, query);
  const by = query.get('by') ?? 'model';
  const { shown, sum, now, prevShown, rest } = topOf(view, by, Number(query.get('limit') ?? 50));
  const column = (key) => sum.map((one) => one[key]);
  return {
    ...head(view),
    data: {
      by,
      id: shown.map(({ id }) => id),
      label: shown.map(({ id }) => id),
      prev_cost_uusd: prevShown,
      ...Object.fromEntries(
        COUNTS.filter((key) => key !== 'ttft_sum').map((key) => [key, column(key)]),
      ),
      total: now,
      rest,
    },
  };
}

/** The state of the providers; `outage` takes the third of them out of use. */
export function providersNow({ rename = (_, x) => x, outage = false } = {}) {
  const roll = dice(7);
  const one = (id, i) => {
    const open = outage && i === 2;
    const busy = i < 5;
    const cells = Array.from({ length: 48 }, (_, k) => {
      if (!busy && (k < 14 || k > 34))
        return '.';
      return roll() < 0.02 ? 'd' : 'o';
    });
    if (open)
      cells.splice(44, 4, 'd', 'b', 'x', 'x');
    const attempts = busy ? Math.round(2400 / (i + 1)) : 0;
    return {
      id: rename('provider', id),
      label: rename('provider', id),
      sim: false,
      circuit: open ? 'open' : 'closed',
      since: open ? NOW - 720 : null,
      retry_at: open ? NOW + 24 : null,
      attempts,
      failed: open ? 38 : Math.round(attempts * 0.001),
      ttft_p50_ms: attempts ? 240 + 60 * i : null,
      ttft_p95_ms: attempts ? 900 + 200 * i : null,
      last_error: open ? { class: 'timeout_first_token', status: null, at: NOW - 722 } : null,
      last_ok: attempts ? NOW - 4 : null,
      strip: cells.join(''),
    };
  };
  return { window_s: HOUR, strip_from: NOW - 86400, strip_step_s: 1800, list: PROVIDERS.map(one) };
}
