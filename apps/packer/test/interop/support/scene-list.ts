import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const scenesFolder = join(import.meta.dirname, '../../scenes');

export interface SceneName {
  readonly point: number;
  readonly name: string;
}

/**
 * The scenes that a version of Blender, such as 304, can make. They are read from the scripts, so that each has a test
 * with its name before any Blender has run.
 */
export function listScenes(version: number): SceneName[] {
  const scripts = globSync('point_*.py', { cwd: scenesFolder }).sort();
  return scripts.flatMap((script) => {
    const text = readFileSync(join(scenesFolder, script), 'utf8');
    const found = [...text.matchAll(/^@scene\((\d+)(?:, since=\((\d+), (\d+)\))?\)\ndef (\w+)\(/gm)];
    const able = found.filter(([, , major = 0, minor = 0]) => Number(major) * 100 + Number(minor) <= version);
    return able.map(([, point, , , name]) => ({ point: Number(point), name: name!.replaceAll('_', '-') }));
  });
}
