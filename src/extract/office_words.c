/* SPDX-License-Identifier: EUPL-1.2 */
#include "office_priv.h"

void office_index_init(struct office_index *index, const struct office_vocabulary *vocabulary)
{
    size_t row = 0;

    index->words = vocabulary->words;
    for (unsigned first = 0; first <= 256; first++) {
        while (row < vocabulary->count && (unsigned char)vocabulary->words[row].name[0] < first)
            row++;
        index->rows_from[first] = (uint16_t)row;
    }
}

/* As strcmp(); a name from a file may hold NUL and ends where its length says. */
static int compare(struct span name, const char *word)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != word[i] || word[i] == '\0')
            return word[i] != '\0' && (unsigned char)name.ptr[i] < (unsigned char)word[i] ? -1 : 1;
    return word[name.len] == '\0' ? 0 : -1;
}

const struct office_word *office_index_find(const struct office_index *index, struct span name)
{
    unsigned first = name.len == 0 ? 0 : (unsigned char)name.ptr[0];
    size_t low = index->rows_from[first], high = index->rows_from[first + 1];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, index->words[middle].name);

        if (order == 0)
            return &index->words[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
