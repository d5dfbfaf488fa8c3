"""10. A pattern takes the files that it names, and no neighbour."""

import bpy
from scene_kit import add, image, material, mesh_object, scene
from point_05_images_of_many_files import image_strip
from point_06_patterns_in_names import tiled


@scene(10)
def crowded_folder(s):
    """One folder with a sequence, tiles, an image strip, single files, and much that only looks like them."""
    for frame in (1, 2, 3):
        s.png("project/all/fire_%02d.png" % frame)
    for tile in (1001, 1002):
        s.png("project/all/skin_%d.png" % tile)
    for name in ("strip_1.png", "strip_3.png", "single_0001.png", "plain"):
        s.png("project/all/" + name)
    neighbours = (
        ["fire_0%d.jpg" % frame for frame in (1, 2)]
        + ["fire_001.png", "fire_1.png", "fire_02.png.bak", "Fire_01.png", "campfire_01.png", "fire_.png", "fire_0a.png"]
        + ["skin_1001.exr", "skin_10011.png", "skin_101.png", "skin_abc.png", "skin_.png", "skin_0001.png"]
        + ["strip_2.png", "strip_4.png", "single_0002.png", "single_0003.png", "plain.png", "plain2"]
        + ["fire_04.png/inside.png", "skin_1003.png/inside.png"]
    )
    for name in neighbours:
        s.png("project/all/" + name, needed=False)
    mesh_object("Fire", material("Fire", image("Fire", "//all/fire_01.png", "SEQUENCE")))
    tiled("Skin", "//all/skin_<UDIM>.png", (1001, 1002))
    mesh_object("Single", material("Single", image("Single", "//all/single_0001.png")))
    mesh_object("Plain", material("Plain", image("Plain", "//all/plain")))
    image_strip(s, "Strip", "all", ["strip_1.png", "strip_3.png"], 1)
    s.save_shot()


@scene(10)
def unneeded_things(s):
    """Render output, generated and viewer images, paths of operators and of what is not linked are no dependencies."""
    bpy.context.scene.render.filepath = "//render/frame_"
    for name in ("render/frame_0001.png", "textures/loose.png", "shot.blend1", "preview.png"):
        s.png("project/" + name, needed=False)
    bpy.data.images.new("Generated", 4, 4).use_fake_user = True
    generated = image("Was a file", "//textures/loose.png")
    generated.source = "GENERATED"
    mesh_object("Thing", material("Thing", generated))
    scene_now = bpy.context.scene
    tree = node_tree(scene_now)
    output = tree.nodes.new("CompositorNodeOutputFile")
    if hasattr(output, "base_path"):
        output.base_path = "//textures"
    add("Nothing", None)
    s.save_shot()


def node_tree(scene_now):
    if hasattr(scene_now, "compositing_node_group"):
        scene_now.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        return scene_now.compositing_node_group
    scene_now.use_nodes = True
    return scene_now.node_tree
