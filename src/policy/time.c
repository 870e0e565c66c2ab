/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Time windows in local time, by arithmetic alone: the same policy means the same
 * on every machine, whatever its own zone and tables are.
 */
#include "policy_priv.h"

enum { DAY_SECONDS = 86400, MINUTE_SECONDS = 60, MINUTES_A_DAY = 1440 };

/* Days since 1970-01-01 of a date of the Gregorian calendar, counted in years that begin in March. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static int64_t year_of(int64_t days)
{
    int64_t year = 1970 + days / 366;

    while (days >= days_of(year + 1, 1, 1))
        year++;
    return year;
}

/* 1970-01-01 was a Thursday. 0 is Monday. */
static int64_t weekday_of(int64_t days)
{
    return (days + 3) % 7;
}

/* 01:00 UTC of the last Sunday of a month with 31 days. */
static int64_t last_sunday(int64_t year, int64_t month)
{
    int64_t last = days_of(year, month, 31);

    return (last - (weekday_of(last) + 1) % 7) * DAY_SECONDS + 3600;
}

static bool is_summer(int64_t seconds)
{
    int64_t year = year_of(seconds / DAY_SECONDS);

    return seconds >= last_sunday(year, 3) && seconds < last_sunday(year, 10);
}

static bool is_inside(const struct time_window *window, int64_t weekday, int64_t minute)
{
    int64_t yesterday = (weekday + 6) % 7;

    if (window->from_minute < window->to_minute)
        return (window->days >> weekday & 1) != 0 && minute >= window->from_minute &&
               minute < window->to_minute;
    /* Past midnight: the second half belongs to the day it began on. */
    return ((window->days >> weekday & 1) != 0 && minute >= window->from_minute) ||
           ((window->days >> yesterday & 1) != 0 && minute < window->to_minute);
}

bool time_is_inside(const struct policy *policy, const struct condition *condition, int64_t now_us)
{
    int64_t seconds = now_us < 0 ? 0 : now_us / 1000000;
    int64_t shift = policy->utc_offset_minutes + (policy->summer_time && is_summer(seconds) ? 60 : 0);
    int64_t local = seconds / MINUTE_SECONDS + shift + MINUTES_A_DAY;

    for (size_t i = 0; i < condition->window_count; i++)
        if (is_inside(&condition->windows[i], weekday_of(local / MINUTES_A_DAY - 1),
                      local % MINUTES_A_DAY))
            return true;
    return false;
}
