/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Why the world said no (disk, peer, memory): words for a person, to which each
 * level on the way up adds what it was doing. Logged once, at the top.
 */
struct err {
    char text[1024];
};

/* Set the text. Longer text is cut. err may be NULL: nothing happens. */
void err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put "context: " before what is there. */
void err_context(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
