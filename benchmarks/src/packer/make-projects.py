"""Makes what the packer is measured with: blender -b --factory-startup --python-exit-code 1 -P make-projects.py -- FOLDER SCALE KIND…

    tiny       tiny.blend, an empty scene
    big        big.blend, about 559 MB in 592,000 file-blocks (72,400 of them datablocks), and big-zstd.blend, the same as zstd
    noise      noise-zstd.blend, 256 MB that hardly compress, as zstd
    textures   textures/, 62 .blend files with 500 textures
    files      files/, a project of 10,000 files: 41 .blend files, 3,959 textures, 100 sequences of 60 frames
"""

import os
import random
import struct
import sys
import zlib
from array import array

import bpy

folder, scale, *kinds = sys.argv[sys.argv.index("--") + 1 :]
folder = os.path.abspath(folder)
scale = float(scale)


def scaled(count):
    """SCALE of the full count; never none."""
    return max(1, round(count * scale))



# Of big.blend: an object and a mesh each, 72,400 datablocks in all; the rest makes 16.35 blocks and 15.4 kB for each pair.
PAIRS = 36_190
SIDE = 10
FACES = 77


def path(name):
    found = os.path.join(folder, name)
    os.makedirs(os.path.dirname(found), exist_ok=True)
    return found


def begin():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.save_version = 0


def save(name, compress=False):
    bpy.ops.wm.save_as_mainfile(filepath=path(name), relative_remap=False, compress=compress)


def png(name, seed):
    """8 x 8 pixels, another colour for each seed."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = (b"\0" + seed.to_bytes(3, "big") * 8) * 8
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    with open(path(name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def textured_object(name, pictures):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0)], [], [(0, 1, 2)])
    for picture, (stored, source) in enumerate(pictures):
        image = bpy.data.images.new("%s %d" % (name, picture), 8, 8)
        image.source, image.filepath = source, stored
        material = bpy.data.materials.new(image.name)
        material.use_nodes = True
        material.node_tree.nodes.new("ShaderNodeTexImage").image = image
        mesh.materials.append(material)
    found = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(found)
    return found


def link_object(name, stored):
    with bpy.data.libraries.load(path(name), link=True) as (there, here):
        here.objects = list(there.objects)
    here.objects[0].library.filepath = stored
    for each in here.objects:
        bpy.context.scene.collection.objects.link(each)


def make_tiny():
    begin()
    save("tiny.blend")


def make_big():
    begin()
    rnd = random.Random(1)
    pool = array("f", (rnd.random() for _ in range(4_000_000)))

    def numbers(count):
        start = rnd.randrange(len(pool) - count)
        return pool[start : start + count]

    corners = [(x, y) for y in range(SIDE - 1) for x in range(SIDE - 1)]
    faces = [(y * SIDE + x, y * SIDE + x + 1, (y + 1) * SIDE + x + 1, (y + 1) * SIDE + x) for x, y in corners][:FACES]
    base = bpy.data.meshes.new("Base")
    base.from_pydata([(x, y, 0) for y in range(SIDE) for x in range(SIDE)], [], faces)
    base.uv_layers.new()
    scene = bpy.context.scene
    for index in range(scaled(PAIRS)):
        mesh = base.copy()
        mesh.vertices.foreach_set("co", numbers(SIDE * SIDE * 3))
        mesh.uv_layers[0].data.foreach_set("uv", numbers(len(faces) * 8))
        thing = bpy.data.objects.new("Thing", mesh)
        for extra in range(2 if index % 3 == 0 else 1):
            thing["property %d" % extra] = index
        thing.modifiers.new("Weld", "WELD")
        scene.collection.objects.link(thing)
    save("big.blend")
    save("big-zstd.blend", compress=True)


def make_noise():
    begin()
    rnd = random.Random(2)
    for index in range(scaled(64)):
        image = bpy.data.images.new("Noise %d" % index, 8, 8)
        content = rnd.randbytes(4_000_000)
        image.pack(data=content, data_len=len(content))
        image.use_fake_user = True
    save("noise-zstd.blend", compress=True)


def make_textures():
    """61 libraries of 8 textures each, and 12 in the file that links them."""
    number = 0
    for library in range(scaled(61)):
        begin()
        pictures = []
        for _ in range(8):
            png("textures/maps/%03d.png" % number, number)
            pictures.append(("//../maps/%03d.png" % number, "FILE"))
            number += 1
        textured_object("Thing %02d" % library, pictures)
        save("textures/lib/%02d.blend" % library)
    begin()
    save("textures/shot.blend")
    for own in range(12):
        png("textures/maps/own-%02d.png" % own, 1000 + own)
    textured_object("Own", [("//maps/own-%02d.png" % own, "FILE") for own in range(12)])
    for library in range(scaled(61)):
        link_object("textures/lib/%02d.blend" % library, "//lib/%02d.blend" % library)
    save("textures/shot.blend")


def make_files():
    """40 libraries with 98 textures each, the last with 137; 20 of them have five sequences too; and the file that links them."""
    number = 0
    for library in range(scaled(40)):
        begin()
        pictures = []
        for _ in range(98 if library < 39 else 137):
            png("files/maps/%02d/%04d.png" % (library, number), number)
            pictures.append(("//../maps/%02d/%04d.png" % (library, number), "FILE"))
            number += 1
        for sequence in range(5 if library < 20 else 0):
            for frame in range(1, 61):
                png("files/plates/%02d-%d/plate_%04d.png" % (library, sequence, frame), library * 1000 + frame)
            pictures.append(("//../plates/%02d-%d/plate_0001.png" % (library, sequence), "SEQUENCE"))
        textured_object("Thing %02d" % library, pictures)
        save("files/lib/%02d.blend" % library, compress=True)
    begin()
    save("files/shot.blend")
    for library in range(scaled(40)):
        link_object("files/lib/%02d.blend" % library, "//lib/%02d.blend" % library)
    save("files/shot.blend", compress=True)


for kind in kinds:
    {"tiny": make_tiny, "big": make_big, "noise": make_noise, "textures": make_textures, "files": make_files}[kind]()
