# Keeps a PostgreSQL server in the folder $1, with the settings $2, for as long as standard input is open. The other end of
# it is held by the process of the tests: however that ends, the server ends too and the folder goes.
set -u
trap 'pg_ctl -D data -m immediate -w stop >/dev/null 2>&1; cd /; rm -rf "$1"' EXIT
export LC_ALL=C
cd "$1" || exit 1
{
    initdb -D data -U postgres -A trust -E UTF8 --no-locale --no-sync >log 2>&1 &&
        printf '%s\n' "$2" >>data/postgresql.conf &&
        pg_ctl -D data -l log -w start </dev/null >/dev/null 2>&1
} || {
    cat log
    exit 1
}
echo ready
read -r _
