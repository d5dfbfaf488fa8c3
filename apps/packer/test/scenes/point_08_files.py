"""8. Volumes, lamps with IES profiles, fonts, sounds, movies and their proxies, pictures of compositors, imported models."""

import os
import struct

import bpy
from scene_kit import VERSION, add, image, material, mesh_object, scene, strips

MOVIE = {}


def vdb():
    """An OpenVDB file of format 224 with neither metadata nor grids, which Blender loads."""
    identifier = b"00000000-0000-0000-0000-000000000000"
    return struct.pack("<qIII?36sII", 0x56444220, 224, 8, 0, True, identifier, 0, 0)


def volume(name, stored, sequence=0):
    data = bpy.data.volumes.new(name)
    data.filepath = stored
    data.is_sequence, data.frame_duration = sequence > 0, sequence
    add(name, data)
    return data


@scene(8)
def volumes(s):
    """OpenVDB files, single and as a sequence; a volume with an empty path is no asset."""
    content = vdb()
    s.write("project/volumes/cloud.vdb", content)
    s.write("project/volumes/cloud_2.vdb", content, needed=False)
    for frame in (1, 2, 3):
        s.write("outside/smoke/smoke_%04d.vdb" % frame, content)
    s.write("outside/smoke/smoke_0001_old.vdb", content, needed=False)
    volume("Cloud", "//volumes/cloud.vdb")
    volume("Smoke", "//../outside/smoke/smoke_0001.vdb", 3)
    volume("Empty", "")
    s.save_shot()
    s.rewrites("project/shot.blend", "VOSmoke", "//../outside/smoke/smoke_0001.vdb")


@scene(8)
def ies_profiles(s):
    """IES textures of lamps: an external file, and a text that has one."""
    profile = b"IESNA:LM-63-1995\nTILT=NONE\n1 1000 1 2 1 1 2 0 0 0\n1 1 100\n0 90\n0\n1 0.5\n"
    s.write("project/lamps/spot.ies", profile)
    s.write("project/lamps/other.ies", profile, needed=False)
    lamp = bpy.data.lights.new("Lamp", "POINT")
    lamp.use_nodes = True
    node = lamp.node_tree.nodes.new("ShaderNodeTexIES")
    node.mode, node.filepath = "EXTERNAL", "//lamps/spot.ies"
    text = bpy.data.texts.load(s.write("outside/wall.ies", profile))
    text.filepath = "//../outside/wall.ies"
    lamp.node_tree.nodes.new("ShaderNodeTexIES").ies = text
    add("Lamp", lamp)
    s.save_shot()
    s.rewrites("project/shot.blend", "TXwall.ies", "//../outside/wall.ies")


@scene(8)
def fonts_and_sounds(s):
    """Fonts but not <builtin>, sounds of speakers and strips, with neighbours of the same name."""
    folder = bpy.utils.system_resource("DATAFILES", path="fonts")
    font = min((os.path.join(folder, name) for name in os.listdir(folder)), key=os.path.getsize)
    s.copy(font, "project/fonts/title.woff2")
    s.copy(font, "outside/bold.woff2")
    s.copy(font, "project/fonts/other.woff2", needed=False)
    curve = bpy.data.curves.new("Title", "FONT")
    curve.font = bpy.data.fonts.load(s.path("project/fonts/title.woff2"))
    curve.font.filepath = "//fonts/title.woff2"
    curve.font_bold = bpy.data.fonts.load(s.path("outside/bold.woff2"))
    curve.font_bold.filepath = "//../outside/bold.woff2"
    curve.font_bold.name = "Bold"
    add("Title", curve)
    add("Plain", bpy.data.curves.new("Plain", "FONT"))
    s.wav("project/sounds/strip.wav")
    s.wav("project/sounds/speaker.wav")
    s.wav("project/sounds/unused.wav", needed=False)
    strips().new_sound("Strip", s.path("project/sounds/strip.wav"), 1, 1).sound.filepath = "//sounds/strip.wav"
    speaker = bpy.data.speakers.new("Speaker")
    speaker.sound = bpy.data.sounds.load(s.path("project/sounds/speaker.wav"))
    speaker.sound.filepath = "//sounds/speaker.wav"
    add("Speaker", speaker)
    s.save_shot()
    s.rewrites("project/shot.blend", "VFBold", "//../outside/bold.woff2")


@scene(8)
def movies(s):
    """Movies as a strip with a sound, as a clip, as a texture."""
    movie(s, "project/movies/take.mkv")
    movie(s, "outside/plate.mkv")
    movie(s, "project/movies/screen.mkv")
    movie(s, "project/movies/neighbour.mkv", needed=False)
    strips().new_movie("Take", s.path("project/movies/take.mkv"), 1, 1).filepath = "//movies/take.mkv"
    clip = bpy.data.movieclips.load(s.path("outside/plate.mkv"))
    clip.filepath = "//../outside/plate.mkv"
    clip.use_fake_user = True
    picture = bpy.data.images.load(s.path("project/movies/screen.mkv"))
    picture.filepath = "//movies/screen.mkv"
    assert picture.source == "MOVIE"
    mesh_object("Screen", material("Screen", picture))
    s.save_shot()
    s.rewrites("project/shot.blend", "MCplate.mkv", "//../outside/plate.mkv")


def movie(s, name, needed=True):
    """Three frames of one colour."""
    s.write(name, b"", needed)
    if "content" not in MOVIE:
        render = bpy.context.scene.render
        render.resolution_x = render.resolution_y = 16
        render.resolution_percentage = 100
        if VERSION >= (5, 0):
            render.image_settings.media_type = "VIDEO"
        render.image_settings.file_format = "FFMPEG"
        render.ffmpeg.format, render.ffmpeg.codec = "MKV", "FFV1"
        render.filepath, render.use_file_extension = s.path(name), False
        render.use_sequencer = True
        bpy.context.scene.frame_start, bpy.context.scene.frame_end = 1, 3
        colour = strips().new_effect("Colour", "COLOR", 1, 1, **LENGTH)
        colour.color = (0.2, 0.5, 0.8)
        bpy.ops.render.render(animation=True)
        s.fresh()
        with open(s.path(name), "rb") as file:
            MOVIE["content"] = file.read()
        assert len(MOVIE["content"]) > 500
    s.write(name, MOVIE["content"], needed)


LENGTH = {"length": 3} if VERSION >= (5, 0) else {"frame_end": 4}


@scene(8)
def compositor_masks_worlds(s):
    """Images and clips of compositor nodes, of masks, of the world, and of the nodes of a lamp."""
    for name in ("plate", "matte", "sky", "gobo"):
        s.png("project/pictures/%s.png" % name)
    tree = compositor(bpy.context.scene)
    tree.nodes.new("CompositorNodeImage").image = image("Plate", "//pictures/plate.png")
    clip = bpy.data.movieclips.load(s.path("project/pictures/matte.png"))
    clip.filepath = "//pictures/matte.png"
    tree.nodes.new("CompositorNodeMovieClip").clip = clip
    world = bpy.context.scene.world = bpy.data.worlds.new("World")
    lamp = bpy.data.lights.new("Lamp", "SPOT")
    for owner, name, stored in ((world, "Sky", "//pictures/sky.png"), (lamp, "Gobo", "//pictures/gobo.png")):
        owner.use_nodes = True
        owner.node_tree.nodes.new("ShaderNodeTexImage").image = image(name, stored)
    add("Lamp", lamp)
    s.save_shot()


def compositor(scene_now):
    if VERSION >= (5, 0):
        scene_now.compositing_node_group = bpy.data.node_groups.new("Compositing", "CompositorNodeTree")
        return scene_now.compositing_node_group
    scene_now.use_nodes = True
    return scene_now.node_tree


@scene(8, since=(4, 5))
def import_nodes(s):
    """Files that geometry nodes import: by a path in the node, and by one in the modifier."""
    cube = b"v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n"
    s.write("project/models/node.obj", cube)
    s.write("outside/modifier.obj", cube + b"v 1 1 1\n")
    s.write("project/models/neighbour.obj", cube, needed=False)
    group = bpy.data.node_groups.new("Import", "GeometryNodeTree")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    socket = group.interface.new_socket("File", in_out="INPUT", socket_type="NodeSocketString")
    socket.subtype = "FILE_PATH"
    join, output = group.nodes.new("GeometryNodeJoinGeometry"), group.nodes.new("NodeGroupOutput")
    for path in ("//models/node.obj", None):
        node = group.nodes.new("GeometryNodeImportOBJ")
        if path is None:
            group.links.new(group.nodes.new("NodeGroupInput").outputs[0], node.inputs["Path"])
        else:
            node.inputs["Path"].default_value = path
        realize = group.nodes.new("GeometryNodeRealizeInstances")
        group.links.new(node.outputs[0], realize.inputs[0])
        group.links.new(realize.outputs[0], join.inputs[0])
    group.links.new(join.outputs[0], output.inputs[0])
    modifier = mesh_object("Import").modifiers.new("Import", "NODES")
    modifier.node_group = group
    modifier[socket.identifier] = "//../outside/modifier.obj"
    s.save_shot()
    s.rewrites("project/shot.blend", "OBImport", "//../outside/modifier.obj")


@scene(8)
def strip_proxies(s):
    """Proxies of strips and clips are made anew where they are absent: they are taken when they are asked for."""
    movie(s, "project/movies/take.mkv")
    movie(s, "project/movies/custom.mkv")
    for frame in (1, 2):
        s.png("project/strips/frame_%d.png" % frame)
    for index, (name, folder) in enumerate((("take", ""), ("custom", "//proxies"))):
        strip = strips().new_movie(name, s.path("project/movies/%s.mkv" % name), index + 1, 1)
        strip.filepath = "//movies/%s.mkv" % name
        strip.use_proxy = True
        strip.proxy.build_25, strip.proxy.build_50 = False, True
        if folder:
            strip.proxy.use_proxy_custom_directory, strip.proxy.directory = True, folder
    strip = strips().new_image("frames", s.path("project/strips/frame_1.png"), 3, 1)
    strip.elements.append("frame_2.png")
    strip.directory = "//strips/"
    strip.use_proxy, strip.proxy.build_25, strip.proxy.build_50 = True, False, True
    s.save_shot()
    for each in strips():
        each.select = True
    if VERSION >= (5, 0):
        bpy.context.workspace.sequencer_scene = bpy.context.scene
    bpy.ops.sequencer.rebuild_proxy()
    s.proxies_are("project/movies/BL_proxy", "project/strips/BL_proxy", "project/proxies")
    assert len(s.notes["proxies"]) > 5
    s.write("project/proxies/other.mkv/proxy_50.avi", b"of another movie", needed=False)
    s.write("project/movies/BL_proxy/other.mkv/proxy_50.avi", b"of another movie", needed=False)
