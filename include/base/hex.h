/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

/* The value of a hexadecimal digit of either case (RFC 4648, section 8), or -1. */
static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
