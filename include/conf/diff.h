/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef CONF_DIFF_H
#define CONF_DIFF_H

/* What a change of policy changes, in words, for a person who has to agree to it. */
#include "conf/conf.h"
#include "facts/plan.h"

/*
 * One line for each difference: sections that are new or gone, settings that were
 * one thing and are another, values added to or taken from lists and files, rules
 * and destinations in another order. No line: no difference. Both policies should
 * be without errors; statements with errors are not compared. Lives in arena.
 */
void conf_diff(const struct bundle *old, const struct bundle *new, struct arena *arena,
               struct span_list *lines_out);

#endif
