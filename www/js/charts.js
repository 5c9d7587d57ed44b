/*
 * Drawings: stacked bars, sparklines, strips of states.  Own SVG, no dependency.
 *
 * A drawing is hidden from screen readers; what is drawn stands beside it in words and in a
 * table.  Colours are classes (s1 … s6, so for the rest), so themes and print are CSS alone.
 */
import { h, s, plain } from './dom.js';
import { words } from './strings.js';

const SLOTS = 6;
const held = new Map();

/** Colours for at most six ids, largest first; one that was there before keeps its own. */
export function slots(dim, ids) {
  const before = held.get(dim) ?? new Map();
  const free = new Set(Array.from({ length: SLOTS }, (_, i) => i + 1));
  const now = new Map();

  const give = (id, slot) => free.delete(slot) && now.set(id, slot);
  for (const id of ids)
    if (before.has(id))
      give(id, before.get(id));
  for (const id of ids)
    if (!now.has(id))
      give(id, free.values().next().value);
  held.set(dim, now);
  return now;
}

/** Round values for an axis from 0: at most `most` steps of 1, 2, 2.5 or 5 times a power of ten. */
export function ticks(max, most) {
  if (!(max > 0))
    return { step: 1, top: 1, at: [0, 1] };
  const raw = max / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((v) => v >= raw * (1 - 1e-9));
  const n = Math.ceil(max / step - 1e-9);
  return { step, top: n * step, at: Array.from({ length: n + 1 }, (_, i) => i * step) };
}

const SPARK_W = 120;
const SPARK_H = 36;

/** A line without axes; null is a gap.  Stretches to the width it is given. */
export function spark(values, extra = '') {
  const known = values.filter((v) => v !== null);
  if (known.length < 2)
    return h('div.spark');
  const max = Math.max(...known, 0);
  const min = Math.min(...known, 0);
  const x = (i) => (2 + (i * (SPARK_W - 4)) / (values.length - 1)).toFixed(1);
  const y = (v) => (SPARK_H - 3 - ((v - min) / (max - min || 1)) * (SPARK_H - 6)).toFixed(1);
  let line = '';
  let area = '';
  let from = -1;
  const end = (to) => {
    if (from >= 0)
      area += `V${y(0)}H${x(from)}Z`;
    from = -1;
    return to;
  };
  values.forEach((v, i) => {
    if (v === null)
      return end(i);
    line += `${from < 0 ? 'M' : 'L'}${x(i)} ${y(v)}`;
    area += `${from < 0 ? 'M' : 'L'}${x(i)} ${y(v)}`;
    if (from < 0)
      from = i;
    return i;
  });
  end();
  const last = values.findLastIndex((v) => v !== null);
  return h(`div.spark.${extra}`, { 'aria-hidden': 'true' },
    s('svg', { viewBox: `0 0 ${SPARK_W} ${SPARK_H}`, preserveAspectRatio: 'none' },
      s('path.spark-area', { d: area }),
      s('path.spark-line', { d: line, 'vector-effect': 'non-scaling-stroke' }),
      s('path.spark-dot', { d: `M${x(last)} ${y(values[last])}h0`,
        'vector-effect': 'non-scaling-stroke' })));
}

/* Height and place of each state's mark, so that they differ in shape as well as in colour. */
const MARKS = new Map([
  ['o', ['ok', { y: 2, height: 16 }]],
  ['d', ['degraded', { y: 7, height: 11 }]],
  ['b', ['bad', { y: 12, height: 6 }]],
  ['x', ['open', { y: 2, height: 16 }]],
  ['.', ['idle', { y: 16, height: 2 }]],
]);

function mark(c, i) {
  const [word, place] = MARKS.get(c) ?? MARKS.get('.');
  const x = i * 6 + 0.5;
  return [s(`rect.cell.cell-${word}`, { x, width: 4.5, rx: 1, ...place }),
    word === 'open' ? s('path.cell-cross', { d: `M${x} 18l4.5 -16` }) : null];
}

/** The last day of a provider, a mark for each step; `title` says the same in words. */
export function strip(cells, title) {
  return h('div.strip', { 'aria-hidden': 'true', title },
    s('svg', { viewBox: `0 0 ${cells.length * 6} 20`, preserveAspectRatio: 'none' },
      [...cells].map(mark)));
}

const PLOT = { gutter: 56, right: 4, top: 26, bottom: 26, widest: 72 };

function hatch() {
  return s('defs', s('pattern', { id: 'hatch', width: 6, height: 6, patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)' }, s('rect.hatch-line', { width: 2.5, height: 6 })));
}

/* The outline of a bar whose upper corners are round. */
function outline(x, y, w, height) {
  const r = Math.min(4, w / 3, height);
  const foot = y + height;
  return `M${x} ${foot}V${y + r}q0 ${-r} ${r} ${-r}h${w - 2 * r}q${r} 0 ${r} ${r}V${foot}Z`;
}

function axis(scale, geometry, write) {
  const { width, y } = geometry;
  return scale.at.map((v) => s('g', {},
    s(v === 0 ? 'line.base' : 'line.grid', { x1: 0, x2: width, y1: y(v), y2: y(v) }),
    v === 0 ? null : s('text.tick', { x: 0, y: y(v) - 5 }, write(v))));
}

/* A label for each step, or for each second, third …, counted from the last, which may have
 * no room to its right. */
function labels(data, geometry, write) {
  const n = data.t.length;
  const every = Math.ceil(58 / geometry.slot);
  const tight = geometry.mid(n - 1) + 22 > geometry.width;
  return data.t.map((t, i) => {
    if ((n - 1 - i) % every)
      return null;
    const end = tight && i === n - 1;
    return s('text.tick', { x: end ? geometry.width : geometry.mid(i), y: geometry.height - 8,
      'text-anchor': end ? 'end' : 'middle' }, write(t));
  });
}

function stack(data, colours, geometry, i, unfinished) {
  const { y, bar, mid } = geometry;
  const x = mid(i) - bar / 2;
  const parts = data.series.map((one) => [`s${colours.get(one.id)}`, one.v[i]]);
  parts.push(['so', data.other[i]]);
  const clip = `bar-${i}`;
  let below = 0;
  if (data.total[i] <= 0)
    return null;
  const height = y(0) - y(data.total[i]);
  const segments = parts.map(([slot, v]) => {
    if (v <= 0)
      return null;
    const top = y(below + v);
    const tall = y(below) - top;
    below += v;
    return s(`rect.part.${slot}`, { x, width: bar, y: top, height: tall > 3 ? tall - 1 : tall });
  });
  return s('g.stack', { 'clip-path': `url(#${clip})` },
    s('clipPath', { id: clip }, s('path', { d: outline(x, y(data.total[i]), bar, height) })),
    segments,
    unfinished ? s('rect', { x, width: bar, y: y(data.total[i]), height, fill: 'url(#hatch)' })
      : null);
}

function measure(host, data, scale) {
  const width = Math.max(260, Math.floor(host.clientWidth));
  const height = width < 560 ? 200 : 288;
  const n = data.t.length;
  const slot = (width - PLOT.gutter - PLOT.right) / n;
  return {
    width, height, slot,
    bar: Math.max(1.5, Math.min(PLOT.widest, slot * (n > 40 ? 0.8 : 0.66))),
    mid: (i) => PLOT.gutter + slot * (i + 0.5),
    y: (v) => PLOT.top + (1 - v / scale.top) * (height - PLOT.top - PLOT.bottom),
    at: (px) => Math.max(0, Math.min(n - 1, Math.floor((px - PLOT.gutter) / slot))),
  };
}

function draw(host, data, colours, write) {
  const scale = ticks(Math.max(...data.total, ...(data.cmp_total ?? [0])), 5);
  const geometry = measure(host, data, scale);
  const unfinished = (i) => data.running && i === data.t.length - 1;
  const cursor = s('rect.cursor', { y: PLOT.top - 6, width: geometry.slot, x: 0,
    height: geometry.height - PLOT.top - PLOT.bottom + 6, rx: 4 });
  const mark = (v, i) => s('line.before', { x1: geometry.mid(i) - geometry.bar / 2 - 3,
    x2: geometry.mid(i) + geometry.bar / 2 + 3, y1: geometry.y(v), y2: geometry.y(v) });
  const last = data.t.length - 1;
  const sofar = unfinished(last) && geometry.slot > 40
    ? s('text.tick', { 'text-anchor': 'middle', x: geometry.mid(last),
      y: geometry.y(Math.max(data.total[last], data.cmp_total?.[last] ?? 0)) - 7 }, words.soFar)
    : null;

  const svg = s('svg.plot', { width: geometry.width, height: geometry.height,
    viewBox: `0 0 ${geometry.width} ${geometry.height}`, 'aria-hidden': 'true' },
  hatch(), cursor, axis(scale, geometry, write.axis(scale.step)),
  data.t.map((_, i) => stack(data, colours, geometry, i, unfinished(i))),
  data.cmp_total ? data.cmp_total.map(mark) : null,
  sofar, labels(data, geometry, write.tick));
  return { svg, cursor, geometry };
}

function tip(data, colours, i, write) {
  const rows = data.series.map((one) => [`s${colours.get(one.id)}`, plain(one.label), one.v[i]])
    .concat(data.other_n ? [['so', words.others(data.other_n), data.other[i]]] : [])
    .filter(([, , v]) => v !== 0)
    .sort((a, b) => b[2] - a[2]);
  const line = (slot, label, v, extra = '') => h(`div.tip-row.${extra}`,
    slot ? h(`span.swatch.${slot}`) : h('span.swatch'), h('bdi', label), h('span.num', v));
  return [
    h('div.tip-head', write.step(data.t[i])),
    rows.map(([slot, label, v]) => line(slot, label, write.value(v))),
    line('', words.total, write.value(data.total[i]), 'tip-total'),
    data.cmp_total ? line('sb', words.before, write.value(data.cmp_total[i]), 'tip-before') : null,
  ].flat();
}

/**
 * Stacked bars that answer the pointer and the arrow keys.
 *
 * data: t, series, other, other_n, total, cmp_total or null, running (the last step isn't over).
 * write: axis(step) → writer, tick(t), step(t), value(v), spoken(i).  pick(i): a step was chosen.
 */
export function bars({ label, data, colours, write, pick }) {
  const tooltip = h('div.tip', { hidden: true, 'aria-hidden': 'true' });
  const stage = h('div.stage');
  const host = h('div.bars', { tabindex: 0, role: 'slider', 'aria-label': label, 'aria-valuemin': 1,
    'aria-valuemax': data.t.length, data: { key: 'bars' } }, stage, tooltip);
  let drawn = null;
  let width = 0;
  let at = data.t.length - 1;

  function redraw() {
    leave();
    width = host.clientWidth;
    drawn = draw(host, data, colours, write);
    stage.replaceChildren(drawn.svg);
  }

  function speak() {
    host.setAttribute('aria-valuenow', at + 1);
    host.setAttribute('aria-valuetext', write.spoken(at));
  }

  function show(i) {
    at = i;
    if (!drawn)
      redraw(); /* given back the focus before it was ever laid out */
    const { geometry, cursor } = drawn;
    cursor.setAttribute('x', geometry.mid(i) - geometry.slot / 2);
    cursor.classList.add('on');
    tooltip.replaceChildren(...tip(data, colours, i, write).filter(Boolean));
    tooltip.hidden = false;
    const left = geometry.mid(i) > geometry.width / 2;
    const edge = geometry.slot / 2 + 8;
    const x = left ? geometry.mid(i) - edge - tooltip.offsetWidth : geometry.mid(i) + edge;
    tooltip.style.left = `${Math.max(0, Math.min(x, geometry.width - tooltip.offsetWidth))}px`;
    speak();
  }

  function leave() {
    tooltip.hidden = true;
    drawn?.cursor.classList.remove('on');
  }

  const last = data.t.length - 1;
  const KEYS = new Map([
    ['ArrowLeft', () => at - 1], ['ArrowDown', () => at - 1],
    ['ArrowRight', () => at + 1], ['ArrowUp', () => at + 1],
    ['Home', () => 0], ['End', () => last],
  ]);

  function onKey(event) {
    if (event.key === 'Escape')
      return leave();
    if (event.key === 'Enter')
      return pick(at);
    if (!KEYS.has(event.key))
      return undefined;
    event.preventDefault();
    return show(Math.max(0, Math.min(last, KEYS.get(event.key)())));
  }

  const under = (event) => drawn.geometry.at(event.clientX - stage.getBoundingClientRect().left);
  host.addEventListener('pointermove', (event) => drawn && show(under(event)));
  host.addEventListener('pointerleave', leave);
  /* A finger can't hover: its first touch shows a step, the second chooses it. */
  let chooses = true;
  host.addEventListener('pointerdown', (event) => {
    chooses = event.pointerType !== 'touch' || (!tooltip.hidden && under(event) === at);
  });
  host.addEventListener('click', (event) => drawn && (chooses ? pick : show)(under(event)));
  host.addEventListener('keydown', onKey);
  host.addEventListener('focus', () => host.matches(':focus-visible') && show(at));
  host.addEventListener('blur', leave);

  new ResizeObserver(() => {
    if (host.clientWidth && host.clientWidth !== width)
      redraw();
  }).observe(host);
  speak();
  return host;
}
