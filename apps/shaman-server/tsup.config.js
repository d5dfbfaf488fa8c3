import { waybillConfig } from '@waybill/tsup-config';

export default waybillConfig({ entry: ['src/main.ts'], dts: false });
