-- SPDX-License-Identifier: MIT
-- The data of the database workload: three tables in the manner of TPC-H (its specification, section
-- 1.4), with :orders orders, about four lines to each and a customer to ten. What TPC-H draws from
-- random numbers comes from multiplicative hashes of the row's number, so the same size is the same
-- data everywhere. Money is in cents, rates in hundredths, dates are days since 1992-01-01.
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TABLE customer (c_custkey INTEGER PRIMARY KEY, c_name TEXT, c_mktsegment TEXT, c_comment TEXT);
CREATE TABLE orders (o_orderkey INTEGER PRIMARY KEY, o_custkey INTEGER, o_orderdate INTEGER,
	o_shippriority INTEGER, o_clerk TEXT, o_comment TEXT);
CREATE TABLE lineitem (l_orderkey INTEGER, l_linenumber INTEGER, l_quantity INTEGER, l_extendedprice INTEGER,
	l_discount INTEGER, l_tax INTEGER, l_returnflag TEXT, l_linestatus TEXT, l_shipdate INTEGER,
	l_shipinstruct TEXT, l_comment TEXT, PRIMARY KEY (l_orderkey, l_linenumber)) WITHOUT ROWID;

INSERT INTO customer
WITH RECURSIVE
	row(k) AS (VALUES (1) UNION ALL SELECT k + 1 FROM row WHERE k < (:orders + 9) / 10),
	drawn(k, r) AS (SELECT k, (k * 2654435761 + 1013904223) & 4294967295 FROM row)
SELECT k, printf('Customer#%09d', k),
	substr('AUTOMOBILEBUILDING  FURNITURE HOUSEHOLD MACHINERY ', 1 + (r >> 20) % 5 * 10, 10),
	printf('%08x deposits sleep among the ideas %08x', r, r * 69069 & 4294967295)
FROM drawn;

INSERT INTO orders
WITH RECURSIVE
	row(k) AS (VALUES (1) UNION ALL SELECT k + 1 FROM row WHERE k < :orders),
	drawn(k, r) AS (SELECT k, (k * 2246822519 + 374761393) & 4294967295 FROM row),
	again(k, r, s) AS (SELECT k, r, (r * 1664525 + 1013904223) & 4294967295 FROM drawn)
SELECT k, 1 + (r >> 12) % ((:orders + 9) / 10), (s >> 16) % 2406, 0, printf('Clerk#%09d', s % 1000),
	printf('%08x requests haggle carefully above the %08x', r, s)
FROM again;

INSERT INTO lineitem
WITH RECURSIVE
	line(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM line WHERE n < 7),
	drawn(k, n, date, r) AS (
		SELECT o_orderkey, n, o_orderdate, (o_orderkey * 3266489917 + n * 668265263 + 97) & 4294967295
		FROM orders, line WHERE n <= 1 + (o_orderkey * 2654435761 >> 9) % 7),
	again(k, n, date, r, s) AS (SELECT k, n, date, r, (r * 1664525 + 1013904223) & 4294967295 FROM drawn),
	more(k, n, ship, r, s, t) AS (
		SELECT k, n, date + 1 + (r >> 16) % 121, r, s, (s * 22695477 + 12345) & 4294967295 FROM again)
SELECT k, n, 1 + (s >> 16) % 50, (1 + (s >> 16) % 50) * (90000 + (t >> 8) % 110000), (t >> 16) % 11,
	(t >> 20) % 9, CASE WHEN ship + 1 + (r >> 8) % 30 > 1263 THEN 'N' WHEN s >> 15 & 1 THEN 'R' ELSE 'A' END,
	CASE WHEN ship > 1263 THEN 'O' ELSE 'F' END, ship,
	substr('DELIVER IN PERSONCOLLECT COD      NONE             TAKE BACK RETURN ', 1 + (t >> 24) % 4 * 17, 17),
	printf('%08x packages wake furiously %08x', s, t)
FROM more;
COMMIT;
ANALYZE;
