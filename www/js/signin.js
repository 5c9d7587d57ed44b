/*
 * The sign-in page: a one-time code, or user and password.
 *
 * Says nothing about which part was wrong.  Loaded only when there is nobody signed in.
 */
import { h, s, text, choice, command, icon } from './dom.js';
import { ago } from './format.js';
import { words } from './strings.js';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function insecure() {
  return location.protocol === 'http:' && !LOOPBACK.test(location.hostname);
}

function field(label, props) {
  const input = h('input', { required: true, autocapitalize: 'none', spellcheck: 'false', maxlength: 200, ...props });
  return { input, row: h('div', { class: 'field' }, h('label', { for: props.id }, label), input) };
}

/* What each way asks for, and how its fields become what is sent. */
const WAYS = new Map([
  ['link', () => {
    const code = field(words.signInCode, { id: 'code', type: 'text', autocomplete: 'one-time-code', autocapitalize: 'characters' });
    return { first: code.input, rows: [code.row, h('p', { class: 'note' }, words.signInCodeHint), command(words.signInCodeDo)],
      sent: () => ({ code: code.input.value.trim() }), clear: code.input };
  }],
  ['password', () => {
    const user = field(words.signInUser, { id: 'user', type: 'text', autocomplete: 'username' });
    const password = field(words.signInPassword, { id: 'password', type: 'password', autocomplete: 'current-password' });
    return { first: user.input, rows: [user.row, password.row],
      sent: () => ({ user: user.input.value, password: password.input.value }), clear: password.input };
  }],
]);

/* The picture: one line in, a switch, many lines out; one of them is taken. */
function yard() {
  const lines = [20, 60, 100, 140, 180];
  const way = (y) => `M84 100C170 100 170 ${y} 256 ${y}H960`;
  return s('svg', { class: 'yard', viewBox: '0 0 960 200', 'aria-hidden': 'true' },
    lines.map((y) => s('path', { class: 'rail', d: way(y) })),
    s('path', { class: 'rail taken', d: `M0 100H84${way(60).replace('M84 100', '')}` }),
    lines.map((y, i) => s('circle', { class: y === 60 ? 'point taken' : 'point', cx: 700 + ((i * 3) % 5) * 48, cy: y, r: 5 })),
    s('circle', { class: 'point taken', cx: 84, cy: 100, r: 7 }));
}

function wrong(failure, way) {
  if (failure.status === 429)
    return text(words.signInWait, { ago: ago(failure.wait || 60) });
  if (failure.status === 401)
    return way === 'link' ? words.signInCodeWrong : words.signInWrong;
  return failure.status ? words.signInWrong : words.signInDown;
}

function form({ way, send, start }) {
  const { first, rows, sent, clear } = WAYS.get(way)();
  const message = h('p', { class: 'banner bad', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'main wide' }, words.signIn);
  const tell = (sentence) => {
    message.replaceChildren(...(sentence ? [icon('bad'), h('span', {}, sentence)] : []));
    message.hidden = !sentence;
  };
  async function submit(event) {
    event.preventDefault();
    tell('');
    button.disabled = true;
    button.textContent = words.signingIn;
    try {
      await send(sent());
    } catch (failure) {
      button.disabled = false;
      button.textContent = words.signIn;
      tell(wrong(failure, way));
      clear.value = '';
      clear.focus();
    }
  }
  const el = h('form', { class: 'sign-form', on: { submit } }, message, rows.slice(0, way === 'link' ? 1 : 2), button,
    rows.slice(way === 'link' ? 1 : 2));
  start(first);
  return el;
}

/** Draws the page into `host`; `send(credentials)` resolves once the dashboard has taken over. */
export function signIn({ host, ways, reason, send }) {
  const known = ways.filter((way) => WAYS.has(way));
  const slot = h('div');
  const focus = (input) => queueMicrotask(() => input.focus());

  function put(way) {
    slot.replaceChildren(...[
      known.length > 1 ? choice({ label: words.signInWay, key: 'way', chosen: way, pick: put,
        options: known.map((w) => [w, words.signInWays[w]]) }) : '',
      form({ way, send, start: focus }),
    ]);
  }

  host.replaceChildren(h('div', { class: 'sign-in' }, yard(),
    h('section', { class: 'card sign-card' },
      h('h1', {}, words.signIn), h('p', { class: 'muted host' }, location.host),
      reason ? h('p', { class: 'banner warn', role: 'status' }, icon('warn'), h('span', {}, reason)) : null,
      slot)));
  if (insecure())
    slot.replaceChildren(h('p', { class: 'banner bad', role: 'alert' }, icon('bad'), h('span', {}, words.signInInsecure)));
  else if (known.length)
    put(known[0]);
  else
    slot.replaceChildren(h('p', {}, words.signInNone));
}
