import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

/** Labels are fixed words: nothing that a client sends makes a series. */
export interface ServerMetrics {
  upload(protocol: 'v2' | 'v3' | 'waybill', result: 'stored' | 'exists' | 'deferred' | 'refused'): void;
  received(sizeBytes: number): void;
  requirement(status: 'stored' | 'uploading' | 'unknown', count: number): void;
  checkout(result: 'created' | 'refused' | 'erased'): void;
}

export interface ServerGauges {
  uploadsInFlight(): number;
  bodiesRead(): number;
  storedBlobs(): number | undefined;
  storedBytes(): number | undefined;
}

/** The metrics of this server beside those of every server (http-kit). */
export function createServerMetrics(registry: Registry): ServerMetrics {
  const registers = [registry];
  const uploads = new Counter({
    ...{ name: 'shaman_uploads_total', help: 'Uploads by how they ended.' },
    labelNames: ['protocol', 'result'],
    registers,
  });
  const bytes = new Counter({
    ...{ name: 'shaman_received_bytes_total', help: 'Bytes of files received, decoded.' },
    registers,
  });
  const requirements = new Counter({
    ...{ name: 'shaman_requirements_total', help: 'Files of requirements by what was answered.' },
    labelNames: ['status'],
    registers,
  });
  const checkouts = new Counter({
    ...{ name: 'shaman_checkouts_total', help: 'Checkouts by what became of them.' },
    labelNames: ['result'],
    registers,
  });
  return {
    upload: (protocol, result) => uploads.inc({ protocol, result }),
    received: (sizeBytes) => bytes.inc(sizeBytes),
    requirement: (status, count) => requirements.inc({ status }, count),
    checkout: (result) => checkouts.inc({ result }),
  };
}

/** Shows what is asked when somebody looks. What is not known has no value. */
export function registerGauges(registry: Registry, gauges: ServerGauges): void {
  const add = (name: string, help: string, read: () => number | undefined): void => {
    new Gauge({
      ...{ name, help, registers: [registry] },
      collect() {
        const value = read();
        if (value === undefined) this.reset();
        else this.set(value);
      },
    });
  };
  add('shaman_uploads_in_flight', 'Uploads that are being received.', () => gauges.uploadsInFlight());
  add('shaman_bodies_read', 'Bodies that hold one of the slots of --max-uploads.', () => gauges.bodiesRead());
  add('shaman_stored_blobs', 'Files in the store.', () => gauges.storedBlobs());
  add('shaman_stored_bytes', 'Bytes in the store.', () => gauges.storedBytes());
}
