/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

uint64_t clock_monotonic_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000U + (uint64_t)now.tv_nsec / 1000U;
}

int64_t clock_realtime_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_format(int64_t realtime_us, char out[28])
{
    int64_t seconds = realtime_us / 1000000;
    int64_t micros = realtime_us % 1000000;
    time_t when;
    struct tm utc;
    char whole[32];

    if (micros < 0) {
        micros += 1000000;
        seconds--;
    }
    when = (time_t)seconds;
    if (gmtime_r(&when, &utc) == NULL || utc.tm_year < -1900 || utc.tm_year > 8099) {
        when = 0;
        gmtime_r(&when, &utc);
    }
    strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out, 28, "%.19s.%06uZ", whole, (unsigned)micros % 1000000U);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar. */
static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static int days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

int clock_parse(const char *text, int64_t *realtime_us_out)
{
    int year, month, day, hour = 0, minute = 0, second = 0, end = 0;
    int micros = 0;

    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || end != 10)
        return -1;
    text += end;
    if (*text != '\0') {
        end = 0;
        if (sscanf(text, "T%2d:%2d%n", &hour, &minute, &end) != 2 || end != 6)
            return -1;
        text += end;
    }
    if (*text == ':') {
        end = 0;
        if (sscanf(text, ":%2d%n", &second, &end) != 1 || end != 3)
            return -1;
        text += end;
    }
    if (*text == '.') {
        int scale = 100000;
        for (text++; *text >= '0' && *text <= '9'; text++, scale /= 10)
            micros += (*text - '0') * scale;
    }
    if (strcmp(text, "") != 0 && strcmp(text, "Z") != 0)
        return -1;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) ||
        hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return -1;
    *realtime_us_out = ((days_from_civil(year, month, day) * 24 + hour) * 60 + minute) * 60000000 +
                       (int64_t)second * 1000000 + micros;
    return 0;
}
