/*
 * All values of a dimension in one table, sortable, with every class of tokens, as CSV too.
 *
 * A dialog over the Overview, loaded when it is first asked for.
 */
import { h, text, plain, name, swap, button, colHead, rowHead } from './dom.js';
import { moneyColumn, exactUsd, count, percent, costChange } from './format.js';
import { csv, download } from './files.js';
import { roundedList } from './overview.js';
import { openDialog } from './panels.js';
import { words } from './strings.js';

const MOST = 500;
const NUMBERS = ['requests', 'upstream_error', 'unpriced', 'in', 'in_cache_read',
  'in_cache_write', 'out', 'out_reasoning'];

/* The columns of an answer as rows, the rest and the total among them. */
function rowsOf({ id, label, prev_cost_uusd: prev, cost_uusd: cost, ...columns }) {
  return id.map((_, i) => ({ label: label[i], cost_uusd: cost[i], before: prev?.[i] ?? null,
    ...Object.fromEntries(NUMBERS.map((key) => [key, columns[key][i]])) }));
}

function restOf({ rest }) {
  return rest.n ? [{ ...rest, before: rest.prev_cost_uusd ?? null }] : [];
}

function save(answer, cal) {
  const { data } = answer;
  const line = (label, row) => [label, exactUsd(row.cost_uusd), exactUsd(row.before),
    ...NUMBERS.map((key) => row[key])];
  const rows = [...rowsOf(data).map((row) => line(row.label || words.noName, row)),
    ...restOf(data).map((row) => line(words.others(row.n), row))];
  download(`switchyard-${data.by}-${cal.isoDay(answer.from)}_${cal.isoDay(answer.to - 1)}.csv`,
    csv([data.by, 'cost_usd', 'previous_cost_usd', ...NUMBERS], rows));
}

function compare({ key, down }) {
  return (a, b) => (down ? -1 : 1)
    * (key === 'label' ? a.label.localeCompare(b.label) : a[key] - b[key]);
}

function table(data, order, sortBy) {
  const write = moneyColumn(data.cost_uusd);
  const sorted = (key) => (order.key === key ? order.down && 'descending' || 'ascending' : null);
  const head = (spec, key, word) => h(spec, { scope: 'col', 'aria-sort': sorted(key) },
    button('.sort', { key: `sort:${key}`, click: () => sortBy(key) }, word));
  const line = (row, label) => h('tr', rowHead(label),
    h('td.num', { title: exactUsd(row.cost_uusd) }, write(row.cost_uusd)),
    h('td.num', percent(row.cost_uusd / data.total.cost_uusd)),
    h('td.num', costChange(row.cost_uusd, row.before)),
    NUMBERS.map((key) => h('td.num', count(row[key]))));

  return h('table',
    h('caption.unseen', words.listTitle[data.by]),
    h('thead', h('tr', head('th', 'label', words.dims[data.by]),
      head('th.num', 'cost_uusd', words.cost), colHead('th.num', words.share),
      colHead('th.num', words.change),
      NUMBERS.map((key) => head('th.num', key, words.columns[key])))),
    h('tbody', rowsOf(data).sort(compare(order)).map((row) => line(row, name(row.label))),
      restOf(data).map((row) => line(row, words.others(row.n)))),
    h('tfoot', line({ ...data.total, before: null }, words.total)));
}

/** Opens the list; `query` are the Overview's period and filters. */
export async function openList({ dim, cal, query, ask }) {
  const q = new URLSearchParams(query);
  q.set('by', dim);
  q.set('limit', MOST);
  const title = words.listTitle[dim];
  const body = h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': title,
    'aria-busy': 'true' });
  const toFile = button('.quiet', { disabled: true, click: () => save(answer, cal) }, words.csv);
  const order = { key: 'cost_uusd', down: true };
  let answer = null;

  function draw() {
    swap(body, table(answer.data, order, (key) => {
      order.down = order.key === key ? !order.down : key !== 'label';
      order.key = key;
      draw();
    }));
  }

  openDialog(title, '', [toFile], body);
  try {
    answer = await ask(`top?${q}`);
    answer.data = roundedList(answer.data);
    toFile.disabled = false;
    draw();
  } catch (failure) {
    const { code = '', status = '' } = failure;
    swap(body, h('p', { role: 'alert' }, words.errorTitle, ' ',
      text(words.errorCode, { code: plain(code), status })));
  } finally {
    body.removeAttribute('aria-busy');
  }
}
