import { type BlobKey, formatBlobKey, type PutOutcome } from '@waybill/blob-store';

interface Flight {
  puts: number;
  isStored: boolean;
}

/** The puts of this process that are under way: of several of one key, the first to finish has stored it. */
export class Flights {
  readonly #flights = new Map<string, Flight>();

  has(key: BlobKey): boolean {
    return this.#flights.has(formatBlobKey(key));
  }

  /** @param put Resolves with whether it wrote the blob itself. */
  async run(key: BlobKey, put: () => Promise<boolean>): Promise<PutOutcome> {
    const text = formatBlobKey(key);
    const flight = this.#flights.get(text) ?? { puts: 0, isStored: false };
    this.#flights.set(text, flight);
    flight.puts += 1;
    try {
      const isFirst = (await put()) && !flight.isStored;
      flight.isStored ||= isFirst;
      return isFirst ? 'stored' : 'exists';
    } finally {
      flight.puts -= 1;
      if (flight.puts === 0) this.#flights.delete(text);
    }
  }
}
