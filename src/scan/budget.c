/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/clock.h"
#include "scan_priv.h"

/* Reading the clock costs as much as reading a paragraph. */
enum { ASKS_A_LOOK = 16 };

void budget_begin(struct budget *budget, const struct plan_limits *limits, uint32_t time_ms)
{
    const uint64_t now_us = clock_monotonic_us();

    *budget = (struct budget){ .limits = limits,
                               .deadline_us = now_us + (uint64_t)time_ms * 1000,
                               .tries_end_us = now_us + (uint64_t)time_ms * 500,
                               .spent = UNINSPECTABLE_NONE };
}

bool budget_spend(struct budget *budget, uint64_t bytes)
{
    if (budget->spent != UNINSPECTABLE_NONE)
        return false;
    if (bytes > budget->limits->expanded_bytes - budget->expanded) {
        budget->spent = UNINSPECTABLE_TOO_LARGE;
        return false;
    }
    budget->expanded += bytes;
    return true;
}

bool budget_is_late(const struct budget *budget)
{
    return clock_monotonic_us() >= budget->deadline_us;
}

bool budget_has_time_to_try(const struct budget *budget)
{
    return clock_monotonic_us() < budget->tries_end_us;
}

bool budget_is_spent(struct budget *budget)
{
    if (budget->spent == UNINSPECTABLE_NONE && budget_is_late(budget))
        budget->spent = UNINSPECTABLE_TIMEOUT;
    return budget->spent != UNINSPECTABLE_NONE;
}

bool budget_seems_spent(struct budget *budget)
{
    if (budget->spent == UNINSPECTABLE_NONE && budget->asked++ % ASKS_A_LOOK != 0)
        return false;
    return budget_is_spent(budget);
}
