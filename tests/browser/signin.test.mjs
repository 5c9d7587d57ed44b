/*
 * Coming and going: codes, passwords, refusals, an end in mid-use.
 */
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { serve } from './fixture.mjs';
import { launch, visit, assertClean, assertAccessible, assertFits } from './browser.mjs';

const fixture = await serve();
const browser = await launch();
after(async () => {
  await browser.close();
  await fixture.close();
});

const at = (hash = '', options = {}) =>
  visit(browser, `${fixture.origin}/locked/ui/${hash}`, options);
const REFUSED = { expected: /status of (401|429)/ };

for (const [theme, width] of [
  ['light', 1280],
  ['dark', 390],
  ['light', 320],
])
  test(`the page, ${theme}, ${width} px`, async () => {
    const seen = await at('', { theme, width });
    assert.equal(await seen.page.locator('h1').textContent(), 'Sign in');
    assert.equal(
      await seen.page.evaluate(() => document.activeElement.id),
      'code',
      'ready to type',
    );
    await assertFits(seen.page);
    await assertAccessible(seen.page);
    await seen.page.getByRole('button', { name: 'Password' }).click();
    assert.equal(await seen.page.getByLabel('User').getAttribute('autocomplete'), 'username');
    assert.equal(
      await seen.page.locator('#password').getAttribute('autocomplete'),
      'current-password',
    );
    await assertAccessible(seen.page);
    await assertClean(seen);
    await seen.context.close();
  });

test('a link with a code signs in, and no copy of the code stays', async () => {
  const seen = await at('#code=GOOD-0001', { wait: '.tiles' });
  assert.equal(new URL(seen.page.url()).hash, '#/overview');
  await seen.page.reload();
  await seen.page.locator('.tiles').waitFor();
  await assertClean(seen);
  await seen.context.close();
});

test('a code works once', async () => {
  await (await at('#code=GOOD-0002', { wait: '.tiles' })).context.close();
  const seen = await at('#code=GOOD-0002', REFUSED);
  assert.match(await seen.page.locator('.banner').first().textContent(), /did not work/);
  assert.equal(new URL(seen.page.url()).hash, '#/overview');
  await assertAccessible(seen.page);
  await assertClean(seen);
  await seen.context.close();
});

test('a code by hand, after a wrong one', async () => {
  const seen = await at('', REFUSED);
  const { page } = seen;
  await page.keyboard.type('WRONG-01');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'did not work' }).waitFor();
  assert.equal(await page.locator('#code').inputValue(), '');
  await assertAccessible(page);
  await page.keyboard.type('GOOD-0003');
  await page.keyboard.press('Enter');
  await page.locator('.tiles').waitFor();
  await assertClean(seen);
  await seen.context.close();
});

test('user and password; what was wrong is not said', async () => {
  const seen = await at('', REFUSED);
  const { page } = seen;
  const words = new Set();
  await page.getByRole('button', { name: 'Password' }).click();
  for (const [user, password] of [
    ['admin', 'wrong'],
    ['nobody', 'demo-password'],
  ]) {
    await page.locator('#user').fill(user);
    await page.locator('#password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'did not work' }).waitFor();
    words.add(await page.getByRole('alert').textContent());
  }
  assert.equal(words.size, 1);
  await page.locator('#user').fill('admin');
  await page.locator('#password').fill('demo-password');
  await page.keyboard.press('Enter');
  await page.locator('.tiles').waitFor();
  await assertClean(seen);
  await seen.context.close();
});

test('too many tries: how long to wait', async () => {
  const seen = await at('', REFUSED);
  await seen.page.keyboard.type('SLOW-DOWN');
  await seen.page.keyboard.press('Enter');
  await seen.page.getByRole('alert').filter({ hasText: '1 min' }).waitFor();
  await seen.context.close();
});

test('a session that ends in mid-use comes back to the same view', async () => {
  const seen = await at('#code=GOOD-0004', { ...REFUSED, wait: '.tiles' });
  const { page, context } = seen;
  await page.getByLabel('Period', { exact: true }).selectOption('30d');
  await page.waitForURL(/r=30d/);
  await page.locator('#body:not([aria-busy])').waitFor();
  await context.clearCookies();
  await page.getByRole('button', { name: /Refresh now/ }).click();
  await page.getByRole('status').filter({ hasText: 'session has ended' }).waitFor();
  assert.equal(await page.locator('.tile').count(), 0, 'no figures stay behind');
  await page.locator('#code').fill('GOOD-0005');
  await page.keyboard.press('Enter');
  await page.locator('.tiles').waitFor();
  assert.match(page.url(), /r=30d/);
  await assertClean(seen);
  await context.close();
});

test('signing out', async () => {
  const seen = await at('#code=GOOD-0006', { wait: '.tiles' });
  const { page } = seen;
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.locator('.sign-form').waitFor();
  await page.reload();
  await page.locator('.sign-form').waitFor();
  await assertClean(seen);
  await seen.context.close();
});

test('the gateway is gone while signing in', async () => {
  const seen = await at('', { expected: /ERR_FAILED/ });
  await seen.page.route('**/api/session', (route) => route.abort());
  await seen.page.keyboard.type('GOOD-0007');
  await seen.page.keyboard.press('Enter');
  await seen.page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
  await assertClean(seen);
  await seen.context.close();
});
