"""9. Names that are no UTF-8 go through untouched."""

import os

from scene_kit import image, material, mesh_object, scene


@scene(9)
def names_that_are_no_utf8(s):
    """A texture, a sequence and an image outside of the project in Latin-1; others in UTF-8 with signs of several scripts."""
    latin = os.fsdecode(b"gr\xfcn.png")
    names = [latin, "grün.png", "木.png", "🚀 café.png"]
    for index, name in enumerate(names):
        s.png("project/textures/" + name)
        mesh_object("M%d" % index, material("M%d" % index, image("I%d" % index, "//textures/" + name)))
    s.png("project/textures/" + os.fsdecode(b"gr\xfen.png"), needed=False)
    folder = os.fsdecode(b"fl\xfcsse")
    for frame in (1, 2):
        s.png("project/%s/b\u00e4ch_%04d.png" % (folder, frame))
    river = image("River", "//%s/b\u00e4ch_0001.png" % folder, "SEQUENCE")
    mesh_object("River", material("River", river))
    stored = "//../outside/" + os.fsdecode(b"n\xf6te.png")
    s.png("outside/" + os.fsdecode(b"n\xf6te.png"))
    mesh_object("Note", material("Note", image("Note", stored)))
    s.save_shot()
    # In a folder names stay as they are, and of all paths only the one that leads outside is set anew.
    s.rewrites("project/shot.blend", "IMNote", stored)
    s.rewrites_in_utf8("project/shot.blend", "IMI0", "//textures/" + latin)
    s.rewrites_in_utf8("project/shot.blend", "IMRiver", "//%s/b\u00e4ch_0001.png" % folder)
