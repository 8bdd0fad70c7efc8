#!/bin/sh
# Puts a copy of the ledger back, checks it, and pauses all books. Stop every Counterfoil process first.
#
#     restore.sh COPY [LEDGER]
#
# COPY      what backup.sh made. With its .sha256 beside it, its bytes are held against that.
# LEDGER    for a copy that ends in .sqlite3: the ledger's file. What is there now is kept beside it.
#           A .dump goes into the database that libpq's variables name (PGHOST, …, PGPASSWORD_FILE). It must be empty.
# HOLD      "later" leaves the pausing to a hold.sh of yours, where `counterfoil` cannot be run from here
#
# The provider may know more than the ledger now. So run `counterfoil reconcile BOOK` and settle what it finds, before
# `counterfoil book resume BOOK`: what was issued after the copy was made would be issued a second time.
set -eu
umask 077

COPY=${1:?names no copy}
PYTHON=${PYTHON:-python3}
here=$(dirname "$0")

fail() {
    echo "restore: $*" >&2
    exit 1
}

[ -f "$COPY" ] || fail "there is no $COPY"
if [ -f "$COPY.sha256" ]; then
    told=$(cut -d ' ' -f 1 "$COPY.sha256")
    sum=$(sha256sum <"$COPY")
    [ "$told" = "${sum%% *}" ] || fail "$COPY is not what was backed up: its SHA-256 differs"
fi
if [ "${HOLD:-now}" = now ]; then
    ${COUNTERFOIL:-counterfoil} --version >/dev/null ||
        fail "counterfoil cannot be run from here, and the books must be paused: see COUNTERFOIL in hold.sh, and HOLD"
fi

case $COPY in
*.sqlite3)
    ledger=${2:?names no ledger to put the copy in place of}
    kept=$("$PYTHON" "$here/sqlite_copy.py" place "$COPY" "$ledger") || fail "nothing was changed"
    [ -z "$kept" ] || echo "restore: what was there is kept as $kept" >&2
    ;;
*.dump)
    if [ -n "${PGPASSWORD_FILE:-}" ]; then
        PGPASSWORD=$(cat "$PGPASSWORD_FILE")
        export PGPASSWORD
    fi
    : "${PGDATABASE:?names no database}"
    tables=$(psql --no-psqlrc --tuples-only --no-align --command="SELECT count(*) FROM pg_catalog.pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')") || fail "the database cannot be reached"
    [ "$tables" = 0 ] || fail "the database $PGDATABASE is not empty: restore into a new one"
    pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$PGDATABASE" "$COPY" ||
        fail "nothing was changed"
    ;;
*)
    fail "$COPY ends neither in .sqlite3 nor in .dump"
    ;;
esac

if [ "${HOLD:-now}" = now ]; then
    exec /bin/sh "$here/hold.sh"
fi
echo "restore: the books are NOT paused: run hold.sh before any worker starts" >&2
