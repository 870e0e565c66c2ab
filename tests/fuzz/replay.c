/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A main() for fuzz targets where libFuzzer is not: feeds every file of
 * tests/fuzz/corpus/NAME (or of the folders named) to the target, as TAP.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t size = 0;
    long end;

    if (file == NULL)
        return -1;
    if (fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0) {
        fclose(file);
        return -1;
    }
    rewind(file);
    /* Exactly as large as the input, so that a sanitizer sees one octet too far. */
    bytes = malloc((size_t)end + (end == 0));
    if (bytes != NULL)
        size = fread(bytes, 1, (size_t)end, file);
    fclose(file);
    if (bytes == NULL || size != (size_t)end) {
        free(bytes);
        return -1;
    }
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 0;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void replay_folder(const char *folder, int *count)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, visible, alphasort);

    if (n < 0) {
        printf("Bail out! no seeds in %s\n", folder);
        exit(1);
    }
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        fflush(stdout);
        printf("%s %d - seed %s\n", replay(path) == 0 ? "ok" : "not ok", ++*count,
               entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

int main(int argc, char **argv)
{
    int count = 0;

    if (argc > 1) {
        for (int i = 1; i < argc; i++)
            replay_folder(argv[i], &count);
    } else {
        const char *top = getenv("srcdir");
        const char *name = strrchr(argv[0], '/');
        char folder[4096];

        name = name == NULL ? argv[0] : name + 1;
        name = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
        snprintf(folder, sizeof folder, "%s/tests/fuzz/corpus/%s", top == NULL ? "." : top, name);
        replay_folder(folder, &count);
    }
    printf("1..%d\n", count);
    return count > 0 ? 0 : 1;
}
