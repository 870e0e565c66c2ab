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
