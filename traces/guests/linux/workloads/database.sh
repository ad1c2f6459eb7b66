#!/bin/sh
# SPDX-License-Identifier: MIT
# Database, as in Disco's section 5.1: decision-support queries (there on Sybase; here SQLite) over data
# that is larger than the caches and in the kernel's buffer cache. tpch-data.sql makes it.
. /workloads/common.sh
orders=$(by_size 2400 16000 80000)
database=$HOME/tpch.db # on the disk
rm -f "$database"
sqlite3 -batch -cmd ".parameter set :orders $orders" "$database" </workloads/tpch-data.sql >data.out
sqlite3 -batch "$database" 'SELECT count(*), sum(l_quantity) FROM lineitem' >data.out
region_begin
sqlite3 -batch "$database" </workloads/tpch-queries.sql >queries.out
region_end
echo "database: $orders orders, lines and their quantity $(cat data.out)"
cat queries.out
sum database queries.out
rm -f "$database"
