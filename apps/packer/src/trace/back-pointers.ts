/** A pointer to a datablock that is no dependency, and why. */
export interface BackPointer {
  readonly struct: string;
  readonly field: string;
  readonly reason: string;
}

/**
 * All other pointers to datablocks are followed, of every struct. Pointers within a datablock need not be: what it owns lies behind
 * it in the file.
 */
export const BACK_POINTERS: readonly BackPointer[] = [
  { struct: 'ID', field: 'next', reason: 'the neighbour in the list of all datablocks of a kind' },
  { struct: 'ID', field: 'prev', reason: 'the neighbour in the list of all datablocks of a kind' },
  { struct: 'ID', field: 'newid', reason: 'the last copy, for the time of an operation' },
  { struct: 'ID', field: 'orig_id', reason: 'of an evaluated copy; a file has none' },
  { struct: 'ID', field: 'py_instance', reason: 'an object of the running Python' },
  { struct: 'ID', field: 'lib', reason: 'the library is found by its placeholders' },
  { struct: 'Library', field: 'parent', reason: 'who linked a library first' },
  {
    struct: 'Key',
    field: 'from',
    reason: 'the mesh, curve or lattice that has these shapes, and that they are reached from',
  },
  { struct: 'bNodeTree', field: 'owner_id', reason: 'the datablock that this tree lies in' },
  { struct: 'Object', field: 'proxy_from', reason: 'the proxy of this object: a user of it' },
  { struct: 'IDOverrideLibrary', field: 'hierarchy_root', reason: 'the top of the hierarchy that this is a part of' },
  { struct: 'ImageUser', field: 'scene', reason: 'where the image was shown last' },
  { struct: 'ParticleSystem', field: 'orig_psys', reason: 'of an evaluated copy; a file has none' },
  { struct: 'CollectionParent', field: 'collection', reason: 'a collection that this one is in' },
  { struct: 'Collection', field: 'owner_id', reason: 'the scene that has this collection as its own' },
  { struct: 'Sequence', field: 'tmp', reason: 'for the time of an operation' },
  { struct: 'Sequence', field: 'scene_sound', reason: 'a handle of the running sound system' },
];
