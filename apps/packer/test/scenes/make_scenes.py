"""Makes the scenes, each in a folder of its own with its ground-truth.json, and a list of them: scenes.json.

blender -b --factory-startup --python-exit-code 1 -P make_scenes.py -- FOLDER [NAME…]
python make_scenes.py FOLDER [NAME…]      with the module bpy of a newer Blender
"""

import importlib
import json
import os
import sys

import bpy

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import scene_kit

here = os.path.dirname(os.path.abspath(__file__))
arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
folder, wanted = os.path.abspath(arguments[0]), arguments[1:]

for name in sorted(os.listdir(here)):
    if name.startswith("point_") and name.endswith(".py"):
        importlib.import_module(name[:-3])

made, absent = [], []
for point, build, since in scene_kit.SCENES:
    name = build.__name__.replace("_", "-")
    if wanted and name not in wanted:
        continue
    if scene_kit.VERSION < since:
        absent.append(name)
        continue
    print("== scene", name, flush=True)
    scene = scene_kit.Scene(os.path.join(folder, name), point, build)
    build(scene)
    scene.write_truth()
    made.append(name)

with open(os.path.join(folder, "scenes.json"), "w", encoding="utf-8") as file:
    json.dump({"blender": bpy.app.version_string, "made": made, "absent": absent}, file, indent=1)
