/* SPDX-License-Identifier: EUPL-1.2 */
#ifndef EXTRACT_PDF_PRIV_H
#define EXTRACT_PDF_PRIV_H

/*
 * What the files of the PDF reader share (ISO 32000-2; section numbers are its).
 *
 *   pdf_lexer.c   octets to tokens and values (7.2, 7.3)
 *   pdf_file.c    cross-references, object streams, revisions, resolving (7.5)
 *   pdf_sweep.c   finding objects without cross-references
 *   pdf_filter.c  stream filters (7.4)
 *   pdf_crypt.c   the standard security handler (7.6)
 *   pdf_font.c    character codes to UTF-8 and widths (9.5 to 9.10)
 *   pdf_cmap.c    character maps (9.7.5, 9.10.3)
 *   pdf_program.c, pdf_cff.c, pdf_truetype.c  what embedded font programs name (9.9)
 *   pdf_glyph.c   encodings and glyph names (Annex D)
 *   pdf_content.c, pdf_show.c, pdf_mark.c  content streams to placed runs of text (8, 9, 14.6)
 *   pdf_layout.c  runs to lines and regions of a page
 *   pdf_layer.c   optional content (8.11)
 *   pdf_objects.c what stands outside of pages: annotations, fields, files, scripts…
 *   pdf.c         the extractor: pages, revisions, order of work
 *
 * Everything lives in the document's arena, so nothing is freed alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "extract/extract.h"
#include "seen.h"

enum {
    PDF_ARENA_BYTES = 192 << 20,
    PDF_MAX_DEPTH = 40,             /* arrays and dictionaries in each other */
    PDF_MAX_OBJECTS = 2000000,      /* highest object number */
    PDF_MAX_SECTIONS = 512,         /* cross-reference sections */
    PDF_MAX_FILTERS = 8,            /* in one stream */
    PDF_MAX_FORM_DEPTH = 12,        /* form XObjects in each other */
    PDF_FORM_REPEATS = 4,           /* times one form is read on one page: its text does not change */
    PDF_MAX_STATES = 64             /* saved graphics states */
};

/* Objects */

enum pdf_kind {
    PDF_NULL = 0, PDF_BOOL, PDF_INTEGER, PDF_REAL, PDF_STRING, PDF_NAME, PDF_ARRAY, PDF_DICT, PDF_REF
};

struct pdf_array;
struct pdf_dict;

struct pdf_value {
    enum pdf_kind kind;
    union {
        bool yes;
        int64_t integer;
        double real;
        struct span bytes;          /* of a string or name, unescaped and decrypted */
        struct pdf_array *array;
        struct pdf_dict *dict;
        struct { uint32_t number, generation; } ref;
    };
};

struct pdf_array {
    struct pdf_value *items;
    size_t count, capacity;
};

struct pdf_entry {
    struct span key;
    struct pdf_value value;
    uint32_t order;
};

struct pdf_dict {
    struct pdf_entry *entries;
    size_t count, capacity;
    struct span stream;             /* raw octets of a stream; ptr NULL when it is only a dictionary */
    uint32_t number, generation;    /* of the object it is, for decryption */
    bool is_read;                   /* its stream was read as something */
    uint8_t repeats;                /* times run on the page repeats_page */
    uint32_t repeats_page;
    struct span decoded;            /* kept for streams read again and again */
    bool has_decoded;
    void *font;                     /* struct pdf_font, once built */
    uint32_t page;                  /* that it stands on, from 1; 0 unknown */
    uint32_t visit;                 /* serial of the walk that met it last */
};

/* Tokens: a value, or one of the marks. */
enum pdf_token_kind {
    PDF_TOKEN_END = 1, PDF_TOKEN_VALUE, PDF_TOKEN_WORD,
    PDF_TOKEN_ARRAY, PDF_TOKEN_ARRAY_END, PDF_TOKEN_DICT, PDF_TOKEN_DICT_END
};

struct pdf_token {
    enum pdf_token_kind kind;
    struct pdf_value value;         /* of PDF_TOKEN_VALUE */
    struct span word;
};

struct pdf_crypt;

struct pdf_lexer {
    const char *start, *at, *end;
    struct arena *arena;            /* for strings with escapes, arrays, dictionaries */
    const struct pdf_crypt *crypt;  /* NULL: strings are clear */
    uint32_t number, generation;    /* of the object, for crypt */
};

void pdf_lexer_init(struct pdf_lexer *lexer, struct span bytes, struct arena *arena);
void pdf_lexer_next(struct pdf_lexer *lexer, struct pdf_token *token);

/* One value, references included. false at the end or on a word that is none. */
bool pdf_parse_value(struct pdf_lexer *lexer, struct pdf_value *out);

/* The rest of a value whose opening token was taken already. */
bool pdf_parse_rest(struct pdf_lexer *lexer, const struct pdf_token *open, struct pdf_value *out);

/* Without resolving references; PDF_NULL when the key is not there. */
struct pdf_value pdf_dict_raw(const struct pdf_dict *dict, struct span key);

bool pdf_is_space(char c);
bool pdf_is_delimiter(char c);

/* The document */

/* One definition of an object: several revisions may each hold one. */
struct pdf_definition {
    struct pdf_definition *older;
    uint64_t offset;                /* of "N G obj", when container is 0 */
    uint32_t number, generation;
    uint32_t container, index;      /* object stream that holds it, and where in it */
    uint32_t section;               /* revision: 0 newest */
    bool is_free;
    bool is_swept;                  /* found by sweeping, in no section */
    bool is_loading, is_loaded;
    struct pdf_value value;
    struct pdf_packed *packed;      /* when it is an object stream already opened */
};

struct pdf_file {
    struct span bytes;              /* from "%PDF-" on */
    struct sink *sink;
    struct arena *arena;
    struct pdf_definition **newest; /* by object number */
    size_t number_limit, number_capacity;
    struct pdf_definition **swept;  /* in file order */
    size_t swept_count, swept_capacity;
    struct pdf_dict *trailers[PDF_MAX_SECTIONS];
    uint32_t section_count;
    uint32_t oldest_section;        /* highest section of a definition, when rebuilt */
    uint32_t view;                  /* resolve as of this section */
    bool is_rebuilt;                /* cross-references unusable */
    bool has_superseded;            /* some object has definitions in several sections */
    bool is_short;                  /* a limit cut something off */
    bool is_damaged;
    uint64_t parse_work;            /* octets parsed as objects */
    unsigned repairs;
    unsigned mappings;              /* entries of character maps read so far */
    struct pdf_crypt *crypt;
};

/* Read cross-references, or sweep; false when nothing in it is an object. */
bool pdf_file_open(struct pdf_file *file);
struct pdf_definition *pdf_file_find(struct pdf_file *file, uint32_t number);
struct pdf_value pdf_file_load(struct pdf_file *file, struct pdf_definition *definition);
struct pdf_definition *pdf_file_define(struct pdf_file *file, uint32_t number, uint32_t section);

/* Register all "N G obj" that no section names; when alone, they are the document. */
void pdf_sweep(struct pdf_file *file);
void pdf_rebuild(struct pdf_file *file);

/* Follow references (at most 16 in a row) in the current view. */
struct pdf_value pdf_resolve(struct pdf_file *file, struct pdf_value value);
struct pdf_value pdf_get(struct pdf_file *file, const struct pdf_dict *dict, struct span key);
struct pdf_dict *pdf_get_dict(struct pdf_file *file, const struct pdf_dict *dict, struct span key);
struct pdf_array *pdf_get_array(struct pdf_file *file, const struct pdf_dict *dict, struct span key);
struct span pdf_get_name(struct pdf_file *file, const struct pdf_dict *dict, struct span key);
double pdf_get_number(struct pdf_file *file, const struct pdf_dict *dict, struct span key, double otherwise);
struct pdf_value pdf_at(struct pdf_file *file, const struct pdf_array *array, size_t index);
double pdf_number(struct pdf_value value, double otherwise);
struct pdf_dict *pdf_dict_of(struct pdf_value value);

/*
 * Decode a stream through its filters. images says whether to stop before an
 * image codec (then *codec_out names it). Returns false when an octet of it
 * could not be decoded; what came before is in out all the same.
 */
bool pdf_stream_decode(struct pdf_file *file, struct pdf_dict *stream, struct buf *out,
                       struct span *codec_out);

/* The same, kept in the arena for the next caller. */
struct span pdf_stream_bytes(struct pdf_file *file, struct pdf_dict *stream);

/* Text string (7.9.2.2) to UTF-8: UTF-16 or UTF-8 by its mark, else PDFDocEncoding. */
void pdf_append_text(struct buf *out, struct span string);

/* Encryption */

enum pdf_crypt_result { PDF_CRYPT_NONE = 1, PDF_CRYPT_OPEN, PDF_CRYPT_LOCKED };

/* Try the empty password and the policy's. */
enum pdf_crypt_result pdf_crypt_open(struct pdf_file *file, struct pdf_dict *encrypt, struct span id);
bool pdf_crypt_metadata_is_clear(const struct pdf_crypt *crypt);
struct span pdf_crypt_string(const struct pdf_crypt *crypt, struct arena *arena, uint32_t number,
                             uint32_t generation, struct span bytes);
bool pdf_crypt_stream(const struct pdf_crypt *crypt, uint32_t number, uint32_t generation,
                      struct span filter, struct span bytes, struct buf *out);

/* Fonts */

enum {
    PDF_RUNE_STRING = 0x80000000U,
    PDF_RUNE_GUESS = 0x40000000U,   /* no more than what other fonts show under that code */
    PDF_RUNE_NAMELESS = 0xFFFFFFFEU,/* a glyph whose name says nothing */
    PDF_RUNE_NONE = 0xFFFFFFFFU
};

/* Code to what it shows: two levels of 256, filled where used. */
struct pdf_map {
    uint32_t *pages[256];           /* rune, PDF_RUNE_STRING | index into strings, or of the above */
    struct span *strings;
    size_t string_count, string_capacity;
    uint8_t code_bytes[256];        /* by first octet: length of a code; 0 unset */
};

bool pdf_map_put(struct pdf_map *map, struct arena *arena, uint32_t code, uint32_t rune);
uint32_t pdf_map_get(const struct pdf_map *map, uint32_t code);

static inline bool pdf_rune_is_text(uint32_t rune)
{
    return rune < PDF_RUNE_NAMELESS;
}

/* Put what a glyph name means; copy an entry of another map. */
void pdf_map_put_name(struct pdf_map *map, struct arena *arena, uint32_t code, struct span name);
void pdf_map_copy(struct pdf_map *map, struct arena *arena, uint32_t code, const struct pdf_map *from,
                  uint32_t from_code);

/* How many of so many entries the document may still fill; counts them. */
size_t pdf_mappings_take(struct pdf_file *file, size_t wanted);

/* Add a CMap program's mappings and code lengths; those to CIDs go to cids, which may be NULL. */
void pdf_cmap_parse(struct pdf_file *file, struct span program, struct pdf_map *map, struct pdf_map *cids);

enum pdf_encoding { PDF_ENCODING_STANDARD = 1, PDF_ENCODING_WINANSI, PDF_ENCODING_MACROMAN, PDF_ENCODING_SYMBOL };

uint32_t pdf_encoding_rune(enum pdf_encoding encoding, uint8_t code);

/* Glyph name to UTF-8 ("Eacute", "f_i", "uni00C8", "u1F600", "a.sc"); false when it says nothing. */
bool pdf_glyph_text(struct span name, struct buf *utf8_out);

struct pdf_font {
    struct pdf_map map;
    struct span charset;            /* legacy CJK CMap: decode strings by this charset */
    uint8_t width;                  /* octets of a code: 1, 2, or 0: see map.code_bytes */
    bool is_utf16;                  /* codes are UTF-16BE themselves */
    bool is_symbols;                /* pictograms: one that is not mapped is no letter */
    float *widths[256];             /* in 1/1000 em by code, two levels as the map */
    float default_width;
    double glyph_scale;             /* 0.001, or that of a Type 3 font's matrix */

    /* For codes without text: the program (pdf_program.h), and how codes lead to its glyphs. */
    struct pdf_dict *descriptor;
    struct pdf_program *program;
    bool is_asked, is_composite, is_identity;
    enum pdf_encoding guess;        /* of a simple font; 0: what it shows is said */
    struct pdf_map cids;            /* code to CID, unless is_identity */
    struct span cid_glyphs;         /* CIDToGIDMap; empty: glyphs are numbered as CIDs */
    bool has_ascii_cids;            /* CIDs 1 to 95 are ASCII, as in all of Adobe's East Asian sets */
};

struct pdf_font *pdf_font_get(struct pdf_file *file, struct pdf_dict *dict);
double pdf_font_width(const struct pdf_font *font, uint32_t code);

/* What the embedded program says of a code that font->map has no text for. */
uint32_t pdf_font_ask(struct pdf_file *file, struct pdf_font *font, uint32_t code);

/* Page text */

struct pdf_run {
    float along, end, across, size; /* in points, turned so that text runs to the right */
    int16_t angle;                  /* degrees, -180..180 */
    uint8_t region;                 /* enum region, 0: by position */
    bool is_invisible;              /* drawn without paint: the text layer of a scan, or a disguise */
    uint32_t text, text_len;        /* in page->text */
    uint32_t joint, joint_count;    /* in page->joints */
};

/* Where between two glyphs there is more room than the font says. */
struct pdf_joint {
    uint32_t text;
    float gap;                      /* in em */
};

enum { PDF_MAX_PICTURES = 16 };     /* a page in more pieces is not put together again */

struct pdf_page {
    struct pdf_file *file;
    uint32_t number;                /* from 1; 0: on no page */
    uint32_t serial;                /* of this struct, to count repeats */
    double box[4];                  /* visible part, turned: left, bottom, right, top */
    double base[6];                 /* user space to what a reader sees */
    struct buf text;
    struct pdf_run *runs;
    size_t run_count, run_capacity;
    struct pdf_joint *joints;
    size_t joint_count, joint_capacity;
    struct buf aside;               /* alternative texts, a line each */
    unsigned unmapped;              /* glyphs that no map names */
    unsigned images;                /* drawn, the same again counting again */
    struct pdf_dict *pictures[PDF_MAX_PICTURES]; /* the first of them; NULL: inside the content */
    unsigned strokes;               /* lines and curves drawn: letters, perhaps, without a font */
    struct arena *scratch;          /* emptied between operators */
};

enum { PDF_MAX_LAYERS = 256 };

struct pdf_reader {
    struct pdf_file file;
    struct seen lines;              /* already said: to tell what only an older revision holds */
    bool is_older;                  /* reading an older revision */
    bool told_revisions, told_layer, told_active;
    bool is_cut;                    /* the page limit or the work limit was met */
    struct pdf_dict **pages;        /* of the current view, in order */
    size_t page_count, page_capacity;
    uint32_t serial;
    uint64_t work;                  /* octets of content that may still be interpreted */
    struct pdf_dict *layers[PDF_MAX_LAYERS]; /* those switched off, or on where the rest is off */
    size_t layer_count;
    bool layers_start_off;
    struct pdf_dict *plain_font;    /* stands in where the resources have none */
    struct pdf_value *elements;     /* of the array being read in a content stream */
    size_t element_capacity;
    enum region last_region;        /* place last told to the sink */
    uint32_t last_page;
};

/* dict may be NULL: a page of its own for what stands on none. */
void pdf_page_init(struct pdf_page *page, struct pdf_reader *reader, struct pdf_dict *dict, uint32_t number);
void pdf_page_fini(struct pdf_page *page);

/* Start or go on with a run that begins there; the caller appends its text. NULL when full. */
struct pdf_run *pdf_page_begin(struct pdf_page *page, const struct pdf_run *at);
void pdf_page_end(struct pdf_page *page, struct pdf_run *run, double end);

/* Say all lines of the page; region for text that has none of its own (BODY: by position). */
void pdf_page_emit(struct pdf_reader *reader, struct pdf_page *page, enum region otherwise);

/* Interpret one content stream with these resources. */
void pdf_content_run(struct pdf_reader *reader, struct pdf_page *page, struct span content,
                     struct pdf_dict *resources);

/* A form XObject as a page of its own would show it. */
void pdf_content_form(struct pdf_reader *reader, struct pdf_page *page, struct pdf_dict *form);

/* Hand all pictures of the page to who reads them; whether all of them were read. */
bool pdf_pictures_read(struct pdf_reader *reader, const struct pdf_page *page, enum region region);

void pdf_layers_read(struct pdf_reader *reader, struct pdf_dict *root);
bool pdf_layer_is_hidden(struct pdf_reader *reader, struct pdf_dict *layer);

/* One line of text anywhere; in older revisions only what no newer one says. */
void pdf_emit(struct pdf_reader *reader, enum region region, uint32_t page, struct span text);

/* What one object and the direct ones in it say outside of pages. */
void pdf_object_read(struct pdf_reader *reader, struct pdf_value value);

/* A stream that nothing named: a form, an attachment, or content after all. */
void pdf_leftover_read(struct pdf_reader *reader, struct pdf_dict *stream);
void pdf_info_read(struct pdf_reader *reader, struct pdf_dict *info);

#endif
