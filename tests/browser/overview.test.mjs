/*
 * The Overview as any gateway must show it: of the one that SWITCHYARD_UI_URL (its ui/ address)
 * and SWITCHYARD_UI_CODE (a one-time code) name, else of the fixture.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { serve } from './fixture.mjs';
import {
  launch,
  visit,
  assertClean,
  assertAccessible,
  assertFits,
  micro,
  save,
  WIDTHS,
} from './browser.mjs';

const fixture = await serve();
const browser = await launch();
after(async () => {
  await browser.close();
  await fixture.close();
});

const gateway = process.env.SWITCHYARD_UI_URL;
const base = gateway ?? `${fixture.origin}/demo/ui/`;
let storage;

async function signIn() {
  const code = process.env.SWITCHYARD_UI_CODE;
  const seen = await visit(browser, `${base}#code=${code}`, { wait: '#body > .tiles' });
  assert.equal(new URL(seen.page.url()).hash, '#/overview');
  storage = await seen.context.storageState();
  await seen.context.close();
}

const look = (hash = '', options = {}) => visit(browser, `${base}${hash}`, { storage, ...options });

/* The exact amounts of all cells of one kind. */
async function amounts(cells) {
  return (await cells.evaluateAll((all) => all.map((cell) => cell.title))).map(micro);
}

function sum(list) {
  return list.reduce((a, b) => a + b, 0);
}

describe(`overview of ${gateway ? 'a gateway' : 'the fixture'}`, () => {
  before(() => (gateway ? signIn() : undefined));

  for (const theme of ['light', 'dark'])
    for (const width of WIDTHS)
      test(`${theme}, ${width} px: clean, accessible, not too wide`, async () => {
        const seen = await look('', { theme, width });
        assert.equal(await seen.page.locator('h1').textContent(), 'Overview');
        assert.equal(await seen.page.title(), 'Overview · Switchyard');
        assert.equal(await seen.page.locator('.tile').count(), 5);
        await assertFits(seen.page);
        await assertAccessible(seen.page);
        await assertClean(seen);
        await seen.context.close();
      });

  test('the table and all lists are accessible and fit', async () => {
    const seen = await look('#/overview?r=30d&v=table', { width: 390 });
    await assertFits(seen.page);
    await assertAccessible(seen.page);
    for (const what of ['models', 'features', 'users']) {
      await seen.page.getByRole('button', { name: `All ${what}` }).click();
      await seen.page.locator('dialog tfoot').waitFor();
      await assertAccessible(seen.page);
      await seen.page.keyboard.press('Escape');
      await seen.page.locator('dialog').waitFor({ state: 'detached' });
    }
    await assertClean(seen);
    await seen.context.close();
  });

  for (const by of ['model', 'provider', 'feature', 'user', 'key'])
    test(`by ${by}: tile, chart, table, lists and CSV agree to the micro-dollar`, async () => {
      const seen = await look(`#/overview?r=30d&by=${by}`);
      const { page } = seen;
      const cost = micro(await page.locator('.tile .value').first().getAttribute('title'));
      const table = await amounts(page.locator('.spend-table tfoot td'));
      const parts = await amounts(page.locator('.parts td[title]'));
      assert.equal(table.pop(), cost);
      assert.equal(sum(table), cost);
      assert.deepEqual(parts.slice(0, -1), table);
      assert.equal(parts.at(-1), cost);
      for (const list of await page.locator('.ranks').all())
        assert.equal(sum(await amounts(list.locator('td[title]'))), cost);

      const file = await save(page, page.getByRole('button', { name: 'CSV' }));
      const day = '\\d{4}-\\d\\d-\\d\\d';
      assert.match(file.name, new RegExp(`^switchyard-spend-by-${by}-${day}_${day}\\.csv$`));
      const rows = file.text.trimEnd().split('\r\n').slice(1);
      assert.equal(sum(rows.map((row) => micro(row.split(',').at(-1)))), cost);
      assert.equal(rows.length, await page.locator('.spend-table tbody tr').count());
      await assertClean(seen);
      await seen.context.close();
    });

  test('grouping the bars changes nothing else', async () => {
    const seen = await look('#/overview?r=yesterday');
    const { page } = seen;
    const tiles = () => page.locator('.tile .value').allTextContents();
    const before = await tiles();
    for (const by of ['provider', 'feature', 'user', 'key']) {
      await page.locator('.spend').getByRole('button', { name: by, exact: true }).click();
      await page.locator(`.spend [data-key="by:${by}"][aria-pressed="true"]`).waitFor();
      assert.deepEqual(await tiles(), before);
    }
    await assertClean(seen);
    await seen.context.close();
  });

  test('the list of all models adds up, and so does its CSV', async () => {
    const seen = await look('#/overview?r=30d');
    const { page } = seen;
    await page.getByRole('button', { name: 'All models' }).click();
    await page.locator('dialog tfoot').waitFor();
    const rows = await amounts(page.locator('dialog tbody td[title]'));
    const [total] = await amounts(page.locator('dialog tfoot td[title]'));
    assert.equal(sum(rows), total);
    const file = await save(page, page.locator('dialog').getByRole('button', { name: 'CSV' }));
    const [head, ...lines] = file.text.trimEnd().split('\r\n');
    assert.equal(
      head,
      'model,cost_usd,previous_cost_usd,requests,upstream_error,unpriced,' +
        'in,in_cache_read,in_cache_write,out,out_reasoning',
    );
    assert.equal(sum(lines.map((line) => micro(line.split(',').at(-10)))), sum(rows));
    await assertClean(seen);
    await seen.context.close();
  });

  test('single days add up to their range, whatever the zone of the browser', async () => {
    for (const zone of ['Pacific/Kiritimati', 'America/St_Johns']) {
      const seen = await look('#/overview?r=7d', { zone });
      const { page } = seen;
      const days = await amounts(page.locator('.spend-table tbody td:last-child'));
      assert.equal(days.length, 7);
      const box = await page.locator('.bars').boundingBox();
      await page.mouse.click(box.x + 56 + (box.width - 60) / 14, box.y + 150);
      await page.waitForURL(/r=\d/);
      await page
        .locator('#body:not([aria-busy]) > .tiles, #body:not([aria-busy]) > .lone')
        .first()
        .waitFor();
      const cost = await page
        .locator('.tile .value')
        .first()
        .getAttribute('title', { timeout: 5000 })
        .catch(() => '0.000000');
      assert.equal(micro(cost), days[0]);
      await assertClean(seen);
      await seen.context.close();
    }
  });

  /* Of yesterday, which traffic of now doesn't change. */
  test('a row filters, the address says so, Back undoes it', async () => {
    const seen = await look('#/overview?r=yesterday');
    const { page } = seen;
    const row = page.locator('.ranks').first().locator('tbody tr').first();
    const label = await row.locator('bdi').textContent();
    const cost = await row.locator('td[title]').getAttribute('title');
    await row.locator('button').click();
    await page.locator('.chip').waitFor();
    assert.equal(
      new URL(page.url()).hash,
      `#/overview?${new URLSearchParams({ r: 'yesterday', 'f.model': label })}`,
    );
    /* Rows are rounded so that they add up to their total, which may move one by a millionth. */
    await page.waitForFunction(
      (c) => Math.abs(Number(document.querySelector('.tile .value').title) - c) < 0.0000015,
      Number(cost),
    );
    assert.equal(await page.locator('.chip bdi').textContent(), label);
    await page.goBack();
    await page.locator('.chip').waitFor({ state: 'detached' });
    await page.goForward();
    await page.locator('.chip').click();
    await page.locator('.chip').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).hash, '#/overview?r=yesterday');
    await assertClean(seen);
    await seen.context.close();
  });

  test('the address alone makes the view; what it says wrongly is ignored', async () => {
    for (const [hash, range, cmp, by] of [
      ['#/overview?r=30d&cmp=week&by=feature', '30d', 'week', 'feature'],
      ['#/overview?r=24h&cmp=none&by=key', '24h', 'none', 'key'],
      ['#/overview?r=mtd&by=user', 'mtd', 'prev', 'user'],
      ['#/overview?r=2000years&cmp=%00&by=constructor&v=__proto__&zz=1', '7d', 'prev', 'model'],
      ['#/overview?r=2026-02-31..2026-03-01', '7d', 'prev', 'model'],
      ['#/nowhere?%%%', '7d', 'prev', 'model'],
    ]) {
      const seen = await look(hash);
      assert.equal(await seen.page.getByLabel('Period', { exact: true }).inputValue(), range);
      assert.equal(await seen.page.getByLabel('Comparison').inputValue(), cmp);
      assert.equal(
        await seen.page.locator('.spend .choice [aria-pressed="true"]').first().textContent(),
        by,
      );
      await assertClean(seen);
      await seen.context.close();
    }
  });

  test('everything by keyboard', async () => {
    const seen = await look();
    const { page } = seen;
    const settled = () => page.locator('#body:not([aria-busy])').waitFor();
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');

    await page.keyboard.press('t');
    await page.locator('.spend-table').waitFor();
    await page.keyboard.press('t');
    await page.locator('.bars').focus();
    const last = Number(await page.locator('.bars').getAttribute('aria-valuemax'));
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await page.locator('.bars').getAttribute('aria-valuenow'), String(last - 1));
    assert.match(await page.locator('.bars').getAttribute('aria-valuetext'), /\$/);
    await page.locator('.tip').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.tip').waitFor({ state: 'hidden' });

    await page.keyboard.press('r');
    await settled();
    assert.equal(
      await page.evaluate(() => document.activeElement.dataset.key),
      'bars',
      'the focus survives a refresh',
    );

    await page.keyboard.press('y');
    await page.waitForURL(/r=yesterday/);
    await settled();
    await page.keyboard.press('[');
    await page.waitForURL(/r=\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d/);
    await settled();
    await page.keyboard.press('c');
    await page.waitForURL(/cmp=week/);
    await page.keyboard.press('w');
    await page.waitForURL((url) => !url.hash.includes('r='));
    await settled();

    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('dialog').getByRole('button', { name: 'Off' }).click();
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    const address = page.url();
    await page.keyboard.press('d');
    assert.equal(page.url(), address, 'shortcuts are off');
    await assertClean(seen);
    await seen.context.close();
  });

  test('themes: as the system, as chosen, kept, and there before the first paint', async () => {
    const ground = (page) =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const seen = await look('', { theme: 'dark' });
    const { page } = seen;
    const dark = await ground(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Light' }).click();
    const light = await ground(page);
    assert.notEqual(dark, light);
    await page.addInitScript(() => {
      new MutationObserver((_, me) => {
        if (!document.body)
          return;
        window.__first = document.documentElement.dataset.theme;
        me.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await page.reload();
    await page.locator('.tiles').waitFor();
    assert.equal(await page.evaluate(() => window.__first), 'light');
    assert.equal(await ground(page), light);
    await assertClean(seen);
    await seen.context.close();
  });

  test('the gateway goes away and comes back', async () => {
    const seen = await look('', { expected: /ERR_FAILED/ });
    const { page } = seen;
    await page.route('**/api/summary*', (route) => route.abort());
    await page.getByRole('button', { name: /Refresh now/ }).click();
    await page.locator('#notice .banner').waitFor();
    assert.equal(await page.locator('.tile').count(), 5, 'the old figures stay');
    assert.match(await page.locator('#fresh').textContent(), /stale/);
    await assertAccessible(page);
    await page.unroute('**/api/summary*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('#notice .banner').waitFor({ state: 'detached' });
    await assertClean(seen);
    await seen.context.close();
  });

  test('prints light, with the table unrolled and without controls', async () => {
    const seen = await look('', { theme: 'dark' });
    const { page } = seen;
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('.spend-table').isVisible(), true);
    assert.equal(await page.locator('.bars').isVisible(), true);
    assert.equal(await page.locator('.tools').isVisible(), false);
    assert.equal(await page.locator('.controls').isVisible(), false);
    assert.match(await page.locator('.print-only').textContent(), /^http/);
    assert.equal(
      await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme),
      'light',
    );
    await seen.context.close();
  });

  test('the policy holds: no markup from text, nothing inline or foreign, no frame', async () => {
    const heads = new Map();
    const seen = await look('', {
      expected: /Content Security Policy|TrustedHTML/,
      before: (page) => {
        page.on('response', (r) => heads.set(new URL(r.url()).pathname, r.headers()));
      },
    });
    const { page } = seen;
    const refused = await page.evaluate(() => {
      const refuses = (act) => {
        try {
          act();
          return false;
        } catch (cause) {
          return cause instanceof TypeError;
        }
      };
      const div = document.createElement('div');
      return [
        refuses(() => {
          div.innerHTML = '<b>x</b>';
        }),
        refuses(() => document.body.insertAdjacentHTML('beforeend', '<b>x</b>')),
        refuses(() => {
          document.createElement('script').text = '1';
        }),
      ];
    });
    assert.deepEqual(refused, [true, true, true]);
    await page.evaluate(() => {
      document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:1/x.png' }));
      const styled = document.createElement('p');
      styled.setAttribute('style', 'color: red');
      document.body.append(styled);
    });
    await page.waitForFunction(() =>
      ['img-src', 'style-src'].every((directive) =>
        window.__violations.some((violation) => violation.startsWith(directive)),
      ),
    );
    for (const [path, head] of heads)
      assert.equal(head['x-content-type-options'], 'nosniff', path);
    assert.match(
      heads.get(new URL(base).pathname)['content-security-policy'],
      /frame-ancestors 'none'/,
    );
    await seen.context.close();
  });

  test('weight of a first visit, and of a refresh', async () => {
    let bytes = 0;
    let compressed = false;
    const asked = [];
    const seen = await look('', {
      before: async (page) => {
        const cdp = await page.context().newCDPSession(page);
        await cdp.send('Network.enable');
        cdp.on('Network.responseReceived', ({ response }) => {
          compressed ||=
            'content-encoding' in response.headers || 'Content-Encoding' in response.headers;
        });
        cdp.on('Network.loadingFinished', (e) => {
          bytes += e.encodedDataLength;
        });
        page.on('request', (r) => asked.push(new URL(r.url()).pathname));
      },
    });
    await seen.page.waitForLoadState('networkidle');
    assert.ok(asked.length <= 12, asked.join(' '));
    assert.ok(asked.filter((p) => p.includes('/api/')).length <= 2, asked.join(' '));
    const most = compressed ? 60 : 150;
    assert.ok(bytes <= most * 1024, `${bytes} bytes in all`);
    asked.length = 0;
    await seen.page.keyboard.press('r');
    await seen.page.locator('#body:not([aria-busy])').waitFor();
    assert.ok(asked.length <= 1, asked.join(' '));
    await seen.context.close();
  });
});
