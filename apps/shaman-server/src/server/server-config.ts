import type { ConfigOf } from '@waybill/cli-kit';
import type { AUTH_OPTIONS } from '../config/auth-options.ts';
import type { LIMIT_OPTIONS } from '../config/limit-options.ts';
import type { SERVE_OPTIONS } from '../config/serve-options.ts';
import type { STORE_OPTIONS } from '../config/store-options.ts';
import type { GC_OPTIONS, SCRUB_OPTIONS } from '../config/upkeep-options.ts';

/** Everything that `serve` can be told. */
export type ServerConfig = ConfigOf<typeof STORE_OPTIONS> &
  ConfigOf<typeof AUTH_OPTIONS> &
  ConfigOf<typeof LIMIT_OPTIONS> &
  ConfigOf<typeof SERVE_OPTIONS> &
  ConfigOf<typeof GC_OPTIONS> &
  ConfigOf<typeof SCRUB_OPTIONS>;
