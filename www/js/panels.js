/*
 * What opens over the page: settings, keyboard help; and the form for a period of one's own.
 *
 * Loaded when first opened.
 */
import { h, text, plain, choice, button, swap } from './dom.js';
import { words } from './strings.js';

/** A dialog with a title, `tools` and a way to close it; gone once it is closed. */
export function openDialog(title, className, tools, ...content) {
  const dialog = h(`dialog.dialog.${className}`, { 'aria-label': title, on: {
    close: () => dialog.remove(),
    click: (event) => event.target === dialog && dialog.close(),
  } },
  h('header.card-head', h('h2', title), h('span.push'), tools,
    button('.quiet', { click: () => dialog.close() }, words.close)), content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function row({ settings, keepSetting }, key, label, options, after = () => {}) {
  const host = h('div');
  const draw = () => swap(host, choice({ label, key, chosen: settings[key], options, pick(value) {
    keepSetting(key, value);
    after();
    draw();
  } }));
  draw();
  return h('div.setting', h('span', label), host);
}

function shortcutRow(app) {
  return row(app, 'shortcuts', words.shortcuts, Object.entries(words.onOff));
}

export function openSettings(app) {
  const who = { user: plain(app.session.user), role: plain(app.session.role) };
  const dialog = openDialog(words.settings, 'small.aside', [],
    row(app, 'theme', words.theme, Object.entries(words.themes)),
    row(app, 'density', words.density, Object.entries(words.densities)),
    row(app, 'refresh', words.refresh, words.refreshes, app.plan), shortcutRow(app), h('hr'),
    h('div.setting', h('span.muted', text(words.signedInAs, who)),
      button('', { click() {
        dialog.close();
        app.signOut();
      } }, words.signOut)));
}

export function openHelp(app) {
  openDialog(words.helpTitle, 'small', [],
    h('dl.keys', words.keys.map(([key, what]) => [h('dt', h('kbd', key)), h('dd', what)])),
    shortcutRow(app));
}

/** Two days; `pick` gets them as the address has them. */
export function dayForm({ from, to, last, pick }) {
  const day = (id, value) => h('input', { type: 'date', required: true, value, max: last, id });
  const [first, end] = [day('custom-from', from), day('custom-to', to)];
  const submit = (event) => {
    event.preventDefault();
    pick([first.value, end.value].sort().join('..'));
  };
  return h('form.custom', { on: { submit } },
    h('label', { for: 'custom-from' }, words.customFrom), first,
    h('label', { for: 'custom-to' }, words.customTo), end,
    h('button.main', { type: 'submit' }, words.customShow));
}
