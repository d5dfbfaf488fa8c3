import { afterEach, expect, test, vi } from 'vitest';
import { refuseOldNode } from '../src/refuse-old-node.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function endOn(version: string): { exitCode: unknown; said: string } {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  refuseOldNode(version, 'waybill-packer');
  return { exitCode: exit.mock.calls[0]?.[0], said: write.mock.calls.map(([text]) => String(text)).join('') };
}

test.each(['18.20.4', '22.11.0', '23.0.0'])('Node %s is refused in words, with 1', (version) => {
  expect(endOn(version)).toEqual({
    exitCode: 1,
    said: `error: this is Node ${version}; waybill-packer needs Node 24 or later\n`,
  });
});

test.each(['24.0.0', '26.10.0', '100.1.0'])('Node %s is let through without a word', (version) => {
  expect(endOn(version)).toEqual({ exitCode: undefined, said: '' });
});
