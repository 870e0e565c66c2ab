/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef SCAN_PHRASES_H
#define SCAN_PHRASES_H

/*
 * Words around markings, in the languages markings come in. Each list ends with
 * NULL. Negative and company phrases are folded when a matcher is built; the others
 * are written as folded text has them.
 */
extern const char *const phrases_negative[];
extern const char *const phrases_company[];
extern const char *const phrases_key[];
extern const char *const phrases_qualifier[];
extern const char *const phrases_release[];

#endif
