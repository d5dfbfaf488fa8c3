import { formatCount } from '@waybill/cli-kit';

/** `1 file`, `1,200 files`. */
export function counted(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** `1 reference leads`, `2 references lead`. */
export function referencesLead(count: number): string {
  return `${counted(count, 'reference')} ${count === 1 ? 'leads' : 'lead'}`;
}
