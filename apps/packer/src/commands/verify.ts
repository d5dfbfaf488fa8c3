import { defineCommand, values } from '@waybill/cli-kit';

export const verifyCommand = defineCommand({
  name: 'verify',
  description: 'Read a pack again: every path in it has to lead to a file in it, or to be left out on purpose.',
  arguments: {
    pack: { schema: values.text(), description: 'a folder, a ZIP, or the .blend file in a pack without manifest' },
  },
  options: {
    digests: {
      schema: values.toggle(),
      default: false,
      description: 'folder: hash the files whose SHA-256 the manifest has (a ZIP is always read as a whole)',
    },
  },
  examples: [
    { command: 'verify /media/usb/shot', description: 'a folder' },
    { command: 'verify shot.zip', description: 'a ZIP: its checksums too' },
  ],
  async run(signal, config, output) {
    const { runVerify } = await import('./run-verify.ts');
    return await runVerify(signal, config, output);
  },
});
