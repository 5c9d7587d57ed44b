/*
 * Everything but the ordinary: nothing yet, nothing here, slow, failing, hostile.
 */
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { serve, HOSTILE } from './fixture.mjs';
import { launch, visit, assertClean, assertAccessible, assertFits, save } from './browser.mjs';

const fixture = await serve();
const browser = await launch();
after(async () => {
  await browser.close();
  await fixture.close();
});

const at = (scenario, hash = '', options = {}) =>
  visit(browser, `${fixture.origin}/${scenario}/ui/${hash}`, options);
const summary = '**/api/summary*';

function refuse(status, error) {
  return (route) =>
    route.fulfill({
      status,
      contentType: 'application/json',
      body: JSON.stringify({ v: 1, error }),
    });
}

async function eachTheme(scenario, hash, check, options = {}) {
  for (const [theme, width] of [
    ['light', 1280],
    ['dark', 390],
  ]) {
    const seen = await at(scenario, hash, { theme, width, ...options });
    await check(seen.page);
    await assertFits(seen.page);
    await assertAccessible(seen.page);
    await assertClean(seen);
    await seen.context.close();
  }
}

describe('empty', () => {
  test('never used: the line to try, ready to copy', () =>
    eachTheme('never', '', async (page) => {
      assert.match(await page.locator('h2').first().textContent(), /first request/);
      const lines = await page.locator('.command code').allTextContents();
      assert.ok(
        lines.some((line) => line.startsWith('curl http://127.0.0.1:8080/v1/chat/completions')),
        lines.join('\n'),
      );
      const body = /-d '([\s\S]*)'$/.exec(lines.find((line) => line.startsWith('curl')))[1];
      assert.equal(JSON.parse(body).model, 'smart');
    }));

  test('the first request fills the page by itself', async () => {
    let used = false;
    const seen = await at('never', '', {
      before: async (page) => {
        await page.clock.install();
        await page.route(summary, async (route) =>
          used
            ? route.fulfill({
                response: await route.fetch({
                  url: route.request().url().replace('/never/', '/demo/'),
                }),
              })
            : route.continue(),
        );
      },
    });
    used = true;
    await seen.page.clock.runFor(61000);
    await seen.page.locator('.tiles').waitFor();
    await assertClean(seen);
    await seen.context.close();
  });

  test('nothing in this period: where the newest is, and the way there', () =>
    eachTheme('quiet', '', async (page) => {
      assert.match(await page.locator('h2').first().textContent(), /No requests in this period/);
      assert.match(await page.locator('.lone').first().textContent(), /Dec 25, 2025/);
      await page.getByRole('button', { name: 'Show that day' }).click();
      await page.locator('.tiles').waitFor();
      assert.match(page.url(), /r=2025-12-25\.\.2025-12-25/);
    }));

  test('filters exclude everything: the way back', () =>
    eachTheme('demo', '#/overview?f.model=gpt-5&f.provider=mistral', async (page) => {
      assert.match(await page.locator('h2').first().textContent(), /match these filters/);
      await page.getByRole('button', { name: 'Remove the last filter' }).click();
      await page.locator('.tiles').waitFor();
      assert.equal(await page.locator('.chip').count(), 1);
    }));
});

describe('trouble', () => {
  test('an outage: banners, verdict, states in words', () =>
    eachTheme('incident', '', async (page) => {
      assert.equal(await page.locator('section.banners > .banner').count(), 3);
      assert.match(
        await page.locator('.banner').first().textContent(),
        /azure-eu has been out of use since 13:51 \(12 min\)/,
      );
      assert.match(await page.locator('.verdict').textContent(), /attention/);
      assert.match(await page.locator('.provider.bad').textContent(), /out of use for 12 min/);
      await page.locator('summary').click();
      assert.equal(await page.locator('.banner').count(), 5);
    }));

  test('the API is down from the start: said so, tried again by itself', async () => {
    let down = true;
    const seen = await at('demo', '', {
      expected: /ERR_/,
      before: async (page) => {
        await page.clock.install();
        await page.route('**/api/**', (route) => (down ? route.abort() : route.continue()));
      },
    });
    await seen.page.getByRole('heading', { name: 'The gateway does not answer' }).waitFor();
    await assertAccessible(seen.page);
    down = false;
    await seen.page.clock.runFor(3000);
    await seen.page.locator('.tiles').waitFor();
    await assertClean(seen);
    await seen.context.close();
  });

  for (const [status, error, words] of [
    [
      500,
      { code: 'http_500', message: 'It broke.', request_id: 'req_7' },
      ['It broke.', 'http_500', 'req_7', 'Try again'],
    ],
    [
      503,
      { code: 'store_unavailable', message: 'The store is locked.' },
      ['The store is locked.', 'store_unavailable', 'Try again'],
    ],
    [
      400,
      { code: 'range_too_fine', message: 'Minutes are kept for 48 hours.', hint: 'Use step=hour.' },
      ['48 hours. Use', 'Back to the last 7 days'],
    ],
    [403, { code: 'forbidden', message: 'No.' }, ['not for this account']],
    [404, '<html>not ours</html>', ['http_404']],
  ])
    test(`status ${status} in plain words`, async () => {
      const seen = await at('demo', '', {
        expected: /status of \d/,
        before: (page) => page.route(summary, refuse(status, error)),
      });
      const shown = await seen.page.locator('.lone').textContent();
      for (const word of words)
        assert.ok(shown.includes(word), `${word} in ${shown}`);
      await assertAccessible(seen.page);
      await assertClean(seen);
      await seen.context.close();
    });

  test('answers that are no answers', async () => {
    for (const body of [
      '',
      'null',
      '[]',
      '{"v":2}',
      '{"v":1,"data":{}}',
      '<html>',
      '{"v":1,"data":{"now":{"requests":1}}}',
    ]) {
      const seen = await at('demo', '', {
        wait: '.lone',
        expected: /./,
        before: (page) =>
          page.route(summary, (route) =>
            route.fulfill({ status: 200, contentType: 'application/json', body }),
          ),
      });
      assert.match(
        await seen.page.locator('.lone').textContent(),
        /could not answer|not what the dashboard expects|No requests/,
      );
      assert.equal(await seen.page.locator('h1').textContent(), 'Overview');
      await seen.context.close();
    }
  });

  test('slow: bones, then a word; then the figures', async () => {
    let go;
    const gate = new Promise((resolve) => {
      go = resolve;
    });
    const seen = await at('demo', '', {
      wait: '.bones',
      before: async (page) => {
        await page.clock.install();
        await page.route(summary, (route) => gate.then(() => route.continue()));
        await page.exposeFunction('tick', () => {});
        page.on('domcontentloaded', () => page.clock.runFor(400));
      },
    });
    await seen.page.clock.runFor(4000);
    assert.match(await seen.page.locator('#wait').textContent(), /Still waiting/);
    await assertAccessible(seen.page);
    go();
    await seen.page.locator('.tiles .value').first().waitFor();
    assert.equal(await seen.page.locator('#wait').textContent(), '');
    await assertClean(seen);
    await seen.context.close();
  });

  test('figures that lag behind say so', async () => {
    const seen = await at('demo', '', {
      before: (page) =>
        page.route(summary, async (route) => {
          const response = await route.fetch();
          const headers = {
            ...response.headers(),
            'x-switchyard-as-of': String(Date.parse(response.headers().date) / 1000 - 300),
          };
          await route.fulfill({ response, headers });
        }),
    });
    assert.match(await seen.page.locator('.banner').textContent(), /5 min old/);
    await assertAccessible(seen.page);
    await seen.context.close();
  });

  test('a hidden page asks nothing', async () => {
    let asked = 0;
    const seen = await at('demo', '', {
      before: async (page) => {
        await page.clock.install();
        page.on('request', (r) => {
          asked += r.url().includes('/summary') ? 1 : 0;
        });
      },
    });
    await seen.page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    const before = asked;
    await seen.page.clock.runFor(300000);
    assert.equal(asked, before);
    await seen.page.evaluate(() => {
      delete document.hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await seen.page.clock.runFor(61000);
    await seen.page.waitForFunction(() => document.querySelector('#body:not([aria-busy])'));
    assert.ok(asked > before);
    await seen.context.close();
  });
});

describe('hostile names', () => {
  /* What a name may look like: as typed, but for what can't be seen, and cut at 200 bytes. */
  const shown = (raw) => {
    if (raw === '')
      return '(none)';
    if (raw.length > 200)
      return `${raw.slice(0, 200)}…`;
    return raw.replace(
      /[\u0000-\u001f\u200b-\u200f\u202a-\u202e\ud800-\udfff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  };
  const allowed = new Set(HOSTILE.map(shown));

  for (const by of ['model', 'provider', 'feature', 'user', 'key'])
    test(`by ${by}: shown as typed, nothing runs, nothing is reported`, async () => {
      for (const view of ['chart', 'table']) {
        const seen = await at('hostile', `#/overview?r=30d&by=${by}&v=${view}`);
        const { page } = seen;
        const names = await page.locator('bdi.name').allTextContents();
        assert.ok(names.length > 20);
        for (const name of names)
          assert.ok(allowed.has(name), JSON.stringify(name));
        if (view === 'chart') {
          await page.locator('.bars').hover();
          await page.locator('.tip').waitFor();
        }
        assert.deepEqual(
          await page
            .locator(
              'main img, main script, main iframe, main svg [onload], main a[href^="javascript"]',
            )
            .all(),
          [],
        );
        await assertFits(page);
        await assertAccessible(page);
        await assertClean(seen);
        await seen.context.close();
      }
    });

  test('as filters: in the address, back from it, and out again', async () => {
    const seen = await at('hostile');
    const { page } = seen;
    for (let i = 0; i < 3; i++) {
      await page.locator('#body:not([aria-busy])').waitFor();
      const button = page.locator('.ranks').nth(i).locator('.rank-name').nth(i);
      await button.click();
      await page.waitForFunction((n) => document.querySelectorAll('.chip').length === n, i + 1);
    }
    const chips = await page.locator('.chip bdi').allTextContents();
    await page.reload();
    await page.locator('.tiles, .lone').first().waitFor();
    assert.deepEqual(await page.locator('.chip bdi').allTextContents(), chips);
    await assertFits(page);
    await assertAccessible(page);
    await assertClean(seen);
    await seen.context.close();
  });

  test('in files: no cell that a spreadsheet would run', async () => {
    const seen = await at('hostile', '#/overview?r=30d');
    const { page } = seen;
    for (const dim of ['models', 'features', 'users']) {
      await page.getByRole('button', { name: `All ${dim}` }).click();
      await page.locator('dialog tfoot').waitFor();
      const csv = page.locator('dialog').getByRole('button', { name: 'CSV' });
      const { text } = await save(page, csv);
      assert.ok(!/(^|[,\r\n])"?[=+@\t]/.test(text), text.slice(0, 300));
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
    await assertClean(seen);
    await seen.context.close();
  });

  test('in errors', async () => {
    for (const raw of HOSTILE.filter((name) => name.length < 200)) {
      const seen = await at('demo', '', {
        expected: /status of \d/,
        before: (page) =>
          page.route(summary, refuse(500, { code: raw, message: raw, hint: raw, request_id: raw })),
      });
      assert.deepEqual(await seen.page.locator('main img, main script').all(), []);
      await assertClean(seen);
      await seen.context.close();
    }
  });
});
