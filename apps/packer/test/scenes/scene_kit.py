"""What the scenes are made with: files with small contents, datablocks that refer to them, and the ground truth.

A scene is a function with one parameter, a Scene, marked with @scene. It writes a project and says of every file that it
makes whether a pack must contain it: `needs` or `leaves`. Paths are relative to the scene's folder; what is stored in a
.blend file is said literally, so that nothing depends on how Blender makes a path relative.
"""

import json
import math
import os
import re
import shutil
import struct
import wave
import zlib

import bpy

SCENES = []
VERSION = bpy.app.version[:2]


def scene(point, since=(3, 4)):
    """Registers a scene of one of the ten points of what a tracer has to find, for versions of Blender from `since` on."""

    def register(build):
        SCENES.append((point, build, since))
        return build

    return register


def shown(path):
    r"""Bytes that are no UTF-8 as \xNN, as the packer shows them."""
    return re.sub("[\udc80-\udcff]", lambda match: "\\x%02x" % (ord(match[0]) - 0xDC00), path)


class Scene:
    def __init__(self, folder, point, build):
        self.folder = folder
        self.point = point
        self.name = build.__name__.replace("_", "-")
        self.title = " ".join(build.__doc__.split())
        self.file = None
        self.needed, self.left, self.rewritten, self.libraries = set(), set(), [], {}
        self.notes = {}
        shutil.rmtree(folder, ignore_errors=True)
        self.fresh()

    # -- The ground truth --

    def needs(self, *names):
        self.needed.update(names)

    def leaves(self, *names):
        self.left.update(names)

    def rewrites(self, holder, datablock, stored):
        """A usage whose stored path does not lead to its asset in a pack of `project`."""
        self.rewritten.append({"holder": holder, "datablock": datablock, "stored": shown(stored)})

    def rewrites_in_utf8(self, holder, datablock, stored):
        """One that does lead there, unless names have to be UTF-8 in the pack."""
        wanted = {"holder": holder, "datablock": datablock, "stored": shown(stored)}
        self.notes.setdefault("utf8Rewrites", []).append(wanted)

    def below(self, name):
        """Every file that is below a folder now."""
        for folder, _, files in os.walk(self.path(name)):
            yield from (os.path.relpath(os.path.join(folder, file), self.folder) for file in files)

    def needs_folder(self, name):
        self.needs(*self.below(name))

    def proxies_are(self, *folders):
        """What is below these folders is needed when proxies are asked for."""
        self.notes["proxies"] = sorted(name for folder in folders for name in self.below(folder))
        self.leaves(*self.notes["proxies"])

    def write_truth(self):
        truth = {
            "name": self.name,
            "point": self.point,
            "title": self.title,
            "blender": bpy.app.version_string,
            "project": "project",
            "file": self.file,
            "needs": sorted(map(shown, self.needed)),
            "leaves": sorted(map(shown, self.left)),
            "rewrites": self.rewritten,
            **self.notes,
        }
        with open(self.path("ground-truth.json"), "w", encoding="utf-8") as file:
            json.dump(truth, file, indent=1, ensure_ascii=False)

    # -- Files --

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content, needed=True):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        (self.needs if needed else self.leaves)(name)
        return path

    def copy(self, source, name, needed=True):
        with open(source, "rb") as file:
            return self.write(name, file.read(), needed)

    def png(self, name, needed=True):
        """4 x 4 pixels whose colour comes from the name."""
        return self.write(name, png_bytes(4, colour_of(name)), needed)

    def wav(self, name, needed=True):
        path = self.write(name, b"", needed)
        with wave.open(path, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            frequency = 200 + zlib.crc32(os.fsencode(name)) % 400
            sound.writeframes(
                b"".join(struct.pack("<h", int(9000 * math.sin(i * frequency / 1273))) for i in range(4000))
            )
        return path

    def text(self, name, needed=True):
        return self.write(name, b"# %s\n" % os.fsencode(os.path.basename(name)), needed)

    # -- .blend files --

    def open(self, name):
        bpy.ops.wm.open_mainfile(filepath=self.path(name))

    def fresh(self):
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.context.preferences.filepaths.save_version = 0
        # Blender looks for files while they are set, and needs to know from where.
        os.makedirs(self.path("project"), exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=self.path("project/shot.blend"))

    def save(self, name, compress=False, needed=True):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        bpy.ops.wm.save_as_mainfile(filepath=path, relative_remap=False, compress=compress)
        (self.needs if needed else self.leaves)(name)
        return path

    def save_shot(self, compress=True):
        """The file that is packed."""
        self.file = "project/shot.blend"
        return self.save(self.file, compress)

    def keep_unused(self, folder):
        """A datablock that nobody links, with a texture that no pack needs."""
        name = folder + "/textures/unused.png"
        self.png(name, needed=False)
        unused = image("Unused", "//textures/unused.png")
        unused.use_fake_user = True

    def link(self, name, kind, *names, stored):
        """Links datablocks of a library that was saved under `name`; its path is stored as `stored`."""
        with bpy.data.libraries.load(self.path(name), link=True, relative=False) as (there, here):
            absent = set(names) - set(getattr(there, kind))
            assert not absent, "%s has no %s %s" % (name, kind, absent)
            setattr(here, kind, list(names))
        linked = list(getattr(here, kind))
        linked[0].library.filepath = stored
        return linked if len(linked) > 1 else linked[0]

    def third(self, name, kind="objects", make=None):
        """Writes project/lib/NAME.blend with one textured datablock of that name, and links it into the open file."""
        saved = bpy.data.filepath
        assert saved, "save the open file first"
        bpy.ops.wm.save_as_mainfile(filepath=saved, relative_remap=False)
        self.fresh()
        (make or self.textured_object)(name).use_fake_user = True
        self.keep_unused("project/lib")
        self.save("project/lib/%s.blend" % name)
        bpy.ops.wm.open_mainfile(filepath=saved)
        linked = self.link("project/lib/%s.blend" % name, kind, name, stored="//%s.blend" % name)
        if kind in {"objects", "collections"}:
            adopt(linked)
        return linked

    # -- Datablocks --

    def textured_image(self, name):
        self.png("project/lib/textures/%s.png" % name)
        return image(name, "//textures/%s.png" % name)

    def textured_material(self, name):
        return material(name, self.textured_image(name))

    def textured_texture(self, name):
        texture = bpy.data.textures.new(name, "IMAGE")
        texture.image = self.textured_image(name)
        return texture

    def textured_object(self, name):
        return mesh_object(name, self.textured_material(name))

    def textured_collection(self, name):
        collection = bpy.data.collections.new(name)
        collection.objects.link(self.textured_object(name + " member"))
        return collection


def colour_of(name):
    return tuple(zlib.crc32(os.fsencode(name)).to_bytes(4, "big")[:3])


def png_bytes(size, colour):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + bytes(colour) * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def image(name, stored, source="FILE"):
    found = bpy.data.images.new(name, 4, 4)
    found.source = source
    found.filepath = stored
    return found


def material(name, picture=None):
    found = bpy.data.materials.new(name)
    found.use_nodes = True
    if picture is not None:
        node = found.node_tree.nodes.new("ShaderNodeTexImage")
        node.image = picture
        if picture.source in {"SEQUENCE", "MOVIE"}:
            node.image_user.frame_duration = 100
            node.image_user.use_auto_refresh = True
    return found


def mesh_object(name, *materials):
    """A plane of 3 x 3 vertices in the scene."""
    mesh = bpy.data.meshes.new(name)
    corners = [(x, y, 0) for y in range(3) for x in range(3)]
    faces = [(i, i + 1, i + 4, i + 3) for i in (0, 1, 3, 4)]
    mesh.from_pydata(corners, [], faces)
    for each in materials:
        mesh.materials.append(each)
    return add(name, mesh)


def add(name, data):
    """An object in the scene."""
    found = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(found)
    return found


def adopt(*things):
    """Linked objects and collections become a part of the scene: a parent alone is no user, and what has no user is not saved."""
    root = bpy.context.scene.collection
    for each in things:
        (root.objects if isinstance(each, bpy.types.Object) else root.children).link(each)


def texture(name, picture):
    found = bpy.data.textures.new(name, "IMAGE")
    found.image = picture
    return found


def empty_object(name):
    return add(name, None)


def select(thing):
    bpy.context.view_layer.objects.active = thing
    thing.select_set(True)


def strips():
    """The top-level strips of the scene's sequencer; it is made where there is none."""
    editor = bpy.context.scene.sequence_editor or bpy.context.scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def bake(cache, thing, frames=5):
    """Bakes a point cache to the folder of the open file."""
    cache.use_disk_cache = True
    cache.frame_start, cache.frame_end = 1, frames
    scene_now = bpy.context.scene
    scene_now.frame_start, scene_now.frame_end = 1, frames
    bpy.ops.wm.save_mainfile(relative_remap=False)
    scene_now.frame_set(1)
    with bpy.context.temp_override(scene=scene_now, active_object=thing, object=thing, point_cache=cache):
        bpy.ops.ptcache.bake(bake=True)
