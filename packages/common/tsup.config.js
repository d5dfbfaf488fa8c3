import { waybillConfig } from '@waybill/tsup-config';

// The thread of GroupWriter is a file that nothing imports.
export default waybillConfig({ entry: ['src/index.ts', 'src/group-thread.ts'] });
