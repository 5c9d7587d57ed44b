#!/bin/sh
# browser.sh - the dashboard in a headless Chromium.
#
# The Overview is shown by a real gateway: that of SWITCHYARD_UI_URL (its ui/ address) and
# SWITCHYARD_UI_CODE (a one-time code), or a demo of its own where it is built and lighttpd
# is there.  Rare states and hostile names come from a fixture.  Works on a copy in the build
# folder, where npm puts what the cases need.

set -u
top=$(cd "${srcdir:-.}" && pwd)
build=$(pwd)
run=$build/tests/browser-run
demo=

skip() {
	echo "browser.sh: skipped: $1"
	exit 77
}

end() {
	[ -z "$demo" ] || { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; rm -rf "$demo"; }
}
trap end EXIT
trap 'exit 1' HUP INT TERM

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

# Prints its address once it is up; the last line of what it said where it isn't.
start_demo() {
	demo=$(mktemp -d) || exit 1
	"$build/switchyard" demo --dir "$demo/demo" --port $((20000 + $$ % 20000)) --days 14 \
		--no-traffic >"$demo/out" 2>&1 &
	pid=$!
	for _ in $(seq 300); do
		address=$(grep -o 'http://[^ ]*/ui/#code=[^ ]*' "$demo/out") && return
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.2
	done
	cat "$demo/out"
	echo "browser.sh: the demo does not start"
	exit 1
}

if [ -z "${SWITCHYARD_UI_URL:-}" ] && [ -x "$build/switchyard" ] && command -v lighttpd >/dev/null; then
	start_demo
	SWITCHYARD_UI_URL=${address%#*}
	SWITCHYARD_UI_CODE=${address#*code=}
	export SWITCHYARD_UI_URL SWITCHYARD_UI_CODE
fi

SWITCHYARD_WWW=$top/www SWITCHYARD_CHROMIUM=$chromium node --test ./*.test.mjs
