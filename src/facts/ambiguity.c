/* SPDX-License-Identifier: EUPL-1.2 */
#include "facts/ambiguity.h"

static const char *const names[AMBIGUITY_COUNT] = {
    [AMBIGUITY_FROM_DUPLICATE] = "from-duplicate",
    [AMBIGUITY_FROM_MISSING] = "from-missing",
    [AMBIGUITY_FROM_MALFORMED] = "from-malformed",
    [AMBIGUITY_FROM_MULTIPLE_NO_SENDER] = "from-multiple-no-sender",
    [AMBIGUITY_DISPLAY_NAME_ADDRESS] = "display-name-address",
    [AMBIGUITY_ADDRESS_ENCODED_WORD] = "address-encoded-word",
    [AMBIGUITY_ADDRESS_COMMENT] = "address-comment",
    [AMBIGUITY_ADDRESS_ROUTE] = "address-route",
    [AMBIGUITY_ADDRESS_CONTROL] = "address-control",
    [AMBIGUITY_ADDRESS_QUOTED] = "address-quoted",
    [AMBIGUITY_DOMAIN_LOOKALIKE] = "domain-lookalike",
    [AMBIGUITY_SENDER_DUPLICATE] = "sender-duplicate",
    [AMBIGUITY_HEADER_MALFORMED] = "header-malformed",
    [AMBIGUITY_HEADER_NUL] = "header-nul",
    [AMBIGUITY_HEADER_BARE_CR] = "header-bare-cr",
    [AMBIGUITY_HEADER_BARE_LF] = "header-bare-lf",
    [AMBIGUITY_HEADER_SPACE_BEFORE_COLON] = "header-space-before-colon",
    [AMBIGUITY_HEADER_8BIT] = "header-8bit",
    [AMBIGUITY_HEADER_TOO_LONG] = "header-too-long",
    [AMBIGUITY_HEADER_EMPTY_FOLD] = "header-empty-fold",
    [AMBIGUITY_HEADER_ENCODED_WORD] = "header-encoded-word",
    [AMBIGUITY_HEADER_NO_SEPARATOR] = "header-no-separator",
    [AMBIGUITY_CONTENT_TYPE_DUPLICATE] = "content-type-duplicate",
    [AMBIGUITY_CONTENT_TYPE_MALFORMED] = "content-type-malformed",
    [AMBIGUITY_CONTENT_ENCODING_DUPLICATE] = "content-encoding-duplicate",
    [AMBIGUITY_CONTENT_ENCODING_UNKNOWN] = "content-encoding-unknown",
    [AMBIGUITY_CONTENT_ENCODING_COMPOSITE] = "content-encoding-composite",
    [AMBIGUITY_CONTENT_DISPOSITION_DUPLICATE] = "content-disposition-duplicate",
    [AMBIGUITY_PARAMETER_DUPLICATE] = "parameter-duplicate",
    [AMBIGUITY_PARAMETER_MALFORMED] = "parameter-malformed",
    [AMBIGUITY_PARAMETER_CONTINUATION] = "parameter-continuation",
    [AMBIGUITY_PARAMETER_ENCODED_WORD] = "parameter-encoded-word",
    [AMBIGUITY_FILENAME_CONFLICT] = "filename-conflict",
    [AMBIGUITY_BOUNDARY_MISSING] = "boundary-missing",
    [AMBIGUITY_BOUNDARY_MALFORMED] = "boundary-malformed",
    [AMBIGUITY_BOUNDARY_UNTERMINATED] = "boundary-unterminated",
    [AMBIGUITY_BOUNDARY_NESTED] = "boundary-nested",
    [AMBIGUITY_BOUNDARY_LOOSE] = "boundary-loose",
    [AMBIGUITY_PREAMBLE_CONTENT] = "preamble-content",
    [AMBIGUITY_EPILOGUE_CONTENT] = "epilogue-content",
    [AMBIGUITY_MIME_VERSION_MISSING] = "mime-version-missing",
    [AMBIGUITY_MESSAGE_PARTIAL] = "message-partial",
    [AMBIGUITY_BASE64_JUNK] = "base64-junk",
    [AMBIGUITY_BASE64_PADDING] = "base64-padding",
    [AMBIGUITY_QP_MALFORMED] = "qp-malformed",
    [AMBIGUITY_UUENCODE_MALFORMED] = "uuencode-malformed",
    [AMBIGUITY_BODY_NUL] = "body-nul",
    [AMBIGUITY_BODY_BARE_CR] = "body-bare-cr",
    [AMBIGUITY_BODY_BARE_LF] = "body-bare-lf",
    [AMBIGUITY_LINE_TOO_LONG] = "line-too-long",
    [AMBIGUITY_CHARSET_UNKNOWN] = "charset-unknown",
    [AMBIGUITY_CHARSET_CONFLICT] = "charset-conflict",
    [AMBIGUITY_CHARSET_MALFORMED] = "charset-malformed",
    [AMBIGUITY_TEXT_BIDI] = "text-bidi",
    [AMBIGUITY_HTML_COMMENT] = "html-comment",
    [AMBIGUITY_HTML_MALFORMED] = "html-malformed",
    [AMBIGUITY_ALTERNATIVE_CONFLICT] = "alternative-conflict",
    [AMBIGUITY_TYPE_CONFLICT] = "type-conflict",
    [AMBIGUITY_POLYGLOT] = "polyglot",
    [AMBIGUITY_ARCHIVE_HIDDEN_MEMBER] = "archive-hidden-member",
    [AMBIGUITY_ARCHIVE_DUPLICATE_MEMBER] = "archive-duplicate-member",
    [AMBIGUITY_ARCHIVE_HEADER_CONFLICT] = "archive-header-conflict",
    [AMBIGUITY_ARCHIVE_TRAILING_DATA] = "archive-trailing-data",
    [AMBIGUITY_ARCHIVE_PREFIXED_DATA] = "archive-prefixed-data",
    [AMBIGUITY_ARCHIVE_MULTIPLE_DIRECTORIES] = "archive-multiple-directories",
    [AMBIGUITY_ARCHIVE_NAME] = "archive-name",
    [AMBIGUITY_PDF_HIDDEN_LAYER] = "pdf-hidden-layer",
    [AMBIGUITY_PDF_REVISIONS] = "pdf-revisions",
    [AMBIGUITY_PDF_STRUCTURE] = "pdf-structure",
    [AMBIGUITY_DOCUMENT_STRUCTURE] = "document-structure",
    [AMBIGUITY_XML_DTD] = "xml-dtd",
};

const char *ambiguity_name(enum ambiguity kind)
{
    return kind > 0 && kind < AMBIGUITY_COUNT ? names[kind] : NULL;
}

bool ambiguity_from_name(struct span name, enum ambiguity *out)
{
    for (enum ambiguity kind = AMBIGUITY_FROM_DUPLICATE; kind < AMBIGUITY_COUNT; kind++)
        if (span_equals_nocase(name, span_of(names[kind]))) {
            *out = kind;
            return true;
        }
    return false;
}

_Static_assert(AMBIGUITY_COUNT <= 128, "a set holds every kind");

void ambiguity_set_add(struct ambiguity_set *set, enum ambiguity kind)
{
    if (set != NULL)
        set->bits[kind / 64] |= UINT64_C(1) << kind % 64;
}

void ambiguity_set_merge(struct ambiguity_set *set, const struct ambiguity_set *other)
{
    if (set == NULL)
        return;
    set->bits[0] |= other->bits[0];
    set->bits[1] |= other->bits[1];
}

bool ambiguity_set_has(const struct ambiguity_set *set, enum ambiguity kind)
{
    return (set->bits[kind / 64] >> kind % 64 & 1) != 0;
}

bool ambiguity_set_take(struct ambiguity_set *set, enum ambiguity *kind_out)
{
    for (unsigned word = 0; word < 2; word++)
        if (set->bits[word] != 0) {
            *kind_out = (enum ambiguity)(word * 64U + (unsigned)__builtin_ctzll(set->bits[word]));
            set->bits[word] &= set->bits[word] - 1;
            return true;
        }
    return false;
}
