/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Kinds that are recognised and not read: told by name, so that nobody takes
 * them for clean. The walk looks through their readable strings all the same.
 */
#include "extract_priv.h"

enum { IS_PROGRAM = 1, NITF_CLASS_AT = 119 };

struct kind {
    const char *name;
    size_t offset, len;
    const char *magic;
    enum uninspectable reason;
    unsigned flags;
};

#define UNREAD UNINSPECTABLE_UNSUPPORTED
#define SEALED UNINSPECTABLE_ENCRYPTED

static const struct kind kinds[] = {
    /* sealed */
    { "rpmsg", 0, 8, "\x76\xE8\x04\x60\xC4\x11\xE3\x86", SEALED, 0 },
    { "pfile", 0, 6, ".pfile", SEALED, 0 },
    { "openssl-enc", 0, 8, "Salted__", SEALED, 0 },
    { "openssl-enc", 0, 10, "U2FsdGVkX1", SEALED, 0 }, /* the same in base64 */
    { "age", 0, 21, "age-encryption.org/v1", SEALED, 0 },
    { "ansible-vault", 0, 14, "$ANSIBLE_VAULT", SEALED, 0 },
    { "keepass", 0, 4, "\x03\xD9\xA2\x9A", SEALED, 0 },
    { "luks", 0, 6, "LUKS\xBA\xBE", SEALED, 0 },
    { "bitlocker", 3, 8, "-FVE-FS-", SEALED, 0 },
    { "axcrypt", 0, 16, "\xC0\xB9\x07\x2E\x4F\x93\xF1\x46\xA0\x15\x79\x2C\xA1\xD9\xE8\x21", SEALED, 0 },
    { "encrypted-dmg", 0, 8, "encrcdsa", SEALED, 0 },
    /* documents and data */
    { "onenote", 0, 16, "\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", UNREAD, 0 },
    { "onenote", 0, 16, "\xA1\x2F\xFF\x43\xD9\xEF\x76\x4C\x9E\xE2\x10\xEA\x57\x22\x76\x5F", UNREAD, 0 },
    { "pst", 0, 4, "!BDN", UNREAD, 0 },
    { "sqlite", 0, 16, "SQLite format 3", UNREAD, 0 },
    { "access", 4, 15, "Standard Jet DB", UNREAD, 0 },
    { "access", 4, 15, "Standard ACE DB", UNREAD, 0 },
    { "dwg", 0, 4, "AC10", UNREAD, 0 },
    { "wordperfect", 0, 4, "\xFF" "WPC", UNREAD, 0 },
    { "postscript", 0, 4, "%!PS", UNREAD, 0 },
    { "djvu", 0, 8, "AT&TFORM", UNREAD, 0 },
    { "dvi", 0, 2, "\xF7\x02", UNREAD, 0 },
    { "chm", 0, 4, "ITSF", UNREAD, 0 },
    { "wim", 0, 8, "MSWIM\0\0\0", UNREAD, 0 },
    { "parquet", 0, 4, "PAR1", UNREAD, 0 },
    { "hdf5", 0, 8, "\x89HDF\r\n\x1A\n", UNREAD, 0 },
    { "registry", 0, 4, "regf", UNREAD, 0 },
    { "event-log", 0, 8, "ElfFile\0", UNREAD, 0 },
    { "pcap", 0, 4, "\xD4\xC3\xB2\xA1", UNREAD, 0 },
    { "pcapng", 0, 4, "\x0A\x0D\x0D\x0A", UNREAD, 0 },
    { "nitf", 0, 4, "NITF", UNREAD, 0 },
    { "nitf", 0, 4, "NSIF", UNREAD, 0 },
    { "fits", 0, 9, "SIMPLE  =", UNREAD, 0 },
    { "dicom", 128, 4, "DICM", UNREAD, 0 },
    /* disk images */
    { "vmdk", 0, 4, "KDMV", UNREAD, 0 },
    { "qcow", 0, 4, "QFI\xFB", UNREAD, 0 },
    { "vhdx", 0, 8, "vhdxfile", UNREAD, 0 },
    { "vhd", 0, 8, "conectix", UNREAD, 0 },
    { "squashfs", 0, 4, "hsqs", UNREAD, 0 },
    /* sound and moving pictures */
    { "mp4", 4, 4, "ftyp", UNREAD, 0 },
    { "matroska", 0, 4, "\x1A\x45\xDF\xA3", UNREAD, 0 },
    { "avi", 8, 4, "AVI ", UNREAD, 0 },
    { "wav", 8, 4, "WAVE", UNREAD, 0 },
    { "ogg", 0, 4, "OggS", UNREAD, 0 },
    { "flac", 0, 4, "fLaC", UNREAD, 0 },
    { "mp3", 0, 3, "ID3", UNREAD, 0 },
    { "mpeg", 0, 4, "\0\0\1\xBA", UNREAD, 0 },
    { "asf", 0, 8, "\x30\x26\xB2\x75\x8E\x66\xCF\x11", UNREAD, 0 },
    { "flash", 0, 3, "FWS", UNREAD, IS_PROGRAM },
    { "flash", 0, 3, "CWS", UNREAD, IS_PROGRAM },
    { "midi", 0, 4, "MThd", UNREAD, 0 },
    /* fonts */
    { "font", 0, 4, "OTTO", UNREAD, 0 },
    { "font", 0, 5, "\0\1\0\0\0", UNREAD, 0 },
    { "font", 0, 4, "ttcf", UNREAD, 0 },
    { "font", 0, 4, "wOFF", UNREAD, 0 },
    { "font", 0, 4, "wOF2", UNREAD, 0 },
    /* programs */
    { "elf", 0, 4, "\x7F" "ELF", UNREAD, IS_PROGRAM },
    { "pe", 0, 2, "MZ", UNREAD, IS_PROGRAM },
    { "java", 0, 4, "\xCA\xFE\xBA\xBE", UNREAD, IS_PROGRAM },
    { "mach-o", 0, 4, "\xCF\xFA\xED\xFE", UNREAD, IS_PROGRAM },
    { "mach-o", 0, 4, "\xCE\xFA\xED\xFE", UNREAD, IS_PROGRAM },
    { "wasm", 0, 4, "\0asm", UNREAD, IS_PROGRAM },
    { "shortcut", 0, 8, "\x4C\0\0\0\1\x14\2\0", UNREAD, IS_PROGRAM },
};

/* Containers of French and other programs that only their name tells: sealed by what they are for. */
static const char *const sealed_names[] = { ".zed", ".zedx", ".zec", ".acid", ".hc", ".tc", ".p7e", ".kdbx" };

/* Pictures are kept in the same boxes as films (ISO/IEC 23008-12); image.c reads them. */
static bool is_picture(struct span bytes)
{
    static const char *const brands[] = { "heic", "heix", "heim", "heis", "mif1", "msf1", "avif", "avis" };

    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (span_equals(span_slice(bytes, 8, 12), span_of(brands[i])))
            return true;
    return false;
}

static const struct kind *find(struct span bytes)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (span_equals(span_slice(bytes, kinds[i].offset, kinds[i].offset + kinds[i].len),
                        (struct span){ kinds[i].magic, kinds[i].len }) &&
            !(kinds[i].offset == 4 && is_picture(bytes)))
            return &kinds[i];
    return NULL;
}

static bool has_sealed_name(struct span name)
{
    for (size_t i = 0; i < sizeof sealed_names / sizeof *sealed_names; i++)
        if (span_ends_with_nocase(name, span_of(sealed_names[i])))
            return true;
    return false;
}

static enum recognition known_recognise(const struct extract_input *input)
{
    const struct kind *kind = find(input->bytes);

    if (kind != NULL)
        return kind->len > 3 ? RECOGNISE_MAGIC : RECOGNISE_LOOKS;
    return input->bytes.len > 0 && has_sealed_name(input->name) ? RECOGNISE_WEAK : RECOGNISE_NO;
}

static enum extract_result known_read(const struct extract_input *input, struct sink *sink)
{
    const struct kind *kind = find(input->bytes);
    struct span level = span_slice(input->bytes, NITF_CLASS_AT, NITF_CLASS_AT + 1);

    if (kind == NULL) {
        sink_uninspectable(sink, UNINSPECTABLE_ENCRYPTED, SPAN("by its name"));
        return EXTRACT_FAILED;
    }
    sink_detected(sink, span_of(kind->name));
    if (span_equals(span_of(kind->name), SPAN("nitf")) && level.len == 1 && level.ptr[0] != ' ')
        sink_property(sink, PROPERTY_LABEL_ID, SPAN("nitf"), level);
    if ((kind->flags & IS_PROGRAM) != 0)
        sink_active(sink);
    sink_uninspectable(sink, kind->reason, span_of(kind->name));
    return EXTRACT_FAILED;
}

const struct extractor extract_known = { .name = "known", .recognise = known_recognise, .read = known_read };
