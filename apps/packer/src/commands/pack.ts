import { defineCommand, values } from '@waybill/cli-kit';
import { CACHE_OPTIONS, PACK_OPTIONS, SELECT_OPTIONS } from '../config/pack-options.ts';

export const packCommand = defineCommand({
  name: 'pack',
  description: 'Pack a .blend file with all that it needs into a folder, a ZIP, S3 or a Shaman server.',
  arguments: {
    blend: { schema: values.text(), description: 'the .blend file' },
    target: {
      schema: values.text(),
      description: 'DIR, FILE.zip, s3://endpoint/bucket/path, shaman://host/path/#checkout or shaman+http://…',
    },
  },
  options: { ...SELECT_OPTIONS, ...PACK_OPTIONS, ...CACHE_OPTIONS },
  examples: [
    { command: 'pack shot.blend /media/usb/shot', description: 'into a folder' },
    {
      command: 'pack shots/010/shot.blend shot.zip --project .',
      description: 'a ZIP that keeps the folders of the project',
    },
    {
      command: "pack shot.blend shot.zip --exclude '*.abc' --exclude '*.vdb'",
      description: 'without some kinds of file',
    },
    {
      command: 'pack shot.blend shaman+http://farm:8080/#shot-010',
      description: 'send what the farm lacks, and check it out there',
    },
    { command: 'pack shot.blend s3://s3.example.org/bucket/shot --noop', description: 'show what would go where' },
  ],
  async run(signal, config, output) {
    // Each command loads what it needs when it runs: --help need not wait for it.
    const { runPack } = await import('./run-pack.ts');
    return await runPack(signal, config, output);
  },
});
