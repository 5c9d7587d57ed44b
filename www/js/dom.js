/*
 * Building the page: elements, names from outside, small parts that every view uses.
 *
 * Everything that comes from elsewhere becomes a text node.  Attributes are taken from a
 * fixed list, so no view can set one that runs or loads something.
 */
import { words } from './strings.js';

const SVG = 'http://www.w3.org/2000/svg';

const PLAIN = new Set(['id', 'role', 'title', 'type', 'value', 'for', 'scope', 'tabindex',
  'autocomplete', 'autocapitalize', 'spellcheck', 'maxlength', 'max']);
const DRAWN = new Set(['id', 'viewBox', 'width', 'height', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx',
  'cy', 'r', 'rx', 'd', 'fill', 'patternUnits', 'patternTransform', 'text-anchor',
  'preserveAspectRatio', 'vector-effect', 'clip-path']);
const FLAGS = new Set(['hidden', 'disabled', 'selected', 'required']);

/* Only the page's own addresses and fragments may be linked to. */
function safeHref(href) {
  if (!/^(#|\.\/)/.test(href))
    throw new Error('not a link of ours');
  return href;
}

function set(el, allowed, key, value) {
  if (value === undefined || value === null)
    return;
  if (key === 'class')
    el.setAttribute('class', value);
  else if (key === 'on')
    for (const [type, listen] of Object.entries(value))
      el.addEventListener(type, listen);
  else if (key === 'data')
    for (const [k, v] of Object.entries(value))
      el.dataset[k] = v;
  else if (key === 'vars')
    for (const [k, v] of Object.entries(value))
      el.style.setProperty(`--${k}`, v);
  else if (key === 'href')
    el.setAttribute('href', safeHref(value));
  else if (FLAGS.has(key))
    el[key] = value;
  else if (key.startsWith('aria-') || allowed.has(key))
    el.setAttribute(key, value);
  else
    throw new Error(`attribute ${key} is not on the list`);
}

function isProps(x) {
  return x !== null && typeof x === 'object' && !(x instanceof Node) && !Array.isArray(x);
}

function fillIn(el, classes, allowed, [first, ...rest]) {
  const [props, children] = isProps(first) ? [first, rest] : [{}, [first, ...rest]];
  const named = classes.filter(Boolean);
  if (named.length)
    el.setAttribute('class', named.join(' '));
  for (const [key, value] of Object.entries(props))
    set(el, allowed, key, value);
  el.append(...children.flat(Infinity).filter((c) => c || c === 0));
  return el;
}

/**
 * An HTML element: h('p.note', { title }, children …).  Props may be left out; strings among
 * the children become text, null and false nothing.
 */
export function h(spec, ...rest) {
  const [tag, ...classes] = spec.split('.');
  return fillIn(document.createElement(tag), classes, PLAIN, rest);
}

/** The same for SVG. */
export function s(spec, ...rest) {
  const [tag, ...classes] = spec.split('.');
  return fillIn(document.createElementNS(SVG, tag), classes, DRAWN, rest);
}

/** A button that does something; `key` lets swap() find it again. */
export function button(spec, { click, key, ...props }, ...children) {
  return h(`button${spec}`, { type: 'button', data: key ? { key } : {}, on: { click }, ...props },
    children);
}

/** Heads of a column, and of a row. */
export function colHead(spec, ...content) {
  return h(spec, { scope: 'col' }, content);
}

export function rowHead(...content) {
  return h('th', { scope: 'row' }, content);
}

/** The pieces of a sentence: `{x}` in the template is replaced by values.x, text or node. */
export function fill(template, values = {}) {
  return template.split(/\{(\w+)\}/).map((piece, i) => (i % 2 ? values[piece] : piece));
}

/** As fill(), into a string. */
export function text(template, values) {
  return fill(template, values).join('');
}

const SHOWN_BYTES = 200;
const CONTROLS = '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e'
  + '\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]';
const HALVES = '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';
const UNSEEN = new RegExp(`${CONTROLS}|${HALVES}`, 'g');

function escapeUnseen(c) {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A name from outside made fit to be shown: control characters visible, length bounded. */
export function plain(label) {
  if (label === '')
    return words.noName;
  let shown = label;
  if (new TextEncoder().encode(label).length > SHOWN_BYTES) {
    const bytes = new TextEncoder().encode(label).subarray(0, SHOWN_BYTES);
    shown = `${new TextDecoder().decode(bytes).replace(/\ufffd+$/, '')}…`;
  }
  return shown.replace(UNSEEN, escapeUnseen);
}

/** The same as an element, kept apart from the text around it whatever its direction. */
export function name(label) {
  return h(`bdi.name.${label === '' ? 'nameless' : ''}`, { title: plain(label) }, plain(label));
}

const ICONS = new Map([
  ['good', 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM4.8 8.2l2.2 2.2 4.2-4.6'],
  ['warn', 'M8 2 1.5 13.5h13ZM8 6.5v3.2M8 11.6v.1'],
  ['bad', 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3ZM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8'],
  ['try', 'M13.5 8a5.5 5.5 0 1 1-1.8-4.1M13.8 1.6v3.2h-3.2'],
  ['hand', 'M1.5 8a6.5 6.5 0 1 0 13 0 6.5 6.5 0 0 0-13 0ZM6.2 5.5v5M9.8 5.5v5'],
  ['close', 'M4 4l8 8M12 4l-8 8'],
  ['earlier', 'M10 3 5 8l5 5'],
  ['later', 'M6 3l5 5-5 5'],
]);

/** A drawn sign; always beside a word, so hidden from screen readers. */
export function icon(which) {
  return s(`svg.icon.icon-${which}`, { viewBox: '0 0 16 16', width: 16, height: 16,
    'aria-hidden': 'true' }, s('path', { d: ICONS.get(which) }));
}

/** Replaces what is in `host`; the element that had the focus keeps it by its data-key. */
export function swap(host, ...children) {
  const at = host.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  host.replaceChildren(...children);
  if (at === undefined)
    return;
  const again = [...host.querySelectorAll('[data-key]')].find((el) => el.dataset.key === at);
  again?.focus({ preventScroll: true });
}

/** Tells screen readers what the last action did. */
export function say(sentence) {
  document.getElementById('say').textContent = sentence;
}

/** One of a few: a row of buttons of which one is pressed. */
export function choice({ label, key, options, chosen, pick }) {
  return h('div.choice', { role: 'group', 'aria-label': label },
    options.map(([value, word]) => button('', { key: `${key}:${value}`,
      'aria-pressed': String(value === chosen), click: () => pick(value) }, word)));
}

/** A line to copy into a terminal. */
export function command(line) {
  const code = h('code', line);
  const copy = button('.quiet', { async click() {
    try {
      await navigator.clipboard.writeText(line);
      say(words.copied);
      copy.textContent = words.copied;
    } catch {
      getSelection().selectAllChildren(code);
    }
  } }, words.copy);
  return h('div.command',
    h('pre', { tabindex: 0, role: 'group', 'aria-label': words.commandRegion }, code), copy);
}
