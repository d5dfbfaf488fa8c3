"""6. Tiles of both kinds, names with signs that are special elsewhere, sequences that begin later or count in the middle."""

from scene_kit import image, material, mesh_object, scene


def tiled(name, stored, tiles):
    picture = image(name, stored, "TILED")
    picture.filepath = stored
    for tile in tiles[1:]:
        picture.tiles.new(tile)
    picture.tiles[0].number = tiles[0]
    mesh_object(name, material(name, picture))


@scene(6)
def tiles_by_udim(s):
    """<UDIM> stands for the number of a tile."""
    for tile in (1001, 1002, 1011):
        s.png("project/textures/skin.%d.png" % tile)
    for name in ("skin.100.png", "skin.0999.png", "skin.1001.jpg", "skin.color.1001.png", "skin.<UDIM>.txt"):
        s.png("project/textures/" + name, needed=False)
    tiled("Skin", "//textures/skin.<UDIM>.png", (1001, 1002, 1011))
    s.save_shot()


@scene(6)
def tiles_by_uv(s):
    """<UVTILE> stands for u1_v1 and so on; the tiles lie outside of the project."""
    for tile in ("u1_v1", "u2_v1", "u1_v2"):
        s.png("outside/tiles/wall_%s.png" % tile)
    for name in ("wall_u1.png", "wall_u1_v1_old.png", "wall_1001.png"):
        s.png("outside/tiles/" + name, needed=False)
    tiled("Wall", "//../outside/tiles/wall_<UVTILE>.png", (1001, 1002, 1011))
    s.save_shot()
    s.rewrites("project/shot.blend", "IMWall", "//../outside/tiles/wall_<UVTILE>.png")


@scene(6)
def special_signs(s):
    """Brackets, stars, question marks, hashes and per cents are parts of names."""
    names = ("wood [old].png", "[a]/b.png", "star*.png", "what?.png", "{x,y}.png", "50%d.png", "hash##.png", "a'b\"c.png")
    for index, name in enumerate(names):
        s.png("project/textures/" + name)
        mesh_object("M%d" % index, material("M%d" % index, image("I%d" % index, "//textures/" + name)))
    for name in ("wood o.png", "a/b.png", "start.png", "whatx.png", "x.png", "501.png", "hash01.png"):
        s.png("project/textures/" + name, needed=False)
    for frame in (1, 2):
        s.png("project/seq [v1]/take*_%04d.png" % frame)
        s.png("project/seq v/taken_%04d.png" % frame, needed=False)
        s.png("project/seq [v1]/taken_%04d.png" % frame, needed=False)
    mesh_object("Take", material("Take", image("Take", "//seq [v1]/take*_0001.png", "SEQUENCE")))
    s.png("project/tiles [1]/t*.1001.png")
    s.png("project/tiles [1]/tx.1001.png", needed=False)
    tiled("Tiles", "//tiles [1]/t*.<UDIM>.png", (1001,))
    s.save_shot()


@scene(6)
def sequence_without_its_first_frame(s):
    """The frame that is stored does not exist; later ones do."""
    for frame in range(4, 7):
        s.png("project/seq/late_%04d.png" % frame)
    s.png("project/seq/late_4.png", needed=False)
    picture = image("Late", "//seq/late_0001.png", "SEQUENCE")
    mesh_object("Late", material("Late", picture))
    s.save_shot()


@scene(6)
def number_in_the_middle(s):
    """The last number of a name is the frame, wherever it stands."""
    for frame in (9, 10, 11):
        s.png("project/seq/v2_shot_%04d_beauty.png" % frame)
        s.png("project/seq/fire_0001_part%d.png" % frame)
    for name in ("v3_shot_0010_beauty.png", "v2_shot_0010_matte.png", "fire_0002_part9.png", "fire_0002_part10.png"):
        s.png("project/seq/" + name, needed=False)
    mesh_object("Shot", material("Shot", image("Shot", "//seq/v2_shot_0009_beauty.png", "SEQUENCE")))
    mesh_object("Fire", material("Fire", image("Fire", "//seq/fire_0001_part9.png", "SEQUENCE")))
    s.save_shot()
