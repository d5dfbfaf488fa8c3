import { waybillConfig } from '@waybill/tsup-config';

export default waybillConfig({ entry: { main: 'src/main.ts', 'scan-worker': 'src/walk/scan-worker.ts' }, dts: false });
