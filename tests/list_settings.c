/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Prints the table of settings, facts, failures and placeholders, one a line and
 * tab-separated, for tests/check-docs.py.
 */
#include <stdio.h>

#include "conf/setting.h"
#include "policy/fact.h"

static const char *or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

int main(void)
{
    for (enum section kind = SECTION_TOP + 1; kind < SECTION_COUNT; kind++)
        printf("section\t%s\t%s\n", section_kind(kind)->name, section_kind(kind)->meaning);
    for (size_t i = 0; i < settings_count; i++) {
        const struct setting *setting = &settings_table[i];
        printf("setting\t%s\t%s\t%d\t%s\t%s\t%s\t%d\t%d\n",
               or_dash(section_kind(setting->section)->name), setting->name, setting->type,
               or_dash(setting->fallback), or_dash(setting->choices), setting->meaning,
               setting->is_list, setting->required);
    }
    for (enum fact fact = 1; fact < FACT_COUNT; fact++)
        printf("fact\t%s\t%s\n", fact_name(fact), fact_meaning(fact));
    printf("placeholders\t%s\n", template_placeholders);
    return 0;
}
