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
  const input = h('input', { required: true, autocapitalize: 'none', spellcheck: 'false',
    maxlength: 200, ...props });
  return { input, row: h('div.field', h('label', { for: props.id }, label), input) };
}

/* What each way asks for, and how its fields become what is sent. */
const WAYS = new Map([
  ['link', () => {
    const code = field(words.signInCode, { id: 'code', type: 'text',
      autocomplete: 'one-time-code', autocapitalize: 'characters' });
    return {
      first: code.input, rows: [code.row], clear: code.input, wrong: words.signInCodeWrong,
      hint: [h('p.note', words.signInCodeHint), command(words.signInCodeDo)],
      sent: () => ({ code: code.input.value.trim() }),
    };
  }],
  ['password', () => {
    const user = field(words.signInUser, { id: 'user', type: 'text', autocomplete: 'username' });
    const password = field(words.signInPassword, { id: 'password', type: 'password',
      autocomplete: 'current-password' });
    return {
      first: user.input, rows: [user.row, password.row], clear: password.input,
      wrong: words.signInWrong, hint: [],
      sent: () => ({ user: user.input.value, password: password.input.value }),
    };
  }],
]);

/* The picture: one line in, a switch, many lines out; one of them is taken. */
function yard() {
  const lines = [20, 60, 100, 140, 180];
  const way = (y) => `M84 100C170 100 170 ${y} 256 ${y}H960`;
  return s('svg.yard', { viewBox: '0 0 960 200', 'aria-hidden': 'true' },
    lines.map((y) => s('path.rail', { d: way(y) })),
    s('path.rail.taken', { d: `M0 100H84${way(60).replace('M84 100', '')}` }),
    lines.map((y, i) => s(y === 60 ? 'circle.point.taken' : 'circle.point',
      { cx: 700 + ((i * 3) % 5) * 48, cy: y, r: 5 })),
    s('circle.point.taken', { cx: 84, cy: 100, r: 7 }));
}

/* What was wrong with it is nobody's business but whether it helps to try again is. */
function sorry(failure, wrong) {
  if (failure.status === 429)
    return text(words.signInWait, { ago: ago(failure.wait || 60) });
  return failure.status ? wrong : words.signInDown;
}

function form(way, send) {
  const { first, rows, hint, sent, clear, wrong } = WAYS.get(way)();
  const message = h('p.banner.bad', { role: 'alert', hidden: true });
  const go = h('button.main.wide', { type: 'submit' }, words.signIn);

  function tell(sentence) {
    message.replaceChildren(...(sentence ? [icon('bad'), h('span', sentence)] : []));
    message.hidden = !sentence;
  }

  function busy(yes) {
    go.disabled = yes;
    go.textContent = yes ? words.signingIn : words.signIn;
  }

  async function submit(event) {
    event.preventDefault();
    tell('');
    busy(true);
    try {
      await send(sent());
    } catch (failure) {
      busy(false);
      tell(sorry(failure, wrong));
      clear.value = '';
      clear.focus();
    }
  }

  queueMicrotask(() => first.focus());
  return h('form.sign-form', { on: { submit } }, message, rows, go, hint);
}

function warning(level, role, sentence) {
  return h(`p.banner.${level}`, { role }, icon(level), h('span', sentence));
}

/** Draws the page into `host`; `send(credentials)` resolves once the dashboard has taken over. */
export function signIn({ host, ways, reason, send }) {
  const known = ways.filter((way) => WAYS.has(way));
  const slot = h('div');

  function put(way) {
    const options = known.map((w) => [w, words.signInWays[w]]);
    const ask = { label: words.signInWay, key: 'way', chosen: way, pick: put, options };
    slot.replaceChildren(known.length > 1 ? choice(ask) : '', form(way, send));
  }

  host.replaceChildren(h('div.sign-in', yard(),
    h('section.card.sign-card', h('h1', words.signIn), h('p.muted.host', location.host),
      reason ? warning('warn', 'status', reason) : null, slot)));
  if (insecure())
    slot.append(warning('bad', 'alert', words.signInInsecure));
  else if (known.length)
    put(known[0]);
  else
    slot.append(h('p', words.signInNone));
}
