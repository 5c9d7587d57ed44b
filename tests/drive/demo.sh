#!/bin/sh
# demo.sh - the demo as a newcomer meets it: starts it, copies the line that it prints, signs in
# at the dashboard, looks at the ledger, and stops it.
set -u

cli=$PWD/switchyard
for program in lighttpd curl jq; do
	PATH=$PATH:/usr/sbin command -v $program >/dev/null || {
		echo "skipped: $program is not installed"
		exit 77
	}
done
work=$(mktemp -d) || exit 1
demo=
trap '[ -z "$demo" ] || { kill "$demo"; wait "$demo"; } 2>/dev/null; rm -rf "$work"' EXIT
unset SWITCHYARD_ROOT SWITCHYARD_DATADIR
passed=0
failed=0

check() { # NAME CONDITION...
	name=$1
	shift
	if "$@" >/dev/null 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
	fi
}

# soon CONDITION...: within ten seconds; what a request leaves is folded once a second.
soon() {
	for _ in $(seq 100); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

stop_demo() {
	kill -INT "$demo"
	wait "$demo"
	code=$?
	demo=
}

# --- It starts, and says how to go on. ------------------------------------------------------
"$cli" demo --dir "$work/demo" --days 2 --no-traffic >"$work/out" 2>&1 &
demo=$!
if ! soon grep -q 'Ctrl-C' "$work/out"; then
	cat "$work/out" "$work"/demo/var/log/*.log
	echo "0 passed, 1 failed"
	exit 1
fi
url=$(sed -n 's|.*Dashboard: *\(http[^#]*\)/ui/#code=.*|\1|p' "$work/out")
code=$(sed -n 's|.*#code=\([^ ]*\).*|\1|p' "$work/out")
sed -n '/Try it:/,/-d /p' "$work/out" | sed 's/.*Try it: *//' >"$work/try.sh"

# --- The line to copy. ----------------------------------------------------------------------
sh "$work/try.sh" >"$work/answer"
check "the printed line gets an answer" \
    jq -e '.choices[0].message.content | length > 0' "$work/answer"

# ask JSON [CURL-OPTION...]
ask() {
	body=$1
	shift
	curl -sS -m 30 "$@" -H 'Authorization: Bearer sy_demo' -H 'Content-Type: application/json' \
	    -d "$body" "$url/v1/chat/completions"
}

hello='"messages":[{"role":"user","content":"one two three"}]'
ask '{"model":"sim-fast:small",'"$hello"'}' -D "$work/head" >"$work/answer"
check "asked directly, it echoes" \
    jq -e '.choices[0].message.content == "one two three"' "$work/answer"
id=$(sed -n 's/^x-request-id: *\([^\r]*\).*/\1/Ip' "$work/head")
ask '{"model":"smart","stream":true,'"$hello"'}' -N >"$work/stream"
check "another dialect, streamed, has its end" grep -q '^data: \[DONE\]' "$work/stream"
check "a stranger is refused" test "$(curl -s -o /dev/null -w '%{http_code}' \
    "$url/v1/models")" = 401
check "an unknown model is told as such" test "$(ask '{"model":"nope",'"$hello"'}' |
    jq -r .error.code)" = model_not_found
check "healthz" test "$(curl -s "$url/healthz")" = ok
check "readyz" test "$(curl -s -o /dev/null -w '%{http_code}' "$url/readyz")" = 200

# --- The ledger, by the command line. -------------------------------------------------------
root="--root $work/demo"
check "the request is in the ledger" soon "$cli" $root request "$id"
"$cli" $root request "$id" --json >"$work/request"
check "with its target" jq -e '.attempts[0].target | startswith("sim-fast:")' "$work/request"
check "history is there" test "$("$cli" $root spend --range 7d --json |
    jq '[.groups[].requests] | add > 100')" = true
check "the store agrees with itself" "$cli" $root store verify
check "doctor finds nothing" "$cli" $root doctor
check "chat needs no server" test "$("$cli" $root chat -m sim-fast:small 'four five')" = "four five"
check "chat at a URL" test "$("$cli" $root chat --url "$url" -m sim-fast:small seven)" = seven
check "chat elsewhere needs nothing here" test "$("$cli" chat --url "$url/v1/" -k sy_demo \
    -m sim-fast:small eight)" = eight
"$cli" chat --url http://127.0.0.1:1 -k sy_demo -m x nine >"$work/none" 2>&1
check "nobody there: a network failure" test $? = 5
check "chat tells an error" test "$("$cli" $root chat -m nope hello 2>&1; echo $?)" != 0
check "chat from standard input" test "$(echo six | "$cli" $root chat -m sim-fast:small -)" = six

# --- The dashboard. -------------------------------------------------------------------------
check "the page" test "$(curl -s -o /dev/null -w '%{http_code} %{content_type}' "$url/ui/")" = \
    "200 text/html; charset=utf-8"
check "no figures for strangers" test "$(curl -s -o /dev/null -w '%{http_code}' \
    "$url/ui/api/summary")" = 401
sign_in() {
	curl -s -o /dev/null -w '%{http_code}' -c "$work/jar" -H 'Content-Type: application/json' \
	    -d "{\"code\":\"$code\"}" "$url/ui/api/session"
}
check "the code signs in" test "$(sign_in)" = 200
check "once" test "$(sign_in)" = 401
code=$("$cli" $root ui link --json | jq -r .code)
check "another one from the command line" test "$(sign_in)" = 200
api=$(curl -s -b "$work/jar" "$url/ui/api/summary?r=yesterday&cmp=none" |
    jq '.data.now | [.requests, .cost_uusd]' -c)
ctl=$("$cli" $root spend -r yesterday --cmp none --json |
    jq '[.requests, .cost_uusd]' -c)
check "page and command line have the same figures" test "$api" = "$ctl"

# --- It ends, and all of it; and starts again with what is there. ---------------------------
stop_demo
check "Ctrl-C is the way out" test "$code" = 0
check "the server is gone" test "$(curl -s -o /dev/null -w '%{http_code}' "$url/healthz")" = 000
"$cli" demo --dir "$work/demo" --once >"$work/once" 2>&1
check "--once answers without a server" grep -q 'Hello' "$work/once"
check "and lists the history it had" grep -q 'requests in the ledger' "$work/once"

[ $failed -eq 0 ] || { cat "$work/out"; tail -n 5 "$work"/demo/var/log/*.log; }
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
