/* SPDX-License-Identifier: EUPL-1.2 */
#include "policy/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MAX_REGEX_BYTES = 4096, STEP_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KIB = 4096 };

static bool is_regex(struct span text)
{
    return text.len >= 2 && text.ptr[0] == '/' && text.ptr[text.len - 1] == '/';
}

/* The arena as PCRE2's memory: what is compiled goes when the policy goes. */
static void *arena_malloc(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

static void arena_keep(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

static const void *compile(struct arena *arena, struct span text, struct err *err)
{
    struct span body = span_slice(text, 1, text.len - 1);
    pcre2_general_context *memory = pcre2_general_context_create(arena_malloc, arena_keep, arena);
    pcre2_compile_context *context = pcre2_compile_context_create(memory);
    PCRE2_SIZE offset = 0;
    int code = 0;
    PCRE2_UCHAR words[128];
    pcre2_code *regex = NULL;

    if (context != NULL) {
        pcre2_set_max_pattern_length(context, MAX_REGEX_BYTES);
        regex = pcre2_compile((PCRE2_SPTR)body.ptr, body.len,
                              PCRE2_UTF | PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF |
                                  PCRE2_NEVER_BACKSLASH_C,
                              &code, &offset, context);
        if (regex == NULL) {
            pcre2_get_error_message(code, words, sizeof words);
            err_set(err, "%s at character %zu", (const char *)words, (size_t)offset + 1);
        }
    } else {
        err_set(err, "out of memory");
    }
    return regex;
}

int pattern_init(struct arena *arena, struct pattern *pattern, struct span text, struct err *err)
{
    *pattern = (struct pattern){ .kind = PATTERN_EQUAL, .text = text };
    if (is_regex(text)) {
        pattern->kind = PATTERN_REGEX;
        pattern->regex = compile(arena, text, err);
        return pattern->regex == NULL ? -1 : 0;
    }
    if (span_find_byte(text, '*') < text.len || span_find_byte(text, '?') < text.len)
        pattern->kind = PATTERN_GLOB;
    return 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The usual two marks to go back to: only the last "*" can ever need more text. */
static bool glob_match(struct span glob, struct span subject)
{
    size_t g = 0, s = 0, star = SIZE_MAX, resume = 0;

    while (s < subject.len) {
        if (g < glob.len && glob.ptr[g] == '*') {
            star = g++;
            resume = s;
        } else if (g < glob.len &&
                   (glob.ptr[g] == '?' || lower(glob.ptr[g]) == lower(subject.ptr[s]))) {
            g++;
            s++;
        } else if (star != SIZE_MAX) {
            g = star + 1;
            s = ++resume;
        } else {
            return false;
        }
    }
    while (g < glob.len && glob.ptr[g] == '*')
        g++;
    return g == glob.len;
}

static enum pattern_result regex_match(const pcre2_code *regex, struct span subject)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    enum pattern_result result = PATTERN_UNDECIDED;

    if (data != NULL && limits != NULL) {
        int rc;
        pcre2_set_match_limit(limits, STEP_LIMIT);
        pcre2_set_depth_limit(limits, DEPTH_LIMIT);
        pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
        rc = pcre2_match(regex, (PCRE2_SPTR)(subject.ptr == NULL ? "" : subject.ptr), subject.len,
                         0, 0, data, limits);
        if (rc >= 0)
            result = PATTERN_YES;
        else if (rc == PCRE2_ERROR_NOMATCH)
            result = PATTERN_NO;
    }
    pcre2_match_context_free(limits);
    pcre2_match_data_free(data);
    return result;
}

enum pattern_result pattern_match(const struct pattern *pattern, struct span subject)
{
    bool yes = false;

    switch (pattern->kind) {
    case PATTERN_EQUAL: yes = span_equals_nocase(pattern->text, subject); break;
    case PATTERN_GLOB: yes = glob_match(pattern->text, subject); break;
    case PATTERN_REGEX: return regex_match(pattern->regex, subject);
    }
    return yes ? PATTERN_YES : PATTERN_NO;
}

enum pattern_result pattern_list_match(const struct pattern_list *list, struct span subject)
{
    enum pattern_result result = PATTERN_NO;

    for (size_t i = 0; i < list->count; i++)
        switch (pattern_match(&list->items[i], subject)) {
        case PATTERN_YES: return PATTERN_YES;
        case PATTERN_UNDECIDED: result = PATTERN_UNDECIDED; break;
        case PATTERN_NO: break;
        }
    return result;
}
