/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/plan.h"

/* Chosen so that a ministry's largest honest mail passes: see vaguemestre-policy.conf(5). */
const struct plan_limits plan_default_limits = {
    .expanded_bytes = 512U << 20,
    .ratio = 200,
    .depth = 16,
    .parts = 10000,
    .pages = 5000,
    .findings = 1000,
    .time_ms = 30000,
    .memory_bytes = 1U << 30,
};
