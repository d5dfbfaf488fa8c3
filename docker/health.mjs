// What HEALTHCHECK asks: does the service answer? The port is the one of its environment, or the image's default.
// A service that was given its port by a flag, or that speaks TLS, is told of in WAYBILL_HEALTH_URL.
import process from 'node:process';

const { WAYBILL_HEALTH_URL, WAYBILL_PORT, WAYBILL_HEALTH_PORT } = process.env;
const own = Object.entries(process.env).find(
  ([name, value]) => value && /^WAYBILL_(BACKFILLER|SHAMAN_SERVER|CAR_EXPORTER)_PORT$/.test(name),
);
const url = WAYBILL_HEALTH_URL || `http://127.0.0.1:${own?.[1] || WAYBILL_PORT || WAYBILL_HEALTH_PORT}/livez`;
fetch(url, { signal: AbortSignal.timeout(4000) }).then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
);
