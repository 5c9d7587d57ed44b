/*
 * What the browser tests share: a headless Chromium, a visit that notices all trouble, axe.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');

export const WIDTHS = [1280, 1024, 390, 320];

export function launch() {
  return chromium.launch({
    executablePath: process.env.SWITCHYARD_CHROMIUM ?? '/usr/bin/chromium',
    args: FLAGS,
  });
}

/* Notes what policy violations and hostile names would do. */
function watch() {
  window.__violations = [];
  document.addEventListener('securitypolicyviolation', (e) =>
    window.__violations.push(`${e.violatedDirective} ${e.blockedURI}`),
  );
}

/**
 * A page of its own context, with what went wrong on it in `trouble`.  `before(page)` may
 * install routes.  `expected`: console messages that the case provokes.
 */
export async function visit(
  browser,
  url,
  {
    width = 1280,
    height = 860,
    theme = 'light',
    zone = 'America/New_York',
    storage,
    before,
    expected = /$./,
    wait = '#body > .tiles, .lone, .sign-form',
  } = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    locale: 'en-US',
    timezoneId: zone,
    storageState: storage,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const trouble = [];
  const origin = new URL(url).origin;
  page.on(
    'console',
    (m) => expected.test(m.text()) || trouble.push(`console ${m.type()}: ${m.text()}`),
  );
  page.on('pageerror', (e) => trouble.push(`error: ${e.stack}`));
  page.on(
    'request',
    (r) =>
      r.url().startsWith('blob:') ||
      r.url().startsWith(origin) ||
      trouble.push(`foreign: ${r.url()}`),
  );
  await page.addInitScript(watch);
  await before?.(page);
  await page.goto(url);
  if (wait)
    await page.locator(wait).first().waitFor();
  return { page, context, trouble };
}

/** No console message, no foreign request, no violation, nothing run. */
export async function assertClean({ page, trouble }) {
  assert.deepEqual(trouble, []);
  assert.deepEqual(await page.evaluate(() => window.__violations), []);
  assert.equal(await page.evaluate(() => window.__x), undefined);
}

/** WCAG 2.2 A and AA and axe's best practices. */
export async function assertAccessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.target.join(' '))
          .slice(0, 4)
          .join(', ')}`,
    );
  });
  assert.deepEqual(found, []);
}

/** The page must not be wider than the window. */
export async function assertFits(page) {
  const [inner, outer] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    window.innerWidth,
  ]);
  assert.ok(inner <= outer, `${inner} px of content in ${outer}`);
}

/** The file that pressing a button saves. */
export async function save(page, button) {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

/** Exact dollars of a title or a file, as micro-dollars. */
export function micro(usd) {
  assert.match(usd, /^-?\d+\.\d{6}$/);
  return Number(usd.replace('.', ''));
}
