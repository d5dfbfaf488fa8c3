"""Opens .blend files and says what Blender finds in them: which external files it misses, and what it reads from those it has.

blender -b --factory-startup --python-exit-code 1 -P look_at_blends.py -- JOBS.json
python look_at_blends.py JOBS.json      with the module bpy of a newer Blender

JOBS.json has a list of {"file", "inside"}; each gets "problems" (a missing file, one outside of the folder `inside`, a
datablock that could not be linked), "seen" (how many of each kind were looked at) and "found": what does not depend on where
the files lie, contents of external files and geometry in two frames included. Two copies of one project have equal "found".
"""

import hashlib
import json
import os
import re
import sys

import bpy

jobs_path = sys.argv[sys.argv.index("--") + 1] if "--" in sys.argv else sys.argv[1]


class Look:
    def __init__(self, inside):
        self.inside = os.path.join(os.path.realpath(inside), "")
        self.problems, self.seen, self.found = [], {}, []

    def problem(self, kind, name, what):
        self.problems.append(os.fsencode("%s %s: %s" % (kind, name, what)).decode("utf-8", "backslashreplace"))

    def note(self, *facts):
        self.found.append(json.dumps(facts, default=str))

    def resolve(self, stored, owner):
        library = getattr(owner, "library", None)
        return bpy.path.abspath(stored, library=library)

    def files(self, kind, name, paths):
        """External files by their contents; none is a problem."""
        self.seen[kind] = self.seen.get(kind, 0) + 1
        if not paths:
            self.problem(kind, name, "no file")
        digests = []
        for path in sorted(paths):
            path = os.path.realpath(path)
            if not os.path.isfile(path):
                self.problem(kind, name, "missing " + path)
                continue
            if not path.startswith(self.inside):
                self.problem(kind, name, "outside: " + path)
            with open(path, "rb") as file:
                digests.append(hashlib.sha1(file.read()).hexdigest()[:10])
        self.note(kind, name, digests)

    def file(self, kind, owner, stored):
        if stored and not getattr(owner, "packed_file", None):
            self.files(kind, owner.name, [self.resolve(stored, owner)])

    def folder(self, kind, owner, stored, wanted=lambda name: True):
        top = self.resolve(stored, owner)
        paths = [os.path.join(folder, name) for folder, _, names in os.walk(top) for name in names if wanted(name)]
        self.files(kind, owner.name, paths)


def sequence(path):
    """The files whose names differ only in the last number, which has as many digits or more without leading zeros."""
    folder, name = os.path.split(path)
    parts = re.match(r"(.*?)(\d+)(\D*)$", name)
    if not parts:
        return [path]
    if not os.path.isdir(folder):
        return []
    head, digits, tail = parts.groups()

    def is_frame(other):
        number = other[len(head) : len(other) - len(tail)]
        fits = other.startswith(head) and other.endswith(tail) and number.isascii() and number.isdigit()
        return fits and (len(number) == len(digits) or (len(number) > len(digits) and number[0] != "0"))

    frames = [os.path.join(folder, other) for other in os.listdir(folder) if is_frame(other)]
    return [path for path in frames if os.path.isfile(path)]


def tile_files(image, path):
    for tile in image.tiles:
        u, v = (tile.number - 1001) % 10 + 1, (tile.number - 1001) // 10 + 1
        yield path.replace("<UDIM>", str(tile.number)).replace("<UVTILE>", "u%d_v%d" % (u, v))


def view_files(owner, paths):
    if not (getattr(owner, "use_multiview", False) and owner.views_format == "INDIVIDUAL"):
        return paths
    return [re.sub(r"_L(\.\w+)$", r"_%s\1" % side, path) for path in paths for side in "LR"]


def look_at_images(look):
    for image in bpy.data.images:
        if image.source not in {"FILE", "SEQUENCE", "MOVIE", "TILED"} or not image.filepath or image.packed_files:
            continue
        path = look.resolve(image.filepath, image)
        paths = [path]
        if image.source == "SEQUENCE":
            paths = [each for one in view_files(image, [path]) for each in sequence(one)]
        elif image.source == "TILED":
            paths = list(tile_files(image, path))
        else:
            paths = view_files(image, paths)
        look.files("image", image.name, paths)
        if image.source == "FILE" and not (image.has_data or len(image.pixels) > 0):
            look.problem("image", image.name, "no pixels")
        if image.source == "FILE":
            look.note("pixels", image.name, list(image.size), [round(value, 3) for value in image.pixels[:4]])


def look_at_sequencer(look, scene):
    editor = scene.sequence_editor
    if editor is None:
        return
    for strip in editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all:
        if strip.type == "IMAGE":
            folder = look.resolve(strip.directory, scene)
            paths = [os.path.join(folder, element.filename) for element in strip.elements]
            look.files("strip", strip.name, view_files(strip, paths))
        elif strip.type == "MOVIE":
            look.files("strip", strip.name, [look.resolve(strip.filepath, scene)])


def look_at_nodes(look, owner, tree):
    for node in tree.nodes if tree else ():
        if node.bl_idname in {"ShaderNodeScript", "ShaderNodeTexIES"} and node.mode == "EXTERNAL":
            look.files("node", node.name, [look.resolve(node.filepath, owner)])


def look_at_point_cache(look, thing, kind, cache):
    look.note("cache", thing.name, kind, cache.info, cache.is_baked, cache.use_disk_cache)
    if cache.use_external:
        look.folder("cache", thing, cache.filepath, lambda name: name.startswith(cache.name + "_"))
    elif cache.use_disk_cache:
        blend = bpy.path.abspath(thing.library.filepath if thing.library else bpy.data.filepath)
        folder = os.path.join(os.path.dirname(blend), "blendcache_" + os.path.splitext(os.path.basename(blend))[0])
        start = (cache.name or thing.name.encode().hex().upper()) + "_"
        wanted = lambda name: re.fullmatch(re.escape(start) + r"\d{6}_\d\d\.\w+", name)
        look.folder("cache", thing, folder, wanted)


def look_at_modifiers(look, thing):
    for modifier in thing.modifiers:
        if modifier.type == "MESH_CACHE":
            look.file("mesh cache", thing, modifier.filepath)
        elif modifier.type == "OCEAN" and modifier.is_cached:
            look.folder("ocean", thing, modifier.filepath)
        elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
            look.folder("fluid", thing, modifier.domain_settings.cache_directory)
        elif modifier.type in {"CLOTH", "SOFT_BODY"}:
            look_at_point_cache(look, thing, modifier.type, modifier.point_cache)
        elif modifier.type == "DYNAMIC_PAINT" and modifier.canvas_settings:
            for surface in modifier.canvas_settings.canvas_surfaces:
                look_at_point_cache(look, thing, modifier.type, surface.point_cache)
        elif modifier.type == "NODES" and getattr(modifier, "bake_target", "") == "DISK":
            look.folder("simulation", thing, modifier.bake_directory)
    for system in thing.particle_systems:
        look_at_point_cache(look, thing, "particles", system.point_cache)


def look_at_geometry(look, frame):
    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    for thing in bpy.context.scene.objects:
        evaluated = thing.evaluated_get(graph)
        if thing.type == "MESH":
            mesh = evaluated.to_mesh()
            total = [round(sum(vertex.co[axis] for vertex in mesh.vertices), 3) for axis in range(3)]
            look.note("mesh", frame, thing.name, len(mesh.vertices), total)
        for system in evaluated.particle_systems:
            places = [tuple(round(value, 2) for value in particle.location) for particle in system.particles]
            look.note("particles", frame, thing.name, places)


def look_at_datablocks(look):
    for name in sorted(set(dir(bpy.data)) - {"screens", "workspaces", "window_managers"}):
        kind = getattr(bpy.data, name)
        if not isinstance(kind, type(bpy.data.objects)):
            continue
        for block in kind:
            if not isinstance(block, bpy.types.ID):
                continue
            if getattr(block, "is_missing", False):
                look.problem(name, block.name, "could not be linked")
            tree = getattr(block, "node_tree", None)
            facts = [getattr(block, "type", None), len(tree.nodes) if tree else None]
            look.note(name, block.name, block.library and block.library.name, facts)
            look_at_nodes(look, block, tree)


def look_at_owners_of_files(look):
    for library in bpy.data.libraries:
        path = library.filepath
        # Packed data-blocks (5.0) leave the library that they came from without any.
        is_read = not library.packed_file and any(not getattr(each, "is_linked_packed", False) for each in library.users_id)
        if is_read and not os.path.isfile(bpy.path.abspath(path)):
            look.problem("library", library.name, "missing " + path)
        look.seen["library"] = look.seen.get("library", 0) + 1
        look.note("library", os.path.basename(path))
    for kind in ("sounds", "texts", "movieclips", "cache_files", "volumes", "fonts"):
        for block in getattr(bpy.data, kind):
            stored = getattr(block, "filepath", "")
            if kind in {"volumes", "cache_files"} and block.is_sequence or getattr(block, "source", "") == "SEQUENCE":
                look.files(kind, block.name, sequence(look.resolve(stored, block)))
            elif stored != "<builtin>":
                look.file(kind, block, stored)
            for layer in getattr(block, "layers", ()) if kind == "cache_files" else ():
                look.files("layer", block.name, [look.resolve(layer.filepath, block)])
            if kind == "volumes" and stored and not block.grids.load():
                look.problem("volume", block.name, block.grids.error_message)
            if kind == "movieclips":
                look.note("clip", block.name, list(block.size), block.frame_duration)
            if kind == "cache_files":
                look.note("cache file", block.name, [each.path for each in block.object_paths])


def look_at(job):
    look = Look(job["inside"])
    bpy.ops.wm.open_mainfile(filepath=job["file"])
    if os.path.realpath(bpy.data.filepath) != os.path.realpath(job["file"]):
        look.problem("file", job["file"], "not opened")
    look_at_owners_of_files(look)
    look_at_images(look)
    look_at_datablocks(look)
    for scene in bpy.data.scenes:
        look_at_sequencer(look, scene)
    for thing in bpy.data.objects:
        look_at_modifiers(look, thing)
    for stored in bpy.utils.blend_paths(absolute=True, packed=False, local=False):
        known = os.path.exists(stored) or sequence(stored) or re.search("<(UDIM|UVTILE)>", stored)
        if stored and not known and os.path.basename(stored):
            look.problem("path", os.path.basename(stored), "missing " + stored)
    for frame in (1, 3):
        look_at_geometry(look, frame)
    return {"problems": look.problems, "seen": look.seen, "found": sorted(look.found)}


with open(jobs_path, encoding="utf-8") as file:
    jobs = json.load(file)
for job in jobs:
    print("== look at", job["file"], flush=True)
    job.update(look_at(job))
with open(jobs_path, "w", encoding="utf-8") as file:
    json.dump(jobs, file, indent=1)
