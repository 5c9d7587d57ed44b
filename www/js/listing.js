/*
 * All values of a dimension in one table, sortable, with every class of tokens, as CSV too.
 *
 * A dialog over the Overview, loaded when it is first asked for.
 */
import { h, text, plain, name, swap } from './dom.js';
import { moneyColumn, exactUsd, count, percent, change, money } from './format.js';
import { csv, download } from './files.js';
import { words } from './strings.js';

const MOST = 500;
const NUMBERS = ['requests', 'upstream_error', 'unpriced', 'in', 'in_cache_read', 'in_cache_write', 'out', 'out_reasoning'];

function rowsOf(data) {
  const total = data.total.cost_uusd;
  return data.id.map((id, i) => {
    const cost = data.cost_uusd[i];
    const before = data.prev_cost_uusd?.[i] ?? null;
    return { id, label: data.label[i], cost_uusd: cost, before, share: total ? cost / total : null,
      ...Object.fromEntries(NUMBERS.map((key) => [key, data[key][i]])) };
  });
}

function save(data, dim, cal, answer) {
  const head = [dim, 'cost_usd', 'previous_cost_usd', ...NUMBERS];
  const rows = rowsOf(data).map((row) => [row.label || words.noName, exactUsd(row.cost_uusd), exactUsd(row.before),
    ...NUMBERS.map((key) => row[key])]);
  if (data.rest.n)
    rows.push([words.others(data.rest.n), exactUsd(data.rest.cost_uusd), exactUsd(data.rest.prev_cost_uusd ?? null),
      ...NUMBERS.map((key) => data.rest[key])]);
  download(`switchyard-${dim}-${cal.isoDay(answer.from)}_${cal.isoDay(answer.to - 1)}.csv`, 'text/csv;charset=utf-8', csv(head, rows));
}

function table(data, dim, order, sortBy) {
  const write = moneyColumn(data.cost_uusd);
  const num = (v, title) => h('td', { class: 'num', title }, v);
  const head = (key, word) => h('th', { scope: 'col', class: key === 'label' ? '' : 'num',
    'aria-sort': order.key === key ? (order.down ? 'descending' : 'ascending') : undefined },
  h('button', { type: 'button', class: 'sort', data: { key: `sort:${key}` }, on: { click: () => sortBy(key) } }, word));
  const sign = order.down ? -1 : 1;
  const rows = rowsOf(data).sort((a, b) => sign * (order.key === 'label' ? a.label.localeCompare(b.label)
    : (a[order.key] ?? 0) - (b[order.key] ?? 0)));
  const line = (row, label) => h('tr', {}, h('th', { scope: 'row' }, label), num(write(row.cost_uusd), exactUsd(row.cost_uusd)),
    num(percent(row.share)), num(row.before ? change(row.cost_uusd, row.before, money, row.before >= 10000 ? 100 : 0).share : ''),
    NUMBERS.map((key) => num(count(row[key]))));
  const { total, rest } = data;
  return h('table', {},
    h('caption', { class: 'unseen' }, words.listTitle[dim]),
    h('thead', {}, h('tr', {}, head('label', words.dims[dim]), head('cost_uusd', words.cost), h('th', { scope: 'col', class: 'num' }, words.share),
      h('th', { scope: 'col', class: 'num' }, words.change), NUMBERS.map((key) => head(key, words.columns[key])))),
    h('tbody', {}, rows.map((row) => line(row, name(row.label))),
      rest.n ? line({ ...rest, before: rest.prev_cost_uusd, share: rest.cost_uusd / total.cost_uusd }, words.others(rest.n)) : null),
    h('tfoot', {}, line({ ...total, before: null, share: 1 }, words.total)));
}

/** Opens the list; `query` are the Overview's period and filters. */
export async function openList({ dim, cal, query, ask }) {
  const q = new URLSearchParams(query);
  q.set('by', dim);
  q.set('limit', MOST);
  const body = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': words.listTitle[dim], 'aria-busy': 'true' });
  const saveButton = h('button', { type: 'button', class: 'quiet', disabled: true }, words.csv);
  const dialog = h('dialog', { class: 'dialog', 'aria-label': words.listTitle[dim], on: { close: () => dialog.remove() } },
    h('header', { class: 'card-head' }, h('h2', {}, words.listTitle[dim]), h('span', { class: 'push' }), saveButton,
      h('button', { type: 'button', class: 'quiet', on: { click: () => dialog.close() } }, words.close)), body);
  document.body.append(dialog);
  dialog.showModal();

  try {
    const answer = await ask(`top?${q}`);
    const order = { key: 'cost_uusd', down: true };
    const draw = () => swap(body, table(answer.data, dim, order, (key) => {
      order.down = order.key === key ? !order.down : key !== 'label';
      order.key = key;
      draw();
    }));
    saveButton.disabled = false;
    saveButton.addEventListener('click', () => save(answer.data, dim, cal, answer));
    draw();
  } catch (failure) {
    swap(body, h('p', { role: 'alert' }, words.errorTitle, ' ',
      text(words.errorCode, { code: plain(failure.code ?? ''), status: failure.status ?? '' })));
  } finally {
    body.removeAttribute('aria-busy');
  }
}
