/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef TESTS_UNIT_CONF_FACTS_FIXTURE_H
#define TESTS_UNIT_CONF_FACTS_FIXTURE_H

/*
 * Facts of a message written as lines, so that a table of cases can be read:
 *
 *   envelope A | from A | field NAME A | rcpt A | null | badfrom TEXT
 *   login L | client IP | tls V | local | daemon N | subject S | header N: V | size N
 *   label NAME CONFIDENCE SOURCE WHERE [obfuscated] [quoted]     (NAME "?" is unknown)
 *   part WHERE NAME TYPE REASON [mismatch] [active]              (REASON "read": fully read)
 *   contact A WHERE [obfuscated] | ambiguous KIND WHERE | signed KIND [SIGNER]
 *   time ISO | unscanned | failed REASON | dropped
 *
 * Without a word about it: scanned, queue id "4XYZ", 2026-06-01T12:00:00Z.
 */
#include "facts/facts.h"
#include "policy/policy.h"

struct facts *facts_fixture_read(struct arena *arena, const struct policy *policy, const char *text);

#endif
