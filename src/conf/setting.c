/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/setting.h"

static const struct section_kind kinds[SECTION_COUNT] = {
    [SECTION_TOP] = { NULL, SECTION_TOP, false, "the file itself" },
    [SECTION_SENDERS] = { "senders", SECTION_TOP, false, "who may send" },
    [SECTION_SERVER] = { "server", SECTION_TOP, true,
                         "where approved domains must come from: what is given must all hold" },
    [SECTION_LIST] = { "list", SECTION_TOP, true, "values that other settings name as \"@NAME\"" },
    [SECTION_LANGUAGE] = { "language", SECTION_TOP, true, "who reads it: fr, en, de, es or it" },
    [SECTION_TEXT] = { "text", SECTION_TOP, true,
                       "words in several languages, which reply, footer and notice name as \"%{text:NAME}\"" },
    [SECTION_SCHEME] = { "scheme", SECTION_TOP, true, "an ordered set of labels" },
    [SECTION_LABEL] = { "label", SECTION_SCHEME, true, "one label of a scheme" },
    [SECTION_DESTINATION] = { "destination", SECTION_TOP, true,
                              "a group of recipients; in file order the first that fits counts" },
    [SECTION_EXCEPTION] = { "exception", SECTION_TOP, true, "a narrow, dated permission" },
    [SECTION_RULE] = { "rule", SECTION_TOP, true, "when these facts hold, do this" },
    [SECTION_FAILURE] = { "failure", SECTION_TOP, false,
                          "what becomes of a message that could not be decided" },
    [SECTION_LIMITS] = { "limits", SECTION_TOP, false, "what reading one message may cost" },
};

#define ACTIONS_ON_FAILURE "tempfail reject quarantine discard accept"
#define KIB                1024LL
#define MIB                (1024 * KIB)
#define GIB                (1024 * MIB)

const struct setting settings_table[] = {
    /* clang-format off */
#define SET(section_, name_, type_, ...) \
    { .section = SECTION_##section_, .name = name_, .type = VALUE_##type_, __VA_ARGS__ }
    SET(TOP, "listen", TEXT, .fallback = "inet:8894@localhost",
        .meaning = "the milter's socket: \"inet:PORT@HOST\", \"inet6:PORT@HOST\" or \"unix:PATH\""),
    SET(TOP, "mode", CHOICE, .choices = "enforce observe", .fallback = "enforce",
        .meaning = "observe: decide and log, change nothing"),
    SET(TOP, "socket_mode", TEXT, .fallback = "0660", .meaning = "permissions of a unix socket, octal"),
    SET(TOP, "socket_group", TEXT, .meaning = "group that owns a unix socket"),
    SET(TOP, "user", TEXT, .fallback = "vaguemestre", .meaning = "user to become when started as root"),
    SET(TOP, "audit_file", TEXT, .fallback = LOCALSTATEDIR "/log/vaguemestre/audit.jsonl",
        .meaning = "the record of all verdicts"),
    SET(TOP, "audit_key_file", TEXT,
        .meaning = "absolute path of a key of 16 to 1024 octets: with it nobody else can compute the record anew"),
    SET(TOP, "audit_sync", BOOL, .fallback = "true",
        .meaning = "the record is on the disk, not only in its cache, before the action"),
    SET(TOP, "spool_directory", TEXT, .fallback = LOCALSTATEDIR "/spool/vaguemestre",
        .meaning = "where messages too large for memory are held while they are judged"),
    SET(TOP, "spool_memory", SIZE, .fallback = "4M", .min = 0, .max = GIB,
        .meaning = "a larger message goes to an unlinked file"),
    SET(TOP, "message_limit", SIZE, .fallback = "200M", .min = 64 * KIB, .max = 4 * GIB,
        .meaning = "a larger message is not judged: failure message_too_large"),
    SET(TOP, "scanners", NUMBER, .fallback = "0", .min = 0, .max = 1024,
        .meaning = "messages read at once; 0: one a processor"),
    SET(TOP, "content_timeout", DURATION, .fallback = "240s", .min = 1000, .max = 3600000,
        .meaning = "in all for one message; keep it below the mail server's own milter_content_timeout"),
    SET(TOP, "syslog_facility", CHOICE, .fallback = "mail",
        .choices = "mail daemon auth authpriv user local0 local1 local2 local3 local4 local5 local6 local7",
        .meaning = "where log lines go"),
    SET(TOP, "utc_offset", TEXT, .fallback = "+01:00",
        .meaning = "of local time in winter, for time windows"),
    SET(TOP, "summer_time", BOOL, .fallback = "true",
        .meaning = "one hour more by the European rule, for time windows"),
    SET(TOP, "broken_signatures", CHOICE, .choices = "keep remove hold", .fallback = "keep",
        .meaning = "what becomes of DKIM and ARC fields that an edit would break; hold: of the message"),
    SET(TOP, "ocr", BOOL, .fallback = "false",
        .meaning = "read the words in images and scanned pages too, which takes seconds a page"),
    SET(TOP, "ocr_languages", TEXT, .is_list = true,
        .meaning = "of the words in pictures, as Tesseract names its data; without it \"fra\" and \"eng\""),
    SET(TOP, "passwords", TEXT, .is_list = true, .meaning = "tried on what is encrypted"),
    SET(TOP, "password_file", FILE, .meaning = "more of them, one a line"),

    SET(TOP, "languages", TEXT, .is_list = true, .fallback = "fr en",
        .meaning = "of refusals, notices and footers for people no language section names"),
    SET(TOP, "authorities", FILE, .is_list = true,
        .meaning = "certificates (PEM) under which an S/MIME signature is approved"),

    SET(SENDERS, "approved", TEXT, .is_list = true,
        .meaning = "domains, \".suffixes\" and mailboxes that may send"),
    SET(SENDERS, "approved_file", FILE, .is_list = true, .meaning = "more of them, one a line"),
    SET(SENDERS, "null_sender", CHOICE, .choices = "approved unapproved", .fallback = "approved",
        .meaning = "whether the empty envelope sender of bounces counts as approved"),
    SET(SENDERS, "login_file", FILE,
        .meaning = "lines \"LOGIN ADDRESS-OR-DOMAIN…\": what each login may send as"),

    SET(SERVER, "domains", TEXT, .is_list = true, .required = true,
        .meaning = "the domains, \".suffixes\" or mailboxes bound to this server"),
    SET(SERVER, "networks", TEXT, .is_list = true, .meaning = "client networks, \"10.0.0.0/8\", \"2001:db8::/32\""),
    SET(SERVER, "logins", TEXT, .is_list = true, .meaning = "SASL logins"),
    SET(SERVER, "certificates", TEXT, .is_list = true,
        .meaning = "subject common names of verified client certificates"),
    SET(SERVER, "daemons", TEXT, .is_list = true,
        .meaning = "names the mail server gives its listeners, as for one that demands certificates by fingerprint"),
    SET(SERVER, "local", BOOL, .fallback = "false", .meaning = "mail handed in on the gateway itself counts"),

    SET(LIST, "values", TEXT, .is_list = true, .meaning = "what stands for \"@NAME\""),
    SET(LIST, "file", FILE, .is_list = true, .meaning = "more of them, one a line"),

    SET(SCHEME, "spif", FILE,
        .meaning = "a security policy information file (XML SPIF) whose labels the scheme has too"),

    SET(LANGUAGE, "domains", TEXT, .is_list = true, .required = true,
        .meaning = "domains and \".suffixes\" whose people read this language"),

    SET(TEXT, "fr", TEXT, .meaning = "in French"),
    SET(TEXT, "en", TEXT, .meaning = "in English"),
    SET(TEXT, "de", TEXT, .meaning = "in German"),
    SET(TEXT, "es", TEXT, .meaning = "in Spanish"),
    SET(TEXT, "it", TEXT, .meaning = "in Italian"),

    SET(LABEL, "rank", NUMBER, .required = true, .min = 0, .max = 1000000, .meaning = "order inside the scheme"),
    SET(LABEL, "level", NUMBER, .fallback = "-1", .min = -1, .max = 4,
        .meaning = "place on the scale common to all schemes, 0 (free) to 4 (top secret); -1: none"),
    SET(LABEL, "strength", CHOICE, .choices = "strong weak", .fallback = "strong",
        .meaning = "weak: an everyday word, which needs a prefix or a header or footer"),
    SET(LABEL, "marks", TEXT, .is_list = true, .meaning = "texts that are the marking"),
    SET(LABEL, "short_marks", TEXT, .is_list = true,
        .meaning = "abbreviations: in brackets, portion marks, file names, after a prefix"),
    SET(LABEL, "identifiers", TEXT, .is_list = true, .meaning = "machine-readable names"),
    SET(LABEL, "releasable_to", TEXT, .is_list = true,
        .meaning = "a caveat: only for these nations and groups; \"listed\": for those named behind it"),

    SET(DESTINATION, "domains", TEXT, .is_list = true,
        .meaning = "domains, \".suffixes\", mailboxes, globs, \"/regular expressions/\", or \"*\""),
    SET(DESTINATION, "domains_file", FILE, .is_list = true, .meaning = "more of them, one a line"),
    SET(DESTINATION, "ceiling", TEXT, .is_list = true, .fallback = "none",
        .meaning = "the highest label of each scheme; \"none\": no label at all, \"any\": every label"),
    SET(DESTINATION, "never", TEXT, .is_list = true,
        .meaning = "labels that may not go there whatever the ceiling"),
    SET(DESTINATION, "nations", TEXT, .is_list = true,
        .meaning = "nations and groups the recipients belong to, as caveats call them: FRA, NATO, FVEY"),
    SET(DESTINATION, "unknown_label", CHOICE, .choices = "above allowed", .fallback = "above",
        .meaning = "how labels that no scheme knows compare with the ceiling"),
    SET(DESTINATION, "require_tls", BOOL, .fallback = "false",
        .meaning = "the client must have used TLS: facts no-tls and channel-unmet"),
    SET(DESTINATION, "tls_minimum", CHOICE, .choices = "none TLSv1 TLSv1.1 TLSv1.2 TLSv1.3", .fallback = "none",
        .meaning = "the oldest TLS the client may have used: fact channel-unmet"),
    SET(DESTINATION, "certificates", TEXT, .is_list = true,
        .meaning = "the client must have shown a verified certificate of one of these subject common names"),
    SET(DESTINATION, "require_encrypted", BOOL, .fallback = "false",
        .meaning = "the whole message must be encrypted (S/MIME)"),
    SET(DESTINATION, "require_signed", BOOL, .fallback = "false",
        .meaning = "the whole message must be signed (S/MIME) under one of the authorities"),

    SET(EXCEPTION, "sender", TEXT, .is_list = true, .meaning = "for these sender addresses"),
    SET(EXCEPTION, "login", TEXT, .is_list = true, .meaning = "for these logins"),
    SET(EXCEPTION, "client", TEXT, .is_list = true, .meaning = "from these networks"),
    SET(EXCEPTION, "allows", TEXT, .is_list = true, .required = true,
        .meaning = "the facts, or the rules by name, it excuses"),
    SET(EXCEPTION, "ceiling", TEXT, .is_list = true,
        .meaning = "no label above this; needed to excuse label-above-ceiling"),
    SET(EXCEPTION, "destination", TEXT, .is_list = true, .meaning = "only to these destinations"),
    SET(EXCEPTION, "recipient", TEXT, .is_list = true, .meaning = "only to these addresses"),
    SET(EXCEPTION, "owner", TEXT, .required = true, .meaning = "who answers for it"),
    SET(EXCEPTION, "reason", TEXT, .required = true, .meaning = "why, or the ticket"),
    SET(EXCEPTION, "from", DATE, .meaning = "first day or instant (UTC)"),
    SET(EXCEPTION, "expires", DATE, .required = true,
        .meaning = "in force before this instant; a day alone is its last"),
    SET(EXCEPTION, "uses", NUMBER, .min = 1, .max = 1000000000,
        .meaning = "messages it may excuse in all"),
    SET(EXCEPTION, "uses_a_day", NUMBER, .min = 1, .max = 1000000000,
        .meaning = "messages it may excuse on one day (UTC)"),

    SET(RULE, "when", TEXT, .is_list = true, .meaning = "facts, any of which must hold"),
    SET(RULE, "unless", TEXT, .is_list = true, .meaning = "facts, none of which may hold"),
    SET(RULE, "action", CHOICE, .required = true,
        .choices = "accept tag rewrite redirect copy quarantine reject tempfail discard",
        .meaning = "what is done"),
    SET(RULE, "mode", CHOICE, .choices = "enforce observe", .fallback = "enforce",
        .meaning = "observe: judge and log, change nothing"),
    SET(RULE, "confidence", CHOICE, .choices = "possible likely certain", .fallback = "likely",
        .meaning = "the least at which a label counts"),
    SET(RULE, "some_recipients", CHOICE, .choices = "refuse drop hold", .fallback = "refuse",
        .meaning = "when the reason is about some recipients only: act on the whole message, "
                   "drop these recipients, or hold the message"),
    SET(RULE, "tell_sender", BOOL, .fallback = "false",
        .meaning = "with some_recipients = drop: the sender gets the message too, with a header field that "
                   "names who does not"),
    SET(RULE, "reply", TEXT, .is_list = true,
        .meaning = "SMTP reply, may begin with a code and an enhanced code; without it the shipped texts"),
    SET(RULE, "code", NUMBER, .min = 400, .max = 599,
        .meaning = "SMTP code of the reply; without it 550, or 451 for tempfail"),
    SET(RULE, "enhanced", TEXT, .meaning = "enhanced code of the reply; without it 5.7.1 or 4.7.1"),
    SET(RULE, "headers", TEXT, .is_list = true, .meaning = "\"Name: value\" to set (tag, rewrite)"),
    SET(RULE, "remove_headers", TEXT, .is_list = true,
        .meaning = "fields to remove (rewrite): \"Name\", \"Name: glob\" or \"Name: /regular expression/\"; "
                   "the name may be a glob too"),
    SET(RULE, "subject_mark", TEXT,
        .meaning = "text before the subject, \"[%{label_name}]\", for the highest label of the message "
                   "and all attached to it (tag, rewrite)"),
    SET(RULE, "label_header", TEXT, .is_list = true,
        .meaning = "fields that say that label to programs: X-Protective-Marking, SIO-Label (tag, rewrite)"),
    SET(RULE, "to", TEXT, .is_list = true, .meaning = "addresses (redirect, copy)"),
    SET(RULE, "sender_map", TEXT, .is_list = true,
        .meaning = "\"ADDRESS-OR-DOMAIN -> ADDRESS\": senders to replace (rewrite)"),
    SET(RULE, "contact_map", TEXT, .is_list = true,
        .meaning = "\"ADDRESS -> ADDRESS\": contact addresses to replace in text, HTML and vCard parts (rewrite)"),
    SET(RULE, "footer", TEXT, .meaning = "text put at the end of the first plain text part (rewrite)"),
    SET(RULE, "footer_html", TEXT, .meaning = "HTML put at the end of the first HTML part (rewrite); without it the text of footer"),
    SET(RULE, "strip_metadata", BOOL, .fallback = "false",
        .meaning = "take author, company, comments, camera and place out of office documents and pictures (rewrite)"),
    SET(RULE, "notice", TEXT, .meaning = "text that takes the place of each part the rule is about (rewrite); "
                   "standard: the shipped one"),
    SET(RULE, "sender", TEXT, .is_list = true, .condition = CONDITION_SENDER,
        .meaning = "sender addresses: domains, \".suffixes\", mailboxes, globs, /regular expressions/"),
    SET(RULE, "sender_field", TEXT, .is_list = true, .condition = CONDITION_SENDER_FIELD,
        .meaning = "where the sender stands: envelope, From, Sender, Reply-To…"),
    SET(RULE, "recipient", TEXT, .is_list = true, .condition = CONDITION_RECIPIENT,
        .meaning = "recipient addresses, written as senders are"),
    SET(RULE, "destination", TEXT, .is_list = true, .condition = CONDITION_DESTINATION,
        .meaning = "names of destinations"),
    SET(RULE, "label", TEXT, .is_list = true, .condition = CONDITION_LABEL,
        .meaning = "labels, \"fr:SECRET\""),
    SET(RULE, "label_at_least", TEXT, .is_list = true, .condition = CONDITION_LABEL_AT_LEAST,
        .meaning = "this label or a higher one, by rank or, in other schemes, by level"),
    SET(RULE, "source", TEXT, .is_list = true, .condition = CONDITION_SOURCE,
        .meaning = "where the label was seen: text, hidden, metadata, header, subject, filename, signature, image"),
    SET(RULE, "place", TEXT, .is_list = true, .condition = CONDITION_PLACE,
        .meaning = "where the label stands, as the record names places: \"header:*\", \"2!*\", \"*header*.xml*\""),
    SET(RULE, "reason", TEXT, .is_list = true, .condition = CONDITION_REASON,
        .meaning = "why a part could not be read: encrypted, damaged, too-large…"),
    SET(RULE, "file_name", TEXT, .is_list = true, .condition = CONDITION_FILE_NAME,
        .meaning = "names of attachments and members: globs or /regular expressions/"),
    SET(RULE, "type", TEXT, .is_list = true, .condition = CONDITION_TYPE,
        .meaning = "types of parts by content: docx, pdf, zip…"),
    SET(RULE, "sha256", TEXT, .is_list = true, .condition = CONDITION_SHA256,
        .meaning = "digests of parts, hexadecimal"),
    SET(RULE, "part_above", SIZE, .condition = CONDITION_PART_ABOVE, .min = 0, .max = 1024 * GIB,
        .meaning = "parts larger than this"),
    SET(RULE, "contact", TEXT, .is_list = true, .condition = CONDITION_CONTACT,
        .meaning = "contact addresses in the content, written as senders are"),
    SET(RULE, "ambiguity", TEXT, .is_list = true, .condition = CONDITION_AMBIGUITY,
        .meaning = "kinds of ambiguity"),
    SET(RULE, "login", TEXT, .is_list = true, .condition = CONDITION_LOGIN, .meaning = "SASL logins"),
    SET(RULE, "client", TEXT, .is_list = true, .condition = CONDITION_CLIENT, .meaning = "client networks"),
    SET(RULE, "tls", TEXT, .is_list = true, .condition = CONDITION_TLS,
        .meaning = "TLS versions, \"TLSv1.3\", or \"none\""),
    SET(RULE, "certificate", TEXT, .is_list = true, .condition = CONDITION_CERTIFICATE,
        .meaning = "subject common names of the verified client certificate, or \"none\""),
    SET(RULE, "daemon", TEXT, .is_list = true, .condition = CONDITION_DAEMON,
        .meaning = "names of the mail server's daemon"),
    SET(RULE, "port", TEXT, .is_list = true, .condition = CONDITION_PORT,
        .meaning = "ports of the mail server's daemon the client came to: 25, 587"),
    SET(RULE, "mailer", TEXT, .is_list = true, .condition = CONDITION_MAILER,
        .meaning = "mail programs, as User-Agent or X-Mailer name them: globs or /regular expressions/"),
    SET(RULE, "header", TEXT, .is_list = true, .condition = CONDITION_HEADER,
        .meaning = "\"Name\", \"Name: glob\" or \"Name: /regular expression/\""),
    SET(RULE, "subject", TEXT, .is_list = true, .condition = CONDITION_SUBJECT,
        .meaning = "globs or /regular expressions/ over the subject"),
    SET(RULE, "size_above", SIZE, .condition = CONDITION_SIZE_ABOVE, .min = 0, .max = 1024 * GIB,
        .meaning = "messages larger than this"),
    SET(RULE, "recipients_above", NUMBER, .condition = CONDITION_RECIPIENTS_ABOVE, .min = 0, .max = 1000000,
        .meaning = "messages to more recipients than this"),
    SET(RULE, "expanded_above", SIZE, .condition = CONDITION_EXPANDED_ABOVE, .min = 0, .max = 1024 * GIB,
        .meaning = "messages that unpack to more than this"),
    SET(RULE, "depth_above", NUMBER, .condition = CONDITION_DEPTH_ABOVE, .min = 0, .max = 1000,
        .meaning = "containers in containers deeper than this, a member of an attached archive being 1"),
    SET(RULE, "parts_above", NUMBER, .condition = CONDITION_PARTS_ABOVE, .min = 0, .max = 1000000,
        .meaning = "more parts and members than this"),
    SET(RULE, "pages_above", NUMBER, .condition = CONDITION_PAGES_ABOVE, .min = 0, .max = 1000000,
        .meaning = "a document of more pages, sheets or slides than this"),
    SET(RULE, "time", TEXT, .is_list = true, .condition = CONDITION_TIME,
        .meaning = "windows of local time: \"Mon-Fri 08:00-18:30\", \"22:00-06:00\", \"Sat,Sun\""),
    SET(RULE, "signer", TEXT, .is_list = true, .condition = CONDITION_SIGNER,
        .meaning = "who signed: globs or /regular expressions/"),

    SET(FAILURE, "scanner_crashed", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "the process that reads the message died"),
    SET(FAILURE, "scanner_timeout", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "reading took longer than the limit"),
    SET(FAILURE, "message_too_large", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "the message is above message_limit"),
    SET(FAILURE, "facts_full", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "more was found than limits keep"),
    SET(FAILURE, "not_scanned", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "no scanner could be had"),
    SET(FAILURE, "uninspectable", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "a part could not be read and no rule spoke about it"),
    SET(FAILURE, "policy", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "the judgement itself met a limit"),
    SET(FAILURE, "audit", CHOICE, .choices = ACTIONS_ON_FAILURE, .fallback = "tempfail",
        .meaning = "no record could be written"),

    SET(LIMITS, "expanded", SIZE, .fallback = "512M", .min = MIB, .max = 64 * GIB,
        .meaning = "decoded and unpacked octets of one message: too-large"),
    SET(LIMITS, "ratio", NUMBER, .fallback = "200", .min = 2, .max = 1000000,
        .meaning = "unpacked to packed octets: too-large"),
    SET(LIMITS, "depth", NUMBER, .fallback = "16", .min = 1, .max = 100,
        .meaning = "containers in containers: too-deep"),
    SET(LIMITS, "parts", NUMBER, .fallback = "10000", .min = 1, .max = 1000000,
        .meaning = "MIME parts and members: too-many"),
    SET(LIMITS, "pages", NUMBER, .fallback = "5000", .min = 1, .max = 1000000,
        .meaning = "of one document: too-many"),
    SET(LIMITS, "findings", NUMBER, .fallback = "1000", .min = 10, .max = 100000,
        .meaning = "kept of each kind: failure facts_full"),
    SET(LIMITS, "time", DURATION, .fallback = "30s", .min = 100, .max = 3600000,
        .meaning = "wall clock of one message: timeout"),
    SET(LIMITS, "memory", SIZE, .fallback = "1G", .min = 64 * MIB, .max = 64 * GIB,
        .meaning = "address space of the process that reads a message"),
    SET(LIMITS, "ocr_pictures", NUMBER, .fallback = "20", .min = 1, .max = 100000,
        .meaning = "images and scanned pages of one message that are read: the rest is image-only"),
    SET(LIMITS, "ocr_pixels", NUMBER, .fallback = "40000000", .min = 10000, .max = 1000000000,
        .meaning = "of one picture: a larger one is image-only"),
    SET(LIMITS, "ocr_time", DURATION, .fallback = "60s", .min = 100, .max = 3600000,
        .meaning = "wall clock for the pictures of one message, besides time: timeout"),
#undef SET
    /* clang-format on */
};

const size_t settings_count = sizeof settings_table / sizeof *settings_table;

const struct section_kind *section_kind(enum section section)
{
    return &kinds[section];
}

static const struct setting *find(enum section section, struct span name)
{
    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].section == section &&
            span_equals(span_of(settings_table[i].name), name))
            return &settings_table[i];
    return NULL;
}

const struct setting *setting_find(enum section section, struct span name, bool *unless_out)
{
    const struct setting *setting = find(section, name);

    *unless_out = false;
    if (setting != NULL || section != SECTION_RULE || !span_starts_with(name, SPAN("unless_")))
        return setting;
    setting = find(section, span_slice(name, sizeof "unless_" - 1, name.len));
    *unless_out = true;
    return setting != NULL && setting->condition != 0 ? setting : NULL;
}

enum section section_find(enum section parent, struct span name)
{
    for (enum section kind = SECTION_TOP + 1; kind < SECTION_COUNT; kind++)
        if (kinds[kind].parent == parent && span_equals(span_of(kinds[kind].name), name))
            return kind;
    return SECTION_COUNT;
}

struct span settings_listed(struct arena *arena, enum section section)
{
    struct span list = SPAN("");

    for (size_t i = 0; i < settings_count; i++)
        if (settings_table[i].section == section)
            list = arena_printf(arena, "%.*s%s%s", SPAN_ARG(list), list.len == 0 ? "" : ", ",
                                settings_table[i].name);
    for (enum section kind = SECTION_TOP + 1; kind < SECTION_COUNT; kind++)
        if (kinds[kind].parent == section)
            list = arena_printf(arena, "%.*s%s%s", SPAN_ARG(list), list.len == 0 ? "" : ", ",
                                kinds[kind].name);
    return list;
}
