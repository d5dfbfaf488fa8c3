"""5. Strips whose elements have names of their own, clips and images of sequences, stereo images."""

import os

import bpy
from scene_kit import VERSION, add, image, material, mesh_object, scene, strips


def image_strip(s, name, folder, files, channel, owner=None):
    found = (owner or strips()).new_image(name, s.path("project/%s/%s" % (folder, files[0])), channel, 1)
    found.directory = "//%s/" % folder
    for file in files[1:]:
        found.elements.append(file)
    return found


@scene(5)
def image_strips(s):
    """Elements of image strips have arbitrary names; one strip is in a meta strip, one is outside of the project."""
    files = ["z last.png", "alpha.png", "shot_0007.png", "beta 12.png"]
    for file in [*files, "single.png", "inner_1.png", "inner b.png"]:
        s.png("project/strips/" + file)
    for file in ("gamma.png", "shot_0008.png", "shot_0006.png", "inner_2.png"):
        s.png("project/strips/" + file, needed=False)
    s.png("outside/plates/a.png")
    s.png("outside/plates/b.png")
    s.png("outside/plates/c.png", needed=False)
    image_strip(s, "Arbitrary", "strips", files, 1)
    image_strip(s, "Single", "strips", ["single.png"], 2)
    outside = image_strip(s, "Outside", "../outside/plates", ["a.png", "b.png"], 3)
    outside.directory = "//../outside/plates/"
    meta = strips().new_meta("Meta", 4, 1)
    inner = meta.strips if hasattr(meta, "strips") else meta.sequences
    image_strip(s, "Inner", "strips", ["inner_1.png", "inner b.png"], 1, inner)
    s.save_shot()
    s.rewrites("project/shot.blend", "SCScene", "//../outside/plates/")


@scene(5)
def strips_of_all_kinds(s):
    """Sounds, clips and a scene of another file in the sequencer."""
    s.wav("project/lib/sounds/other.wav")
    bpy.context.scene.name = "Other"
    sound = strips().new_sound("Other", s.path("project/lib/sounds/other.wav"), 1, 1).sound
    sound.filepath = "//sounds/other.wav"
    s.keep_unused("project/lib")
    s.save("project/lib/other.blend")

    s.fresh()
    s.wav("project/sounds/voice.wav")
    s.png("project/clips/one.png")
    sound = strips().new_sound("Voice", s.path("project/sounds/voice.wav"), 1, 1).sound
    sound.filepath = "//sounds/voice.wav"
    clip = bpy.data.movieclips.load(s.path("project/clips/one.png"))
    clip.filepath = "//clips/one.png"
    strips().new_clip("Clip", clip, 2, 1)
    other = s.link("project/lib/other.blend", "scenes", "Other", stored="//lib/other.blend")
    strips().new_scene("Scene", other, 3, 1)
    s.save_shot()


@scene(5)
def clip_sequence(s):
    """A movie clip from an image sequence: all of its frames."""
    for frame in range(1, 6):
        s.png("project/footage/plate_%04d.png" % frame)
    s.png("project/footage/plate_0001_matte.png", needed=False)
    s.png("project/footage/backplate_0001.png", needed=False)
    clip = bpy.data.movieclips.load(s.path("project/footage/plate_0001.png"))
    clip.filepath = "//footage/plate_0001.png"
    assert clip.source == "SEQUENCE"
    camera = add("Camera", bpy.data.cameras.new("Camera"))
    background = camera.data.background_images.new()
    background.source, background.clip = "MOVIE_CLIP", clip
    s.save_shot()


@scene(5)
def stereo_images(s):
    """Images of two views in a file each, for a single image and for a sequence; a stereo image strip."""
    render = bpy.context.scene.render
    render.use_multiview, render.views_format = True, "STEREO_3D"
    for side in "LR":
        s.png("project/stereo/plate_%s.png" % side)
        s.png("project/stereo/strip_%s.png" % side)
        for frame in (1, 2, 3):
            s.png("project/stereo/move_%04d_%s.png" % (frame, side))
    s.png("project/stereo/plate_M.png", needed=False)
    s.png("project/stereo/plate.png", needed=False)
    for name, stored, source in (
        ("Plate", "//stereo/plate_L.png", "FILE"),
        ("Move", "//stereo/move_0001_L.png", "SEQUENCE"),
    ):
        picture = image(name, stored, source)
        picture.views_format = "INDIVIDUAL"
        picture.use_multiview = True
        mesh_object(name, material(name, picture))
    strip = image_strip(s, "Strip", "stereo", ["strip_L.png"], 1)
    strip.use_multiview, strip.views_format = True, "INDIVIDUAL"
    s.save_shot()


@scene(5)
def image_sequence(s):
    """A texture from an image sequence, from outside of the project."""
    for frame in range(1, 5):
        s.png("outside/seq/water.%03d.png" % frame)
    for name in ("water.001.jpg", "water.1.png", "water.0001.png", "water.png", "underwater.001.png"):
        s.png("outside/seq/" + name, needed=False)
    picture = image("Water", "//../outside/seq/water.001.png", "SEQUENCE")
    mesh_object("Water", material("Water", picture))
    s.save_shot()
    s.rewrites("project/shot.blend", "IMWater", "//../outside/seq/water.001.png")


@scene(5)
def text_strips_and_masks(s):
    """The font of a text strip, the mask of a strip's modifier, and a mask strip, with a clip that the mask follows."""
    folder = bpy.utils.system_resource("DATAFILES", path="fonts")
    font = min((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getsize)
    s.copy(font, "project/fonts/credits.woff2")
    s.png("project/clips/tracked.png")
    s.png("project/strips/masked.png")
    strip = strips().new_effect("Credits", "TEXT", 1, 1, **({"length": 9} if VERSION >= (5, 0) else {"frame_end": 10}))
    strip.font = bpy.data.fonts.load(s.path("project/fonts/credits.woff2"))
    strip.font.filepath = "//fonts/credits.woff2"
    clip = bpy.data.movieclips.load(s.path("project/clips/tracked.png"))
    clip.filepath = "//clips/tracked.png"
    clip.use_fake_user = True
    clip.tracking.tracks.new(name="Track", frame=1)
    mask = bpy.data.masks.new("Mask")
    spline = mask.layers.new().splines.new()
    spline.points.add(1)
    parent = spline.points[0].parent
    parent.id, parent.parent, parent.sub_parent = clip, "Camera", "Track"
    strips().new_mask("Mask", mask, 2, 1)
    masked = image_strip(s, "Masked", "strips", ["masked.png"], 3)
    # A new modifier makes bpy 5.0.1 crash, which has no window.
    if VERSION < (5, 0):
        modifier = masked.modifiers.new("Bright", "BRIGHT_CONTRAST")
        modifier.input_mask_type, modifier.input_mask_id = "ID", mask
    s.save_shot()
