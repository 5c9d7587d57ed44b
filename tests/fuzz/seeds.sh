#!/bin/sh
# Runs every fuzz target over its seeds: tests/fuzz/fuzz_NAME over tests/fuzz/seeds/NAME.
set -u
src=${srcdir:-.}/tests/fuzz/seeds
failed=0
ran=0
for target in tests/fuzz/fuzz_*; do
	name=${target##*/fuzz_}
	[ -x "$target" ] && [ -f "$target" ] && [ "${target%.o}" = "$target" ] || continue
	ran=$((ran + 1))
	printf '%s: ' "$name"
	# Where libFuzzer is linked, files on the command line are run once each.
	"$target" "$src/$name"/* || failed=$((failed + 1))
done
echo "$ran targets, $failed failed"
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
