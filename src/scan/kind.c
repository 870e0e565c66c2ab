/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a media type or a file name promises, against what the octets are.
 *
 * Types fall into families whose members honest programs take for one another (a
 * .doc that is RTF, text/plain that is CSV). A promise from another family is a
 * mismatch. Types no row knows promise nothing: application/octet-stream is what
 * careful programs say.
 */
#include <string.h>

#include "scan_priv.h"

/* Words in one string, a space before and behind each: looked up whole. */
struct family {
    const char *detected;   /* short types as extractors say them */
    const char *media;      /* media types; one that ends in "/" stands for all below */
    const char *extensions;
};

static const struct family families[] = {
    { " text csv json xml html xhtml svg rtf vcard calendar ics vcf markdown tex mbox message eml mht pgp binhex ",
      " text/ message/ application/json application/xml application/xhtml+xml application/rtf "
      "application/javascript application/x-javascript application/x-sh application/sql "
      "application/x-tex application/yaml application/mbox application/pgp application/pgp-keys "
      "application/pgp-signature application/pgp-encrypted application/ics image/svg+xml ",
      " txt text csv tsv json xml html htm xhtml svg md tex log ini conf c h py js sh sql yaml yml "
      "ics vcf vcard eml mht mhtml mbox asc sig pgp gpg " },
    { " doc docx docm dotx dotm dot word rtf odt ott odm fodt html text xml ooxml ole2 ",
      " application/msword application/vnd.openxmlformats-officedocument.wordprocessingml.document "
      "application/vnd.openxmlformats-officedocument.wordprocessingml.template "
      "application/vnd.ms-word.document.macroenabled.12 application/vnd.ms-word.template.macroenabled.12 "
      "application/rtf text/rtf text/richtext application/vnd.oasis.opendocument.text "
      "application/vnd.oasis.opendocument.text-template application/vnd.oasis.opendocument.text-flat-xml ",
      " doc docx docm dotx dotm dot rtf odt ott odm fodt " },
    { " xls xlsx xlsm xlsb xltx xltm xlam ods ots fods csv html text xml ooxml ole2 ",
      " application/vnd.ms-excel application/excel application/x-msexcel "
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet "
      "application/vnd.ms-excel.sheet.macroenabled.12 "
      "application/vnd.ms-excel.sheet.binary.macroenabled.12 "
      "application/vnd.openxmlformats-officedocument.spreadsheetml.template "
      "application/vnd.ms-excel.template.macroenabled.12 application/vnd.ms-excel.addin.macroenabled.12 "
      "application/vnd.oasis.opendocument.spreadsheet application/vnd.oasis.opendocument.spreadsheet-template "
      "application/vnd.oasis.opendocument.spreadsheet-flat-xml ",
      " xls xlt xlsx xlsm xlsb xltx xltm xlam ods ots fods " },
    { " ppt pptx pptm ppsx ppsm potx potm odp otp fodp ooxml ole2 ",
      " application/vnd.ms-powerpoint application/powerpoint "
      "application/vnd.openxmlformats-officedocument.presentationml.presentation "
      "application/vnd.ms-powerpoint.presentation.macroenabled.12 "
      "application/vnd.openxmlformats-officedocument.presentationml.slideshow "
      "application/vnd.openxmlformats-officedocument.presentationml.template "
      "application/vnd.ms-powerpoint.slideshow.macroenabled.12 application/vnd.ms-powerpoint.template.macroenabled.12 "
      "application/vnd.oasis.opendocument.presentation application/vnd.oasis.opendocument.presentation-template "
      "application/vnd.oasis.opendocument.presentation-flat-xml ",
      " ppt pps pot pptx pptm ppsx ppsm potx potm odp otp fodp " },
    { " odg otg fodg ", " application/vnd.oasis.opendocument.graphics application/vnd.oasis.opendocument.graphics-template "
      "application/vnd.oasis.opendocument.graphics-flat-xml ", " odg otg fodg " },
    { " vsdx vsdm vstx vssx ole2 visio ", " application/vnd.visio application/vnd.ms-visio.drawing.main+xml "
      "application/vnd.ms-visio.drawing application/vnd.visio2013 ", " vsd vsdx vsdm vst vstx vss vssx " },
    { " xps oxps ", " application/vnd.ms-xpsdocument application/oxps ", " xps oxps " },
    { " epub ", " application/epub+zip ", " epub " },
    { " pdf ", " application/pdf application/x-pdf ", " pdf " },
    { " msg ole2 ", " application/vnd.ms-outlook ", " msg " },
    { " png jpeg jpg gif tiff webp bmp image heic heif avif ico ", " image/ ",
      " png jpg jpeg jpe gif tif tiff webp bmp heic heif avif ico " },
    { " zip ooxml epub xps vsdx jar odt ods odp odg docx xlsx pptx ",
      " application/zip application/x-zip application/x-zip-compressed ", " zip jar " },
    { " 7z ", " application/x-7z-compressed ", " 7z " },
    { " rar rar4 rar5 ", " application/vnd.rar application/x-rar-compressed application/x-rar ", " rar " },
    { " gz gzip tar tgz ", " application/gzip application/x-gzip application/x-tar "
      "application/x-gtar application/x-compressed-tar ", " gz tgz tar " },
    { " bz2 bzip2 xz zst zstd lzma tar ", " application/x-bzip2 application/x-xz application/zstd "
      "application/x-lzma ", " bz2 xz zst lzma " },
    { " cab ", " application/vnd.ms-cab-compressed application/x-cab ", " cab " },
    { " iso ", " application/x-iso9660-image application/x-cd-image ", " iso " },
    { " ar ", " application/x-archive application/vnd.debian.binary-package application/x-debian-package ",
      " ar a deb udeb " },
    { " rpm ", " application/x-rpm application/x-redhat-package-manager ", " rpm " },
    { " lha ", " application/x-lzh-compressed application/x-lha application/x-lzh ", " lha lzh " },
    { " xar ", " application/x-xar ", " xar pkg " },
    { " cpio ", " application/x-cpio ", " cpio " },
    { " binhex ", " application/mac-binhex40 application/mac-binhex ", " hqx " },
    { " tnef ", " application/ms-tnef application/vnd.ms-tnef ", " " },
    { " p7m p7s cms smime pkcs7 ", " application/pkcs7-mime application/x-pkcs7-mime "
      "application/pkcs7-signature application/x-pkcs7-signature ", " p7m p7s p7c p7b " },
};

enum { FAMILIES = sizeof families / sizeof *families, WORD_BYTES = 96 };

/* Is word one of those in list? */
static bool is_listed(const char *list, struct span word)
{
    char sought[WORD_BYTES + 3];

    if (word.len == 0 || word.len > WORD_BYTES)
        return false;
    sought[0] = ' ';
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        sought[i + 1] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    sought[word.len + 1] = ' ';
    sought[word.len + 2] = '\0';
    return strstr(list, sought) != NULL;
}

static bool promises_type(const struct family *family, struct span media)
{
    const size_t slash = span_find_byte(media, '/');

    return is_listed(family->media, media) ||
           (slash < media.len && is_listed(family->media, span_slice(media, 0, slash + 1)));
}

static struct span extension_of(struct span name)
{
    for (size_t i = name.len; i > 0; i--)
        if (name.ptr[i - 1] == '.')
            return span_slice(name, i, name.len);
        else if (name.ptr[i - 1] == '/' || name.ptr[i - 1] == '\\')
            break;
    return (struct span){ NULL, 0 };
}

bool kind_type_differs(struct span detected, struct span media)
{
    bool known = false;

    for (size_t i = 0; i < FAMILIES; i++) {
        if (!promises_type(&families[i], media))
            continue;
        if (is_listed(families[i].detected, detected))
            return false;
        known = true;
    }
    return known;
}

bool kind_name_differs(struct span detected, struct span name)
{
    const struct span extension = extension_of(name);
    bool known = false;

    for (size_t i = 0; i < FAMILIES; i++) {
        if (!is_listed(families[i].extensions, extension))
            continue;
        if (is_listed(families[i].detected, detected))
            return false;
        known = true;
    }
    return known;
}
