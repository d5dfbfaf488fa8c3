"""3. What linked objects refer to: each thing comes from a third file, and has a texture there."""

import bpy
from scene_kit import VERSION, add, adopt, empty_object, image, material, mesh_object, scene, select


def in_library(s, build):
    """project/lib/hero.blend gets what `build` makes; the shot links all objects whose names begin with `Hero`."""
    s.save("project/lib/hero.blend")
    build()
    s.keep_unused("project/lib")
    names = [each.name for each in bpy.data.objects if each.name.startswith("Hero")]
    s.save("project/lib/hero.blend")
    s.fresh()
    linked = s.link("project/lib/hero.blend", "objects", *names, stored="//lib/hero.blend")
    adopt(*(linked if isinstance(linked, list) else [linked]))
    s.save_shot()


def hero(name="Hero"):
    return bpy.data.objects.get(name) or mesh_object(name)


@scene(3)
def linked_modifier_objects(s):
    """Objects and collections that the modifiers of a linked object name."""

    def build():
        hero()
        for kind, field in (("BOOLEAN", "object"), ("ARRAY", "start_cap"), ("ARRAY", "end_cap")):
            other = s.third("%s-%s" % (kind.lower(), field.replace("_", "-")))
            setattr(hero().modifiers.new(other.name, kind), field, other)
        for kind, field in (("SHRINKWRAP", "target"), ("LATTICE", "object"), ("CURVE", "object"), ("CAST", "object")):
            make = {"LATTICE": lattice, "CURVE": curve}.get(kind)
            other = s.third(kind.lower(), make=make and (lambda name, make=make: make(s, name)))
            setattr(hero().modifiers.new(other.name, kind), field, other)
        collection = s.third("boolean-collection", "collections", s.textured_collection)
        modifier = hero().modifiers.new("Collection", "BOOLEAN")
        modifier.operand_type, modifier.collection = "COLLECTION", collection

    in_library(s, build)


def lattice(s, name):
    found = add(name, bpy.data.lattices.new(name))
    found.parent = s.textured_object(name + " parent")
    return found


def curve(s, name):
    data = bpy.data.curves.new(name, "CURVE")
    data.materials.append(s.textured_material(name))
    return add(name, data)


@scene(3)
def linked_parents_and_constraints(s):
    """The parent of a linked object, and the targets of its constraints, of its bones' too."""

    def build():
        hero()
        parent = s.third("parent")
        hero().parent = parent
        target = s.third("constraint-target")
        hero().constraints.new("COPY_LOCATION").target = target
        target = s.third("armature-target", make=lambda name: armature(s, name))
        hero().constraints.new("ARMATURE").targets.new().target = target
        rig = bpy.data.objects.new("Hero rig", bpy.data.armatures.new("Rig"))
        adopt(rig)
        select(rig)
        bpy.ops.object.mode_set(mode="EDIT")
        rig.data.edit_bones.new("Bone").tail = (0, 0, 1)
        bpy.ops.object.mode_set(mode="OBJECT")
        target = s.third("bone-target")
        hero("Hero rig").pose.bones["Bone"].constraints.new("TRACK_TO").target = target
        shape = s.third("bone-shape")
        hero("Hero rig").pose.bones["Bone"].custom_shape = shape

    in_library(s, build)


def armature(s, name):
    found = add(name, bpy.data.armatures.new(name))
    found.parent = s.textured_object(name + " parent")
    return found


@scene(3)
def linked_driver_targets(s):
    """Targets of drivers: of an object, of its shape keys, of a node tree inside of its material."""

    def build():
        hero().shape_key_add(name="Basis")
        hero().shape_key_add(name="Key")
        hero().data.materials.append(material("Driven"))
        owners = {
            "driver-object": lambda: (hero(), "location", 0),
            "driver-shape-key": lambda: (hero().data.shape_keys.key_blocks["Key"], "value"),
            "driver-node-tree": lambda: (
                hero().data.materials["Driven"].node_tree.nodes["Principled BSDF"].inputs["Roughness"],
                "default_value",
            ),
        }
        for name, owner in owners.items():
            other = s.third(name)
            found, *path = owner()
            variable = found.driver_add(*path).driver.variables.new()
            variable.targets[0].id = other
            variable.targets[0].data_path = "location.x"

    in_library(s, build)


@scene(3)
def linked_effectors_and_actions(s):
    """An effector collection, a collision collection, an action, and actions that NLA strips name."""

    def build():
        hero().modifiers.new("Cloth", "CLOTH")
        collection = s.third("effectors", "collections", s.textured_collection)
        hero().modifiers["Cloth"].settings.effector_weights.collection = collection
        collection = s.third("colliders", "collections", s.textured_collection)
        hero().modifiers["Cloth"].collision_settings.collection = collection
        action = s.third("walk", "actions", lambda name: bpy.data.actions.new(name))
        hero().animation_data_create().nla_tracks.new().strips.new("Walk", 1, action)
        action = s.third("run", "actions", lambda name: bpy.data.actions.new(name))
        hero().animation_data.action = action

    in_library(s, build)


@scene(3)
def linked_materials_of_all_kinds(s):
    """Materials of grease pencil, hair curves and volumes, and the surface that hair grows on."""

    def stroke_material(name):
        found = bpy.data.materials.new(name)
        bpy.data.materials.create_gpencil_data(found)
        found.grease_pencil.fill_style = "TEXTURE"
        found.grease_pencil.fill_image = s.textured_image(name)
        return found

    def build():
        pencils = getattr(bpy.data, "grease_pencils_v3", None)
        pencils = bpy.data.grease_pencils if pencils is None else pencils
        add("Hero pencil", pencils.new("Pencil"))
        add("Hero hair", bpy.data.hair_curves.new("Hair"))
        add("Hero smoke", bpy.data.volumes.new("Smoke"))
        found = s.third("stroke", "materials", stroke_material)
        hero("Hero pencil").data.materials.append(found)
        for owner in ("hair", "smoke"):
            found = s.third(owner, "materials", s.textured_material)
            hero("Hero " + owner).data.materials.append(found)
        surface = s.third("skin")
        hero("Hero hair").data.surface = surface

    in_library(s, build)


@scene(3)
def linked_textures(s):
    """Textures of modifiers, of a volume, of a force field, of particles."""

    def build():
        hero()
        add("Hero volume", bpy.data.volumes.new("Volume"))
        bpy.ops.object.effector_add(type="TEXTURE")
        bpy.context.object.name = "Hero field"
        for kind in ("WARP", "DISPLACE", "WAVE"):
            found = s.third(kind.lower(), "textures", s.textured_texture)
            hero().modifiers.new(kind, kind).texture = found
        found = s.third("vertex-weights", "textures", s.textured_texture)
        hero().modifiers.new("Weights", "VERTEX_WEIGHT_EDIT").mask_texture = found
        found = s.third("volume-displace", "textures", s.textured_texture)
        hero("Hero volume").modifiers.new("Displace", "VOLUME_DISPLACE").texture = found
        found = s.third("field", "textures", s.textured_texture)
        hero("Hero field").field.texture = found
        hero().modifiers.new("Particles", "PARTICLE_SYSTEM")
        found = s.third("particles", "textures", s.textured_texture)
        hero().particle_systems[0].settings.texture_slots.add().texture = found
        other = s.third("instance")
        settings = hero().particle_systems[0].settings
        settings.render_type, settings.instance_object = "OBJECT", other

    in_library(s, build)


@scene(3)
def linked_camera_backgrounds(s):
    """Background images and clips of a linked camera, from a third file and from its own."""

    def clip(name):
        s.png("project/lib/clips/%s.png" % name)
        found = bpy.data.movieclips.load(s.path("project/lib/clips/%s.png" % name))
        found.name, found.filepath = name, "//clips/%s.png" % name
        return found

    def build():
        add("Hero camera", bpy.data.cameras.new("Camera"))
        background = bpy.data.cameras["Camera"].background_images.new()
        background.image = s.textured_image("own-background")
        found = s.third("background", "images", s.textured_image)
        bpy.data.cameras["Camera"].background_images.new().image = found
        found = s.third("plate", "movieclips", clip)
        background = bpy.data.cameras["Camera"].background_images.new()
        background.source, background.clip = "MOVIE_CLIP", found

    in_library(s, build)


@scene(3)
def linked_speaker_sounds(s):
    """The sound of a linked speaker."""

    def sound(name):
        path = s.wav("project/lib/sounds/%s.wav" % name)
        found = bpy.data.sounds.load(path)
        found.name, found.filepath = name, "//sounds/%s.wav" % name
        return found

    def build():
        add("Hero speaker", bpy.data.speakers.new("Speaker"))
        found = s.third("hum", "sounds", sound)
        bpy.data.speakers["Speaker"].sound = found

    in_library(s, build)


@scene(3)
def linked_instances_and_properties(s):
    """An instanced collection, datablocks in custom properties, inputs of geometry nodes, and a world."""

    def build():
        empty_object("Hero")
        collection = s.third("crowd", "collections", s.textured_collection)
        hero().instance_type, hero().instance_collection = "COLLECTION", collection
        found = s.third("property", "materials", s.textured_material)
        hero()["group"] = {"deep": {"material": found}}
        mesh_object("Hero nodes").modifiers.new("Nodes", "NODES").node_group = nodes()
        found = s.third("node-object")
        hero("Hero nodes").modifiers["Nodes"]["Input_2" if VERSION < (4, 0) else "Socket_2"] = found
        found = s.third("node-image", "images", s.textured_image)
        bpy.data.node_groups["Nodes"].nodes["Image"].inputs["Image"].default_value = found

    in_library(s, build)


def nodes():
    group = bpy.data.node_groups.new("Nodes", "GeometryNodeTree")
    group.nodes.new("GeometryNodeImageTexture").name = "Image"
    output = group.nodes.new("NodeGroupOutput")
    if VERSION < (4, 0):
        for kind, sockets in (("NodeSocketGeometry", group.inputs), ("NodeSocketGeometry", group.outputs)):
            sockets.new(kind, "Geometry")
        assert group.inputs.new("NodeSocketObject", "Object").identifier == "Input_2"
    else:
        group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
        group.interface.new_socket("Geometry", in_out="INPUT", socket_type="NodeSocketGeometry")
        socket = group.interface.new_socket("Object", in_out="INPUT", socket_type="NodeSocketObject")
        assert socket.identifier == "Socket_2", socket.identifier
    group.links.new(group.nodes.new("NodeGroupInput").outputs[0], output.inputs[0])
    return group


@scene(3)
def linked_overrides(s):
    """A library override of a linked object, with a texture and a parent of its own."""
    s.textured_object("Base")
    s.keep_unused("project/lib")
    s.save("project/lib/base.blend")
    s.fresh()
    s.png("project/textures/own.png")
    base = s.link("project/lib/base.blend", "objects", "Base", stored="//lib/base.blend")
    adopt(base)
    over = base.override_create(remap_local_usages=True)
    over.parent = mesh_object("Own", material("Own", image("Own", "//textures/own.png")))
    over.location.x = 3
    s.save_shot()


@scene(3)
def linked_settings(s):
    """What settings of a linked scene name: camera, world, background scene, material override, lines; shapes of curves and text."""

    def camera(name):
        data = bpy.data.cameras.new(name)
        data.background_images.new().image = s.textured_image(name)
        return add(name, data)

    def world(name):
        found = bpy.data.worlds.new(name)
        found.use_nodes = True
        found.node_tree.nodes.new("ShaderNodeTexEnvironment").image = s.textured_image(name)
        return found

    def background(name):
        found = bpy.data.scenes.new(name)
        found.collection.objects.link(s.textured_object(name + " member"))
        return found

    bpy.context.scene.name = "Stage"
    s.save("project/lib/stage.blend")
    bpy.context.scene.camera = s.third("camera", make=camera)
    bpy.context.scene.world = s.third("world", "worlds", world)
    bpy.context.scene.background_set = s.third("background", "scenes", background)
    found = s.third("override", "materials", s.textured_material)
    bpy.context.view_layer.material_override = found
    found = s.third("lines", "collections", s.textured_collection)
    lines = bpy.context.view_layer.freestyle_settings.linesets.new("Lines")
    lines.select_by_collection, lines.collection = True, found
    add("Curve", bpy.data.curves.new("Curve", "CURVE"))
    add("Text", bpy.data.curves.new("Text", "FONT"))
    for name, owner, field in (
        ("bevel", "Curve", "bevel_object"),
        ("taper", "Curve", "taper_object"),
        ("follow", "Text", "follow_curve"),
    ):
        other = s.third(name, make=lambda each: curve(s, each))
        if field == "bevel_object":
            bpy.data.curves[owner].bevel_mode = "OBJECT"
        setattr(bpy.data.curves[owner], field, other)
    mesh_object("Field")
    select(bpy.data.objects["Field"])
    bpy.ops.object.forcefield_toggle()
    other = s.third("shape", "textures", s.textured_texture)
    bpy.data.objects["Field"].field.type = "TEXTURE"
    bpy.data.objects["Field"].field.texture = other
    s.keep_unused("project/lib")
    s.save("project/lib/stage.blend")
    s.fresh()
    bpy.context.scene.background_set = s.link("project/lib/stage.blend", "scenes", "Stage", stored="//lib/stage.blend")
    s.save_shot()
