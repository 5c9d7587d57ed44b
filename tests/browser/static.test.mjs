/*
 * What can be said of the files without a browser.
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const WWW =
  process.env.SWITCHYARD_WWW ??
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../www');
const files = (await readdir(WWW, { recursive: true })).filter(
  (f) => /\.(js|css|html|svg)$/.test(f) && !f.startsWith('vendor'),
);
const read = (file) => readFile(path.join(WWW, file), 'utf8');
const scripts = files.filter((f) => f.endsWith('.js'));

test('no way from text to markup or code', async () => {
  const sinks = 'innerHTML|outerHTML|insertAdjacentHTML|document\\.write|srcdoc|DOMParser';
  const code = '\\beval\\b|new Function|setTimeout\\([\'"`]';
  const handlers = '\\.on(click|load|error|key\\w+|pointer\\w+|submit|change|input|focus)\\s*=';
  const banned = new RegExp(`${sinks}|${code}|${handlers}`);
  for (const file of scripts)
    assert.equal(banned.exec(await read(file))?.[0], undefined, file);
});

test('nothing inline in the page', async () => {
  const page = await read('index.html');
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:/);
});

test('no address of another host', async () => {
  for (const file of files)
    assert.doesNotMatch(
      (await read(file)).replaceAll('http://www.w3.org/2000/svg', ''),
      /https?:\/\/(?!\$)/,
      file,
    );
});

test('only relative addresses, so that the page works below any path', async () => {
  assert.doesNotMatch(await read('index.html'), /(src|href)="\//);
  for (const file of scripts)
    assert.ok(!/^import .* from '(?!\.\/)|import\('(?!\.\/)/m.test(await read(file)), file);
});

test('all sentences are in strings.js', async () => {
  for (const file of scripts.filter((f) => !/strings\.js$/.test(f))) {
    const code = (await read(file)).replace(/\/\*[\s\S]*?\*\//g, '');
    for (const [, literal] of code.matchAll(/'([^'\\\n]*)'/g))
      assert.doesNotMatch(literal, /^[A-Z][a-z]+ [a-z]+ [a-z]+/, `${file}: ${literal}`);
  }
});

test('every word is used', async () => {
  const { words } = await import(
    `data:text/javascript,${encodeURIComponent(await read('js/strings.js'))}`
  );
  const code = (await Promise.all(scripts.map(read))).join('\n');
  for (const key of Object.keys(words))
    assert.ok(new RegExp(`words\\.${key}\\b`).test(code), key);
});

test('every installed file is in local.mk, and every file is installed', async () => {
  const listed = [...(await read('local.mk')).matchAll(/www\/(\S+\.(?:js|css|html|svg))/g)]
    .map(([, f]) => f)
    .sort();
  assert.deepEqual(listed, files.sort());
});

test('weight, compressed: what a first visit needs', async () => {
  const first = [
    'theme.js',
    ...['app', 'overview', 'charts', 'format', 'dom', 'strings'].map((m) => `js/${m}.js`),
  ];
  const size = async (list) =>
    (await Promise.all(list.map(read))).reduce(
      (n, text) => n + gzipSync(text, { level: 9 }).length,
      0,
    );
  assert.ok((await size(first)) <= 30 * 1024, `${await size(first)} bytes of script`);
  assert.ok((await size(['switchyard.css'])) <= 8 * 1024);
  const plain = (
    await Promise.all([...first, 'switchyard.css', 'index.html', 'favicon.svg'].map(read))
  ).join('').length;
  assert.ok(plain <= 150 * 1024, `${plain} bytes uncompressed`);
});
