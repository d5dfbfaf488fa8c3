"""2. An absolute path inside the project is inside, not outside."""

import bpy
from scene_kit import add, image, material, mesh_object, scene


@scene(2)
def absolute_inside(s):
    """Absolute paths into the project, one of them with `..` in it; one leads out of it."""
    stored = {
        "IMBrick": s.png("project/textures/brick.png"),
        "SOHum": s.wav("project/sounds/hum.wav"),
        "TXNotes": s.text("project/notes.txt"),
        "IMTile": s.path("project/sounds/../textures/tile.png"),
        "IMFar": s.png("outside/far.png"),
    }
    s.png("project/textures/tile.png")
    s.png("project/textures/neighbour.png", needed=False)
    for name in ("Brick", "Tile", "Far"):
        mesh_object(name, material(name, image(name, stored["IM" + name])))
    speaker = bpy.data.speakers.new("Speaker")
    speaker.sound = bpy.data.sounds.load(stored["SOHum"])
    speaker.sound.name = "Hum"
    add("Speaker", speaker)
    notes = bpy.data.texts.load(stored["TXNotes"])
    notes.name = "Notes"
    s.save_shot()
    for datablock, path in stored.items():
        s.rewrites("project/shot.blend", datablock, path)


@scene(2)
def windows_separators(s):
    """Paths with the separators of Windows, which Blender understands everywhere."""
    s.png("project/textures/deep/wood.png")
    s.png("outside/far.png")
    for frame in (1, 2):
        s.png("project/seq/rain_%02d.png" % frame)
    for name, stored, source in (
        ("Wood", "//textures\\deep\\wood.png", "FILE"),
        ("Far", "//..\\outside\\far.png", "FILE"),
        ("Rain", "//seq\\rain_01.png", "SEQUENCE"),
    ):
        mesh_object(name, material(name, image(name, stored, source)))
    s.save_shot()
    s.rewrites("project/shot.blend", "IMFar", "//..\\outside\\far.png")
