import { waybillConfig } from '@waybill/tsup-config';

export default waybillConfig();
