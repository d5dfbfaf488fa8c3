"""Makes the film that `npm start` packs: blender -b --factory-startup --python-exit-code 1 -P make-project.py

    film/          the project: shots/010/shot.blend, its libraries, textures, a sequence, a set of tiles
    stock/         what the studio has for all projects, outside of it: a library that leads back into the film, textures

It is made in /tmp/film-project, because .blend files remember where they were written, and then takes its place beside this script.
"""

import math
import os
import shutil
import struct
import wave
import zlib

import bpy

here = os.path.dirname(os.path.abspath(__file__))
work = "/tmp/film-project"


def path(name):
    found = os.path.join(work, name)
    os.makedirs(os.path.dirname(found), exist_ok=True)
    return found


def png(name, colours):
    """A row of squares of 8 x 8 pixels."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\0" + b"".join(bytes(colour) * 8 for colour in colours)
    head = struct.pack(">IIBBBBB", 8 * len(colours), 8, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(row * 8, 9)), chunk(b"IEND", b"")
    with open(path(name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def wav(name):
    with wave.open(path(name), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(int(128 + 60 * math.sin(at / 6) * math.exp(-at / 900)) for at in range(4000)))


def image(stored, source="FILE"):
    found = bpy.data.images.new(stored.split("/")[-1], 8, 8)
    found.source, found.filepath = source, stored
    return found


def textured(name, picture):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = picture
    if picture.source == "SEQUENCE":
        node.image_user.frame_duration, node.image_user.use_auto_refresh = 6, True
    material.node_tree.links.new(
        node.outputs["Color"], material.node_tree.nodes["Principled BSDF"].inputs["Base Color"]
    )
    return material


def block(name, material, size=(1, 1, 1), place=(0, 0, 0)):
    """A box in the scene."""
    mesh = bpy.data.meshes.new(name)
    corners = [(x * size[0], y * size[1], z * size[2]) for z in (0, 1) for y in (-0.5, 0.5) for x in (-0.5, 0.5)]
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh.from_pydata(corners, [], faces)
    mesh.uv_layers.new(name="UVMap")
    mesh.materials.append(material)
    found = bpy.data.objects.new(name, mesh)
    found.location = place
    bpy.context.scene.collection.objects.link(found)
    return found


def begin(name):
    """Blender looks for files from where the open file is."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.preferences.filepaths.save_version = 0
    bpy.ops.wm.save_as_mainfile(filepath=path(name))


def write(name, *datablocks):
    """Without the user interface, which is most of a small file."""
    bpy.data.libraries.write(path(name), set(datablocks), path_remap="NONE", fake_user=True, compress=True)


def link(name, stored, **wanted):
    (kind, names), = wanted.items()
    with bpy.data.libraries.load(path(name), link=True) as (_, here_now):
        setattr(here_now, kind, names)
    linked = list(getattr(here_now, kind))
    linked[0].library.filepath = stored
    return linked


shutil.rmtree(work, ignore_errors=True)

png("stock/textures/oak.png", [(120, 80, 40), (140, 95, 50)])
png("stock/textures/brass.png", [(180, 150, 60), (200, 170, 80)])
png("film/textures/floor.png", [(90, 90, 100), (70, 70, 80)])
for tile, colour in ((1001, (200, 60, 50)), (1002, (60, 160, 70)), (1011, (60, 80, 190))):
    png("film/textures/robot.%d.png" % tile, [colour])
for frame in range(1, 7):
    png("film/plates/rain_%04d.png" % frame, [(20 * frame, 30, 90), (30, 20 * frame, 90)])
png("film/plates/rain_0001_matte.png", [(0, 0, 0), (255, 255, 255)])
wav("film/sounds/step.wav")
with open(path("film/notes/010.txt"), "w", encoding="utf-8") as file:
    file.write("Shot 010: the robot finds the chair.\n")

begin("film/lib/materials.blend")
write("film/lib/materials.blend", textured("Floor", image("//../textures/floor.png")))

begin("stock/furniture.blend")
chair = block("Chair", textured("Oak", image("//textures/oak.png")), (0.5, 0.5, 0.5))
lamp = block("Lamp", textured("Brass", image("//textures/brass.png")), (0.2, 0.2, 1.5))
chair.data.materials.append(link("film/lib/materials.blend", "//../film/lib/materials.blend", materials=["Floor"])[0])
write("stock/furniture.blend", chair, lamp)

begin("film/lib/robot.blend")
skin = image("//../textures/robot.<UDIM>.png", "TILED")
for tile in (1002, 1011):
    skin.tiles.new(tile)
robot = block("Robot", textured("Skin", skin), (0.6, 0.4, 1.2))
speaker = bpy.data.speakers.new("Step")
speaker.sound = bpy.data.sounds.load(path("film/sounds/step.wav"))
speaker.sound.filepath = "//../sounds/step.wav"
sound = bpy.data.objects.new("Step", speaker)
sound.parent = robot
crew = bpy.data.collections.new("Robot")
for each in (robot, sound):
    crew.objects.link(each)
write("film/lib/robot.blend", crew)

begin("film/shots/010/shot.blend")
scene = bpy.context.scene
scene.name = "010"
scene.frame_end = 6
(floor,) = link("film/lib/materials.blend", "//../../lib/materials.blend", materials=["Floor"])
(crew,) = link("film/lib/robot.blend", "//../../lib/robot.blend", collections=["Robot"])
(chair,) = link("stock/furniture.blend", "//../../../stock/furniture.blend", objects=["Chair"])
block("Ground", floor, (8, 8, 0.1), (0, 0, -0.1))
block("Window", textured("Rain", image("//../../plates/rain_0001.png", "SEQUENCE")), (2, 0.1, 1), (0, 2, 1))
block("Frame", textured("Oak frame", image("//../../../stock/textures/oak.png")), (2.2, 0.05, 1.2), (0, 2.1, 0.9))
scene.collection.children.link(crew)
scene.collection.objects.link(chair)
notes = bpy.data.texts.load(path("film/notes/010.txt"))
notes.filepath = "//../../notes/010.txt"
camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
camera.location, camera.rotation_euler = (0, -7, 2), (1.4, 0, 0)
scene.collection.objects.link(camera)
scene.camera = camera
write("film/shots/010/shot.blend", scene, notes)

for folder in ("film", "stock"):
    shutil.rmtree(os.path.join(here, folder), ignore_errors=True)
    shutil.copytree(os.path.join(work, folder), os.path.join(here, folder))
shutil.rmtree(work)
