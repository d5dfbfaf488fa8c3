import { waybillConfig } from '@waybill/tsup-config';

export default waybillConfig({ entry: ['src/index.ts', 'src/client.ts'] });
