"""4. Textures of linked brushes and line styles, texts with external files, OSL scripts, override layers of Alembic."""

import bpy
from scene_kit import material, mesh_object, scene, select


@scene(4)
def linked_brushes(s):
    """Texture and mask texture of a brush that comes from a library."""
    brush = bpy.data.brushes.new("Splat", mode="TEXTURE_PAINT")
    brush.texture = s.textured_texture("splat")
    brush.mask_texture = s.textured_texture("mask")
    brush.use_fake_user = True
    s.keep_unused("project/lib")
    s.save("project/lib/brushes.blend")
    s.fresh()
    bpy.context.scene["brush"] = s.link("project/lib/brushes.blend", "brushes", "Splat", stored="//lib/brushes.blend")
    s.save_shot()


@scene(4)
def linked_line_styles(s):
    """Textures of a Freestyle line style that comes from a library: in its slots and in its nodes."""
    style = bpy.data.linestyles.new("Ink")
    style.texture_slots.add().texture = s.textured_texture("ink")
    style.use_nodes = True
    style.node_tree.nodes.new("ShaderNodeTexImage").image = s.textured_image("ink-nodes")
    style.use_fake_user = True
    s.keep_unused("project/lib")
    s.save("project/lib/styles.blend")
    s.fresh()
    linked = s.link("project/lib/styles.blend", "linestyles", "Ink", stored="//lib/styles.blend")
    bpy.context.view_layer.freestyle_settings.linesets.new("Lines").linestyle = linked
    s.save_shot()


@scene(4)
def external_texts(s):
    """Texts with an external file, one inside the project, one outside, and one that is internal."""
    bpy.data.texts.load(s.text("project/notes/shot list.txt")).filepath = "//notes/shot list.txt"
    bpy.data.texts.load(s.text("outside/setup.py")).filepath = "//../outside/setup.py"
    bpy.data.texts["setup.py"].use_module = True
    bpy.data.texts.new("Internal").write("internal")
    s.text("project/notes/other.txt", needed=False)
    s.save_shot()
    s.rewrites("project/shot.blend", "TXsetup.py", "//../outside/setup.py")


@scene(4)
def osl_scripts(s):
    """Script nodes with an external file, and one with a text that has an external file."""
    found = material("Script")
    node = found.node_tree.nodes.new("ShaderNodeScript")
    node.mode, node.filepath = "EXTERNAL", "//shaders/noise.osl"
    s.write("project/shaders/noise.osl", b"shader noise(output float Value = 0) { Value = 0.5; }\n")
    s.write("project/shaders/other.osl", b"shader other() {}\n", needed=False)
    text = bpy.data.texts.load(s.write("project/shaders/weave.osl", b"shader weave() {}\n"))
    text.filepath = "//shaders/weave.osl"
    found.node_tree.nodes.new("ShaderNodeScript").script = text
    mesh_object("Script", found)
    s.save_shot()


@scene(4)
def alembic_layers(s):
    """Override layers of an Alembic archive; where Blender can, real archives."""
    plane = mesh_object("Plane")
    for name in ("base", "layer one", "layer two", "neighbour"):
        alembic(s, plane, "project/cache/%s.abc" % name, needed=name != "neighbour")
        plane.data.vertices[0].co.z += 1
    cache = cache_file(s, "project/cache/base.abc")
    for name in ("layer one", "layer two"):
        cache.layers.new(filepath="//cache/%s.abc" % name)
    use_cache(plane, cache)
    s.save_shot()


def alembic(s, thing, name, needed=True):
    if bpy.app.build_options.alembic:
        s.write(name, b"", needed)
        select(thing)
        bpy.ops.wm.alembic_export(filepath=s.path(name), start=1, end=1, selected=True, as_background_job=False)
    else:
        s.write(name, b"Ogawa %s" % name.encode(), needed)


def cache_file(s, name):
    """A cache file datablock whose path is relative to the project."""
    before = set(bpy.data.cache_files)
    bpy.ops.cachefile.open(filepath=s.path(name))
    found = (set(bpy.data.cache_files) - before).pop()
    found.filepath = "//" + name.removeprefix("project/")
    return found


def use_cache(thing, cache):
    modifier = thing.modifiers.new("Cache", "MESH_SEQUENCE_CACHE")
    modifier.cache_file = cache
    paths = [each.path for each in cache.object_paths]
    modifier.object_path = paths[0] if paths else "/Plane/Plane"
