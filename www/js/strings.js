/*
 * Every sentence and word of the dashboard, and nothing else.
 *
 * `{x}` is a place that the page fills.  Where a number decides the form, plural() chooses.
 */
const rules = new Intl.PluralRules('en');
const whole = new Intl.NumberFormat();

function plural(n, forms) {
  return forms[rules.select(n)].replace('{n}', whole.format(n));
}

/** The word for a key from outside, which may be any; the key itself where there is none. */
export function word(table, key, otherwise = String(key)) {
  return Object.hasOwn(table, key) ? table[key] : otherwise;
}

export const words = {
  product: 'Switchyard',
  skip: 'Skip to content',
  title: '{page} · Switchyard',
  pages: { overview: 'Overview' },
  nav: 'Pages',
  question: 'Is everything all right, and what does it cost?',

  /* units */
  unitMs: '{n} ms',
  unitS: '{n} s',
  unitMin: '{n} min',
  unitHMin: '{h} h {min} min',
  unitDH: '{d} d {h} h',

  /* the bar and its settings */
  asOf: 'as of {time}',
  asOfTitle: 'Holds everything up to {time}.',
  stale: 'stale',
  settings: 'Settings',
  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  density: 'Rows',
  densities: { comfortable: 'Comfortable', compact: 'Compact' },
  refresh: 'Refresh',
  refreshes: [['auto', 'Auto'], ['10', '10 s'], ['60', '60 s'], ['off', 'Off']],
  shortcuts: 'Single-key shortcuts',
  onOff: { on: 'On', off: 'Off' },
  signedInAs: 'Signed in as {user} ({role})',
  signOut: 'Sign out',
  refreshNow: 'Refresh now',
  refreshed: 'Refreshed.',

  /* period, comparison, filters */
  period: 'Period',
  ranges: {
    '1h': 'Last hour', '24h': 'Last 24 hours', today: 'Today', yesterday: 'Yesterday',
    '7d': 'Last 7 days', '30d': 'Last 30 days', '90d': 'Last 90 days', mtd: 'Month to date',
    lastmonth: 'Last month', '12m': 'Last 12 months',
  },
  inRange: {
    '1h': 'In the last hour', '24h': 'In the last 24 hours', today: 'Today so far',
    yesterday: 'Yesterday', '7d': 'In the last 7 days', '30d': 'In the last 30 days',
    '90d': 'In the last 90 days', mtd: 'This month so far', lastmonth: 'Last month',
    '12m': 'In the last 12 months',
  },
  inDays: 'In the period {days}',
  custom: 'Choose days…',
  customFrom: 'From',
  customTo: 'to',
  customShow: 'Show',
  earlier: 'Earlier period',
  later: 'Later period',
  comparison: 'Comparison',
  comparisons: {
    prev: 'vs previous period', week: 'vs a week earlier', month: 'vs a month earlier',
    year: 'vs a year earlier',
    none: 'no comparison',
  },
  filters: 'Filters',
  filterRemove: '{dim} {name}: remove this filter',
  filterClear: 'Clear filters',
  onlyThis: '{name}: show only this',
  notOnlyThis: '{name}: show all again',
  dims: {
    model: 'model', provider: 'provider', route: 'route', feature: 'feature', user: 'user',
    key: 'key',
  },
  dimsMany: {
    model: 'models', provider: 'providers', route: 'routes', feature: 'features', user: 'users',
    key: 'keys',
  },
  noName: '(none)',

  /* the answer */
  well: 'Everything is all right.',
  mixed: 'Mostly all right.',
  trouble: 'This needs attention.',
  answerCost: '{period} {requests} cost {cost}',
  answerMore: ', {share} more than {before}',
  answerLess: ', {share} less than {before}',
  answerSame: ', as much as {before}',
  answerFailed: '; {share} of them failed.',
  answerNoneFailed: '; none of them failed.',
  befores: {
    prev: 'in the period before', week: 'a week earlier', month: 'a month earlier',
    year: 'a year earlier',
  },
  requests: (n) => plural(n, { one: '{n} request', other: '{n} requests' }),
  yesterdayMore: 'Yesterday cost {cost}, {diff} more than the {weekday} before.',
  yesterdayLess: 'Yesterday cost {cost}, {diff} less than the {weekday} before.',
  yesterdaySame: 'Yesterday cost {cost}, about as much as the {weekday} before.',
  moverRise: '{share} of the rise: {dim} {name}',
  moverFall: '{share} of the fall: {dim} {name}',
  moverIn: ' in {dim} {name}',
  whys: {
    traffic: '; mostly a change in traffic', mix: '; mostly another mix of models',
    size: '; mostly the length of requests',
    price: '; mostly prices and caching', new_stopped: '; mostly what was new or stopped',
  },

  /* banners */
  bannerOpen: '{provider} has been out of use since {time} ({ago}).',
  bannerMoved: ' {moved} moved to {to}, {failed} failed.',
  bannerMovedAny: ' {moved} moved elsewhere, {failed} failed.',
  bannerBudget: 'The budget of {scope} {name} is {share} used: {used} of {limit}.',
  bannerBudgetAll: 'The budget of the whole installation is {share} used: {used} of {limit}.',
  bannerUnpriced: (n) => plural(n, {
    one: '{n} request has no price and is missing in the costs below. ',
    other: '{n} requests have no price and are missing in the costs below. ',
  }),
  unpricedDo: 'switchyard models --unpriced',
  bannerStore: 'The store is {share} full.',
  bannerConfig: 'The configuration files are newer than what is in force. ',
  configDo: 'switchyard apply',
  bannerStale: 'These figures are {ago} old: what happened since has not been added up yet.',
  bannerMore: (n) => plural(n, { one: '{n} more notice', other: '{n} more notices' }),
  bannerPartial: 'The answer was cut short: there are more rows than are counted here. '
    + 'Choose a shorter period.',
  notices: 'Notices',

  /* tiles */
  tileCost: 'Spend',
  tileRequests: 'Requests',
  tileFailed: 'Failed',
  tileFirst: 'First token',
  tileFirstNote: 'p50 / p95',
  tileSaved: 'Saved',
  est: 'est.',
  estWhy: 'Estimated: what the same tokens would have cost without cached prompts, cached '
    + 'answers and routing.',
  was: 'was {value}',
  of: '{value} of the full price',
  savedUnknown: 'nothing saved so far',
  noStream: 'no streamed requests',
  few: 'n = {n}',
  requestsCached: (n) => plural(n, { one: '{n} from the cache', other: '{n} from the cache' }),
  rescued: (n) => plural(n, { one: '{n} rescued', other: '{n} rescued' }),
  failedOf: '{n} of {of}',
  before: 'before',

  /* the chart */
  spendPer: {
    '5min': 'Spend per 5 minutes', hour: 'Spend per hour', day: 'Spend per day',
    month: 'Spend per month',
  },
  steps: { '5min': 'Time', hour: 'Hour', day: 'Day', month: 'Month' },
  by: 'by',
  view: 'View',
  views: { chart: 'Chart', table: 'Table' },
  csv: 'CSV',
  csvSaved: 'The table was saved as CSV.',
  soFar: 'so far',
  total: 'Total',
  others: (n) => plural(n, { one: '{n} other', other: '{n} others' }),
  barsLabel: '{title}, by {dim}. Arrow keys move, Enter shows that day.',
  barsSpoken: '{step}: {total}. {parts}',
  barsPart: '{name} {cost}',
  barsHighest: 'Highest: {step} with {cost}.',
  barsMean: '{cost} on average.',
  barsCmp: 'The thin line is the period before.',
  barsNothing: 'No costs in this period.',
  partsCaption: 'Parts of the total, by {dim}',
  tableCaption: '{title}, by {dim}, in US dollars',

  /* lists */
  top: { model: 'Top models', feature: 'Top features', user: 'Top users' },
  cost: 'Cost',
  share: 'Share',
  change: 'Change',
  isNew: 'new',
  listAll: 'All {dims}',
  listTitle: {
    model: 'All models', provider: 'All providers', route: 'All routes', feature: 'All features',
    user: 'All users', key: 'All keys',
  },
  listNothing: 'Nobody has sent this label yet.',
  columns: {
    cost_uusd: 'Cost', requests: 'Requests', upstream_error: 'Failed', unpriced: 'No price',
    in: 'Input', in_cache_read: 'Cache read',
    in_cache_write: 'Cache write', out: 'Output', out_reasoning: 'Reasoning',
  },
  close: 'Close',

  /* providers */
  providersNow: 'Providers now',
  circuits: {
    closed: 'in use', open: 'out of use', half_open: 'trying again', drained: 'drained by hand',
  },
  circuitFailing: 'in use, failing',
  circuitIdle: 'in use, idle',
  circuitFor: '{word} for {ago}',
  retryIn: 'next try in {ago}',
  retryNow: 'next try now',
  sim: 'sim',
  simWhy: 'Simulated: no real provider, no real money.',
  providerFigures: '{failed} failed · {first}',
  providerNone: 'no traffic this hour',
  lastError: 'last error {class}, {time}',
  stripText: 'Last 24 hours: {list}.',
  stripParts: {
    o: '{ago} fine', d: '{ago} degraded', b: '{ago} bad', x: '{ago} out of use',
    '.': '{ago} without traffic',
  },
  noProviders: 'No provider is configured.',
  noProvidersDo: 'switchyard init',
  stripNote: 'Strips: the last 24 hours. Figures: the last hour.',

  /* empty */
  neverTitle: 'Waiting for the first request',
  neverLead: 'The gateway is up and nothing has gone through it yet. Send it something, '
    + 'and this page fills itself.',
  neverKey: 'Make a client key, once',
  neverCurl: 'Send a request',
  neverPrompt: 'Say hello in five words',
  neverSdk: 'Or point an OpenAI SDK at',
  neverAfter: 'Then, here',
  neverWill: [
    'what it cost, to the millionth of a dollar, by model, feature, user and key',
    'which provider answered, how fast, and what was done when one did not',
    'what caching and routing saved',
  ],
  quietTitle: 'No requests in this period',
  quietLead: 'The newest request was at {time}.',
  quietDo: 'Show that day',
  filteredTitle: 'No requests match these filters',
  filteredLead: '{period} there is nothing that matches all of them.',
  filteredDo: 'Remove the last filter',
  filteredAll: 'Remove all filters',
  forbiddenTitle: 'This page is not for this account',
  forbiddenLead: 'The role {role} may not see these figures. Someone with the role admin '
    + 'can change that.',

  /* errors */
  slow: 'Still waiting for the gateway…',
  downTitle: 'The gateway does not answer',
  downLead: 'Nothing is wrong with this page; the address below gives no answer. It will '
    + 'be asked again by itself.',
  downCheck: 'See what is the matter',
  downDo: 'switchyard doctor',
  offline: 'No connection to the gateway: these figures are from {time}. ',
  offlineNext: 'Trying again in {ago}.',
  retry: 'Try again',
  errorTitle: 'The gateway could not answer that',
  errorCode: 'Code {code}, status {status}',
  errorRequest: 'request {id}',
  errorUnreadable: 'The answer was not what the dashboard expects. Perhaps the page and '
    + 'the gateway are of different versions: reload.',
  reset: 'Back to the last 7 days',

  /* sign-in */
  signIn: 'Sign in',
  signInCode: 'One-time code',
  signInCodeHint: 'Printed by the command below; good for ten minutes and for one use.',
  signInCodeDo: 'switchyard ui link',
  signInUser: 'User',
  signInPassword: 'Password',
  signInWays: { link: 'Code', password: 'Password' },
  signInWay: 'Way to sign in',
  signInWrong: 'That did not work. Check what you entered and try again.',
  signInCodeWrong: 'That code did not work. It may have been used already, or be older '
    + 'than ten minutes.',
  signInWait: 'Too many tries. Wait {ago} and try again.',
  signInNoCookie: 'The browser did not keep the session: it must allow cookies from this '
    + 'address, and https is needed except on this machine itself.',
  signInDown: 'The gateway does not answer. Try again in a moment.',
  signInEnded: 'The session has ended. Sign in to go on where you were.',
  signInOut: 'You are signed out.',
  signInNone: 'This gateway offers no way to sign in here. Its administrator can change that.',
  signInInsecure: 'This connection is not encrypted, so signing in here would show the '
    + 'password to the network. Use https.',
  signingIn: 'Signing in…',

  /* help */
  help: 'Keyboard',
  helpTitle: 'Keyboard shortcuts',
  keys: [
    ['d', 'today'], ['y', 'yesterday'], ['w', 'last 7 days'], ['m', 'month to date'],
    ['[', 'earlier period'], [']', 'later period'], ['c', 'next comparison'],
    ['t', 'chart or table'], ['e', 'save as CSV'], ['r', 'refresh'], ['?', 'this list'],
  ],

  foot: 'Switchyard {version} · configuration {generation}',
  footDemo: 'demonstration with a simulated provider',
  footZone: 'Days are days of {tz}.',
  printed: '{url}, {time}',

  copy: 'Copy',
  copied: 'Copied',
  commandRegion: 'Command to copy',
};
