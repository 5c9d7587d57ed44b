/*
 * Serves www/ under the strict policy, with invented answers, for developing and testing the page.
 *
 *   node fixture.mjs [port]     then open /demo/ui/, /incident/ui/ … (SCENARIOS below)
 *
 * The first part of the path chooses the scenario, so the page also runs below a path.
 */
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { NOW, TZ, makeCells, summary, series, top, providersNow, range } from './history.mjs';

const WWW =
  process.env.SWITCHYARD_WWW ??
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../www');
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const SECURITY = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Names that want to be more than names, and what a spreadsheet would run. */
export const HOSTILE = [
  '<img src=x onerror=window.__x=1>',
  '"><svg/onload=window.__x=1>',
  '</title><script>window.__x=1</script>',
  'javascript:window.__x=1',
  "{{constructor.constructor('window.__x=1')()}}",
  '${window.__x=1}',
  '__proto__',
  'constructor',
  'toString',
  '=HYPERLINK("http://e.invalid","x")',
  '@SUM(1)',
  '../../etc/passwd',
  'a/b?c#d%2e%2e',
  'left\u202Ethgir',
  'a\u200d\u200d\u200db',
  'W'.repeat(10240),
  'half\ud800',
  'nul\u0000and\nline',
  '&lt;b&gt;',
  '',
];

/* Every name becomes a hostile one, differently in each dimension. */
function hostileNames() {
  const given = new Map();
  return (dim, x) => {
    const key = `${dim} ${x}`;
    if (!given.has(key)) {
      const shift = dim.length;
      const n = [...given.keys()].filter((k) => k.startsWith(`${dim} `)).length;
      given.set(key, HOSTILE[(n + shift) % HOSTILE.length]);
    }
    return given.get(key);
  };
}

const OUTAGE = [
  {
    kind: 'circuit_open',
    provider: 'azure-eu',
    since: NOW - 720,
    moved: 318,
    moved_to: 'openai',
    failed: 4,
  },
  {
    kind: 'budget',
    scope: 'feature',
    label: 'support-bot',
    used_uusd: 46100000,
    limit_uusd: 50000000,
  },
  { kind: 'unpriced', requests: 12 },
  { kind: 'store_full', used_pct: 84 },
  { kind: 'config_not_applied' },
];

function scenario({
  rename,
  outage = false,
  banners = [],
  locked = false,
  never = false,
  until = NOW,
}) {
  let cells = null;
  return {
    locked,
    never,
    banners,
    providers: providersNow({ rename, outage }),
    get cells() {
      cells ??= makeCells({ rename, until });
      return cells;
    },
  };
}

function hostileScenario() {
  const rename = hostileNames();
  const evil = (i) => HOSTILE[i];
  return scenario({
    rename,
    outage: true,
    banners: [
      {
        kind: 'circuit_open',
        provider: evil(0),
        since: NOW - 720,
        moved: 318,
        moved_to: evil(2),
        failed: 4,
      },
      {
        kind: 'budget',
        scope: evil(1),
        label: evil(13),
        used_uusd: 46100000,
        limit_uusd: 50000000,
      },
    ],
  });
}

const SCENARIOS = new Map([
  ['demo', scenario({})],
  ['incident', scenario({ outage: true, banners: OUTAGE })],
  ['never', scenario({ never: true })],
  ['quiet', scenario({ until: NOW - 20 * 86400 })],
  ['hostile', hostileScenario()],
  ['locked', scenario({ locked: true })],
]);

const SESSION = {
  user: 'admin',
  role: 'admin',
  expires: NOW + 43200,
  csrf: 'test-csrf-0123456789',
};
const COOKIE = 'switchyard-test=in';

class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    Object.assign(this, { status, code, headers });
  }
}

/* ---- the answers ---- */

function meta({ locked, never }, signedIn) {
  const signIn = locked ? ['link', 'password'] : ['link'];
  if (!signedIn)
    return { v: 1, data: { sign_in: signIn, session: null } };
  return {
    v: 1,
    as_of: NOW,
    seq: 88412,
    tz: TZ,
    data: {
      sign_in: signIn,
      session: SESSION,
      version: '0.1.0',
      generation: 12,
      currency: 'USD',
      demo: false,
      dims: ['model', 'provider', 'route', 'feature', 'user', 'key'],
      first_day: never ? null : NOW - 8640000,
      last_request: never ? null : NOW - 2,
      base_url: 'http://127.0.0.1:8080/v1',
      routes: ['smart', 'cheap'],
    },
  };
}

function neverSummary(one) {
  return {
    v: 1,
    as_of: NOW,
    seq: 0,
    tz: TZ,
    from: NOW - 604800,
    to: NOW,
    step: 'day',
    cmp: null,
    partial: false,
    cost_ms: 0.1,
    data: {
      never: true,
      last_request: null,
      in_flight: 0,
      providers: {
        ...one.providers,
        list: one.providers.list
          .slice(0, 2)
          .map((p) => ({ ...p, attempts: 0, strip: null, ttft_p50_ms: null })),
      },
    },
  };
}

function checked(query) {
  if (!range(query.get('r') ?? '7d'))
    throw new Refusal(400, 'bad_param', 'r: no such period.');
  return query;
}

const GET = new Map([
  [
    'summary',
    (one, query) => {
      if (one.never)
        return neverSummary(one);
      const answer = summary(one.cells, checked(query), one);
      answer.data.last_request = one.cells.at(-1).t;
      return answer;
    },
  ],
  ['series', (one, query) => series(one.cells, checked(query))],
  ['top', (one, query) => top(one.cells, checked(query))],
  ['providers', (one) => ({ v: 1, as_of: NOW, seq: 88412, tz: TZ, data: one.providers })],
]);

/* Codes work once, as the real ones; any that starts with GOOD is one. */
const used = new Set();

function signIn(credentials) {
  const { code, user, password } = credentials;
  const good = code
    ? /^GOOD/.test(code) && !used.has(code)
    : user === 'admin' && password === 'demo-password';
  if (code === 'SLOW-DOWN')
    throw new Refusal(429, 'busy', 'Too many tries.', { 'Retry-After': '90' });
  if (!good)
    throw new Refusal(401, 'not_signed_in', 'That did not work.');
  used.add(code);
  return { v: 1, data: { session: SESSION } };
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request)
    text += chunk;
  return JSON.parse(text);
}

async function answerOf(request, one, what, query) {
  const signedIn = !one.locked || (request.headers.cookie ?? '').includes(COOKIE);
  if (what === 'meta')
    return [meta(one, signedIn), {}];
  if (what === 'session' && request.method === 'POST') {
    if (request.headers['content-type'] !== 'application/json')
      throw new Refusal(403, 'forbidden', 'Content-Type must be application/json.');
    return [
      signIn(await bodyOf(request)),
      { 'Set-Cookie': `${COOKIE}; HttpOnly; SameSite=Strict; Path=/` },
    ];
  }
  if (!signedIn)
    throw new Refusal(401, 'not_signed_in', 'Sign in first.');
  if (what === 'session' && request.method === 'DELETE') {
    if (request.headers['x-csrf'] !== SESSION.csrf)
      throw new Refusal(403, 'forbidden', 'X-CSRF is missing.');
    return [null, { 'Set-Cookie': `${COOKIE}; Max-Age=0; Path=/` }];
  }
  if (!GET.has(what))
    throw new Refusal(404, 'not_found', 'No such question.');
  return [GET.get(what)(one, query), {}];
}

/* ---- the server ---- */

function send(request, response, status, headers, content) {
  const etag = `W/"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const all = {
    ...SECURITY,
    ETag: etag,
    Date: new Date((NOW + 1) * 1000).toUTCString(),
    ...headers,
  };
  if (status === 200 && request.headers['if-none-match'] === etag) {
    response.writeHead(304, all).end();
    return;
  }
  const small = /gzip/.test(request.headers['accept-encoding'] ?? '') && content.length > 400;
  if (small)
    all['Content-Encoding'] = 'gzip';
  response.writeHead(status, all).end(small ? gzipSync(content, { level: 9 }) : content);
}

async function api(request, response, one, what, query) {
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'private, no-cache',
    Vary: 'Cookie',
  };
  try {
    const [answer, extra] = await answerOf(request, one, what, query);
    if (answer === null)
      response.writeHead(204, { ...SECURITY, ...extra }).end();
    else
      send(
        request,
        response,
        200,
        { ...headers, 'X-Switchyard-As-Of': String(NOW), ...extra },
        JSON.stringify(answer),
      );
  } catch (cause) {
    if (!(cause instanceof Refusal))
      throw cause;
    send(
      request,
      response,
      cause.status,
      { ...headers, ...cause.headers },
      JSON.stringify({
        v: 1,
        error: { code: cause.code, message: cause.message, request_id: 'req_test_1' },
      }),
    );
  }
}

async function handle(request, response) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const [, first, ui, ...rest] = url.pathname.split('/');
  const one = SCENARIOS.get(first);
  if (!one || ui !== 'ui' || rest.includes('..'))
    return void response.writeHead(404, SECURITY).end();
  if (rest[0] === 'api')
    return api(request, response, one, rest.slice(1).join('/'), url.searchParams);
  const file = path.join(WWW, rest.join('/') || 'index.html');
  const content = await readFile(file).catch(() => null);
  if (!content || !TYPES[path.extname(file)])
    return void response.writeHead(404, SECURITY).end();
  return send(
    request,
    response,
    200,
    { 'Content-Type': TYPES[path.extname(file)], 'Cache-Control': 'no-cache' },
    content,
  );
}

/** Listens on the loopback; resolves to { origin, close }. */
export function serve(port = 0) {
  const server = createServer((request, response) =>
    handle(request, response).catch((cause) => {
      console.error(cause);
      response.destroy();
    }),
  );
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () =>
      resolve({
        origin: `http://127.0.0.1:${server.address().port}`,
        close: () =>
          new Promise((done) => {
            server.close(done);
            server.closeAllConnections();
          }),
      }),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await serve(Number(process.argv[2] ?? 0));
  console.log([...SCENARIOS.keys()].map((name) => `${origin}/${name}/ui/`).join('\n'));
}
