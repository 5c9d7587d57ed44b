/*
 * Numbers, money, times and tables as people and spreadsheets read them.
 *
 * Numbers follow the browser's language, days the reporting zone of the installation.
 */
import { words } from './strings.js';
import { text } from './dom.js';

const DASH = '–';
const MINUS = '−';
const MICRO = 1e6;

function decimals(uusd) {
  const usd = Math.abs(uusd) / MICRO;
  if (usd >= 1000)
    return { minimumFractionDigits: 0, maximumFractionDigits: 0 };
  if (usd >= 1 || usd === 0)
    return { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  if (usd >= 0.01)
    return { minimumFractionDigits: 4, maximumFractionDigits: 4 };
  return { minimumSignificantDigits: 1, maximumSignificantDigits: 2 };
}

function dollars(options) {
  const f = new Intl.NumberFormat(undefined,
    { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', ...options });
  return (uusd) => (uusd === null ? DASH : f.format(uusd / MICRO).replace('-', MINUS));
}

/** Micro-dollars as one figure that stands alone. */
export function money(uusd) {
  return uusd === null ? DASH : dollars(decimals(uusd))(uusd);
}

/** A writer of micro-dollars for a column: the decimals of its largest value for all. */
export function moneyColumn(values) {
  const largest = Math.max(0, ...values.map((v) => Math.abs(v ?? 0)));
  return dollars(largest < 10000 ? { maximumFractionDigits: 6 } : decimals(largest));
}

/** Micro-dollars on an axis: no decimals that the step doesn't need. */
export function moneyAxis(step) {
  let digits = 0;
  while (digits < 6 && (step * 10 ** digits) % MICRO >= 1)
    digits += 1;
  const shown = digits === 1 ? 2 : digits;
  return dollars({ minimumFractionDigits: shown, maximumFractionDigits: shown });
}

/** Micro-dollars as a decimal number, exactly; for files, titles and copies. */
export function exactUsd(uusd) {
  if (uusd === null)
    return '';
  const abs = Math.abs(uusd);
  const micros = String(abs % MICRO).padStart(6, '0');
  return `${uusd < 0 ? '-' : ''}${Math.floor(abs / MICRO)}.${micros}`;
}

const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const TENTHS = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export function count(n) {
  return n === null ? DASH : WHOLE.format(n);
}

const PERCENT = [0, 1, 2].map((digits) => new Intl.NumberFormat(undefined,
  { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** A share between 0 and 1; `fine` shows two decimals below one percent. */
export function percent(share, fine = false) {
  if (share === null || !Number.isFinite(share))
    return DASH;
  const abs = Math.abs(share);
  if (abs > 0 && abs < 0.001)
    return `<${PERCENT[1].format(0.001)}`;
  if (abs === 0 || abs >= 0.9995)
    return PERCENT[0].format(share);
  return PERCENT[fine && abs < 0.01 ? 2 : 1].format(share).replace('-', MINUS);
}

/** The same, to the whole percent: for what is only roughly known. */
export function roughPercent(share) {
  return PERCENT[0].format(share);
}

function signed(n, write) {
  if (n === 0)
    return `±${write(0)}`;
  return `${n > 0 ? '+' : MINUS}${write(Math.abs(n))}`;
}

/* A change in whole percents from ten on; what rounds to nothing is nothing. */
function changed(share) {
  const digits = Math.abs(share) < 0.0995 ? 1 : 0;
  return signed(Math.abs(share) < 0.0005 ? 0 : share, (n) => PERCENT[n ? digits : 0].format(n));
}

/* Below this a relative change says more about chance than about anything else. */
const SMALL_BASE = 20;

/**
 * What became of `before`: { share, abs } as text, share is '' where it would mislead.
 * `base` is what SMALL_BASE is compared with, in whole units.
 */
export function change(now, before, write, base) {
  if (before === null || before === undefined || now === null)
    return { share: '', abs: '' };
  return {
    share: base >= SMALL_BASE && before > 0 ? changed((now - before) / before) : '',
    abs: signed(now - before, write),
  };
}

/** A cost beside its cost before, in one word for a table; before: null if not compared. */
export function costChange(now, before) {
  if (before === null || before === undefined)
    return '';
  if (before === 0)
    return now > 0 ? words.isNew : '';
  const { share, abs } = change(now, before, money, before >= 10000 ? SMALL_BASE : 0);
  return share || abs;
}

/** Milliseconds. */
export function duration(ms) {
  if (ms === null || ms === undefined)
    return DASH;
  if (ms < 1000)
    return text(words.unitMs, { n: count(Math.round(ms)) });
  if (ms < 60000)
    return text(words.unitS, { n: (ms < 10000 ? TENTHS : WHOLE).format(ms / 1000) });
  return ago(ms / 1000);
}

/** A length of time in words, the two largest units. */
export function ago(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60)
    return text(words.unitS, { n: s });
  if (s < 3600)
    return text(words.unitMin, { n: Math.floor(s / 60) });
  if (s < 86400)
    return text(words.unitHMin, { h: Math.floor(s / 3600), min: Math.floor((s % 3600) / 60) });
  return text(words.unitDH, { d: Math.floor(s / 86400), h: Math.floor((s % 86400) / 3600) });
}

const DATE = { year: 'numeric', month: 'short', day: 'numeric' };
const TIME = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DIGITS = { year: 'numeric', month: '2-digit', day: '2-digit' };

/** The writers of times in one zone. */
export function calendar(tz) {
  const writer = (options, language) => new Intl.DateTimeFormat(language,
    { timeZone: tz, ...options });
  const write = (options, language) => {
    const f = writer(options, language);
    return (t) => f.format(t * 1000);
  };
  const span = writer(DATE);
  const wall = writer({ ...DIGITS, ...TIME, second: '2-digit', timeZoneName: 'longOffset' },
    'en-CA');

  return {
    tz,
    clock: write({ ...TIME, second: '2-digit' }),
    time: write(TIME),
    weekday: write({ weekday: 'long' }),
    day: write({ weekday: 'short', day: 'numeric', month: 'short' }),
    shortDay: write({ day: 'numeric', month: 'short' }),
    nearDay: write({ weekday: 'short', day: 'numeric' }),
    month: write({ month: 'short', year: 'numeric' }),
    full: write({ weekday: 'short', ...DATE, ...TIME, timeZoneName: 'short' }),
    days: (from, to) => span.formatRange(from * 1000, (to - 1) * 1000),
    isoDay: write(DIGITS, 'en-CA'),
    isoTime(t) {
      const parts = wall.formatToParts(t * 1000).map(({ type, value }) => [type, value]);
      const p = Object.fromEntries(parts);
      const offset = p.timeZoneName.replace('GMT', '') || '+00:00';
      return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}${offset}`;
    },
    /* The start of a step, as short as it may be beside its neighbours. */
    tick(t, step, steps) {
      if (step === 'month')
        return this.month(t);
      if (step === 'day')
        return steps <= 14 ? this.nearDay(t) : this.shortDay(t);
      return this.isoTime(t).slice(11, 16) === '00:00' ? this.shortDay(t) : this.time(t);
    },
    step(t, step) {
      if (step === 'month')
        return this.month(t);
      return step === 'day' ? this.day(t) : `${this.day(t)}, ${this.time(t)}`;
    },
  };
}

/** `2026-01-31` and a number of days: the day so much later. */
export function shiftDay(isoDay, days) {
  const [y, m, d] = isoDay.split('-').map(Number);
  return new Date(Date.UTC(y, m - 1, d + days)).toISOString().slice(0, 10);
}

/** Days from one ISO day to another. */
export function daysBetween(a, b) {
  return Math.round((Date.parse(b) - Date.parse(a)) / 86400000);
}
