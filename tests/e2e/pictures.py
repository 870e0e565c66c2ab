# SPDX-License-Identifier: EUPL-1.2
"""Pictures with words in them, drawn by Ghostscript and turned into other files by ImageMagick."""

import os
import subprocess
import tempfile

TIME_S = 60
MARK = "DIFFUSION RESTREINTE"

PAGE = """\
%!PS
<< /PageSize [{width} {height}] >> setpagedevice
/Times-Bold findfont {size} scalefont setfont
{width} ({first}) stringwidth pop sub 2 div {height} {size} 2 mul sub moveto ({first}) show
/Times-Roman findfont {size} 0.6 mul scalefont setfont
{rows}
showpage
"""


def postscript(first=MARK, rows=("La note fixe les conditions de livraison.",), size=20, width=400, height=120):
    """One page: a line in its top, rows below it."""
    shown = "".join(f"20 {height - size * 2 - (number + 1) * size} moveto ({row}) show\n"
                    for number, row in enumerate(rows))
    return PAGE.format(width=width, height=height, size=size, first=first, rows=shown).encode()


def draw(page, device="png16m", resolution=150):
    """The page as a file of this device of Ghostscript's."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", f"-sDEVICE={device}", f"-r{resolution}",
                        f"-sOutputFile={out.name}", "-"], input=page, timeout=TIME_S, check=True)
        return out.read()


def convert(picture, to, *options):
    """A picture, or several, by ImageMagick: to is the ending of the result."""
    pictures = picture if isinstance(picture, list) else [picture]
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, octets in enumerate(pictures):
            names.append(os.path.join(folder, f"{number}"))
            with open(names[-1], "wb") as file:
                file.write(octets)
        out = os.path.join(folder, "out." + to)
        subprocess.run(["convert", *names, *options, out], timeout=TIME_S, check=True,
                       stderr=subprocess.DEVNULL)
        with open(out, "rb") as file:
            return file.read()


def scanned(pictures, extra=b""):
    """
    A PDF as scanning programs make them, one picture a page and nothing else. Each
    picture is (octets, width, height, dictionary): how the octets stand in the file.
    """
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Count %d/Kids[%s]>>" %
               (len(pictures), b" ".join(b"%d 0 R" % (3 + 3 * n) for n in range(len(pictures))))]
    for number, (octets, width, height, dictionary) in enumerate(pictures):
        at = 3 + 3 * number
        content = b"q 400 0 0 120 0 0 cm /I Do Q"
        objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 120]/Contents %d 0 R"
                    b"/Resources<</XObject<</I %d 0 R>>>>>>" % (at + 1, at + 2),
                    b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
                    b"<</Type/XObject/Subtype/Image/Width %d/Height %d%s/Length %d>>stream\n%s\nendstream"
                    % (width, height, dictionary, len(octets), octets)]
    if extra:
        objects.append(extra)
    out, places = b"%PDF-1.4\n", []
    for number, octets in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, octets)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
                  % (len(places) + 1, table, len(places) + 1, len(out)))


def samples(page, device="pgmraw", resolution=150):
    """Width, height and bare samples of the page: pbmraw, pgmraw, ppmraw."""
    drawn = draw(page, device, resolution)
    words, rest = [], drawn
    while len(words) < (3 if device == "pbmraw" else 4):
        line, _, rest = rest.partition(b"\n")
        words += line.partition(b"#")[0].split()
    return int(words[1]), int(words[2]), rest
