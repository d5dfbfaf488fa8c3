import { waybillConfig } from '@waybill/tsup-config';

export default waybillConfig({ entry: ['src/main.ts', 'src/index.ts'], dts: { entry: 'src/index.ts' } });
