"""1. Libraries outside of the project that lead back into it, and libraries linked by an absolute path inside it."""

from scene_kit import adopt, image, material, mesh_object, scene


@scene(1)
def library_outside_links_back(s):
    """A library beside the project uses a texture and a library of the project by relative paths."""
    s.png("project/lib/textures/chair.png")
    mesh_object("Chair", material("Chair", image("Chair", "//textures/chair.png")))
    s.keep_unused("project/lib")
    s.save("project/lib/chair.blend")

    s.fresh()
    s.png("project/textures/wood.png")
    s.save("outside/room.blend")
    table = mesh_object("Table", material("Wood", image("Wood", "//../project/textures/wood.png")))
    table.parent = s.link("project/lib/chair.blend", "objects", "Chair", stored="//../project/lib/chair.blend")
    adopt(table.parent)
    s.save("outside/room.blend", compress=True)

    s.fresh()
    adopt(s.link("outside/room.blend", "objects", "Table", stored="//../outside/room.blend"))
    s.save_shot()
    s.rewrites("project/shot.blend", "LIroom.blend", "//../outside/room.blend")
    s.rewrites("outside/room.blend", "LIchair.blend", "//../project/lib/chair.blend")
    s.rewrites("outside/room.blend", "IMWood", "//../project/textures/wood.png")


@scene(1)
def library_by_absolute_path(s):
    """A library of the project, linked by an absolute path, has relative paths of its own."""
    s.png("project/lib/textures/chair.png")
    mesh_object("Chair", material("Chair", image("Chair", "//textures/chair.png")))
    s.keep_unused("project/lib")
    absolute = s.save("project/lib/chair.blend", compress=True)

    s.fresh()
    adopt(s.link("project/lib/chair.blend", "objects", "Chair", stored=absolute))
    s.save_shot(compress=False)
    s.rewrites("project/shot.blend", "LIchair.blend", absolute)


@scene(1)
def library_outside_with_company(s):
    """What lies beside a library outside of the project moves with it, and needs no new path."""
    s.png("outside/deep/textures/leg.png")
    mesh_object("Leg", material("Leg", image("Leg", "//textures/leg.png")))
    s.keep_unused("outside/deep")
    s.save("outside/deep/leg.blend")

    s.fresh()
    s.save("outside/room.blend")
    table = mesh_object("Table")
    table.parent = s.link("outside/deep/leg.blend", "objects", "Leg", stored="//deep/leg.blend")
    adopt(table.parent)
    s.save("outside/room.blend")

    s.fresh()
    adopt(s.link("outside/room.blend", "objects", "Table", stored="//../outside/room.blend"))
    s.save_shot()
    s.rewrites("project/shot.blend", "LIroom.blend", "//../outside/room.blend")


@scene(1)
def libraries_in_a_circle(s):
    """A library links a second one, which links the first: each is read once."""
    s.png("project/textures/ring.png")
    mesh_object("Ring", material("Ring", image("Ring", "//textures/ring.png")))
    s.save("project/ring.blend")

    s.fresh()
    s.png("project/textures/finger.png")
    finger = mesh_object("Finger", material("Finger", image("Finger", "//textures/finger.png")))
    finger.parent = s.link("project/ring.blend", "objects", "Ring", stored="//ring.blend")
    adopt(finger.parent)
    s.save("project/finger.blend")

    s.open("project/ring.blend")
    hand = mesh_object("Hand")
    hand.parent = s.link("project/finger.blend", "objects", "Finger", stored="//finger.blend")
    adopt(hand.parent)
    s.save("project/ring.blend")

    s.fresh()
    adopt(s.link("project/ring.blend", "objects", "Hand", stored="//ring.blend"))
    s.save_shot()
