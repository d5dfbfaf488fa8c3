import { waybillConfig } from '@waybill/tsup-config';

export default waybillConfig({ entry: ['src/index.ts', 'src/hash-thread-worker.ts'] });
