#!/bin/sh
# recipes.sh - every recipe of etc/recipes/ in the web server it is for.
command -v python3 >/dev/null || { echo "recipes.sh: python3 is missing"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
unset SWITCHYARD_ROOT SWITCHYARD_DATADIR
python3 "${srcdir:-.}/tests/drive/recipes.py" "$work"
