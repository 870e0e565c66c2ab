/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/network.h"

#include <arpa/inet.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool parse_address(struct span text, struct network *out)
{
    char name[INET6_ADDRSTRLEN];

    memset(out, 0, sizeof *out);
    if (text.len == 0 || text.len >= sizeof name)
        return false;
    memcpy(name, text.ptr, text.len);
    name[text.len] = '\0';
    if (inet_pton(AF_INET, name, out->octets) == 1) {
        out->family = 4;
        out->bits = 32;
        return true;
    }
    if (inet_pton(AF_INET6, name, out->octets) != 1)
        return false;
    out->family = 6;
    out->bits = 128;
    return true;
}

/* Clients of a dual-stack socket arrive as ::ffff:192.0.2.1. */
static void unmap(struct network *network)
{
    if (network->family != 6 || network->bits < 96 ||
        memcmp(network->octets, mapped_prefix, sizeof mapped_prefix) != 0)
        return;
    memmove(network->octets, network->octets + 12, 4);
    memset(network->octets + 4, 0, 12);
    network->family = 4;
    network->bits = (uint8_t)(network->bits - 96);
}

static bool is_bit_set(const struct network *network, unsigned bit)
{
    return (network->octets[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

bool network_parse(struct span text, struct network *out)
{
    size_t slash = span_find_byte(text, '/');
    unsigned whole;
    uint64_t bits;

    if (!parse_address(span_slice(text, 0, slash), out))
        return false;
    whole = out->bits;
    if (slash < text.len) {
        if (!span_to_u64(span_slice(text, slash + 1, text.len), &bits) || bits > whole)
            return false;
        out->bits = (uint8_t)bits;
    }
    for (unsigned bit = out->bits; bit < whole; bit++)
        if (is_bit_set(out, bit))
            return false;
    unmap(out);
    return true;
}

bool network_contains(const struct network *network, const struct network *address)
{
    unsigned whole = network->bits / 8, rest = network->bits % 8;

    if (network->family == 0 || network->family != address->family ||
        address->bits < network->bits ||
        memcmp(network->octets, address->octets, whole) != 0)
        return false;
    return rest == 0 ||
           (network->octets[whole] ^ address->octets[whole]) >> (8 - rest) == 0;
}
