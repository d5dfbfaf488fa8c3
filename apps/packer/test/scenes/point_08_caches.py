"""8. Caches of every kind of simulation, of meshes, Alembic and USD."""

import os
import shutil
import struct

import bpy
from scene_kit import bake, mesh_object, scene, select
from point_04_brushes_texts_layers import alembic, cache_file, use_cache
from point_08_files import vdb


@scene(8)
def fluid_cache(s):
    """The folder of a smoke domain with all that is in it. Mantaflow bakes in no script: the files only have its names."""
    domain = mesh_object("Domain")
    fluid = domain.modifiers.new("Fluid", "FLUID")
    fluid.show_viewport = fluid.show_render = False
    fluid.fluid_type = "DOMAIN"
    fluid.domain_settings.cache_directory = "//../outside/cache fluid"
    for frame in (1, 2, 3):
        s.write("outside/cache fluid/config/config_%04d.uni" % frame, b"config")
        s.write("outside/cache fluid/data/fluid_data_%04d.vdb" % frame, vdb())
        s.write("outside/cache fluid/noise/fluid_noise_%04d.vdb" % frame, vdb())
    s.write("outside/cache fluid 2/data/fluid_data_0001.vdb", vdb(), needed=False)
    s.write("outside/data/fluid_data_0001.vdb", vdb(), needed=False)
    s.save_shot()
    s.rewrites("project/shot.blend", "OBDomain", "//../outside/cache fluid")


@scene(8)
def point_caches(s):
    """Baked particles, hair with dynamics, cloth and dynamic paint with frames on disk, in one folder with frames of others."""
    emitter = mesh_object("Emitter")
    emitter.modifiers.new("Particles", "PARTICLE_SYSTEM")
    emitter.particle_systems[0].settings.count = 5
    emitter.particle_systems[0].settings.frame_end = 4
    bake(emitter.particle_systems[0].point_cache, emitter)
    hair = mesh_object("Hair")
    hair.modifiers.new("Hair", "PARTICLE_SYSTEM")
    hair.particle_systems[0].settings.type = "HAIR"
    hair.particle_systems[0].settings.count = 3
    hair.particle_systems[0].use_hair_dynamics = True
    bake(hair.particle_systems[0].point_cache, hair)
    cloth = mesh_object("Cloth")
    bake(cloth.modifiers.new("Cloth", "CLOTH").point_cache, cloth)
    canvas = mesh_object("Canvas")
    paint = canvas.modifiers.new("Paint", "DYNAMIC_PAINT")
    select(canvas)
    with bpy.context.temp_override(object=canvas, active_object=canvas):
        bpy.ops.dpaint.type_toggle(type="CANVAS")
    paint.canvas_settings.canvas_surfaces[0].use_dissolve = True
    bake(paint.canvas_settings.canvas_surfaces[0].point_cache, canvas)
    s.save_shot()
    names = sorted(os.listdir(s.path("project/blendcache_shot")))
    for name in ("Emitter", "Hair", "Cloth", "Canvas"):
        assert any(file.startswith(name.encode().hex().upper()) for file in names), (name, names)
    s.needs_folder("project/blendcache_shot")
    s.write("project/blendcache_shot/4F74686572_000001_00.bphys", b"of another object", needed=False)
    s.write("project/blendcache_other/456D6974746572_000001_00.bphys", b"of another file", needed=False)


@scene(8)
def named_and_external_caches(s):
    """A point cache with a name, two caches of one object, and an external cache outside of the project."""
    cloth = mesh_object("Cloth")
    modifier = cloth.modifiers.new("Cloth", "CLOTH")
    modifier.point_cache.name = "named"
    bake(modifier.point_cache, cloth)
    twins = mesh_object("Twins")
    for index in range(2):
        twins.modifiers.new("Particles %d" % index, "PARTICLE_SYSTEM")
        twins.particle_systems[index].settings.count = 3
        bake(twins.particle_systems[index].point_cache, twins)
    s.save_shot()
    s.needs_folder("project/blendcache_shot")
    s.write("project/blendcache_shot/other_000001_00.bphys", b"of another object", needed=False)
    s.write("project/blendcache_shot/named_too_000001_00.bphys", b"of another object", needed=False)


@scene(8)
def caches_of_linked_objects(s):
    """Simulations of a library have their frames beside the library."""
    s.save("project/lib/cloth.blend")
    cloth = mesh_object("Cloth")
    bake(cloth.modifiers.new("Cloth", "CLOTH").point_cache, cloth)
    other = mesh_object("Not linked")
    bake(other.modifiers.new("Cloth", "CLOTH").point_cache, other)
    s.save("project/lib/cloth.blend")
    folder = "project/lib/blendcache_cloth/"
    for file in os.listdir(s.path(folder)):
        (s.needs if file.startswith(b"Cloth".hex().upper() + "_") else s.leaves)(folder + file)
    s.fresh()
    linked = s.link("project/lib/cloth.blend", "objects", "Cloth", stored="//lib/cloth.blend")
    bpy.context.scene.collection.objects.link(linked)
    s.save_shot()


@scene(8)
def mesh_caches(s):
    """MDD and PC2 files, and the external file of a multiresolution mesh."""
    for kind in ("mdd", "pc2"):
        s.write("project/cache/wave.%s" % kind, mesh_cache(kind))
        modifier = mesh_object(kind.upper()).modifiers.new("Cache", "MESH_CACHE")
        modifier.cache_format = kind.upper()
        modifier.filepath = "//cache/wave.%s" % kind
    s.write("project/cache/neighbour.mdd", b"", needed=False)
    dense = mesh_object("Dense")
    dense.modifiers.new("Multires", "MULTIRES")
    with bpy.context.temp_override(object=dense, active_object=dense):
        bpy.ops.object.multires_subdivide(modifier="Multires")
        bpy.ops.object.multires_external_save(filepath=s.path("project/cache/dense.btx"), modifier="Multires")
    s.save_shot()
    assert os.path.exists(s.path("project/cache/dense.btx"))
    s.needs("project/cache/dense.btx")


def mesh_cache(kind, frames=3):
    points = [[(x, y, frame) for y in range(3) for x in range(3)] for frame in range(frames)]
    flat = [[value for point in each for value in point] for each in points]
    if kind == "mdd":
        head = struct.pack(">2i", frames, 9) + struct.pack(">%df" % frames, *(frame / 24 for frame in range(frames)))
        return head + b"".join(struct.pack(">27f", *each) for each in flat)
    return struct.pack("<12siiffi", b"POINTCACHE2\0", 1, 9, 0.0, 1.0, frames) + b"".join(struct.pack("<27f", *each) for each in flat)


@scene(8)
def alembic_sequence(s):
    """An Alembic sequence: the files with the same name around the frame."""
    plane = mesh_object("Plane")
    for frame in (1, 2, 3):
        alembic(s, plane, "project/cache/sim_%03d.abc" % frame)
        plane.data.vertices[0].co.z += 1
    s.write("project/cache/sim_001_old.abc", b"", needed=False)
    cache = cache_file(s, "project/cache/sim_001.abc")
    cache.is_sequence = True
    use_cache(plane, cache)
    s.save_shot()


@scene(8, since=(4, 0))
def usd_sequence(s):
    """A USD sequence and a single USD file outside of the project."""
    plane = mesh_object("Plane")
    names = ["project/cache/walk_%03d.usdc" % frame for frame in (1, 2, 3)] + ["outside/table.usdc"]
    for name in names:
        s.write(name, b"")
        os.remove(s.path(name))
        select(plane)
        bpy.ops.wm.usd_export(filepath=s.path(name), selected_objects_only=True)
        plane.data.vertices[0].co.z += 1
    s.write("project/cache/walk_001_b.usdc", b"", needed=False)
    cache = cache_file(s, "project/cache/walk_001.usdc")
    cache.is_sequence = True
    use_cache(plane, cache)
    single = cache_file(s, "outside/table.usdc")
    single.filepath = "//../outside/table.usdc"
    use_cache(mesh_object("Table"), single)
    s.save_shot()
    s.rewrites("project/shot.blend", "CFtable.usdc", "//../outside/table.usdc")


@scene(8, since=(4, 1))
def geometry_nodes_simulation(s):
    """A baked simulation zone with its files on disk, in the folder that Blender chooses and in one that is set."""
    for name, directory in (("Chosen", ""), ("Set", "//sim cache")):
        thing = mesh_object(name)
        modifier = thing.modifiers.new("Sim", "NODES")
        modifier.node_group = bpy.data.node_groups.get("Sim") or simulation()
        modifier.bake_target = "DISK"
        if directory:
            modifier.bake_directory = directory
        for bake in modifier.bakes:
            bake.use_custom_simulation_frame_range = True
            bake.frame_start, bake.frame_end = 1, 3
        bpy.ops.object.select_all(action="DESELECT")
        select(thing)
        bpy.context.scene.frame_end = 3
        bpy.ops.wm.save_mainfile(relative_remap=False)
        for bake in modifier.bakes:
            bpy.ops.object.geometry_node_bake_single(
                session_uid=thing.session_uid, modifier_name="Sim", bake_id=bake.bake_id
            )
    s.save_shot()
    for folder in os.listdir(s.path("project")):
        if os.path.isdir(s.path("project/" + folder)):
            s.needs_folder("project/" + folder)
    assert sum("/meta/" in name for name in s.needed) == 6, s.needed
    s.write("project/blendcache_other/Sim/1/meta/00001_00000.json", b"{}", needed=False)


def simulation():
    group = bpy.data.node_groups.new("Sim", "GeometryNodeTree")
    for way in ("INPUT", "OUTPUT"):
        group.interface.new_socket("Geometry", in_out=way, socket_type="NodeSocketGeometry")
    nodes = group.nodes
    start, end = nodes.new("GeometryNodeSimulationInput"), nodes.new("GeometryNodeSimulationOutput")
    start.pair_with_output(end)
    move = nodes.new("GeometryNodeTransform")
    move.inputs["Translation"].default_value = (0, 0, 1)
    chain = [nodes.new("NodeGroupInput"), start, move, end, nodes.new("NodeGroupOutput")]
    for one, other in zip(chain, chain[1:]):
        out = next(each for each in one.outputs if each.type == "GEOMETRY")
        into = next(each for each in other.inputs if each.type == "GEOMETRY")
        group.links.new(out, into)
    return group


@scene(8, since=(4, 5))
def external_caches(s):
    """Particles that come from a folder outside of the project, under a name that is said."""
    emitter = mesh_object("Emitter")
    emitter.modifiers.new("Particles", "PARTICLE_SYSTEM")
    emitter.particle_systems[0].settings.count = 5
    cache = emitter.particle_systems[0].point_cache
    bake(cache, emitter)
    own = s.path("project/blendcache_shot/")
    for name in sorted(os.listdir(own)):
        s.copy(own + name, "outside/sparks/spark" + name[name.index("_") :])
    shutil.rmtree(own)
    s.copy(s.path("outside/sparks/spark_000001_00.bphys"), "outside/sparks/other_000001_00.bphys", needed=False)
    cache.use_external, cache.name, cache.filepath = True, "spark", "//../outside/sparks"
    cache.index = 0
    s.save_shot()
    s.rewrites("project/shot.blend", "OBEmitter", "//../outside/sparks")
