/** Version of the requests that only our own nodes understand: digests, batches, events. */
export const PROTOCOL_VERSION = 1;
/** On every response, so that any answer tells a peer whom it talks to. */
export const PROTOCOL_HEADER = 'waybill-protocol';
