/*
 * A card for what went wrong: in plain words, with code and request id, and what to do.
 *
 * Loaded only then.
 */
import { h, text, plain, icon, button, command } from './dom.js';
import { words } from './strings.js';

function card(title, ...content) {
  return h('section.card.lone.bad', { role: 'alert' }, h('h2.big', icon('bad'), title), content);
}

function forbidden({ role }) {
  return card(words.forbiddenTitle, h('p', text(words.forbiddenLead, { role: plain(role) })));
}

function down({ api, retry }) {
  return card(words.downTitle, h('p', words.downLead), h('p', h('code', api)),
    h('h3', words.downCheck), command(words.downDo), h('p.buttons', retryButton(retry)));
}

function retryButton(retry) {
  return button('.main', { click: retry }, words.retry);
}

function refused({ status, code, message, hint, id }, { retry, reset }) {
  return card(words.errorTitle,
    message ? h('p', plain(message), hint ? ` ${plain(hint)}` : '') : null,
    h('p.note', text(words.errorCode, { code: plain(code), status }),
      id ? [' · ', text(words.errorRequest, { id: plain(id) })] : null),
    h('p.buttons', retryButton(retry),
      status === 400 ? button('', { click: reset }, words.reset) : null));
}

/** `failure` is app.js's; `does` has retry, reset, and what the card may mention: api, role. */
export function errorCard(failure, does) {
  if (failure.status === 403)
    return forbidden(does);
  return failure.status === 0 ? down(does) : refused(failure, does);
}
