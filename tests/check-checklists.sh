#!/bin/sh
# Every rule of the protocols' checklists has a test: reads the table tests/checklists.  A test
# that is named and not there fails; a rule without one is listed.
set -u
cd "${srcdir:-.}/tests" || exit 2
failed=0
rules=0
gaps=0

# Whether a test of the table is there.
there() {
	case $1 in
	*:*)
		file=${1%%:*}
		[ -f "$file" ] && grep -q -e "$(printf %s "${1#*:}" | tr _ .)" "$file"
		;;
	*)
		set -- $1 # a pattern gives its files
		[ -e "$1" ]
		;;
	esac
}

while IFS= read -r line; do
	case $line in
	'' | '#'*) continue ;;
	esac
	rules=$((rules + 1))
	tests=${line#*|}
	set -f
	set -- $tests
	set +f
	if [ $# -eq 0 ]; then
		echo "no test: ${line%|*}"
		gaps=$((gaps + 1))
	fi
	for test; do
		there "$test" && continue
		echo "not there: $test, of ${line%%|*}"
		failed=$((failed + 1))
	done
done <checklists
twice=$(sed -n '/^[^#]/s/^\([^ ]* [^ ]*\) .*/\1/p' checklists | sort | uniq -d)
[ -z "$twice" ] || echo "in the table twice: $twice"
echo "$rules rules, $gaps without a test, $failed tests not there"
[ "$rules" -gt 0 ] && [ "$failed" -eq 0 ] && [ -z "$twice" ]
