-- SPDX-License-Identifier: MIT
-- The queries of the database workload, in the manner of TPC-H Q1 (pricing summary), Q3 (shipping
-- priority) and Q6 (forecast of revenue): a scan with aggregates, a join with a sort, a selective scan.
SELECT 'Q1', l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice),
	sum(l_extendedprice * (100 - l_discount)) / 100,
	sum(l_extendedprice * (100 - l_discount) * (100 + l_tax)) / 10000,
	printf('%.4f', avg(l_quantity)), printf('%.4f', avg(l_extendedprice)), printf('%.4f', avg(l_discount)),
	count(*)
FROM lineitem
WHERE l_shipdate <= 2436
GROUP BY l_returnflag, l_linestatus
ORDER BY l_returnflag, l_linestatus;

SELECT 'Q3', l_orderkey, sum(l_extendedprice * (100 - l_discount)) AS revenue, o_orderdate, o_shippriority
FROM customer, orders, lineitem
WHERE c_mktsegment = 'BUILDING  ' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
	AND o_orderdate < 1169 AND l_shipdate > 1169
GROUP BY l_orderkey, o_orderdate, o_shippriority
ORDER BY revenue DESC, o_orderdate, l_orderkey
LIMIT 10;

SELECT 'Q6', sum(l_extendedprice * l_discount)
FROM lineitem
WHERE l_shipdate >= 731 AND l_shipdate < 1096 AND l_discount BETWEEN 5 AND 7 AND l_quantity < 24;
