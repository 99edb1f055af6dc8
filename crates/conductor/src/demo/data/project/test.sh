#!/bin/sh
# Runs every file in tests/ and tells how it went in the Test Anything Protocol.
cd "$(dirname "$0")" || exit 1
NOTES_FILE=${TMPDIR:-/tmp}/notes-test.$$
export NOTES_FILE
trap 'rm -f "$NOTES_FILE"' EXIT
number=0
failed=0

# is NAME EXPECTED FOUND: passes when both are the same text.
is() {
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        echo "# expected: $2"
        echo "# found:    $3"
        failed=1
    fi
}

# refuses NAME COMMAND...: passes when the command fails.
refuses() {
    name=$1
    shift
    "$@" >/dev/null 2>&1 && found=accepted || found=refused
    is "$name" refused "$found"
}

for file in tests/*.sh; do
    : >"$NOTES_FILE"
    . "./$file"
done
echo "1..$number"
exit "$failed"
