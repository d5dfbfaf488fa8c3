import { defineOptions, values } from '@waybill/cli-kit';
import { cidr } from '../auth/networks.ts';

/** Who is let in. */
export const AUTH_OPTIONS = defineOptions({
  tokens: {
    schema: values.list(values.text()),
    value: 'LIST',
    secret: true,
    default: [],
    description: 'static bearer tokens, comma-separated',
  },
  jwtKeys: {
    schema: values.text(),
    value: 'DIR',
    description: 'folder with *-public*.pem: tokens signed by these ES256 keys are accepted, as by Flamenco 2',
  },
  jwtKeyUrl: {
    schema: values.url(),
    value: 'URL',
    description: 'a public key (PEM) that is kept fresh in the folder of --jwt-keys, hourly',
  },
  jwksUrl: { schema: values.url(), value: 'URL', description: 'a JSON web key set whose tokens are accepted' },
  oidcIssuer: {
    schema: values.url(),
    value: 'URL',
    description: 'an OpenID Connect issuer whose tokens are accepted; needs --jwt-audience',
  },
  jwtAudience: {
    schema: values.text(),
    value: 'NAME',
    description: 'who tokens of --jwks-url or --oidc-issuer must be made for',
  },
  anonymousV3From: {
    schema: values.list(cidr),
    value: 'NETWORKS',
    default: [],
    description: 'networks, such as 10.0.0.0/8, whose clients need no token for v3: the Flamenco 3 add-on has none',
  },
  insecure: {
    schema: values.toggle(),
    default: false,
    description: 'let everybody in, on any address',
  },
  getToken: {
    schema: values.toggle(),
    default: false,
    description: 'give everybody a token at /get-token, signed with es256-private.pem of --jwt-keys: for development',
  },
  flamencoServer: {
    schema: values.url(),
    value: 'URL',
    description: 'the Flamenco Server that gives tokens to the users of v2 (/jwt/token-urls)',
  },
  flamencoManagerId: { schema: values.text(), value: 'ID', description: 'who we are at --flamenco-server' },
  flamencoSecret: { schema: values.text(), value: 'SECRET', secret: true, description: 'what it shares with us' },
});
