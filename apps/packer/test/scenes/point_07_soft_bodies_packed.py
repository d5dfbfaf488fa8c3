"""7. Disk caches of soft bodies, and what lies inside a packed library."""

import bpy
from scene_kit import adopt, bake, image, material, mesh_object, scene


@scene(7)
def soft_body_cache(s):
    """A baked soft body with its frames on disk."""
    jelly = mesh_object("Jelly")
    soft = jelly.modifiers.new("Softbody", "SOFT_BODY")
    soft.settings.use_goal = False
    s.save_shot()
    bake(soft.point_cache, jelly)
    s.save_shot()
    s.needs_folder("project/blendcache_shot")
    s.write("project/blendcache_shot/4F74686572_000001_00.bphys", b"of another object", needed=False)


def packed_library(s, folder, stored):
    s.png(folder + "/textures/board.png")
    mesh_object("Board", material("Board", image("Board", "//textures/board.png")))
    s.keep_unused(folder)
    s.save(folder + "/board.blend", needed=False)
    s.fresh()
    adopt(s.link(folder + "/board.blend", "objects", "Board", stored=stored))
    s.save_shot()
    bpy.ops.file.pack_libraries()
    assert bpy.data.libraries[0].packed_file
    s.save_shot()


@scene(7)
def packed_library_inside(s):
    """A packed library of the project: its file is not needed, what it refers to is."""
    packed_library(s, "project/lib", "//lib/board.blend")


@scene(7)
def packed_library_outside(s):
    """A packed library from outside of the project, with a texture beside it."""
    packed_library(s, "outside/lib", "//../outside/lib/board.blend")
    s.rewrites("project/shot.blend", "LIboard.blend", "//../outside/lib/board.blend")


@scene(7)
def packed_datablocks(s):
    """A packed image, sound and font need no file; an image that is packed in a library neither."""
    s.png("project/textures/packed.png", needed=False)
    s.wav("project/sounds/packed.wav", needed=False)
    s.png("project/textures/free.png")
    for name in ("packed", "free"):
        mesh_object(name, material(name, image(name, "//textures/%s.png" % name)))
    bpy.data.images["packed"].pack()
    sound = bpy.data.sounds.load(s.path("project/sounds/packed.wav"))
    sound.filepath = "//sounds/packed.wav"
    sound.pack()
    sound.use_fake_user = True
    s.save_shot()


@scene(7, since=(5, 0))
def packed_linked_datablocks(s):
    """A linked object that is packed with all that it links: the library is not needed, the texture beside it is."""
    s.png("outside/lib/textures/board.png")
    mesh_object("Board", material("Board", image("Board", "//textures/board.png")))
    s.keep_unused("outside/lib")
    s.save("outside/lib/board.blend", needed=False)
    s.fresh()
    board = s.link("outside/lib/board.blend", "objects", "Board", stored="//../outside/lib/board.blend")
    adopt(bpy.data.pack_linked_ids_hierarchy(board))
    bpy.data.objects.remove(board)
    s.save_shot()
    s.rewrites("project/shot.blend", "LIboard.blend.001", "//../outside/lib/board.blend")
