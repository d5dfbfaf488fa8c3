import { z } from 'zod';
import type { RegistryChange } from './checkout-registry.ts';

const change = z.object({
  version: z.int(),
  kind: z.enum(['ready', 'erased']),
  registration: z.string(),
  path: z.string().nullable(),
});

/** Undefined for what cannot be understood, or is not whole. */
export function parseChange(payload: string): (RegistryChange & { readonly path: string }) | undefined {
  try {
    const { path, ...rest } = change.parse(JSON.parse(payload));
    return path === null ? undefined : { ...rest, path };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
