/* SPDX-License-Identifier: EUPL-1.2 */
#include <stdarg.h>

#include "ctl_priv.h"

void complain(const char *format, ...)
{
    va_list args;

    fputs("vaguemestre: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}
