#!/bin/sh
# cli.sh - drives the command line: every command where there is nothing, where things are
# broken, and where all is well; bad input; forms of output; exit codes.
set -u

here=$(cd "${srcdir:-.}" && pwd)
cli=$PWD/switchyard
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset SWITCHYARD_ROOT NO_COLOR
export SWITCHYARD_DATADIR="$here/etc" LC_ALL=C.UTF-8 TZ=UTC HOME="$work/home"
mkdir "$work/home"
passed=0
failed=0

fail() { # NAME
	failed=$((failed + 1))
	echo "FAILED: $1"
	sed 's/^/    out: /' "$work/out" | head -n 20
	sed 's/^/    err: /' "$work/err" | head -n 20
}

ok() { passed=$((passed + 1)); }

# run ARGUMENT...: standard input is empty unless $in names a file.
in=/dev/null
run() {
	"$cli" "$@" <"$in" >"$work/out" 2>"$work/err"
	code=$?
}

# exits CODE ARGUMENT...
exits() {
	want=$1
	shift
	run "$@"
	if [ "$code" = "$want" ]; then ok; else fail "switchyard $*: exit $code, not $want"; fi
}

# says CODE PATTERN ARGUMENT...: the pattern is in some line of what it says.
says() {
	want=$1 pattern=$2
	shift 2
	run "$@"
	if [ "$code" = "$want" ] && cat "$work/out" "$work/err" | grep -q -- "$pattern"; then
		ok
	else
		fail "switchyard $*: exit $code, not $want; or no '$pattern'"
	fi
}

# json FILTER ARGUMENT...: one document with "v":1, for which the filter is true.
json() {
	filter=$1
	shift
	run "$@" --json
	if jq -e ".v == 1 and ($filter)" "$work/out" >/dev/null 2>&1 &&
	    [ "$(jq -s length "$work/out")" = 1 ]; then
		ok
	else
		fail "switchyard $* --json: not $filter"
	fi
}

command -v jq >/dev/null || {
	echo "skipped: jq is not installed"
	exit 77
}

# --- Wrong usage: 2, and what was probably meant. ------------------------------------------
says 2 'did you mean "status"' stauts
says 2 'did you mean "key create"' key craete
says 2 'needs to know what to do' key
says 2 'lists them' frobnicate
says 2 'did you mean --range' spend --rang 7d
says 2 'has no option --foo' spend --foo
says 2 'needs a value' spend --range
says 2 'takes no value' requests --failed=yes
says 2 'given twice' spend --by key --by model
says 2 'one argument too many' status now
says 2 'something is missing' request
says 2 'auto, always or never' --color red status
says 2 'before a command' --rnage 7d spend
says 2 'whole number from 1' requests --limit 0
says 2 'whole number from 1' requests --limit 1e3
says 2 'whole number from 1' requests --limit 99999999999999999999
says 2 'no request.s id' request nonsense
says 2 'no name of a secret' secret set ../passwd
says 2 'does not begin with a dot' secret set .hidden
says 2 'no number of a generation' rollback -- -1
says 2 'no number of a generation' rollback 4294967296
run help nonsense
[ "$code" = 2 ] && ok || fail "help nonsense: exit $code"

# --- Help: reads the table, shows an example for each command. ------------------------------
exits 0
exits 0 help
exits 0 version
json '.version != null' version
exits 0 --version
"$cli" help --plain | grep -v '	' | while read -r command; do
	"$cli" help $command | grep -q "^  \$ switchyard $command" || echo "$command"
	"$cli" $command --help >/dev/null || echo "$command --help"
done >"$work/out"
[ -s "$work/out" ] && fail "commands without an example" || ok

# --- Nowhere: no root, an empty root. -------------------------------------------------------
says 3 'is not there' --root "$work/none" status
mkdir "$work/empty"
cd "$work/empty" || exit 1
for command in status spend requests providers models history export 'key list' \
    'key show x' 'route chat' 'store stat' 'store verify' 'store rebuild' 'store tick' \
    'provider drain x' 'ui link' 'chat hello'; do
	exits 4 --root "$work/empty" $command
	grep -q 'switchyard\|init\|apply' "$work/err" || fail "$command: no next step"
done
exits 3 --root "$work/empty" check
says 1 'switchyard init' --root "$work/empty" doctor

# --- For another user: root acts as the owner. ----------------------------------------------
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
	chmod 711 "$work"
	exits 0 init "$work/other" --user nobody
	exits 0 --root "$work/other" apply
	[ "$(stat -c %U "$work/other/var/book/data.mdb")" = nobody ] && ok || fail "owner of the store"
	says 0 'as whom the workers run' --root "$work/other" doctor
fi
says 2 'no user' init "$work/other" --user no-such-user

# --- A good root. ---------------------------------------------------------------------------
root=$work/root
exits 0 init "$root"
says 0 'was there' init "$root"
[ "$(stat -c %a "$root/etc/secrets" "$root/var" | tr '\n' ' ')" = "700 700 " ] && ok ||
    fail "modes of init"
exits 0 --root "$root" check
cat >"$root/etc/switchyard.conf" <<-'CONF'
	gateway { time_zone = "Europe/Berlin" }
	provider acme { dialect = openai base = "https://llm.example/v1" secret = acme }
	provider other { dialect = anthropic base = "https://other.example/v1" auth = none }
	model one { provider = acme in = 1.5 out = 6 }
	model two { provider = other in = 3 out = 15 }
	route chat { targets = { "acme:one" } fallback = { "other:two" } }
CONF
in=$work/secret
echo 'sk-test-0123456789abcdef' >"$in"
says 0 'is set' --root "$root" secret set acme
in=/dev/null
[ "$(stat -c %a "$root/etc/secrets/acme")" = 600 ] && ok || fail "mode of a secret"
exits 0 --root "$root" check
says 0 'Nothing was changed' --root "$root" apply --dry-run
says 0 'Generation  *1$' --root "$root" apply --note 'the first'
says 0 'nothing was changed' --root "$root" apply
says 0 'are the same' --root "$root" diff
sed -i 's/out = 6/out = 8/' "$root/etc/switchyard.conf"
says 0 'acme' --root "$root" diff
exits 0 --root "$root" apply --note 'dearer'
json '(.generations | length) == 2 and .generations[0].state == "active" and
    .generations[1].note == "the first"' --root "$root" history
exits 0 --root "$root" rollback
json '.generations[1].state == "active"' --root "$root" history
says 1 'is not kept' --root "$root" export 99
"$cli" --root "$root" export >"$work/exported" && cp "$work/exported" "$root/etc/switchyard.conf"
says 0 'are the same' --root "$root" diff
says 0 'time_zone' --root "$root" show gateway
says 1 'no setting begins' --root "$root" show frobnicate

json '.generation == 1 and .workers != null and (.providers | length) == 2' --root "$root" status
json '(.providers[] | select(.id == "acme") | .circuit) == "closed"' --root "$root" providers
json '(.models[] | select(.id == "two") | .out_nusd) == 15000000' --root "$root" models
json '(.plan | length) == 2 and .plan[0].target == "acme:one" and
    .plan[1].role == "fallback"' --root "$root" route chat
says 1 'did you mean "chat"' --root "$root" route chta
json '.groups == []' --root "$root" spend
json '.requests == []' --root "$root" requests
says 1 'not in the ledger' --root "$root" request req_00000000000000000000000000
for by in model provider route feature user key; do exits 0 --root "$root" spend --by $by; done
for range in 1h 24h today yesterday 7d 30d 90d mtd lastmonth 12m 2026-01-01..2026-01-31; do
	exits 0 --root "$root" spend --range $range
done
for range in '' 7 7x 2026-01-31..2026-01-01 2026-02-30..2026-03-01 @5..1 '@1..'; do
	exits 2 --root "$root" spend --range "$range"
done
exits 2 --root "$root" spend --by weather
exits 2 --root "$root" spend --cmp fortnight
exits 2 --root "$root" spend --filter model
exits 2 --root "$root" spend --filter colour=red

# --- Feeds. ---------------------------------------------------------------------------------
feed=$work/feed.json
text='"modalities":{"input":["text"],"output":["text"]}'
printf '{"acme":{"models":{"fed-1":{%s,"cost":{"input":1,"output":5}}}},
"far":{"models":{"x":{%s}}}}' "$text" "$text" >"$feed"
says 0 'added.*fed-1.*in 1.00 out 5.00' --root "$root" model import "$feed"
says 0 'Nothing was written: --yes writes 1 rows' --root "$root" model import "$feed"
[ -e "$root/etc/models.d/imported.csv" ] && fail "an import wrote without --yes" || ok
json '.shape == "models.dev" and .models == 1 and .unknown == "far" and .changes[0].model == "fed-1"' \
    --root "$root" model import "$feed"
says 0 'Next: switchyard apply' --root "$root" model import "$feed" --yes
grep -q '^fed-1,acme,.*models.dev' "$root/etc/models.d/imported.csv" && ok || fail "no row"
exits 0 --root "$root" check
json '.same == 1 and .changes == []' --root "$root" model import "$feed"
sed -i 's/"output":5/"output":500/' "$feed"
says 3 'goes from 5.00 to 500.00' --root "$root" model import "$feed" --yes
grep -q '5[.]00' "$root/etc/models.d/imported.csv" && ok || fail "a held import was written"
exits 0 --root "$root" model import "$feed" --yes --force
grep -q '500[.]00' "$root/etc/models.d/imported.csv" && ok || fail "--force wrote nothing"
printf '{"acme": {' >"$feed"
says 3 'not valid JSON' --root "$root" model import "$feed" --yes --force
head -c 17M /dev/zero >"$feed"
says 3 'larger than 16 MB' --root "$root" model import "$feed"
says 3 'No such file' --root "$root" model import "$work/none.json"
says 3 'no regular file' --root "$root" model import "$work"
says 2 'models.dev, litellm or' --root "$root" model import "$feed" --from nowhere
says 2 'something is missing' --root "$root" model import
rm "$root/etc/models.d/imported.csv"

# What is packaged is what the facts say, by this very command.
real=${SWITCHYARD_DATA:-$here/../shared/data}/catalogue/models-dev.json
if [ -e "$real" ]; then
	exits 0 init "$work/fed"
	json '([.changes[] | select(.change != "added")] == []) and .same >= 1500 and
	    ([.findings[] | select(.level == "error")] == [])' --root "$work/fed" model import "$real"
else
	echo "the packaged catalogue is not compared: $real is not there"
fi

# --- Keys. ----------------------------------------------------------------------------------
run --root "$root" key create --label website --budget 12.50 --requests 60 --routes chat
key=$(cat "$work/out")
case $key in sy_????????*) ok ;; *) fail "key create prints the key alone" ;; esac
grep -q "$key" "$work/err" && fail "the key is on standard error" || ok
json '.keys[0].label == "website" and .keys[0].budget_uusd == 12500000 and
    .keys[0].requests_per_minute == 60 and .keys[0].routes == "chat"' --root "$root" key list
grep -q "$key" "$work/out" && fail "the list has the key" || ok
says 2 'has the label' --root "$root" key create --label website
says 2 'needs a label' --root "$root" key create
says 2 'no spaces' --root "$root" key create --label 'two words'
says 2 'would read like a key' --root "$root" key create --label sy_1
says 2 'no route "nope"' --root "$root" key create --label x --routes nope
says 2 'amount in dollars' --root "$root" key create --label x --budget lots
says 2 'amount in dollars' --root "$root" key create --label x --budget -1
says 2 'such as 30d' --root "$root" key create --label x --expires soon
says 1 'did you mean "website"' --root "$root" key show webste
says 8 'give --yes' --root "$root" key revoke website
json '.state == "active"' --root "$root" key show website
exits 0 --root "$root" key rotate website --grace 1h
json '(.keys | length) == 2' --root "$root" key list
exits 0 --root "$root" key revoke "${key%"${key#sy_????????}"}" --yes
json '.state == "revoked"' --root "$root" key show "${key%"${key#sy_????????}"}"
says 0 'revoked already' --root "$root" key revoke "${key%"${key#sy_????????}"}" --yes

# --- Secrets: never shown. ------------------------------------------------------------------
for form in '' --json --plain; do
	run --root "$root" secret list $form
	grep -q 'sk-test' "$work/out" "$work/err" && fail "secret list $form shows it" || ok
done
json '.secrets[0].tail == "cdef" and .secrets[0].used_by == "acme"' --root "$root" secret list
exits 0 --root "$root" secret check
chmod 644 "$root/etc/secrets/acme"
says 1 'chmod' --root "$root" secret check
chmod 600 "$root/etc/secrets/acme"
in=$work/secret
: >"$in"
says 2 'is empty' --root "$root" secret set acme
printf 'two words\n' >"$in"
says 2 'position 4' --root "$root" secret set acme
head -c 5000 /dev/zero | tr '\0' x >"$in"
says 2 'at most' --root "$root" secret set acme
in=/dev/null
exits 0 --root "$root" secret check
says 8 'give --yes' --root "$root" secret rm acme
says 1 'no secret' --root "$root" secret rm nobody --yes
exits 0 --root "$root" secret rm acme --yes
exits 1 --root "$root" secret check

# --- Circuits. ------------------------------------------------------------------------------
says 0 'is drained' --root "$root" provider drain acme
json '(.providers[] | select(.id == "acme") | .circuit) == "drained"' --root "$root" providers
json '.plan[0].target == "other:two"' --root "$root" route chat
says 0 'back in use' --root "$root" provider resume acme
exits 0 --root "$root" provider reset acme
says 1 'did you mean "acme"' --root "$root" provider drain acne

# --- The store and the dashboard. -----------------------------------------------------------
json '.contradictions == 0' --root "$root" store verify
json '.rows == 0' --root "$root" store rebuild
json '.folded == 0' --root "$root" store tick
json '.book_bytes > 0 and .tz == "Europe/Berlin"' --root "$root" store stat
json '.url | startswith("https://gw.example/ui/#code=")' --root "$root" ui link \
    --url https://gw.example/ui/
says 2 'admin or viewer' --root "$root" ui link --role king

# --- Forms. ---------------------------------------------------------------------------------
run --root "$root" providers --plain
[ "$(head -n 1 "$work/out" | cut -f 1,2)" = "acme	closed" ] && ok || fail "plain: no header"
run --root "$root" providers --plain --header
[ "$(head -n 1 "$work/out" | cut -f 1,2)" = "id	circuit" ] && ok || fail "plain: header"
run --root "$root" providers
grep -q "$(printf '\033')" "$work/out" && fail "colour on a pipe" || ok
run --root "$root" providers --color always
grep -q "$(printf '\033')\[32mclosed" "$work/out" && ok || fail "colour when asked for"
run --quiet --root "$root" provider reset acme
[ -s "$work/err" ] && fail "quiet says something" || ok
"$cli" version >/dev/full 2>"$work/err" && fail "a full disk goes unnoticed" || ok

# --- Things that are broken. ----------------------------------------------------------------
cp "$root/etc/switchyard.conf" "$work/good.conf"
printf 'route chat { targets = { "acme:oen" } }\n' >>"$root/etc/switchyard.conf"
says 3 'switchyard.conf' --root "$root" check
says 3 'still uses generation' --root "$root" apply
json '.findings | length > 0' --root "$root" check
exits 0 --root "$root" status
says 1 'switchyard check' --root "$root" doctor
cp "$work/good.conf" "$root/etc/switchyard.conf"
: >"$root/etc/switchyard.conf"
exits 0 --root "$root" check
cp "$work/good.conf" "$root/etc/switchyard.conf"

chmod 666 "$root/etc/switchyard.conf"
says 1 'chmod go-w' --root "$root" doctor
chmod 640 "$root/etc/switchyard.conf"
chmod 755 "$root/var"
says 1 'chmod go-rwx' --root "$root" doctor
chmod 700 "$root/var"

cp -r "$root" "$work/damaged"
head -c 8192 /dev/urandom >"$work/damaged/var/book/data.mdb"
for command in status spend 'key list' 'store verify'; do
	exits 4 --root "$work/damaged" $command
done
exits 1 --root "$work/damaged" doctor

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
