import type { ConfigOf, Output } from '@waybill/cli-kit';
import { defineCommand, defineOptions, EXIT, UsageInvalidError, values } from '@waybill/cli-kit';
import { createKeyFiles, readPrivateKey } from '../auth/es256-keys.ts';
import { issueToken, TOKEN_LIFETIME_MS } from '../auth/issue-token.ts';

const ACTIONS = ['keys', 'create'] as const;

const OPTIONS = defineOptions({
  jwtKeys: { schema: values.text(), value: 'DIR', required: true, description: 'folder of the keys' },
  user: { schema: values.text(), value: 'ID', default: 'developer', description: 'whose token it is' },
  lifetime: { schema: values.duration(), value: 'TIME', default: TOKEN_LIFETIME_MS, description: 'how long it holds' },
});

type Config = ConfigOf<typeof OPTIONS>;

export const tokenCommand = defineCommand({
  name: 'token',
  description: 'Make keys for development, or a token signed with them.',
  arguments: { action: { schema: values.oneOf(ACTIONS), description: 'keys or create' } },
  options: OPTIONS,
  examples: [
    { command: 'token keys --jwt-keys /data/jwtkeys', description: 'es256-private.pem and es256-public.pem' },
    {
      command: 'token create --jwt-keys /data/jwtkeys --user alice --lifetime 30d',
      description: 'for SHAMAN_JWT_TOKEN of the Blender add-on',
    },
  ],
  run(_signal, config, output) {
    return { keys, create }[config.action](config, output);
  },
});

async function keys({ jwtKeys }: Config, output: Output): Promise<number> {
  const paths = await createKeyFiles(jwtKeys);
  output.result(paths, () => `${paths.privateKey}\n${paths.publicKey}\n`);
  return EXIT.ok;
}

async function create({ jwtKeys, user, lifetime }: Config, output: Output): Promise<number> {
  const key = await readPrivateKey(jwtKeys);
  if (key === undefined) throw new UsageInvalidError(`there is no private key in ${jwtKeys}: make one by token keys`);
  const token = await issueToken({ key, userId: user, lifetimeMs: lifetime });
  output.result({ token, user }, () => `${token}\n`);
  return EXIT.ok;
}
