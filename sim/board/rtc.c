/* SPDX-License-Identifier: MIT */
/*
 * Motorola MC146818A data sheet. The clock runs on the board's time: a second is BOARD_HZ cycles,
 * and its update-in-progress bit is up for the last 2228 us of each (244 us of warning and 1984 us
 * of update, as with a 32768 Hz crystal), in step with Count: Linux measures Count by it. The time
 * registers are computed when they are read; they change when the bit falls. Interrupts: update
 * ended, alarm, periodic. Not modelled: daylight saving, square wave, the divider's test modes
 * (a divider held in reset stops the clock).
 */
#include "sim/board/rtc.h"

#include <stdlib.h>
#include <string.h>

#include "sim/board/isa.h"

enum {
	SECONDS = 0,
	SECONDS_ALARM = 1,
	MINUTES = 2,
	MINUTES_ALARM = 3,
	HOURS = 4,
	HOURS_ALARM = 5,
	WEEKDAY = 6,
	DAY = 7,
	MONTH = 8,
	YEAR = 9,
	REG_A = 10,
	REG_B = 11,
	REG_C = 12,
	REG_D = 13,
	CENTURY = 0x32,
};

#define A_UIP	       0x80
#define A_DIVIDER      0x70
#define A_RUNNING      0x20 /* 32768 Hz */
#define B_SET	       0x80
#define B_BINARY       0x04
#define B_24_HOURS     0x02
#define C_ANY	       0x80
#define C_PERIODIC     0x40
#define C_ALARM	       0x20
#define C_UPDATE       0x10
#define C_FLAGS	       0x70 /* at the places of their enables in B */
#define HOUR_PM	       0x80
#define ALARM_DONTCARE 0xc0

#define UPDATE_CYCLES (BOARD_HZ / 1000000u * 2228u)
#define CRYSTAL_HZ    32768u

struct rtc {
	struct device device;
	unsigned interrupt;
	uint8_t index[2];
	uint8_t byte[256];
	uint64_t phase;	 /* cycle at which a second began */
	int64_t seconds; /* since 1970, at that cycle */
	uint64_t told;	 /* seconds and periods since phase that have set their flags */
	uint64_t told_periods;
	bool raised;
};

static bool runs(const struct rtc *d)
{
	return !(d->byte[REG_B] & B_SET) && (d->byte[REG_A] & A_DIVIDER) == A_RUNNING;
}

static uint64_t cycles_now(const struct rtc *d)
{
	return d->device.services->now(d->device.services);
}

static uint64_t since(const struct rtc *d)
{
	uint64_t now = cycles_now(d);

	return now > d->phase ? now - d->phase : 0;
}

/* ---- the calendar ---- */

static uint8_t coded(const struct rtc *d, unsigned v)
{
	return (uint8_t)(d->byte[REG_B] & B_BINARY ? v : v / 10 % 10 << 4 | v % 10);
}

static unsigned decoded(const struct rtc *d, uint8_t v)
{
	return d->byte[REG_B] & B_BINARY ? v : (v >> 4) * 10u + (v & 15);
}

static uint8_t coded_hours(const struct rtc *d, unsigned hours)
{
	if (d->byte[REG_B] & B_24_HOURS)
		return coded(d, hours);
	return coded(d, hours % 12 ? hours % 12 : 12) | (hours >= 12 ? HOUR_PM : 0);
}

static unsigned decoded_hours(const struct rtc *d, uint8_t v)
{
	if (d->byte[REG_B] & B_24_HOURS)
		return decoded(d, v);
	return decoded(d, v & (uint8_t)~HOUR_PM) % 12 + (v & HOUR_PM ? 12 : 0);
}

/* Days since 1970-01-01 to a date, and back; Gregorian, by eras of 400 years from March 0000. */
static void civil(int64_t days, unsigned *year, unsigned *month, unsigned *day)
{
	int64_t z = days + 719468, era = z / 146097, of_era = z % 146097;
	int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*day = (unsigned)(of_year - (153 * m + 2) / 5 + 1);
	*month = (unsigned)(m < 10 ? m + 3 : m - 9);
	*year = (unsigned)(years + era * 400 + (*month <= 2));
}

static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2), era = y / 400, years = y % 400;
	int64_t of_year = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + years * 365 + years / 4 - years / 100 + of_year - 719468;
}

/* Puts the running time into the registers. */
static void show(struct rtc *d)
{
	int64_t t = d->seconds + (int64_t)(since(d) / BOARD_HZ);
	unsigned year, month, day, of_day = (unsigned)(t % 86400);

	if (!runs(d))
		return;
	civil(t / 86400, &year, &month, &day);
	d->byte[SECONDS] = coded(d, of_day % 60);
	d->byte[MINUTES] = coded(d, of_day / 60 % 60);
	d->byte[HOURS] = coded_hours(d, of_day / 3600);
	d->byte[WEEKDAY] = coded(d, (unsigned)((t / 86400 + 4) % 7 + 1)); /* 1970 began Thursday */
	d->byte[DAY] = coded(d, day);
	d->byte[MONTH] = coded(d, month);
	d->byte[YEAR] = coded(d, year % 100);
	d->byte[CENTURY] = coded(d, year / 100 % 100);
}

static unsigned within(unsigned v, unsigned least, unsigned most)
{
	return v < least ? least : v > most ? most : v;
}

/* Takes the running time from the registers; what no clock can show is brought to what it can. The
 * second that is running goes on. */
static void take(struct rtc *d)
{
	unsigned year = decoded(d, d->byte[YEAR]) % 100 +
			100 * within(decoded(d, d->byte[CENTURY]), 19, 21);
	unsigned month = within(decoded(d, d->byte[MONTH]), 1, 12);
	unsigned day = within(decoded(d, d->byte[DAY]), 1, 31);
	int64_t t = days_of(year, month, day) * 86400;

	t += within(decoded_hours(d, d->byte[HOURS]), 0, 23) * 3600;
	t += within(decoded(d, d->byte[MINUTES]), 0, 59) * 60;
	t += within(decoded(d, d->byte[SECONDS]), 0, 59);
	if (t < 0)
		t = 0;
	d->phase += since(d) / BOARD_HZ * BOARD_HZ;
	d->seconds = t;
	d->told = 0;
	d->told_periods = since(d) * CRYSTAL_HZ / BOARD_HZ;
}

/* ---- interrupts ---- */

/* Crystal ticks between periodic interrupts; 0: none. */
static uint64_t period(const struct rtc *d)
{
	unsigned rate = d->byte[REG_A] & 15;

	return !rate ? 0 : rate < 3 ? 1u << (rate + 6) : 1u << (rate - 1);
}

static bool alarm_matches(const struct rtc *d)
{
	for (unsigned i = SECONDS_ALARM; i <= HOURS_ALARM; i += 2)
		if ((d->byte[i] & ALARM_DONTCARE) != ALARM_DONTCARE && d->byte[i] != d->byte[i - 1])
			return false;
	return true;
}

/* Sets the flags of what has happened up to now. */
static void catch_up(struct rtc *d)
{
	uint64_t passed = since(d), seconds = passed / BOARD_HZ;
	uint64_t crystal = ticks_of(passed, CRYSTAL_HZ);

	if (!runs(d))
		return;
	/* An alarm between two looks is seen as long as a look comes every second: `due`. */
	if (seconds > d->told) {
		show(d);
		d->byte[REG_C] |= C_UPDATE | (alarm_matches(d) ? C_ALARM : 0);
		d->told = seconds;
	}
	if (period(d) && crystal / period(d) > d->told_periods / period(d))
		d->byte[REG_C] |= C_PERIODIC;
	d->told_periods = crystal;
}

static void follow(struct rtc *d)
{
	uint8_t b = d->byte[REG_B];
	uint64_t next = DEVICE_NEVER, at;
	bool raised = d->byte[REG_C] & b & C_FLAGS;

	d->byte[REG_C] = (uint8_t)((d->byte[REG_C] & C_FLAGS) | (raised ? C_ANY : 0));
	if (runs(d) && b & (C_ALARM | C_UPDATE))
		next = d->phase + (d->told + 1) * BOARD_HZ;
	if (runs(d) && b & C_PERIODIC && period(d)) {
		at = d->phase +
		     cycles_of((d->told_periods / period(d) + 1) * period(d), CRYSTAL_HZ);
		next = at < next ? at : next;
	}
	d->device.due = next;
	if (raised == d->raised)
		return;
	d->raised = raised;
	d->device.services->interrupt(d->device.services, d->interrupt, raised, SOURCE_TIMER);
}

static void due(struct device *device, uint64_t now)
{
	struct rtc *d = (struct rtc *)device;

	(void)now;
	catch_up(d);
	follow(d);
}

/* ---- registers ---- */

static uint8_t load_byte(struct rtc *d, unsigned i)
{
	uint8_t v;

	switch (i) {
	case SECONDS:
	case MINUTES:
	case HOURS:
	case WEEKDAY:
	case DAY:
	case MONTH:
	case YEAR:
	case CENTURY:
		show(d);
		return d->byte[i];
	case REG_A:
		return d->byte[i] |
		       (runs(d) && since(d) % BOARD_HZ >= BOARD_HZ - UPDATE_CYCLES ? A_UIP : 0);
	case REG_C:
		catch_up(d);
		follow(d);
		v = d->byte[i];
		d->byte[i] = 0;
		follow(d);
		return v;
	default:
		return d->byte[i];
	}
}

/* After the divider's reset the first update comes after half a second. */
static uint64_t first_phase(uint64_t now)
{
	return now > BOARD_HZ / 2 ? now - BOARD_HZ / 2 : 0;
}

static void store_byte(struct rtc *d, unsigned i, uint8_t v)
{
	bool ran = runs(d);

	catch_up(d);
	if (i == REG_C || i == REG_D)
		return;
	if (ran)
		show(d);
	if (i == REG_B && v & B_SET)
		v &= (uint8_t)~C_UPDATE;
	d->byte[i] = i == REG_A ? v & (uint8_t)~A_UIP : v;
	if (!ran && runs(d) && i == REG_A)
		d->phase = first_phase(cycles_now(d));
	if (runs(d) && (!ran || i <= YEAR || i == CENTURY))
		take(d);
	follow(d);
}

uint8_t rtc_load(struct device *device, unsigned reg)
{
	struct rtc *d = (struct rtc *)device;

	if (!(reg & 1))
		return 0xff; /* the index cannot be read */
	return load_byte(d, d->index[reg >> 1 & 1] | (reg & 2 ? 0x80 : 0));
}

void rtc_store(struct device *device, unsigned reg, uint8_t v)
{
	struct rtc *d = (struct rtc *)device;

	if (reg & 1)
		store_byte(d, d->index[reg >> 1 & 1] | (reg & 2 ? 0x80 : 0), v);
	else
		d->index[reg >> 1 & 1] = v & 0x7f;
}

static void walk(struct device *device, struct snapshot *s)
{
	struct rtc *d = (struct rtc *)device;

	snapshot_field(s, "rtc.due", device->due);
	snapshot_field(s, "rtc.index", d->index);
	snapshot_check(s, "rtc.index", !((d->index[0] | d->index[1]) & 0x80));
	snapshot_field(s, "rtc.bytes", d->byte);
	snapshot_field(s, "rtc.phase", d->phase);
	snapshot_field(s, "rtc.seconds", d->seconds);
	snapshot_check(s, "rtc.seconds", d->seconds >= 0 && d->seconds < 1ll << 40);
	snapshot_field(s, "rtc.told", d->told);
	snapshot_field(s, "rtc.told_periods", d->told_periods);
	snapshot_flag(s, "rtc.raised", &d->raised);
}

static void release(struct device *device)
{
	free(device);
}

static const struct device_kind kind = {"rtc", due, walk, release};

struct device *rtc_new(struct services *services, unsigned interrupt)
{
	struct rtc *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->device = (struct device){&kind, services, DEVICE_NEVER};
	d->interrupt = interrupt;
	d->seconds = RTC_START;
	d->byte[REG_A] = A_RUNNING | 6;
	d->byte[REG_B] = B_24_HOURS;
	d->byte[REG_D] = 0x80; /* the battery is good */
	return &d->device;
}
