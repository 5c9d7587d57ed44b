#!/bin/sh
# browser.sh - the dashboard in a headless Chromium, against the fixture.
#
# SWITCHYARD_UI_URL and SWITCHYARD_UI_CODE (the ui/ address of a running gateway and a
# one-time code) let the Overview's cases run against that gateway too.  Works on a copy in
# the build folder, where npm puts what the cases need.

set -u
top=$(cd "${srcdir:-.}" && pwd)
run=$(pwd)/tests/browser-run

skip() {
	echo "browser.sh: skipped: $1"
	exit 77
}

for chromium in "${SWITCHYARD_CHROMIUM:-}" chromium google-chrome; do
	chromium=$(command -v "$chromium") && break
done
[ -n "$chromium" ] || skip "no chromium"
command -v npm >/dev/null || skip "no npm"
new_enough='const [a, b] = process.versions.node.split(".").map(Number);
	process.exit(a > 18 || (a === 18 && b >= 17) ? 0 : 1)'
node -e "$new_enough" 2>/dev/null || skip "no node, or one before 18.17"

mkdir -p "$run"
cp "$top"/tests/browser/*.mjs "$top"/tests/browser/*.json "$top"/tests/browser/.npmrc "$run" || exit 1
cd "$run" || exit 1
if ! cmp -s package-lock.json node_modules/.from; then
	npm ci >npm.out 2>&1 || {
		cat npm.out
		[ -n "${CI:-}" ] && exit 1
		skip "npm could not install what the cases need"
	}
	cp package-lock.json node_modules/.from
fi

SWITCHYARD_WWW=$top/www SWITCHYARD_CHROMIUM=$chromium node --test ./*.test.mjs
