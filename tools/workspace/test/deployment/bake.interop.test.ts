import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { skipWithout, type SkippableTest } from '@waybill/test-kit';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const textOf = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

interface Bake {
  readonly group: { readonly default: { readonly targets: readonly string[] } };
  readonly target: Readonly<Record<string, BakeTarget>>;
}

interface BakeTarget {
  readonly args: Readonly<Record<string, string>>;
  readonly dockerfile: string;
  readonly tags: readonly string[];
  readonly target: string;
}

/** docker-bake.hcl as buildx understands it; nothing is built. */
function bake(test: SkippableTest, targets: readonly string[], repository: string): Bake {
  const args = ['bake', '--file', 'docker/docker-bake.hcl', '--print', ...targets];
  const options = { cwd: ROOT, encoding: 'utf8', env: { ...process.env, REPOSITORY: repository } } as const;
  const alone = spawnSync('docker-buildx', args, options);
  const { status, stdout, stderr } =
    alone.error === undefined ? alone : spawnSync('docker', ['buildx', ...args], options);
  if (status !== 0) skipWithout(test, `docker buildx is not installed: ${stderr}`);
  return JSON.parse(stdout) as Bake;
}

/** What images.yml builds: the base, and a matrix. */
function published(): string[] {
  const matrix = /^ {8}app: \[(.*)\]$/m.exec(textOf('.github/workflows/images.yml'))?.[1] ?? '';
  return ['base', ...matrix.split(', ')];
}

describe('docker/docker-bake.hcl', () => {
  it('builds stages that the Dockerfile has, with arguments that it takes', (test) => {
    const dockerfile = textOf('docker/Dockerfile');
    const stages = [...dockerfile.matchAll(/^FROM .* AS (\S+)$/gm)].map(([, name = '']) => name);
    const taken = new Set([...dockerfile.matchAll(/^ARG (\w+)/gm)].map(([, name = '']) => name));
    for (const [name, { args, target }] of Object.entries(bake(test, published(), 'a/b').target)) {
      expect(stages, name).toContain(target);
      expect(Object.keys(args).filter((argument) => !taken.has(argument))).toEqual([]);
    }
  });

  it('has a target of the same name for each image that is published, in the namespace of the repository in lower case', (test) => {
    const { target } = bake(test, published(), 'Some-One/Waybill');
    expect(Object.keys(target).sort()).toEqual(published().sort());
    for (const [name, { args, tags }] of Object.entries(target)) {
      expect(tags).toEqual([`ghcr.io/some-one/waybill/${name}:dev`]);
      expect(args['REPOSITORY']).toBe('some-one/waybill');
    }
  });

  it('builds all but the sources of ffmpeg when it is asked for nothing', (test) => {
    const { group, target } = bake(test, [], 'a/b');
    expect(Object.keys(target).sort()).toEqual([...group.default.targets].sort());
    const rest = published().filter((name) => !group.default.targets.includes(name));
    expect(rest).toEqual(['base', 'backfiller-ffmpeg-sources']);
  });
});
