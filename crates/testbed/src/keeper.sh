# Keeps a PostgreSQL server, with the settings $1, in a temporary folder for as long as standard input is open. The other end
# of it is held by the process of the tests: however that ends, the server ends too and the folder goes. Says the folder once
# the server is ready; says anything else and ends when there is none.
set -u
# Nobody may be there any more to hear a word; a signal would end this without its last act.
trap '' HUP INT PIPE TERM
export LC_ALL=C
folder=
trap '[ -z "$folder" ] || { pg_ctl -D "$folder/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$folder"; }' EXIT
folder=$(mktemp -d "${TMPDIR:-/tmp}/merit-postgres-XXXXXX" 2>&1) && cd "$folder" || {
    echo "$folder"
    folder=
    exit 1
}
{
    initdb -D data -U postgres -A trust -E UTF8 --no-locale --no-sync >log 2>&1 &&
        printf '%s\n' "unix_socket_directories = '$folder'" "$1" >>data/postgresql.conf &&
        pg_ctl -D data -l log -w start </dev/null >/dev/null 2>&1
} || {
    cat log
    exit 1
}
echo "ready: $folder"
read -r _
