#!/bin/sh
# check-docs.sh - every command and option is in its manual, and the manual knows no others;
# and the manuals are well-formed.
set -u
src=${srcdir:-.}
failed=0
passed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

verdict() { # NAME FILE: passes when the file is empty
	if [ -s "$2" ]; then
		failed=$((failed + 1))
		echo "FAILED: $1:"
		sed 's/^/    /' "$2"
	else
		passed=$((passed + 1))
	fi
}

# "command TAB --option" a line, as the program and as the page have it.
./switchyard help --plain | sed 's/^\t/*\t/' | sort >"$work/program"
awk '
	/^\.Sh / { commands = $2 == "COMMANDS"; command = $2 == "DESCRIPTION" ? "*" : "" }
	commands && /^\.It Cm / {
		command = $3
		for (i = 4; i <= NF && $i ~ /^[a-z]/; i++)
			command = command " " $i
		print command
	}
	command != "" && /^\.It Fl / {
		for (i = 3; i <= NF; i++)
			if ($i ~ /^-/)
				print command "\t-" $i
	}
' "$src/fcgi/switchyard.8" | sort >"$work/page"
comm -23 "$work/program" "$work/page" >"$work/missing"
comm -13 "$work/program" "$work/page" >"$work/unknown"
verdict "commands and options that switchyard(8) lacks" "$work/missing"
verdict "commands and options that only switchyard(8) has" "$work/unknown"
grep -q '^spend	--range$' "$work/program" || echo "help --plain lists nothing" >"$work/none"
touch "$work/none"
verdict "the list of commands" "$work/none"

if command -v mandoc >/dev/null; then
	for page in "$src"/fcgi/*.[1-8] "$src"/fcgi/*/*.[1-8]; do
		[ -e "$page" ] || continue
		mandoc -Tlint -Wwarning "$page" >"$work/lint" 2>&1
		verdict "$page" "$work/lint"
	done
else
	echo "skipped: mandoc is not installed"
fi
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
