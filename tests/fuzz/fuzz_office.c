/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One XML part of an office document: the first octet says as what part of which
 * kind of package it is read.
 */
#include "../unit/extract/recorder.h"
#include "../unit/extract/zip_builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const parts[][2] = {
        { "[Content_Types].xml", "word/document.xml" }, { "[Content_Types].xml", "xl/workbook.xml" },
        { "[Content_Types].xml", "xl/sharedStrings.xml" }, { "[Content_Types].xml", "docProps/custom.xml" },
        { "META-INF/manifest.xml", "content.xml" }, { "META-INF/manifest.xml", "styles.xml" },
        { "META-INF/manifest.xml", "meta.xml" }, { "[Content_Types].xml", "customXml/item1.xml" },
    };
    struct zip_builder builder;
    struct recorder recorder;

    if (size == 0)
        return 0;
    zip_builder_init(&builder);
    zip_builder_add(&builder, parts[bytes[0] % 8][0], SPAN("<Types/>"), ZIP_HONEST);
    zip_builder_add(&builder, parts[bytes[0] % 8][1], (struct span){ (const char *)bytes + 1, size - 1 }, ZIP_HONEST);
    recorder_init(&recorder);
    recorder.budget_bytes = 4 << 20;
    recorder_read(&recorder, zip_builder_finish(&builder, ""));
    recorder_fini(&recorder);
    zip_builder_fini(&builder);
    return 0;
}
