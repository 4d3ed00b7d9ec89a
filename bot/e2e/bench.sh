#!/usr/bin/env bash
# What liveadmin costs and how fast it is, against local fakes: measures what the table
# below names, prints it with the goals and the machine, and exits with 1 if a goal is
# missed. It takes ten minutes, needs Linux and Go, and wants a machine on which nothing
# else runs. Lines for PostgreSQL are left out where it is not installed. With --write it puts
# the figures into the tables of README.md and docs/operations.md, too.
set -euo pipefail
cd "$(dirname "$0")/../.."

# A figure, its goal, and the benchmark with the unit under which it reports it.
figures='
stripped static binary                                | ≤ 25 MB           | Size MB
memory (RSS), idle, Slack and Discord connected       | ≤ 30 MiB          | Idle MiB
CPU, idle                                             | ≤ 0.5 % of a core | Idle %-of-a-core
start of the process to ready, median                 | ≤ 300 ms          | Start p50-ms
start with 100,000 open changes to ready              | ≤ 2000 ms         | Open ready-ms
… memory (RSS), the most until all are carried out    | ≤ 128 MiB         | Open peak-MiB
memory of an open change                              | ≤ 1024 bytes      | Open B-a-change
… an end that falls due meanwhile, the latest         | ≤ 1000 ms         | Open end-ms
an API call, against a raw POST                       | ≤ 1.20 times      | CallAgainstRawPost times-raw
1,000 API calls at limit 200, against 5 s             | ≤ 1.02 times      | Burst times-5s
a command is accepted, SQLite, median                 | ≤ 3000 µs         | Accept/SQLite p50-µs
a command is accepted, PostgreSQL, median             | ≤ 3000 µs         | Accept/PostgreSQL p50-µs
commands accepted at once, SQLite                     | ≥ 1000 a second   | AcceptAtOnce/SQLite accepts/s
commands accepted at once, PostgreSQL                 | ≥ 1000 a second   | AcceptAtOnce/PostgreSQL accepts/s
2,000 commands at once, SQLite: last acknowledgement  | ≤ 500 ms          | Burst/SQLite slowest-ms
2,000 commands at once, two instances on PostgreSQL   | ≤ 1000 ms         | Burst/PostgreSQL slowest-ms
accepting on a million audit rows against none, SQLite     | ≤ 1.1 times  | AcceptAfterAMillion/SQLite full/empty
accepting on a million audit rows against none, PostgreSQL | ≤ 1.1 times  | AcceptAfterAMillion/PostgreSQL full/empty
history after 500 commands on 1,000 groups, the slowest, SQLite     | ≤ 300 ms | History/SQLite slowest-ms
history after 500 commands on 1,000 groups, the slowest, PostgreSQL | ≤ 300 ms | History/PostgreSQL slowest-ms
from a command to its first API call, median          | ≤ 3 ms            | AcceptToFirstCall p50-ms
600 groups at limit 200, against the limit’s own time | ≤ 1.03 times      | Bulk times-the-limit
results at limit 200 (two calls each), SQLite         | ≥ 90 a second     | Results/SQLite results/s
results at limit 200, one instance on PostgreSQL      | ≥ 90 a second     | Results/PostgreSQL/1 results/s
results at limit 200, two instances                   | ≥ 90 a second     | Results/PostgreSQL/2 results/s
results at limit 200, four instances                  | ≥ 90 a second     | Results/PostgreSQL/4 results/s
a command in the database for 30 days, SQLite         | bytes             | Results/SQLite B-for-30-days
… for ever, SQLite                                    | bytes             | Results/SQLite B-for-ever
a command in the database for 30 days, PostgreSQL     | bytes             | Results/PostgreSQL/1 B-for-30-days
… for ever, PostgreSQL                                | bytes             | Results/PostgreSQL/1 B-for-ever
Slack, Socket Mode: acknowledgement, median           | ≤ 5 ms            | Ack/sockets/latency=0s p50-ms
Slack, Socket Mode: acknowledgement, 99th percentile  | ≤ 25 ms           | Ack/sockets/latency=0s p99-ms
Slack, HTTP: acknowledgement, median                  | ≤ 5 ms            | Ack/http/latency=0s p50-ms
Slack, HTTP: acknowledgement, 99th percentile         | ≤ 25 ms           | Ack/http/latency=0s p99-ms
Slack: result, beyond the calls it waits for, median  | ≤ 5 ms            | Result/slack=100ms/api=100ms over-ms
Slack: the next socket after one ended                | ≤ 1000 ms         | Refresh max-ms
Discord, gateway: first response, median              | ≤ 5 ms            | Callback/gateway p50-ms
Discord, gateway: first response, 99th percentile     | ≤ 25 ms           | Callback/gateway p99-ms
Discord, HTTP: first response, median                 | ≤ 5 ms            | Callback/http p50-ms
Discord, HTTP: first response, 99th percentile        | ≤ 25 ms           | Callback/http p99-ms
Discord: result, against the network’s own time, median | ≤ 1.05 times    | Result times-network
Discord: one command when a call takes 100 ms         | ms                | Fifty/1 p50-ms
Discord: fifty commands at once, the same             | ms                | Fifty/50 p50-ms
'

measured=$(mktemp) table=$(mktemp)
trap 'rm -f "$measured" "$table"' EXIT

# bench PACKAGE TIMES NAMES
bench() {
  go test -run '^$' -timeout 20m -bench "^Benchmark($3)\$" -benchtime "$2" "$1" | tee -a "$measured" >&2
}

bench ./bot/e2e/load 1x    'Size|Idle'
bench ./bot/e2e/load 10x   'Start'
bench ./bot/e2e/load 1x    'Open'
bench ./imapi       3000x  'CallAgainstRawPost'
bench ./imapi       1x     'Burst'
bench ./bot/engine       200x   'AcceptToFirstCall'
bench ./bot/engine       3x     'Bulk'
bench ./bot/engine       1x     'Burst'
bench ./bot/engine       1x     'Results'
bench ./bot/journal 1000x  'Accept'
bench ./bot/journal 10000x 'AcceptAtOnce'
bench ./bot/journal 1x     'AcceptAfterAMillion'
bench ./bot/journal 1x     'History'
bench ./bot/slack   200x   'Ack'
bench ./bot/slack   50x    'Result'
bench ./bot/slack   1x     'Refresh'
bench ./bot/discord 200x   'Callback'
bench ./bot/discord 50x    'Result'
bench ./bot/discord 5x     'Fifty'

memory=$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
printf '\nMeasured on %s, %s cores, %s, %s.\n\n' "$cpu" "$(nproc)" "$memory" "$(go env GOVERSION GOOS GOARCH | xargs)"

missed=0
awk -F ' *[|] *' '
  FNR == NR { # of a benchmark: Name-2  times  value unit  value unit …
    n = split($0, word, " ")
    name = word[1]
    sub(/^Benchmark/, "", name)
    sub(/-[0-9]+$/, "", name)
    for (i = 3; i < n; i += 2) value[name " " word[i + 1]] = word[i]
    next
  }
  FNR == 1 { print "| figure | goal | measured |"; print "| --- | --- | --- |" }
  $3 in value {
    split($2, goal, " ")
    unit = $2
    sub(/^(≤|≥) [0-9.]+ /, "", unit)
    got = value[$3] + 0
    missed = goal[1] == "≤" && got > goal[2] || goal[1] == "≥" && got < goal[2]
    failed = failed || missed
    printf "| %s | %s | " (got < 1000 ? "%.4g" : "%.0f") " %s%s |\n", $1, unit == $2 ? "" : $2, got, unit, missed ? " (missed)" : ""
  }
  END { exit failed }
' "$measured" <(grep . <<<"$figures") | tee "$table" || missed=1

if [ "${1:-}" = --write ]; then
  for document in README.md docs/operations.md; do
    rows=$(awk -F '|' 'FNR == NR { row[$2] = $0; next } NF == 5 && $2 in row { print row[$2]; next } { print }' "$table" "$document")
    printf '%s\n' "$rows" >"$document"
  done
fi
exit $missed
