import { maskUserInfo } from '@waybill/common';

const MASK = '***';

/** A value as it may be shown: secrets become `***`, URLs lose their user and password. */
export function maskValue(value: unknown, secret: boolean): unknown {
  if (value === undefined || value === null) return value;
  if (secret) return Array.isArray(value) ? value.map(() => MASK) : MASK;
  if (typeof value === 'string') return maskUserInfo(value);
  return Array.isArray(value) ? value.map((item: unknown) => maskValue(item, false)) : value;
}
