#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Each public header compiles alone: whoever includes it needs nothing before it. TAP.
top=${srcdir:-.}
flags=$(pkg-config --cflags jansson libpcre2-8 2>/dev/null)
number=0
status=0
for header in "$top"/include/*/*.h; do
    number=$((number + 1))
    name=${header#"$top"/include/}
    # shellcheck disable=SC2086
    if errors=$(printf '#include "%s"\n' "$name" |
        ${CC:-cc} -std=c17 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I"$top/include" \
            -I"${builddir:-.}/src" $flags -x c - 2>&1); then
        echo "ok $number - $name"
    else
        echo "not ok $number - $name"
        echo "$errors" | sed 's/^/# /'
        status=1
    fi
done
echo "1..$number"
exit $status
