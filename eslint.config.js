import { waybillConfig } from '@waybill/eslint-config';

export default waybillConfig(import.meta.dirname);
