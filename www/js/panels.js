/*
 * What opens over the page: settings, keyboard help; and the form for a period of one's own.
 *
 * Loaded when first opened.
 */
import { h, text, plain, choice, swap } from './dom.js';
import { words } from './strings.js';

function settingRow({ settings, keepSetting }, key, label, options, after = () => {}) {
  const host = h('div');
  const draw = () => swap(host, choice({ label, key, chosen: String(settings[key]), options: Object.entries(options), pick(value) {
    keepSetting(key, value);
    after();
    draw();
  } }));
  draw();
  return h('div', { class: 'setting' }, h('span', {}, label), host);
}

function open(title, className, ...content) {
  const dialog = h('dialog', { class: `dialog ${className}`, 'aria-label': title, on: {
    close: () => dialog.remove(),
    click: (event) => event.target === dialog && dialog.close(),
  } },
  h('header', { class: 'card-head' }, h('h2', {}, title), h('span', { class: 'push' }),
    h('button', { type: 'button', class: 'quiet', on: { click: () => dialog.close() } }, words.close)), content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function shortcutRow(app) {
  return settingRow(app, 'shortcuts', words.shortcuts, words.onOff);
}

export function openSettings(app) {
  const { user, role } = app.session;
  const dialog = open(words.settings, 'small aside',
    settingRow(app, 'theme', words.theme, words.themes), settingRow(app, 'density', words.density, words.densities),
    settingRow(app, 'refresh', words.refresh, words.refreshes, app.plan), shortcutRow(app), h('hr'),
    h('div', { class: 'setting' }, h('span', { class: 'muted' }, text(words.signedInAs, { user: plain(user), role: plain(role) })),
      h('button', { type: 'button', on: { click() {
        dialog.close();
        app.signOut();
      } } }, words.signOut)));
}

export function openHelp(app) {
  open(words.helpTitle, 'small',
    h('dl', { class: 'keys' }, words.keys.map(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])), shortcutRow(app));
}

/** Two days; `pick` gets them as the address has them. */
export function dayForm({ from, to, last, pick }) {
  const day = (id, value) => h('input', { type: 'date', required: true, value, max: last, id });
  const [first, end] = [day('custom-from', from), day('custom-to', to)];
  return h('form', { class: 'custom', on: { submit(event) {
    event.preventDefault();
    pick([first.value, end.value].sort().join('..'));
  } } }, h('label', { for: 'custom-from' }, words.customFrom), first, h('label', { for: 'custom-to' }, words.customTo), end,
  h('button', { type: 'submit', class: 'main' }, words.customShow));
}
