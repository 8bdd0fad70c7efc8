#!/bin/sh
# After a restore, before any worker starts: brings the ledger to its shape and pauses every book.
#
# COUNTERFOIL  how the program is called, with its options: "counterfoil --config /etc/counterfoil/counterfoil.toml"
set -eu

COUNTERFOIL=${COUNTERFOIL:-counterfoil}
PYTHON=${PYTHON:-python3}

fail() {
    echo "hold: $*; the books are NOT paused" >&2
    exit 1
}

$COUNTERFOIL db upgrade >&2 || fail "the ledger has not the shape that it must have"
# Exit code 1 only says that a book is paused already.
told=$($COUNTERFOIL book list --json) || [ $? = 1 ] || fail "the books cannot be listed"
books=$(echo "$told" | "$PYTHON" -c 'import json, sys; print(*(book["book"] for book in json.load(sys.stdin)), sep="\n")') ||
    fail "the books cannot be listed"
for book in $books; do
    $COUNTERFOIL book pause "$book" --why "The ledger was restored from a copy: reconcile before you resume" >&2 ||
        fail "book $book cannot be paused"
done

echo "hold: the ledger is ready, and every book is paused. Deliveries may come in again; nothing is sent." >&2
for book in $books; do
    echo "  counterfoil reconcile $book     # settle what it finds, then: counterfoil book resume $book" >&2
done
