import { describe, expect, it } from 'vitest';
import { canDefer } from '../../src/routes/can-defer.ts';

const says = (text: string, agent?: string, name?: string) => ({
  headers: {
    'x-shaman-can-defer-upload': text,
    ...(agent !== undefined && { 'user-agent': agent }),
    ...(name !== undefined && { 'x-shaman-original-filename': name }),
  },
});
const ADD_ON = 'Flamenco/3.9-beta1 (Blender add-on)';
const REQUESTS = 'python-requests/2.32.3';

describe('a client', () => {
  it('can defer where it says so, in the text of its protocol', () => {
    expect(canDefer(says('true'), 'v2')).toBe(true);
    expect(canDefer(says('True'), 'v2')).toBe(false);
    expect(canDefer(says('True'), 'v3')).toBe(true);
    expect(canDefer(says('False'), 'v3')).toBe(false);
    expect(canDefer({ headers: {} }, 'v3')).toBe(false);
  });

  it('cannot where it is known to forget what it has deferred', () => {
    expect(canDefer(says('True', ADD_ON), 'v3')).toBe(false);
    expect(canDefer(says('true', REQUESTS, 'scene.blend'), 'v2')).toBe(false);
    expect(canDefer(says('true', REQUESTS), 'v2')).toBe(true);
    expect(canDefer(says('true', 'OpenAPI-Generator/1.0.0/python', 'scene.blend'), 'v3')).toBe(true);
  });
});
