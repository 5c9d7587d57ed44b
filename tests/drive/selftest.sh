#!/bin/sh
# selftest.sh - every pairing of dialects is in the matrix and brings answers through, with the
# recordings that are packaged and with real ones; the page is what the program says.
set -u

here=$(cd "${srcdir:-.}" && pwd)
cli=$PWD/switchyard
data=${SWITCHYARD_DATA:-$here/../shared/data}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset SWITCHYARD_ROOT SWITCHYARD_DATA
export SWITCHYARD_DATADIR="$here/etc" LC_ALL=C.UTF-8 HOME="$work"
passed=0
failed=0

command -v jq >/dev/null || {
	echo "skipped: jq is not installed"
	exit 77
}

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
		sed 's/^/    /' "$work/out" | head -n 20
	fi
}

# holds FILTER ARGUMENT...: it is true of what selftest says.
holds() {
	filter=$1
	shift
	"$cli" selftest "$@" --json >"$work/json"
	jq -e "$filter" "$work/json"
}

whole='[.matrix[] | select(.failed > 0)] == []'
check "packaged: all come through" holds "$whole and .answers >= 10"
for pair in 'openai openai-chat' 'openai anthropic-messages' 'anthropic openai-chat' \
    'anthropic openai-responses' 'gemini openai-chat' 'bedrock openai-chat' 'openai gemini-stream'; do
	set -- $pair
	check "packaged: $pair is there" holds \
	    "[.matrix[] | select(.adapter == \"$1\" and .surface == \"$2\")] != []"
done
check "packaged: calls and texts are kept everywhere" holds \
    '[.matrix[] | select(.calls != null and .calls != "all" or .text != null and .text != "all")] == []'

# What is no recording.
mkdir "$work/none" "$work/bad" "$work/cut"
check "an empty folder" sh -c "! '$cli' selftest '$work/none'"
echo '{' >"$work/bad/x.json"
check "no JSON" sh -c "! '$cli' selftest '$work/bad'"
echo '{"id":"x--stream--y","endpoint":"chat","response":{"status":200,"body":"data: {\\"choices\\":[]}\\n\\n"}}' \
    >"$work/cut/x.json"
check "an answer that was cut off is said to be" holds '.unread == 1 and .answers == 0' "$work/cut"

if [ -d "$data/exchanges" ]; then
	export SWITCHYARD_DATA="$data"
	check "recorded: all come through" holds "$whole and .answers >= 250"
	check "recorded: the own dialect loses no text, call or end" holds \
	    '[.matrix[] | select(.surface == "openai-chat" and
	        (.text != "all" or .calls != "all" or .finish != "all" or .out != "all"))] == []'
	check "MATRIX.md is up to date: script/matrix" "$here/script/matrix" --check
else
	echo "recordings are left out: $data/exchanges is not there"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
