#!/bin/sh
# A verified copy of the ledger: one file, and its SHA-256 beside it. Prints the copy's path.
#
#     backup.sh [LEDGER [FOLDER]]
#
# LEDGER      the ledger's SQLite file, which may be in use; or the word "postgresql", which is found by libpq's own
#             variables: PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSFILE, …
# FOLDER      where copies are kept
# KEEP_DAYS   older copies are removed (14), but never
# KEEP_LEAST  the newest ones (7)
#
# A password may lie in a file that PGPASSWORD_FILE names. PYTHON names another Python, for SQLite.
# A copy that fails its checks is not kept, removes no older one, and ends this with exit code 1.
set -eu
umask 077

LEDGER=${1:-${LEDGER:?names no ledger: a SQLite file, or postgresql}}
FOLDER=${2:-${FOLDER:?names no folder}}
KEEP_DAYS=${KEEP_DAYS:-14}
KEEP_LEAST=${KEEP_LEAST:-7}
PYTHON=${PYTHON:-python3}
here=$(dirname "$0")

fail() {
    echo "backup: $*" >&2
    exit 1
}

mkdir -p "$FOLDER"
stamp=$(date -u +%Y%m%dT%H%M%SZ)
partial="$FOLDER/.counterfoil-$stamp.$$.partial"
trap 'rm -f "$partial" "$partial-journal"' EXIT

case $LEDGER in
postgresql)
    if [ -n "${PGPASSWORD_FILE:-}" ]; then
        PGPASSWORD=$(cat "$PGPASSWORD_FILE")
        export PGPASSWORD
    fi
    ending=dump
    pg_dump --format=custom --no-owner --no-privileges --file="$partial" || fail "pg_dump did not end well"
    pg_restore --file=/dev/null "$partial" || fail "the dump cannot be read back"
    revision=$(pg_restore --data-only --table=alembic_version --file=- "$partial" |
        sed -n '/^COPY .*alembic_version/{n;p;q;}')
    ;;
*)
    ending=sqlite3
    "$PYTHON" "$here/sqlite_copy.py" copy "$LEDGER" "$partial" || fail "no copy was made"
    revision=$("$PYTHON" "$here/sqlite_copy.py" check "$partial") || fail "the copy is not whole"
    ;;
esac
case $revision in
'' | *[!0-9A-Za-z_]*) fail "the copy holds no revision: is this the ledger of Counterfoil?" ;;
esac

copy="$FOLDER/counterfoil-$stamp-r$revision.$ending"
[ ! -e "$copy" ] || fail "$copy is there already"
sum=$(sha256sum <"$partial")
echo "${sum%% *}  $(basename "$copy")" >"$copy.sha256"
mv "$partial" "$copy"
sync

# The name begins with the time, so that the order of names is the order of time.
find "$FOLDER" -maxdepth 1 -type f -name "counterfoil-*Z-r*.$ending" | sort -r | tail -n "+$((KEEP_LEAST + 1))" |
    while read -r old; do
        if [ -n "$(find "$old" -mtime "+$KEEP_DAYS")" ]; then
            rm -f "$old" "$old.sha256"
        fi
    done
echo "$copy"
